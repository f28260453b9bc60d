/*
 * Any bytes from a client, as a request to a logged-on API session, as one to a streams
 * session, and as a connection's first bytes. The connection has no TLS: what is sent stays
 * queued, and must be whole WebSocket frames or HTTP.
 */
#include <stdlib.h>

#include "sim/api.h"
#include "sim/dispatch.h"
#include "sim/streams.h"

#define ORDERS_KEPT 4000

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct venue v;
static struct options options;

static void start(void)
{
	char *argv[] = { "saker-venue", "--listen", "127.0.0.1:0", "--admin" };
	char why[256];
	struct exchange_options x = {
		.symbol = "BTCUSDT", .seed = 1, .base = 10 * SIM_ONE, .quote = 1000000 * SIM_ONE
	};
	err_t e = options_parse(&options, (int)ARRAY_LEN(argv), argv, why, sizeof why);
	assert(e == ERR_OK);
	v = (struct venue){ .options = &options, .now_ms = 1700000000000, .now_ns = 1 };
	limits_init(&v.limits);
	e = exchange_open(&v.exchange, &x);
	assert(e == ERR_OK);
}

/*
 * The account can never hold less than nothing, nor more than there was (nothing but
 * commissions leaves: a sell's quote comes in).
 */
static void check_account(void)
{
	const struct account *a = &v.exchange.matching.account;
	assert(a->base.free >= 0 && a->base.locked >= 0 && a->quote.free >= 0 &&
	       a->quote.locked >= 0);
}

static void run(enum conn_kind kind, const uint8_t *data, size_t size)
{
	struct conn c = { .fd = -1,
			  .kind = kind,
			  .api = { .authorized = true, .subscribed = true } };
	struct conn *list = &c;
	v.conns = &list;
	v.conns_n = 1;
	if (kind == CONN_API) {
		api_on_text(&v, &c, data, size);
		assert(buf_n(&c.out) > 2 && buf_p(&c.out)[0] == 0x81);
	} else if (kind == CONN_STREAMS) {
		streams_on_text(&c, data, size);
		assert(buf_n(&c.out) > 2);
	} else {
		buf_add(&c.in, data, size);
		dispatch(&v, &c);
	}
	check_account();
	buf_free(&c.in);
	buf_free(&c.out);
	buf_free(&c.message);
	free(c.streams.names);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (!v.options || v.exchange.matching.orders_n > ORDERS_KEPT) {
		if (v.options)
			exchange_close(&v.exchange);
		start();
	}
	v.limits.weight.count = v.limits.orders_10s.count = v.limits.orders_day.count = 0;
	err_t e = market_peek(&v.exchange.market);
	assert(e == ERR_OK);
	e = exchange_play(&v.exchange, v.now_ms);
	assert(e == ERR_OK);
	run(CONN_API, data, size);
	run(CONN_STREAMS, data, size);
	run(CONN_HTTP, data, size);
	return 0;
}
