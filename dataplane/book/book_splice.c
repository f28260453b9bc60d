#include "dataplane/book/book_int.h"

static void count(struct book *b, enum book_counter c) { counter_inc(&b->counters[c]); }

void book_lose_ladder(struct book *b, enum book_counter reason)
{
	assert(b->ladder_state == BOOK_VALID && !b->loading);
	count(b, reason);
	b->gaps++;
	b->ladder_state = BOOK_RESYNC;
	ladder_clear(&b->ladder);
	diff_buffer_clear(&b->waiting);
}

static void apply_levels(struct book *b, enum ladder_side side, const struct book_level *l, u32 n)
{
	u64 dropped = b->ladder.dropped;
	for (u32 i = 0; i < n; i++)
		ladder_apply(&b->ladder, side, l[i].px, l[i].qty);
	if (b->ladder.dropped != dropped)
		counter_add(&b->counters[BOOK_CNT_level_dropped], b->ladder.dropped - dropped);
}

static bool levels_make_sense(const struct book_level *l, u32 n)
{
	bool bad = false;
	for (u32 i = 0; i < n; i++)
		bad |= (l[i].px <= 0) | (l[i].qty < 0);
	return !bad;
}

static bool diff_makes_sense(const struct book *b, const struct book_diff *d)
{
	return b->has_ladder && d->first_id > 0 && d->first_id <= d->update_id &&
	       levels_make_sense(d->bids, d->n_bids) && levels_make_sense(d->asks, d->n_asks);
}

/*
 * Keeps `d` for the snapshot to come; the run of waiting diffs starts anew where `d` does not follow on or does
 * not fit.
 */
static enum book_event keep(struct book *b, const struct book_diff *d)
{
	u64 last = diff_buffer_last_id(&b->waiting);
	if (d->update_id <= last) {
		count(b, BOOK_CNT_diff_old);
		return BOOK_EV_OLD;
	}
	if (last && d->first_id > last + 1) {
		count(b, BOOK_CNT_buffer_gap);
		diff_buffer_clear(&b->waiting);
	}
	struct waiting_diff w = {
		.first_id = d->first_id, .update_id = d->update_id, .rx_ns = d->rx_ns, .n_bids = d->n_bids,
		.n_asks = d->n_asks,
	};
	if (!diff_buffer_push(&b->waiting, w, d->bids, d->asks)) {
		count(b, BOOK_CNT_buffer_overflow);
		diff_buffer_clear(&b->waiting);
		/* A diff larger than all room is left out: the next one begins the run. */
		diff_buffer_push(&b->waiting, w, d->bids, d->asks);
	}
	book_heard(b, d->rx_ns);
	return BOOK_EV_BUFFERED;
}

static enum book_event apply(struct book *b, const struct book_diff *d)
{
	assert(d->first_id <= b->ladder_id + 1 && d->update_id > b->ladder_id);
	if (d->first_id <= b->ladder_id)
		count(b, BOOK_CNT_diff_overlap);
	apply_levels(b, LADDER_BID, d->bids, d->n_bids);
	apply_levels(b, LADDER_ASK, d->asks, d->n_asks);
	b->ladder_id = d->update_id;
	b->ladder_rx_ns = d->rx_ns;
	book_heard(b, d->rx_ns);
	count(b, BOOK_CNT_diff);
	if (ladder_is_crossed(&b->ladder)) {
		book_lose_ladder(b, BOOK_CNT_crossed);
		return BOOK_EV_RESYNC;
	}
	if (!book_bbo_agrees(b)) {
		book_lose_ladder(b, BOOK_CNT_bbo_mismatch);
		return BOOK_EV_RESYNC;
	}
	return BOOK_EV_APPLIED;
}

enum book_event book_on_diff(struct book *b, const struct book_diff *d)
{
	if (!diff_makes_sense(b, d)) {
		count(b, BOOK_CNT_diff_refused);
		return BOOK_EV_REFUSED;
	}
	if (b->ladder_state == BOOK_RESYNC)
		return keep(b, d);
	if (b->ladder_state == BOOK_EMPTY) {
		b->ladder_state = BOOK_RESYNC;
		keep(b, d);
		return BOOK_EV_RESYNC;
	}
	if (d->update_id <= b->ladder_id) {
		count(b, BOOK_CNT_diff_old);
		return BOOK_EV_OLD;
	}
	if (d->first_id > b->ladder_id + 1) {
		book_lose_ladder(b, BOOK_CNT_gap);
		keep(b, d);
		return BOOK_EV_RESYNC;
	}
	return apply(b, d);
}

err_t book_snapshot_begin(struct book *b, u64 last_update_id)
{
	if (!b->has_ladder || b->ladder_state == BOOK_VALID)
		return ERR_STATE;
	ladder_clear(&b->ladder);
	b->ladder_state = BOOK_RESYNC;
	b->loading = true;
	b->load_id = last_update_id;
	return ERR_OK;
}

/* The load is given up. */
static err_t refuse_snapshot(struct book *b, enum book_counter why, err_t e)
{
	count(b, why);
	assert(b->ladder_state == BOOK_RESYNC);
	b->loading = false;
	ladder_clear(&b->ladder);
	return e;
}

err_t book_snapshot_slice(struct book *b, enum ladder_side side, const struct book_level *levels, u32 n)
{
	if (!b->loading)
		return ERR_STATE;
	for (u32 i = 0; i < n; i++) {
		if (b->ladder.half[side].n == b->ladder.cap) {
			counter_add(&b->counters[BOOK_CNT_level_dropped], n - i);
			return ERR_OK;
		}
		if (levels[i].px <= 0 || !ladder_append_worse(&b->ladder, side, levels[i]))
			return refuse_snapshot(b, BOOK_CNT_snapshot_bad, ERR_SYNTAX);
	}
	return ERR_OK;
}

/* What waited and is newer than the snapshot; false where it leads to a crossed ladder. */
static bool replay_waiting(struct book *b)
{
	for (u32 i = 0; i < b->waiting.n; i++) {
		const struct waiting_diff *w = &b->waiting.diff[i];
		if (w->update_id <= b->ladder_id)
			continue;
		assert(w->first_id <= b->ladder_id + 1);
		apply_levels(b, LADDER_BID, &b->waiting.level[w->at], w->n_bids);
		apply_levels(b, LADDER_ASK, &b->waiting.level[w->at + w->n_bids], w->n_asks);
		b->ladder_id = w->update_id;
		count(b, BOOK_CNT_diff);
		if (ladder_is_crossed(&b->ladder))
			return false;
	}
	return true;
}

err_t book_snapshot_end(struct book *b, ns_t now)
{
	if (!b->loading)
		return ERR_STATE;
	if (b->waiting.n && b->waiting.diff[0].first_id > b->load_id + 1)
		return refuse_snapshot(b, BOOK_CNT_snapshot_old, ERR_AGAIN);
	ladder_reverse(&b->ladder);
	b->ladder_id = b->load_id;
	if (ladder_is_crossed(&b->ladder) || !replay_waiting(b))
		return refuse_snapshot(b, BOOK_CNT_snapshot_bad, ERR_AGAIN);
	b->loading = false;
	b->ladder_state = BOOK_VALID;
	if (!book_bbo_agrees(b)) {
		book_lose_ladder(b, BOOK_CNT_bbo_mismatch);
		return ERR_AGAIN;
	}
	diff_buffer_clear(&b->waiting);
	b->ladder_rx_ns = now;
	book_heard(b, now);
	count(b, BOOK_CNT_snapshot);
	assert(ladder_is_sorted(&b->ladder));
	return ERR_OK;
}
