/* A session recorded from the simulated venue (data/venue_session.txt), decoded and applied to the order table. */
#include "tests/cmocka_all.h"

#include <stdio.h>
#include <string.h>

#include "gateway/binance_reply.h"
#include "risk/risk.h"

#define BOOT      0x0badcafe
#define FILE_NAME "tests/gateway/data/venue_session.txt"

static u64 cnt[GATEWAY_CNT_COUNT];
static struct order_table t;
static u32 n_trades, n_balances;

static void apply(u64 id, const struct order_report *r)
{
	struct order_event ev[ORDER_EVENTS_MAX];
	struct order *o = order_table_find(&t, id);
	assert_non_null(o);
	order_table_apply(&t, o, r, 2, ev);
}

static void on_order(void *ctx, const struct binance_msg *m, const struct reply_order *o)
{
	struct order_report r;
	u64 id;
	(void)ctx, (void)m;
	assert_true(binance_report_of_order(o, &id, &r));
	apply(id, &r);
}

static void on_trade(void *ctx, const struct binance_msg *m, const struct reply_trade *trade)
{
	struct order_report r;
	(void)ctx, (void)m;
	struct order *o = order_table_find_venue(&t, 0, trade->venue_order_id);
	assert_non_null(o);
	binance_report_of_trade(trade, &r);
	apply(o->id, &r);
	n_trades++;
}

static void on_balance(void *ctx, const struct binance_msg *m, const struct reply_balance *b)
{
	(void)ctx, (void)m, (void)b;
	n_balances++;
}

static const struct {
	u64 id;
	u8 state;
	i64 filled;
	const char *remark;
} ends[] = {
	{ 1, ORDER_CANCELED, 0, "far below the market, canceled; the second cancel finds nothing" },
	{ 2, ORDER_FILLED, 100, "MARKET" },
	{ 3, ORDER_REJECTED, 0, "LIMIT_MAKER that would take" },
	{ 4, ORDER_EXPIRED, 0, "IOC without a match" },
	{ 5, ORDER_FILLED, 100, "FOK" },
	{ 11, ORDER_CANCELED, 0, "by openOrders.cancelAll" },
};

static void test_session(void **state)
{
	(void)state;
	static const struct instrument btc = {
		.px_scale = 2, .qty_scale = 5, .symbol_n = 7, .symbol = "BTCUSDT", .tick = 1
	};
	static char line[65536];
	struct arena arena;
	struct binance_decoder d;
	struct binance_msg m;
	struct order_report r;
	u64 id;
	FILE *f = fopen(FILE_NAME, "r");
	if (!f)
		fail_msg("%s: run from the root of the repository", FILE_NAME);
	assert_int_equal(arena_open(&arena, 8 << 20), ERR_OK);
	assert_int_equal(order_table_init(&t, &arena, BOOT, cnt), ERR_OK);
	for (u64 n = 1; n <= 11; n++)
		order_table_sent(&t, &(struct risk_passed){ .req = &(struct order_req){ .qty = 100, .px = 1 } }, n);
	binance_decoder_init(&d, &btc, 1, BOOT, cnt);
	d.sink = (struct reply_sink){ .order = on_order, .trade = on_trade, .balance = on_balance };
	while (fgets(line, sizeof line, f)) {
		if (binance_decode(&d, (const u8 *)line, strlen(line), &m) != ERR_OK)
			fail_msg("%s", line);
		if (binance_report_of(&m, &id, &r))
			apply(id, &r);
	}
	fclose(f);
	for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
		const struct order *o = order_table_find(&t, ends[i].id);
		if (o->state != ends[i].state || o->filled_qty != ends[i].filled)
			fail_msg("%s: %s", ends[i].remark, order_state_name(o->state));
	}
	assert_true(n_trades == 4 && n_balances == 22); /* myTrades was asked twice */
	assert_int_equal(cnt[GATEWAY_CNT_fill_repeated], 4);
	assert_int_equal(cnt[GATEWAY_CNT_reply_bad_json] + cnt[GATEWAY_CNT_reply_bad_field] +
				 cnt[GATEWAY_CNT_reply_bad_number],
			 0);
	arena_close(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_session),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
