/*
 * Random orders, fills, cancels, losses of answers and repeats, told by a simulated venue through a
 * link that duplicates, delays and swaps what it says. The model is the venue itself: what could
 * still happen there is the true worst case, and at the end, when everything has been told, risk
 * must agree with it to the unit.
 */
#include "tests/risk/world.h"

#include "common/rng.h"

enum { ORDERS = 400, TOLD = 64, STEPS = 4000, SEEDS = 40 };

struct venue_order {
	i64 qty, filled, px;
	u8 side;
	bool open;
};

struct model {
	struct world w;
	struct rng g;
	struct venue_order order[ORDERS + 1]; /* by id */
	u32 n;
	i64 held;                             /* sum of the venue's trades */
	i128 cash;                            /* 10^-10 quote: tick times quantity unit */
	u64 trades;
	struct order_event told[TOLD];        /* on their way to us */
	u32 n_told;
	struct order_event old;               /* one already delivered, to be repeated */
};

static void deliver(struct model *m, const struct order_event *e)
{
	risk_on_order_event(m->w.risk, e, m->w.now);
}

/* Any of those on their way, so that they overtake each other. */
static void deliver_one(struct model *m)
{
	if (!m->n_told)
		return;
	u32 i = (u32)rng_below(&m->g, m->n_told);
	m->old = m->told[i];
	m->told[i] = m->told[--m->n_told];
	deliver(m, &m->old);
	if (rng_below(&m->g, 4) == 0)
		deliver(m, &m->old);
}

static void tell(struct model *m, u64 id, struct order_event e)
{
	const struct venue_order *o = &m->order[id];
	while (m->n_told == TOLD)
		deliver_one(m);
	e.order_id = id;
	e.instrument = BTC;
	e.side = o->side;
	e.px = o->px;
	e.qty = o->qty;
	e.filled_qty = o->filled;
	e.state = o->open ? ORDER_LIVE : o->filled == o->qty ? ORDER_FILLED : ORDER_CANCELED;
	m->told[m->n_told++] = e;
}

static void send_order(struct model *m)
{
	struct risk_passed p;
	struct order_req *q = &m->w.req;
	q->side = (u8)rng_below(&m->g, 2);
	q->px = 5990000 + (i64)rng_below(&m->g, 20000);
	q->qty = (1 + (i64)rng_below(&m->g, 100)) * LOT;
	if (m->n == ORDERS || world_check(&m->w, &p) != RISK_PASS)
		return;
	u64 id = ++m->n;
	risk_on_sent(m->w.risk, id, &p);
	m->order[id] =
		(struct venue_order){ .qty = q->qty, .px = q->px, .side = q->side, .open = true };
	u64 what = rng_below(&m->g, 10);
	if (what == 0)
		m->order[id].open = false;
	if (what < 8) /* else the answer is lost */
		tell(m, id,
		     (struct order_event){ .kind = what ? ORDER_EV_ACK : ORDER_EV_REJECTED });
	if (rng_below(&m->g, 8) == 0)
		deliver(m, &(struct order_event){ .kind = ORDER_EV_UNKNOWN,
						  .state = ORDER_UNKNOWN,
						  .order_id = id,
						  .instrument = BTC });
}

static void trade(struct model *m, u64 id)
{
	struct venue_order *o = &m->order[id];
	i64 left = o->qty - o->filled,
	    n = left / LOT > 1 && rng_below(&m->g, 2)
			? (1 + (i64)rng_below(&m->g, (u64)(left / LOT - 1))) * LOT
			: left;
	o->filled += n;
	o->open = o->filled < o->qty;
	m->held += o->side == SIDE_BUY ? n : -n;
	m->cash -= (i128)o->px * (o->side == SIDE_BUY ? n : -n);
	tell(m, id,
	     (struct order_event){ .kind = ORDER_EV_FILL,
				   .trade_id = ++m->trades,
				   .fill_px = o->px,
				   .fill_qty = n });
}

/* Whatever has been told so far, risk expects no less than the venue could still do to us. */
static void check_worst_case(const struct model *m, u64 seed, u32 step)
{
	i64 buy = 0, sell = 0;
	for (u32 i = 1; i <= m->n; i++) {
		const struct venue_order *o = &m->order[i];
		i64 left = o->open ? o->qty - o->filled : 0;
		*(o->side == SIDE_BUY ? &buy : &sell) += left;
	}
	struct risk_exposure x = risk_exposure(m->w.risk, BTC);
	i64 held = risk_position(m->w.risk, BTC)->qty;
	if (held + x.buy_qty < m->held + buy || held - x.sell_qty > m->held - sell)
		fail_msg("seed %llu step %u: risk %lld +%lld -%lld, truth %lld +%lld -%lld",
			 (unsigned long long)seed, step, (long long)held, (long long)x.buy_qty,
			 (long long)x.sell_qty, (long long)m->held, (long long)buy,
			 (long long)sell);
}

static void act(struct model *m)
{
	u64 id = m->n ? 1 + rng_below(&m->g, m->n) : 0, what = rng_below(&m->g, 10);
	struct venue_order *o = &m->order[id];
	if (what < 3)
		send_order(m);
	else if (what < 5)
		deliver_one(m);
	else if (what == 5 && m->old.order_id)
		deliver(m, &m->old); /* long since delivered */
	else if (what == 6 && id && o->filled) /* order.status, as reconciliation asks for */
		tell(m, id, (struct order_event){ .kind = ORDER_EV_FILL, .fill_px = o->px });
	else if (!id || !o->open)
		return;
	else if (what < 9)
		trade(m, id);
	else {
		o->open = false;
		tell(m, id, (struct order_event){ .kind = ORDER_EV_CANCELED });
	}
}

static void finish(struct model *m, u64 seed)
{
	while (m->n_told)
		deliver_one(m);
	for (u64 id = 1; id <= m->n; id++)
		if (m->order[id].open) {
			m->order[id].open = false;
			tell(m, id, (struct order_event){ .kind = ORDER_EV_CANCELED });
			deliver_one(m);
		}
	const struct position *p = risk_position(m->w.risk, BTC);
	struct risk_exposure x = risk_exposure(m->w.risk, BTC);
	if (p->qty != m->held || x.buy_qty || x.sell_qty || x.open_orders || x.all_orders ||
	    x.open_notional)
		fail_msg("seed %llu: at the end %lld held, %lld true; +%lld -%lld in %u orders",
			 (unsigned long long)seed, (long long)p->qty, (long long)m->held,
			 (long long)x.buy_qty, (long long)x.sell_qty, x.open_orders);
	assert_true(p->cash == m->cash * 100000000);
	assert_true(p->qty == p->bought_qty - p->sold_qty);
	assert_int_equal(m->w.counters[RISK_CNT_excess_fills], 0);
	assert_int_equal(risk_latched(m->w.risk), 0);
}

static void test_never_less_than_the_truth(void **state)
{
	(void)state;
	static struct model m;
	u64 sent = 0, trades = 0, duplicates = 0, unbooked = 0;
	for (u64 seed = 1; seed <= SEEDS; seed++) {
		m = (struct model){ 0 };
		world_open(&m.w);
		m.w.limits.max_open_orders = m.w.account.max_open_orders = 200;
		world_apply(&m.w);
		rng_seed(&m.g, seed);
		for (u32 step = 0; step < STEPS; step++) {
			m.w.now += rng_below(&m.g, 3 * NS_PER_MS);
			m.w.view.book_rx_ns = m.w.now;
			act(&m);
			check_worst_case(&m, seed, step);
		}
		finish(&m, seed);
		sent += m.n;
		trades += m.trades;
		duplicates += m.w.counters[RISK_CNT_duplicate_fills];
		unbooked += m.w.counters[RISK_CNT_unbooked_ends];
		world_close(&m.w);
	}
	print_message("seeds 1 to %d: %llu orders, %llu trades, %llu repeated, %llu ends ahead of "
		      "their fills\n",
		      SEEDS, (unsigned long long)sent, (unsigned long long)trades,
		      (unsigned long long)duplicates, (unsigned long long)unbooked);
	assert_true(sent > 1000 && trades > 1000 && duplicates > 100 &&
		    unbooked > 100); /* it did happen */
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_never_less_than_the_truth) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
