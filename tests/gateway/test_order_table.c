#include "tests/cmocka_all.h"

#include <stdlib.h>
#include <string.h>

#include "gateway/order_table.h"
#include "risk/risk.h"

#define BOOT 7
#define QTY  100

static struct arena arena;
static struct order_table t;
static u64 cnt[GATEWAY_CNT_COUNT];
static struct order_event ev[ORDER_EVENTS_MAX];

static int setup(void **state)
{
	(void)state;
	memset(cnt, 0, sizeof cnt);
	return arena_open(&arena, 16 << 20) || order_table_init(&t, &arena, BOOT, cnt);
}

static int teardown(void **state)
{
	(void)state;
	arena_close(&arena);
	return 0;
}

static struct order *send(ns_t now)
{
	struct order_req req = { .instrument = 3,
				 .strategy = 2,
				 .tag = 77,
				 .px = 5000,
				 .qty = QTY,
				 .side = SIDE_SELL,
				 .cause_tape = 1,
				 .cause_seq = 99 };
	return order_table_sent(&t, &(struct risk_passed){ .req = &req }, now);
}

static u32 apply(struct order *o, struct order_report r) { return order_table_apply(&t, o, &r, 1000, ev); }

static u32 input(struct order *o, u8 in) { return apply(o, (struct order_report){ .input = in, .cum_qty = -1 }); }

static u32 trade(struct order *o, u64 trade_id, i64 qty, i64 cum, bool last)
{
	return apply(o, (struct order_report){ .input = last ? ORDER_IN_FILL_LAST : ORDER_IN_FILL_PART,
					       .trade_id = trade_id,
					       .fill_px = 5001,
					       .fill_qty = qty,
					       .cum_qty = cum,
					       .fee = 3,
					       .fee_asset = "BNB",
					       .maker = true });
}

static u32 end(struct order *o, u8 in, i64 cum)
{
	return apply(o, (struct order_report){ .input = in, .cum_qty = cum });
}

static void test_a_life(void **state)
{
	(void)state;
	assert_int_equal(order_table_next_id(&t), 1);
	struct order *o = send(5);
	assert_true(o && o->id == 1 && o->state == ORDER_SENT && o->sent_ns == 5 && o->cause_seq == 99 &&
		    o->cause_tape == 1);
	assert_int_equal(t.n_open, 1);
	assert_ptr_equal(order_table_find(&t, 1), o);
	assert_null(order_table_find(&t, 2));
	assert_null(order_table_find_venue(&t, 3, 4242));

	assert_int_equal(apply(o,
			       (struct order_report){
				       .input = ORDER_IN_ACK, .venue_id = 4242, .cum_qty = -1, .venue_time_us = 9 }),
			 1);
	assert_true(ev[0].kind == ORDER_EV_ACK && ev[0].order_id == 1 && ev[0].tag == 77 && ev[0].strategy == 2 &&
		    ev[0].instrument == 3 && ev[0].side == SIDE_SELL && ev[0].state == ORDER_LIVE &&
		    ev[0].venue_time_us == 9 && ev[0].px == 5000 && ev[0].qty == QTY && ev[0].fill_qty == 0);
	assert_ptr_equal(order_table_find_venue(&t, 3, 4242), o);
	assert_null(order_table_find_venue(&t, 4, 4242));

	assert_int_equal(trade(o, 500, 30, 30, false), 1);
	assert_true(ev[0].kind == ORDER_EV_FILL && ev[0].fill_qty == 30 && ev[0].fill_px == 5001 &&
		    ev[0].filled_qty == 30 && ev[0].fee == 3 && ev[0].maker && ev[0].trade_id == 500 &&
		    strcmp(ev[0].fee_asset, "BNB") == 0);
	assert_int_equal(order_open_qty(o), 70);
	assert_int_equal(input(o, ORDER_IN_CANCEL_SENT), 0);
	assert_true(o->state == ORDER_CANCELLING && o->cancel_wanted && o->cancel_ns == 1000);
	assert_int_equal(end(o, ORDER_IN_CANCELED, 30), 1);
	assert_true(ev[0].kind == ORDER_EV_CANCELED && ev[0].state == ORDER_CANCELED && ev[0].filled_qty == 30);
	assert_true(!o->cancel_wanted && t.n_open == 0 && order_open_qty(o) == 0);
	assert_int_equal(cnt[GATEWAY_CNT_fills], 1);
}

/* Reports that come twice, late, or in another order than they happened. */
static void test_disorder(void **state)
{
	(void)state;
	struct order *o = send(5);
	assert_int_equal(trade(o, 500, 30, 30, false), 1); /* before the answer */
	assert_int_equal(o->state, ORDER_LIVE);
	assert_int_equal(input(o, ORDER_IN_ACK), 0); /* a fill says as much */
	assert_int_equal(trade(o, 500, 30, 30, false), 0);
	assert_int_equal(cnt[GATEWAY_CNT_fill_repeated], 1);
	assert_int_equal(trade(o, 502, 20, 100, true), 1); /* the last one first */
	assert_true(o->state == ORDER_LIVE && o->held_state == ORDER_FILLED && order_missing_qty(o) == 50);
	assert_int_equal(trade(o, 501, 50, 80, false), 1);
	assert_true(ev[0].kind == ORDER_EV_FILL && ev[0].state == ORDER_FILLED && ev[0].filled_qty == QTY);
	assert_int_equal(t.n_open, 0);
	assert_int_equal(input(o, ORDER_IN_ACK), 0);
	assert_int_equal(end(o, ORDER_IN_CANCELED, 0), 0);
	assert_int_equal(input(o, ORDER_IN_REJECTED), 0);
	assert_int_equal(trade(o, 503, 1, -1, false), 0);
	assert_int_equal(o->state, ORDER_FILLED);
	assert_int_equal(cnt[GATEWAY_CNT_fill_over], 1);
}

static void test_held_cancel(void **state)
{
	(void)state;
	struct order *o = send(5);
	input(o, ORDER_IN_ACK);
	assert_int_equal(trade(o, 0, 10, 10, false), 1); /* trade ids may begin with 0 */
	assert_int_equal(end(o, ORDER_IN_CANCELED, 60), 0);
	assert_true(o->state == ORDER_LIVE && o->held_state == ORDER_CANCELED && order_open_qty(o) == 90);
	assert_int_equal(trade(o, 8, 20, -1, false), 1);
	assert_int_equal(o->state, ORDER_LIVE);
	assert_int_equal(trade(o, 9, 30, -1, false), 2); /* the fill, then the end */
	assert_true(ev[0].kind == ORDER_EV_FILL && ev[0].state == ORDER_LIVE && ev[0].filled_qty == 60);
	assert_true(ev[1].kind == ORDER_EV_CANCELED && ev[1].state == ORDER_CANCELED && ev[1].filled_qty == 60);
	assert_int_equal(cnt[GATEWAY_CNT_end_held], 1);
}

/* FILLED by order.status, and by a response, says nothing of prices: the fills must come. */
static void test_filled_by_proof(void **state)
{
	(void)state;
	struct order *o = send(5);
	input(o, ORDER_IN_SESSION_LOST);
	assert_int_equal(end(o, ORDER_IN_FILL_LAST, QTY), 0);
	assert_true(o->state == ORDER_UNKNOWN && order_missing_qty(o) == QTY);
	assert_int_equal(trade(o, 1, 60, -1, false), 1);
	assert_int_equal(o->state, ORDER_UNKNOWN);
	assert_int_equal(trade(o, 2, 40, -1, false), 1);
	assert_true(o->state == ORDER_FILLED && ev[0].kind == ORDER_EV_FILL && ev[0].state == ORDER_FILLED);
	assert_int_equal(cnt[GATEWAY_CNT_proven], 1);
}

static const struct {
	const char *remark;
	u8 in[6]; /* ORDER_IN_SENT ends the list */
	u8 state, held;
	bool unconfirmed, cancel_wanted;
} lives[] = {
	{ "a lost session makes a sent order unknown", { ORDER_IN_SESSION_LOST }, ORDER_UNKNOWN, 0, false, false },
	{ "a live one stays, unconfirmed", { ORDER_IN_ACK, ORDER_IN_SESSION_LOST }, ORDER_LIVE, 0, true, false },
	{ "and is confirmed by a list",
	  { ORDER_IN_ACK, ORDER_IN_SESSION_LOST, ORDER_IN_PROOF_OPEN },
	  ORDER_LIVE,
	  0,
	  false,
	  false },
	{ "a repeated confirmation proves nothing now",
	  { ORDER_IN_ACK, ORDER_IN_CANCEL_SENT, ORDER_IN_CANCEL_REJECTED, ORDER_IN_ACK },
	  ORDER_UNKNOWN,
	  0,
	  false,
	  true },
	{ "a first one does", { ORDER_IN_NO_ANSWER, ORDER_IN_ACK }, ORDER_LIVE, 0, false, false },
	{ "not found, never acknowledged",
	  { ORDER_IN_SESSION_LOST, ORDER_IN_NOT_FOUND },
	  ORDER_REJECTED,
	  0,
	  false,
	  false },
	{ "not found, but acknowledged once", { ORDER_IN_ACK, ORDER_IN_NOT_FOUND }, ORDER_UNKNOWN, 0, false, false },
	{ "unknown, acknowledged, not found: unknown",
	  { ORDER_IN_ACK, ORDER_IN_CANCEL_SENT, ORDER_IN_SESSION_LOST, ORDER_IN_NOT_FOUND },
	  ORDER_UNKNOWN,
	  0,
	  false,
	  true },
	{ "refused after having been confirmed", { ORDER_IN_ACK, ORDER_IN_REJECTED }, ORDER_UNKNOWN, 0, false, false },
	{ "a refused cancel of a confirmed order",
	  { ORDER_IN_ACK, ORDER_IN_CANCEL_SENT, ORDER_IN_CANCEL_REFUSED },
	  ORDER_LIVE,
	  0,
	  false,
	  false },
	{ "and of one not yet confirmed",
	  { ORDER_IN_CANCEL_SENT, ORDER_IN_CANCEL_REFUSED },
	  ORDER_SENT,
	  0,
	  false,
	  false },
	{ "a wanted cancel is not forgotten over a lost session",
	  { ORDER_IN_ACK, ORDER_IN_CANCEL_SENT, ORDER_IN_SESSION_LOST, ORDER_IN_PROOF_OPEN },
	  ORDER_LIVE,
	  0,
	  false,
	  true },
	{ "confirmed while canceling", { ORDER_IN_CANCEL_SENT, ORDER_IN_ACK }, ORDER_CANCELLING, 0, false, true },
	{ "expired", { ORDER_IN_ACK, ORDER_IN_EXPIRED }, ORDER_EXPIRED, 0, false, false },
};

static void test_lives(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(lives); i++) {
		struct order *o = send(5);
		for (u32 k = 0; k < ARRAY_LEN(lives[i].in) && lives[i].in[k] != ORDER_IN_SENT; k++)
			input(o, lives[i].in[k]);
		if (o->state != lives[i].state || o->held_state != lives[i].held ||
		    o->unconfirmed != lives[i].unconfirmed || o->cancel_wanted != lives[i].cancel_wanted)
			fail_msg("%s: %s", lives[i].remark, order_state_name(o->state));
	}
	assert_int_equal(cnt[GATEWAY_CNT_not_found_acked], 2);
}

/* Facts that cannot be: counted, and nothing changes. */
static void test_nonsense(void **state)
{
	(void)state;
	struct order *o = send(5);
	apply(o, (struct order_report){ .input = ORDER_IN_ACK, .venue_id = 1, .cum_qty = 0 });
	assert_int_equal(apply(o, (struct order_report){ .input = ORDER_IN_CANCELED, .venue_id = 2, .cum_qty = 0 }), 0);
	assert_int_equal(o->state, ORDER_LIVE); /* another order's */
	assert_int_equal(trade(o, 9, QTY + 1, -1, false), 0);
	assert_int_equal(trade(o, 9, INT64_MAX, -1, true), 0);
	assert_int_equal(o->filled_qty, 0);
	assert_int_equal(input(o, ORDER_IN_FILL_PART), 0); /* a fill of nothing */
	apply(o, (struct order_report){ .input = ORDER_IN_PROOF_OPEN, .cum_qty = QTY + 1 });
	assert_int_equal(order_missing_qty(o), QTY); /* of the FILL_LAST above, not of the nonsense */
	assert_int_equal(cnt[GATEWAY_CNT_fill_over], 3);
	/* it filled though it had been proven not to exist: the position must know */
	struct order *p = send(5);
	input(p, ORDER_IN_SESSION_LOST);
	input(p, ORDER_IN_NOT_FOUND);
	assert_int_equal(trade(p, 77, 10, 10, false), 1);
	assert_true(ev[0].kind == ORDER_EV_FILL && p->state == ORDER_REJECTED && p->filled_qty == 10);
	assert_int_equal(cnt[GATEWAY_CNT_fill_after_end], 1);
}

static void test_full_and_skipped_ids(void **state)
{
	(void)state;
	for (u32 i = 0; i < ORDER_OPEN_MAX; i++)
		assert_non_null(send(1));
	assert_null(send(1));
	assert_int_equal(order_table_next_id(&t), 0);
	assert_int_equal(cnt[GATEWAY_CNT_table_full], 1);
	/* all but the third end; ids go once round and must not take its slot */
	while (t.n_open > 1) {
		struct order *o = order_table_open(&t, t.n_open - 1);
		if (o->id == 3)
			o = order_table_open(&t, t.n_open - 2);
		end(o, ORDER_IN_CANCELED, 0);
	}
	for (u64 id = ORDER_OPEN_MAX + 1; id < 3 * ORDER_SLOTS; id++) {
		if (id % ORDER_SLOTS == 3)
			continue;
		assert_int_equal(order_table_next_id(&t), id);
		struct order *o = send(1);
		assert_int_equal(o->id, id);
		apply(o, (struct order_report){ .input = ORDER_IN_CANCELED, .venue_id = 1000000 + id, .cum_qty = 0 });
		assert_ptr_equal(order_table_find(&t, id), o);
		assert_ptr_equal(order_table_find_venue(&t, 3, 1000000 + id), o);
	}
	assert_int_equal(order_table_find(&t, 3)->state, ORDER_SENT);
	assert_null(order_table_find(&t, ORDER_OPEN_MAX + 1)); /* its slot was given away */
	assert_null(order_table_find_venue(&t, 3, 1000000 + ORDER_OPEN_MAX + 1));
	assert_int_equal(cnt[GATEWAY_CNT_id_skipped], 2);
}

/* More trade ids than are remembered: the oldest stay applied, by their order's floor. */
static void test_fill_memory(void **state)
{
	(void)state;
	struct risk_passed p = { .req = &(struct order_req){ .instrument = 1, .px = 1, .qty = 3 * ORDER_FILLS_KEPT } };
	struct order *a = order_table_sent(&t, &p, 1), *b = order_table_sent(&t, &p, 1);
	for (u64 id = 1; id <= ORDER_FILLS_KEPT; id++) {
		assert_int_equal(trade(a, id, 1, -1, false), 1);
		assert_int_equal(trade(b, id, 1, -1, false), 1); /* a self-trade: the id is unique per order only */
	}
	assert_int_equal(a->trade_floor, ORDER_FILLS_KEPT / 2 + 1);
	for (u64 id = 1; id <= ORDER_FILLS_KEPT; id++)
		assert_int_equal(trade(a, id, 1, -1, false), 0);
	assert_int_equal(a->filled_qty, ORDER_FILLS_KEPT);
	assert_int_equal(b->filled_qty, ORDER_FILLS_KEPT);
	assert_int_equal(cnt[GATEWAY_CNT_fill_repeated], ORDER_FILLS_KEPT);
}

static void test_no_memory(void **state)
{
	(void)state;
	struct arena small;
	struct order_table other;
	assert_int_equal(arena_open(&small, 65536), ERR_OK);
	assert_int_equal(order_table_init(&other, &small, 1, cnt), ERR_NO_MEMORY);
	arena_close(&small);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_a_life),    TEST(test_disorder), TEST(test_held_cancel),          TEST(test_filled_by_proof),
		TEST(test_lives),     TEST(test_nonsense), TEST(test_full_and_skipped_ids), TEST(test_fill_memory),
		TEST(test_no_memory),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
