#include "dataplane/book/book.h"

#include "dataplane/book/book_int.h"

const struct counter_def book_counter_defs[BOOK_CNT_COUNT] = {
#define CNT(name, text) { #name, text },
#include "dataplane/book/book_cnt.def"
#undef CNT
};

struct book *book_new(struct arena *a, u64 *counters, const struct book_config *c)
{
	assert(counters && (c->levels == 0 || c->buffer_levels > 0));
	struct book *b = ARENA_NEW(a, struct book);
	if (!b)
		return NULL;
	b->counters = counters;
	b->instrument = c->instrument;
	b->version = c->version;
	b->ladder_state = BOOK_EMPTY;
	b->has_ladder = c->levels > 0;
	if (b->has_ladder && (ladder_init(&b->ladder, a, c->levels) != ERR_OK ||
			      diff_buffer_init(&b->waiting, a, BOOK_DIFFS_MAX, c->buffer_levels) != ERR_OK))
		return NULL;
	return b;
}

void book_save(const struct book *b, struct state *s)
{
	ladder_save(&b->ladder, s);
	diff_buffer_save(&b->waiting, s);
}

void book_reset(struct book *b, u16 version)
{
	b->bbo = (struct book_bbo){ 0 };
	b->trade = (struct book_trade){ 0 };
	b->rx_ns = b->ladder_rx_ns = 0;
	b->version = version;
	b->ladder_state = BOOK_EMPTY;
	b->stale = b->loading = false;
	ladder_clear(&b->ladder);
	diff_buffer_clear(&b->waiting);
}

static bool is_same(const struct book_level *l, i64 px, i64 qty)
{
	return l ? l->px == px && l->qty == qty : px == 0 && qty == 0;
}

bool book_bbo_agrees(struct book *b)
{
	if (b->ladder_state != BOOK_VALID || b->bbo.update_id != b->ladder_id)
		return true;
	counter_inc(&b->counters[BOOK_CNT_bbo_checked]);
	return is_same(ladder_best(&b->ladder, LADDER_BID), b->bbo.bid_px, b->bbo.bid_qty) &&
	       is_same(ladder_best(&b->ladder, LADDER_ASK), b->bbo.ask_px, b->bbo.ask_qty);
}

static bool side_makes_sense(i64 px, i64 qty) { return (px > 0 && qty > 0) || (px == 0 && qty == 0); }

static bool bbo_makes_sense(const struct book_bbo *q)
{
	return side_makes_sense(q->bid_px, q->bid_qty) && side_makes_sense(q->ask_px, q->ask_qty) &&
	       (q->ask_px == 0 || q->bid_px < q->ask_px);
}

enum book_event book_on_bbo(struct book *b, const struct book_bbo *bbo)
{
	if (bbo->update_id <= b->bbo.update_id) {
		counter_inc(&b->counters[BOOK_CNT_bbo_old]);
		return BOOK_EV_OLD;
	}
	if (!bbo_makes_sense(bbo)) {
		counter_inc(&b->counters[BOOK_CNT_bbo_crossed]);
		return BOOK_EV_REFUSED;
	}
	assert(bbo->update_id > b->bbo.update_id);
	b->bbo = *bbo;
	book_heard(b, bbo->rx_ns);
	counter_inc(&b->counters[BOOK_CNT_bbo]);
	if (book_bbo_agrees(b))
		return BOOK_EV_APPLIED;
	book_lose_ladder(b, BOOK_CNT_bbo_mismatch);
	return BOOK_EV_RESYNC;
}

enum book_event book_on_trade(struct book *b, const struct book_trade *t)
{
	u64 last = b->trade.trade_id;
	if (t->trade_id <= last) {
		counter_inc(&b->counters[BOOK_CNT_trade_old]);
		return BOOK_EV_OLD;
	}
	if (last)
		counter_add(&b->counters[BOOK_CNT_trade_missing], t->trade_id - last - 1);
	b->trade = *t;
	b->rx_ns = u64_max(b->rx_ns, t->rx_ns);
	counter_inc(&b->counters[BOOK_CNT_trade]);
	return BOOK_EV_APPLIED;
}

void book_mark_stale(struct book *b, ns_t now)
{
	if (!b->stale)
		b->stale_ns = now;
	b->stale = true;
}

static void best_of_ladder(const struct book *b, struct book_bbo *out)
{
	const struct book_level *bid = ladder_best(&b->ladder, LADDER_BID), *ask = ladder_best(&b->ladder, LADDER_ASK);
	*out = (struct book_bbo){ .update_id = b->ladder_id, .rx_ns = b->ladder_rx_ns };
	if (bid) {
		out->bid_px = bid->px;
		out->bid_qty = bid->qty;
	}
	if (ask) {
		out->ask_px = ask->px;
		out->ask_qty = ask->qty;
	}
}

bool book_best(const struct book *b, struct book_bbo *out)
{
	if (b->ladder_state == BOOK_VALID && b->ladder_id > b->bbo.update_id)
		best_of_ladder(b, out);
	else
		*out = b->bbo;
	return out->update_id > 0;
}

enum book_state book_state(const struct book *b)
{
	if (b->stale)
		return BOOK_STALE;
	if (b->has_ladder)
		return (enum book_state)b->ladder_state;
	return b->bbo.update_id ? BOOK_VALID : BOOK_EMPTY;
}

u32 book_instrument(const struct book *b) { return b->instrument; }
u16 book_version(const struct book *b) { return b->version; }
const struct book_bbo *book_bbo(const struct book *b) { return &b->bbo; }
const struct book_trade *book_last_trade(const struct book *b) { return &b->trade; }
u64 book_gaps(const struct book *b) { return b->gaps; }
ns_t book_stale_ns(const struct book *b) { return b->stale ? b->stale_ns : 0; }
ns_t book_rx_ns(const struct book *b) { return b->rx_ns; }
u64 book_ladder_id(const struct book *b) { return b->ladder_state == BOOK_VALID ? b->ladder_id : 0; }
struct ladder *book_ladder(struct book *b) { return b->has_ladder ? &b->ladder : NULL; }

u64 book_lag_ids(const struct book *b)
{
	bool behind = b->ladder_state == BOOK_VALID && b->bbo.update_id > b->ladder_id;
	return behind ? b->bbo.update_id - b->ladder_id : 0;
}
