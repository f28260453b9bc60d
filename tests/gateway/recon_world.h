/* recon_world.h - reconciliation by hand: what it asks is told, what the venue answers is put in. */
#ifndef TESTS_RECON_WORLD_H
#define TESTS_RECON_WORLD_H

#include "tests/cmocka_all.h"

#include <string.h>

#include "gateway/recon.h"
#include "risk/risk.h"

#define BOOT           0x0badcafe
#define RECV_WINDOW_MS 5000
#define SETTLED        (RECV_WINDOW_MS * NS_PER_MS + RECON_SETTLE_NS)
#define QTY            100

static struct arena arena;
static struct order_table t;
static struct recon r;
static u64 cnt[GATEWAY_CNT_COUNT];
static struct instrument table[2];
static struct recon_ask ask;
static ns_t now;
static u32 n_events, n_orphans, n_balances;
static struct order_event events[16];
static i64 orphan_qty;

static inline void on_event(void *ctx, const struct order_event *ev)
{
	(void)ctx;
	events[n_events++ % ARRAY_LEN(events)] = *ev;
}

static inline void on_orphan(void *ctx, const struct reply_trade *trade)
{
	(void)ctx;
	n_orphans++;
	orphan_qty += trade->qty;
}

static inline void on_balance(void *ctx, const struct reply_balance *b)
{
	(void)ctx, (void)b;
	n_balances++;
}

static inline int setup(void **state)
{
	(void)state;
	memset(cnt, 0, sizeof cnt);
	n_events = n_orphans = n_balances = 0;
	orphan_qty = 0;
	now = 1000 * NS_PER_S;
	if (arena_open(&arena, 16 << 20) || order_table_init(&t, &arena, BOOT, cnt))
		return -1;
	recon_init(&r, &t, table, 1, RECV_WINDOW_MS, cnt);
	r.out = (struct recon_out){ .event = on_event, .orphan = on_orphan, .balance = on_balance };
	return 0;
}

static inline int teardown(void **state)
{
	(void)state;
	arena_close(&arena);
	return 0;
}

/* An order with its venue number (0: never acknowledged), sent now. */
static inline struct order *order(u64 venue_id)
{
	struct risk_passed p = { .req = &(struct order_req){ .instrument = 0, .px = 5000, .qty = QTY } };
	struct order_event ev[ORDER_EVENTS_MAX];
	struct order *o = order_table_sent(&t, &p, now);
	struct order_report ack = { .input = ORDER_IN_ACK, .venue_id = venue_id, .cum_qty = -1 };
	if (venue_id)
		order_table_apply(&t, o, &ack, now, ev);
	return o;
}

static inline void asks(u8 req)
{
	if (!recon_next(&r, now, &ask))
		fail_msg("nothing asked, expected %s, state %u", binance_method(req), r.state);
	if (ask.req != req)
		fail_msg("asked %s, expected %s", binance_method(ask.req), binance_method(req));
}

static inline struct binance_msg answer(u16 status, int32_t code)
{
	return (struct binance_msg){
		.kind = BINANCE_MSG_RESPONSE, .req = ask.req, .req_n = ask.n, .status = status, .code = code
	};
}

static inline void ok(u32 items)
{
	struct binance_msg m = answer(200, 0);
	m.n_items = items;
	recon_on_response(&r, &m, now);
}

static inline void fails(u16 status, int32_t code)
{
	struct binance_msg m = answer(status, code);
	recon_on_response(&r, &m, now);
}

/* What the venue says of an order; the client order id is the table's, or another boot's, or nobody's of ours. */
static inline struct reply_order stated(u64 venue_id, u64 id, u8 owner, u8 status, i64 cum)
{
	struct reply_order o = { .venue_id = venue_id,
				 .order_id = id,
				 .owner = owner,
				 .status = status,
				 .qty = QTY,
				 .cum_qty = cum,
				 .coid_n = COID_LEN,
				 .boot = owner == COID_OURS ? BOOT : 1 };
	if (owner == COID_FOREIGN)
		memcpy(o.coid, "web_aaaaaaaaaaaaaaaaaaaaa", COID_LEN);
	else
		coid_print(o.coid, o.boot, id);
	return o;
}

static inline void lists(struct reply_order o)
{
	struct binance_msg m = answer(200, 0);
	recon_on_order(&r, &m, &o, now);
}

static inline void says(struct reply_order o)
{
	struct binance_msg m = answer(200, 0);
	m.order = o;
	recon_on_response(&r, &m, now);
}

static inline void traded(u64 venue_order_id, u64 trade_id, i64 qty)
{
	struct binance_msg m = answer(200, 0);
	struct reply_trade trade = { .venue_order_id = venue_order_id, .trade_id = trade_id, .px = 5000, .qty = qty };
	recon_on_trade(&r, &m, &trade, now);
}

static inline void start(void)
{
	recon_start(&r, now);
	asks(BINANCE_REQ_ACCOUNT);
	ok(0);
	asks(BINANCE_REQ_OPEN_ORDERS);
}

static inline void finish(void)
{
	asks(BINANCE_REQ_MY_TRADES);
	ok(0);
	assert_false(recon_next(&r, now, &ask));
	assert_int_equal(r.state, RECON_DONE);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

#endif
