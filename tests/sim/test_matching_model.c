/*
 * The matching against a slow model that deals a trade out lot by lot, and books that must
 * balance after every step.
 */
#include "tests/cmocka_all.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/matching.h"

#define STEPS 4000
#define SEEDS 40
#define PRICES 12
#define LOT 1000LL
#define TICK 1000000LL
#define ORDERS_MAX 4096

static u32 rng;
static u32 below(u32 n) { return (rng = rng * 1664525 + 1013904223) / 256 % n; }

/* An order as the model sees it: lots. */
struct slow {
	bool open;
	enum side side;
	u32 price, left, ahead, filled;
};

struct model {
	struct slow orders[ORDERS_MAX];
	u32 n;
	u32 shown[2][PRICES + 1];
	u32 best_price[2], best_lots[2], taken[2];
};

static bool better(enum side s, u32 a, u32 b) { return s == SIDE_BUY ? a > b : a < b; }

/*
 * Who gets the next lot of a trade at `price`: an order of side `s`, or NULL where the market's
 * queue (or nobody) does.
 */
static struct slow *next_taker(struct model *w, enum side s, u32 price, bool at_price)
{
	struct slow *best = NULL;
	for (u32 i = 0; i < w->n; i++) {
		struct slow *o = &w->orders[i];
		if (o->open && o->side == s && better(s, o->price, price) &&
		    (!best || better(s, o->price, best->price)))
			best = o;
	}
	for (u32 i = 0; !best && at_price && i < w->n; i++)
		if (w->orders[i].open && w->orders[i].side == s && w->orders[i].price == price &&
		    !w->orders[i].ahead)
			best = &w->orders[i];
	return best;
}

/*
 * A lot of the market's own queue at `price` is eaten; false where nobody of ours stands behind
 * it.
 */
static bool eat_queue(struct model *w, enum side s, u32 price)
{
	bool any = false;
	for (u32 i = 0; i < w->n; i++) {
		struct slow *o = &w->orders[i];
		if (o->open && o->side == s && o->price == price && o->ahead) {
			o->ahead--;
			any = true;
		}
	}
	return any;
}

static void fill_lot(struct slow *o)
{
	o->filled++;
	o->open = --o->left > 0;
}

static void slow_trade(struct model *w, u32 price, u32 lots, bool buyer_maker)
{
	enum side passive = buyer_maker ? SIDE_BUY : SIDE_SELL;
	while (lots) {
		struct slow *o = next_taker(w, passive, price, true);
		if (o)
			fill_lot(o);
		else if (!eat_queue(w, passive, price))
			break;
		lots--;
	}
	struct slow *o;
	while (lots-- && (o = next_taker(w, !passive, price, false)))
		fill_lot(o);
}

static void slow_show(struct model *w, enum side s, u32 price, u32 lots)
{
	w->shown[s][price] = lots;
	for (u32 i = 0; i < w->n; i++)
		if (w->orders[i].side == s && w->orders[i].price == price &&
		    w->orders[i].ahead > lots)
			w->orders[i].ahead = lots;
}

/* Only what the fast side accepted comes here. */
static void slow_place(struct model *w, const struct order_request *r)
{
	struct slow *o = &w->orders[w->n++];
	enum side other = !r->side;
	u32 price = (u32)(r->price / TICK), lots = (u32)(r->qty / LOT),
	    free_lots = w->best_lots[other] - w->taken[other];
	*o = (struct slow){ .open = true,
			    .side = r->side,
			    .price = price,
			    .left = lots,
			    .ahead = price ? w->shown[r->side][price] : 0 };
	bool reaches = r->type == TYPE_MARKET || !better(r->side, w->best_price[other], price);
	bool all_or_none = r->tif == TIF_FOK && free_lots < lots;
	for (; reaches && !all_or_none && o->open && free_lots; free_lots--) {
		fill_lot(o);
		w->taken[other]++;
	}
	if (r->type == TYPE_MARKET || r->tif != TIF_GTC)
		o->open = false;
}

static void slow_ticker(struct model *w, enum side s, u32 price, u32 lots)
{
	if (w->best_price[s] != price || w->best_lots[s] != lots)
		w->taken[s] = 0;
	w->best_price[s] = price;
	w->best_lots[s] = lots;
}

static void compare(const struct model *w, const struct matching *m)
{
	assert_int_equal(w->n, m->orders_n);
	u32 open = 0;
	for (u32 i = 0; i < w->n; i++) {
		const struct slow *o = &w->orders[i];
		assert_int_equal(o->filled * LOT, m->orders[i].filled);
		assert_int_equal(o->open, order_is_open(&m->orders[i]));
		if (o->open)
			assert_int_equal(o->ahead * LOT, m->orders[i].queue_ahead);
		open += o->open;
	}
	assert_int_equal(open, m->open_n);
}

/*
 * From the fills alone: every unit of both assets is where it should be, and what is locked is
 * what open orders hold.
 */
static void balance_the_books(const struct matching *m, i64 base, i64 quote)
{
	i64 locked_base = 0, locked_quote = 0;
	for (size_t i = 0; i < m->fills_n; i++) {
		const struct fill *f = &m->fills[i];
		bool buy = f->side == SIDE_BUY;
		i64 rate = f->maker ? m->fees.maker_ppm : m->fees.taker_ppm;
		assert_int_equal(f->commission, (buy ? f->qty : f->quote) * rate / 1000000);
		assert_int_equal((i128)f->quote * SIM_ONE, (i128)f->price * f->qty);
		base += (buy ? f->qty : -f->qty) - (buy ? f->commission : 0);
		quote += (buy ? -f->quote : f->quote) - (buy ? 0 : f->commission);
		assert_int_equal(f->trade_id, FIRST_TRADE_ID + i);
	}
	for (size_t i = 0; i < m->open_n; i++) {
		const struct order *o = &m->orders[m->open[i]];
		i64 left = o->req.qty - o->filled;
		assert_true(i == 0 || m->open[i] > m->open[i - 1]);
		if (o->req.side == SIDE_BUY)
			locked_quote += (i64)((i128)left * o->req.price / SIM_ONE);
		else
			locked_base += left;
	}
	assert_int_equal(m->account.base.locked, locked_base);
	assert_int_equal(m->account.quote.locked, locked_quote);
	assert_int_equal(m->account.base.free + locked_base, base);
	assert_int_equal(m->account.quote.free + locked_quote, quote);
}

/* Every change was reported once, in order: an order's reports add up to the order. */
static void check_reports(struct matching *m, u64 *exec_id)
{
	for (size_t i = 0; i < m->reports_n; i++) {
		const struct report *r = &m->reports[i];
		assert_true(r->exec_id == ++*exec_id);
		assert_int_equal(r->exec == EXEC_TRADE, r->fill != NO_FILL);
		assert_int_equal(r->exec == EXEC_NEW, r->order.status == STATUS_NEW);
	}
	m->reports_n = 0;
}

static void random_order(struct model *w, struct matching *m, const struct ladder *l)
{
	struct order_request r = {
		.side = (enum side)below(2),
		.type = (enum order_type)below(3),
		.tif = (enum tif)below(3),
		.price = (1 + below(PRICES)) * TICK,
		.qty = (1 + below(8)) * LOT,
	};
	r.price = r.type == TYPE_MARKET ? 0 : r.price;
	r.tif = r.type == TYPE_LIMIT ? r.tif : TIF_GTC;
	if (matching_check(m, &r).code)
		return;
	slow_place(w, &r);
	matching_place(m, &r, l, 1);
}

static void random_market(struct model *w, struct matching *m, struct ladder *l)
{
	struct message msg = { .kind = (enum message_kind)below(3) };
	if (msg.kind == MESSAGE_TICKER) {
		u32 bid = 1 + below(PRICES - 1), ask = bid + 1 + below(PRICES - bid), b = below(6),
		    a = below(6);
		slow_ticker(w, SIDE_BUY, bid, b);
		slow_ticker(w, SIDE_SELL, ask, a);
		msg.bid = (struct level){ bid * TICK, b * LOT + below(LOT) };
		msg.ask = (struct level){ ask * TICK, a * LOT + below(LOT) };
		w->taken[SIDE_BUY] = w->taken[SIDE_SELL] = 0; /* the odd units differ from before */
		if (msg.bid.qty == m->best[SIDE_BUY].qty || msg.ask.qty == m->best[SIDE_SELL].qty)
			msg.bid.qty = m->best[SIDE_BUY].qty + 1,
			msg.ask.qty = m->best[SIDE_SELL].qty + 1;
		w->best_lots[SIDE_BUY] = (u32)(msg.bid.qty / LOT);
		w->best_lots[SIDE_SELL] = (u32)(msg.ask.qty / LOT);
	} else if (msg.kind == MESSAGE_DEPTH) {
		enum side s = (enum side)below(2);
		u32 p = 1 + below(PRICES), lots = below(6);
		slow_show(w, s, p, lots);
		ladder_set(l, s, p * TICK, lots * LOT);
	} else {
		u32 p = 1 + below(PRICES), lots = 1 + below(10);
		msg.buyer_maker = below(2);
		msg.trade = (struct level){ p * TICK, lots * LOT };
		slow_trade(w, p, lots, msg.buyer_maker);
	}
	matching_on_market(m, &msg, l, 2);
}

static void random_cancel(struct model *w, struct matching *m)
{
	if (!m->open_n)
		return;
	size_t i = m->open[below((u32)m->open_n)];
	w->orders[i].open = false;
	matching_cancel(m, m->orders[i].id, "", 3);
}

static void run(u32 seed)
{
	static struct model w;
	struct rules rules;
	struct matching m;
	struct ladder l = { 0 };
	rng = seed;
	memset(&w, 0, sizeof w);
	rules_init(&rules, "BTCUSDT");
	rules.notional_min = 0;
	i64 base = 30 * LOT, quote = 200 * TICK * LOT / SIM_ONE; /* little: balances run out */
	matching_init(&m, &rules, (struct fees){ 1000, 3333 },
		      (struct account){ .base.free = base, .quote.free = quote });
	u64 exec_id = m.next_exec_id - 1;
	for (u32 i = 0; i < STEPS && w.n < ORDERS_MAX; i++) {
		u32 dice = below(10);
		if (dice < 4)
			random_order(&w, &m, &l);
		else if (dice < 9)
			random_market(&w, &m, &l);
		else
			random_cancel(&w, &m);
		compare(&w, &m);
		balance_the_books(&m, base, quote);
		check_reports(&m, &exec_id);
	}
	if (m.fills_n < 50)
		fail_msg("seed %u: only %zu fills, the test tests nothing", seed, m.fills_n);
	matching_free(&m);
	ladder_free(&l);
}

static void test_like_the_model(void **state)
{
	(void)state;
	for (u32 seed = 1; seed <= SEEDS; seed++) {
		print_message("seed %u\n", seed);
		run(seed);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_like_the_model) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
