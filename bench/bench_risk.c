/*
 * bench_risk - what the whole list of checks costs an order, and what booking it costs after the
 * doorbell.
 *
 * A sample is the mean of BATCH orders, since the time-stamp counter steps by 10 ns. Orders differ
 * in instrument, side, type, price and quantity, and pass; every limit is set, duplicates included.
 * The twin that only reads the clock is the first line.
 */
#include <stdio.h>
#include <stdlib.h>

#include "bench/sample.h"
#include "common/clock.h"
#include "common/rng.h"
#include "risk/risk.h"

enum { BATCH = 32, ROUNDS = 20000, ORDERS = 4096, INSTRUMENTS = 8, SINGLES = 200000 };

struct bench {
	struct arena arena;
	struct clock clock;
	struct risk *risk;
	struct risk_view view[INSTRUMENTS];
	struct order_req order[ORDERS];
	u64 counters[RISK_COUNTERS];
	u64 next_id, trade_id;
	ns_t now;
};

static void check(bool ok, const char *what)
{
	if (!ok) {
		fprintf(stderr, "bench_risk: %s\n", what);
		exit(1);
	}
}

static void set_up_instrument(struct bench *b, u32 id)
{
	struct instrument i = { .id = id,
				.version = 1,
				.px_scale = 2,
				.qty_scale = 8,
				.tick = 1,
				.max_px = 100000000,
				.lot = 1000,
				.min_qty = 1000,
				.max_qty = 900000000000,
				.min_notional = 500000000 };
	struct risk_limits l = { .max_qty = INT64_MAX,
				 .max_notional = INT64_MAX,
				 .max_open_notional = INT64_MAX,
				 .max_long = INT64_MAX,
				 .max_short = INT64_MAX,
				 .max_through = 200,
				 .max_open_orders = 500,
				 .collar_bps = 500,
				 .max_book_age_ns = NS_PER_S,
				 .allowed = 1,
				 .max_loss = INT64_MAX };
	check(risk_set_instrument(b->risk, &i) == ERR_OK &&
		      risk_set_limits(b->risk, id, &l) == ERR_OK,
	      "limits are refused");
	b->view[id] = (struct risk_view){ .bid_px = 6000000 + id * 1000,
					  .ask_px = 6000002 + id * 1000,
					  .version = 1,
					  .book_state = BOOK_VALID };
}

static void set_up(struct bench *b)
{
	struct risk_account a = { .orders_per_s = NS_PER_S,
				  .orders_burst = UINT32_MAX,
				  .cancels_per_s = 1000,
				  .cancels_burst = 10,
				  .max_open_orders = RISK_ORDERS_MAX,
				  .max_rejects = 10,
				  .duplicate_ns = 1 };
	struct rng g;
	check(arena_open(&b->arena, 8 << 20) == ERR_OK &&
		      (b->risk = risk_new(&b->arena, b->counters)),
	      "out of memory");
	check(clock_calibrate(&b->clock) == ERR_OK, "the time-stamp counter is not invariant");
	for (u32 i = 0; i < INSTRUMENTS; i++)
		set_up_instrument(b, i);
	b->now = NS_PER_S;
	check(risk_set_account(b->risk, &a, b->now) == ERR_OK, "account is refused");
	risk_set_state(b->risk, RISK_STATE_ACTIVE);
	rng_seed(&g, 9);
	for (u32 k = 0; k < ORDERS; k++) {
		u32 i = (u32)rng_below(&g, INSTRUMENTS);
		b->order[k] =
			(struct order_req){ .instrument = i,
					    .side = (u8)rng_below(&g, 2),
					    .type = (u8)rng_below(&g, 2),
					    .px = b->view[i].bid_px - 100 + (i64)rng_below(&g, 200),
					    .qty = (10 + (i64)rng_below(&g, 1000)) * 1000 };
	}
}

/*
 * Each order a nanosecond or more after the one before: the rate and the duplicates' window see
 * time pass.
 */
static enum risk_code one_check(struct bench *b, u32 k, struct risk_passed *p)
{
	const struct order_req *q = &b->order[k % ORDERS];
	struct risk_view *v = &b->view[q->instrument];
	b->now += 100;
	v->book_rx_ns = b->now;
	return risk_check(b->risk, q, v, b->now, p);
}

static void print(struct samples *s, const char *name, const char *note)
{
	samples_print(s, name, note);
	samples_close(s);
}

static void clock_alone(struct bench *b)
{
	struct samples s;
	samples_open(&s, SINGLES);
	for (u32 r = 0; r < SINGLES; r++) {
		u64 t0 = tsc_now();
		samples_add(&s, tsc_to_ns(&b->clock, tsc_now() - t0));
	}
	print(&s, "risk.clock_alone", "");
}

static void check_batches(struct bench *b, const char *name, enum risk_code expect)
{
	struct samples s;
	struct risk_passed p;
	samples_open(&s, ROUNDS);
	for (u32 r = 0; r < ROUNDS + ROUNDS / 10; r++) { /* the first tenth warms up */
		u32 wrong = 0;
		u64 t0 = tsc_now();
		for (u32 k = 0; k < BATCH; k++)
			wrong += one_check(b, r * BATCH + k, &p) != expect;
		u64 t1 = tsc_now();
		check(!wrong, "an order was not judged as expected");
		if (r >= ROUNDS / 10)
			samples_add(&s, tsc_to_ns(&b->clock, t1 - t0) / BATCH);
	}
	print(&s, name, ",\"batch\":32");
}

static void check_singly(struct bench *b)
{
	struct samples s;
	struct risk_passed p;
	samples_open(&s, SINGLES);
	for (u32 r = 0; r < SINGLES; r++) {
		u64 t0 = tsc_now();
		enum risk_code c = one_check(b, r, &p);
		u64 t1 = tsc_now();
		check(c == RISK_PASS, "an order did not pass");
		samples_add(&s, tsc_to_ns(&b->clock, t1 - t0));
	}
	print(&s, "risk.check_single", ",\"clock\":\"included\"");
}

/* Sent, acknowledged, filled: the three bookings of one order, checks included. */
static void life_of_orders(struct bench *b)
{
	struct samples s;
	struct risk_passed p;
	samples_open(&s, ROUNDS);
	for (u32 r = 0; r < ROUNDS; r++) {
		u64 t0 = tsc_now();
		for (u32 k = 0; k < BATCH; k++) {
			check(one_check(b, r * BATCH + k, &p) == RISK_PASS,
			      "an order did not pass");
			struct order_event e = { .order_id = ++b->next_id,
						 .instrument = p.req->instrument,
						 .side = p.req->side,
						 .state = ORDER_LIVE };
			risk_on_sent(b->risk, e.order_id, &p);
			risk_on_order_event(b->risk, &e, b->now);
			e.kind = ORDER_EV_FILL;
			e.state = ORDER_FILLED;
			e.trade_id = ++b->trade_id;
			e.fill_px = p.req->px;
			e.fill_qty = e.filled_qty = p.req->qty;
			risk_on_order_event(b->risk, &e, b->now);
		}
		samples_add(&s, tsc_to_ns(&b->clock, tsc_now() - t0) / BATCH);
	}
	check(!risk_latched(b->risk) && !risk_exposure(b->risk, 0).all_orders,
	      "orders were not booked");
	print(&s, "risk.order_life", ",\"batch\":32");
}

int main(void)
{
	static struct bench b;
	set_up(&b);
	clock_alone(&b);
	check_batches(&b, "risk.check", RISK_PASS);
	check_singly(&b);
	life_of_orders(&b);
	for (u32 i = 0; i < INSTRUMENTS; i++)
		b.view[i].kill = KILL_HALT;
	check_batches(&b, "risk.check_denied", RISK_HALT);
	arena_close(&b.arena);
	return 0;
}
