/*
 * Any sequence of orders and order events, as a hostile venue could send them: nothing crashes or
 * overflows, and the books agree: what is exposed is the sum over open orders, and a position is
 * what was bought less what was sold.
 */
#include <string.h>

#include "risk/state.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { IDS = 16 };

struct input {
	const uint8_t *p;
	size_t n;
};

static u8 take_u8(struct input *in)
{
	if (!in->n)
		return 0;
	in->n--;
	return *in->p++;
}

/* Small, huge or negative. */
static i64 take_i64(struct input *in)
{
	u8 how = take_u8(in);
	i64 v = 0;
	if (how & 0x80)
		return (i64)(how & 0x7f) * 1000;
	for (u32 i = 0; i < (how & 7u) + 1; i++)
		v = (i64)((u64)v << 8 | take_u8(in));
	return how & 0x40 ? (i64)(0 - (u64)v) : v;
}

static void check_books(const struct risk *r)
{
	i64 working[INSTRUMENTS_MAX][2] = { 0 };
	u32 open[INSTRUMENTS_MAX] = { 0 }, all = 0;
	for (u32 i = 0; i < r->orders.max; i++) {
		const struct risk_order *x = &r->orders.order[i];
		assert(!x->open || (x->left > 0 && x->side <= SIDE_SELL));
		if (!x->open)
			continue;
		working[x->instrument][x->side] += x->left;
		open[x->instrument]++;
		all++;
	}
	assert(all == r->open_orders && all + r->orders.spare_n == r->orders.max);
	for (u32 i = 0; i < 2; i++) {
		const struct risk_row *w = &r->row[i];
		const struct position *p = &w->position;
		assert(w->working[0] == working[i][0] && w->working[1] == working[i][1] &&
		       w->open_orders == open[i]);
		assert(w->open_raw >= 0 && w->qty == p->qty);
		assert((i128)p->start_qty + p->bought_qty - p->sold_qty == p->qty);
		risk_exposure(r, i);
	}
}

static void set_up(struct risk *r)
{
	struct instrument i = {
		.px_scale = 2, .qty_scale = 8, .tick = 1, .lot = 1, .quote = "USDT"
	};
	struct risk_limits l = { .max_qty = INT64_MAX,
				 .max_notional = INT64_MAX,
				 .max_open_notional = INT64_MAX,
				 .max_long = INT64_MAX,
				 .max_short = INT64_MAX,
				 .max_through = -1,
				 .max_loss = 1000000,
				 .max_open_orders = 12,
				 .collar_bps = RISK_COLLAR_MAX_BPS,
				 .max_book_age_ns = NS_PER_S,
				 .allowed = 1 };
	struct risk_account a = { .orders_per_s = NS_PER_S,
				  .orders_burst = UINT32_MAX,
				  .max_open_orders = 20,
				  .max_rejects = 3,
				  .max_fills = 9,
				  .fills_window_ns = 1000,
				  .duplicate_ns = 2 };
	for (i.id = 0; i.id < 2; i.id++)
		if (risk_set_instrument(r, &i) != ERR_OK || risk_set_limits(r, i.id, &l) != ERR_OK)
			__builtin_trap();
	if (risk_set_account(r, &a, 1) != ERR_OK)
		__builtin_trap();
	risk_set_state(r, RISK_STATE_ACTIVE);
}

static void place(struct risk *r, struct input *in, u64 *last_id, ns_t now)
{
	struct risk_passed p;
	struct order_req q = { .instrument = take_u8(in) % 3,
			       .side = take_u8(in) % 3,
			       .type = take_u8(in) % 4,
			       .px = take_i64(in),
			       .qty = take_i64(in) };
	struct risk_view v = { .bid_px = take_i64(in),
			       .ask_px = take_i64(in),
			       .book_rx_ns = now,
			       .book_state = BOOK_VALID };
	if (risk_check(r, &q, &v, now, &p) == RISK_PASS)
		risk_on_sent(r, ++*last_id, &p);
}

static void event(struct risk *r, struct input *in, u64 last_id, ns_t now)
{
	struct order_event e = { .kind = take_u8(in) % 7,
				 .state = take_u8(in) % (ORDER_STATES + 1),
				 .instrument = take_u8(in) % 3,
				 .side = take_u8(in) % 3,
				 .trade_id = take_u8(in) % 8,
				 .order_id = last_id - take_u8(in) % IDS };
	e.px = take_i64(in);
	e.qty = take_i64(in);
	e.filled_qty = take_i64(in);
	e.fill_px = take_i64(in);
	e.fill_qty = take_i64(in);
	e.fee = take_i64(in);
	e.fee_asset[0] = (char)('A' + take_u8(in) % 6);
	risk_on_order_event(r, &e, now);
}

static void settings(struct risk *r, struct input *in)
{
	struct instrument i = r->row[0].instrument;
	u8 what = take_u8(in) % 3;
	if (what == 0)
		risk_set_position(r, take_u8(in) % 3, take_i64(in), take_i64(in));
	else if (what == 1)
		risk_mark(r, take_u8(in) % 2, take_i64(in));
	else {
		i.tick = take_i64(in);
		i.px_scale = take_u8(in) % 12;
		risk_set_instrument(r, &i);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static u64 counters[RISK_COUNTERS];
	struct input in = { data, size };
	static struct arena a; /* taken once; what is allocated comes zeroed */
	u64 last_id = 0;
	ns_t now = NS_PER_S;
	if (!a.base && arena_open(&a, 4 << 20) != ERR_OK)
		return 0;
	a.used = 0;
	struct risk *r = risk_new(&a, counters);
	set_up(r);
	while (in.n) {
		u8 what = take_u8(&in) % 8;
		now += take_u8(&in);
		if (what < 3)
			place(r, &in, &last_id, now);
		else if (what < 6)
			event(r, &in, last_id, now);
		else if (what == 6)
			settings(r, &in);
		else
			risk_set_state(r, RISK_STATE_ACTIVE);
		check_books(r);
	}
	return 0;
}
