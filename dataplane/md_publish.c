#include "dataplane/md_publish.h"

#define CHECK_BATCH 64 /* books looked at in one turn: the feed must not wait for a thousand */

/* ---- the tape ---- */

static struct tape_event event_of(const struct md_core *c, const struct feed_msg *m, u8 kind,
				  ns_t now)
{
	return (struct tape_event){ .head = tape_head_word(m->instrument, m->version, kind, TAPE_LAST),
				    .rx_ns = now,
				    .update_id = m->update_id,
				    .poll_tsc = c->rx_tsc,
				    .venue_time_us = m->venue_time_us,
				    .turn = c->turn };
}

static void publish(struct md_core *c, struct tape_event *e)
{
	e->publish_tsc = tsc_now();
	tape_publish(c->tape, e);
}

/* ---- images ---- */

static void top_due(struct md_core *c, u32 i)
{
	instrument_set_add(&c->top_due, i);
	c->images_due = true;
}

static void ladder_due(struct md_core *c, u32 i)
{
	instrument_set_add(&c->ladder_due, i);
	c->images_due = true;
}

/* Those of the 64 books from `first` on. */
static void write_images(struct md_core *c, u32 first, u64 tops, u64 ladders, u64 seq)
{
	for (u64 due = ladders; due; due &= due - 1) {
		u32 i = first + (u32)__builtin_ctzll(due);
		book_image_write(c->l.image[i], c->book[i], seq);
	}
	for (u64 due = tops & ~ladders; due; due &= due - 1) {
		u32 i = first + (u32)__builtin_ctzll(due);
		book_image_write_top(c->l.image[i], c->book[i], seq);
	}
}

void md_write_images(struct md_core *c)
{
	u64 seq = tape_head(c->tape);
	for (u32 k = 0; k < INSTRUMENT_SET_WORDS; k++) {
		write_images(c, 64 * k, c->top_due.w[k], c->ladder_due.w[k], seq);
		c->top_due.w[k] = c->ladder_due.w[k] = 0;
	}
	c->images_due = false;
	tape_set_imaged(c->tape, seq);
}

/* ---- state ---- */

static void want_snapshot(struct md_core *c, u32 i, ns_t now)
{
	struct msg_snapshot m = { .instrument = i };
	c->snapshot_asked_ns[i] = now;
	if (!ring_put(c->l.to_ctl, MSG_WANT_SNAPSHOT, i, &m, sizeof m))
		counter_inc(&c->l.cnt[MD_CNT_ctl_ring_full]);
}

void md_publish_state(struct md_core *c, u32 i, ns_t now)
{
	u8 state = (u8)book_state(c->book[i]);
	if (state == c->published_state[i])
		return;
	c->published_state[i] = state;
	struct tape_event e = { .instrument = i,
				.version = book_version(c->book[i]),
				.kind = TAPE_STATUS,
				.flags = TAPE_LAST,
				.book_state = state,
				.rx_ns = now,
				.poll_tsc = c->rx_tsc,
				.turn = c->turn };
	counter_inc(&c->l.cnt[MD_CNT_status_changes]);
	publish(c, &e);
	top_due(c, i);
}

static void lost_ladder(struct md_core *c, u32 i, ns_t now)
{
	counter_inc(&c->l.cnt[MD_CNT_resyncs]);
	md_publish_state(c, i, now);
	ladder_due(c, i); /* empty: nobody reads levels that no longer hold */
	want_snapshot(c, i, now);
}

/* ---- messages ---- */

void md_on_bbo(struct md_core *c, const struct feed_msg *m, ns_t now)
{
	struct book *b = c->book[m->instrument];
	struct book_bbo bbo = { .update_id = m->update_id,
				.bid_px = m->bid_px,
				.bid_qty = m->bid_qty,
				.ask_px = m->ask_px,
				.ask_qty = m->ask_qty,
				.rx_ns = now };
	enum book_event ev = book_on_bbo(b, &bbo);
	if (ev != BOOK_EV_APPLIED && ev != BOOK_EV_RESYNC)
		return;
	struct tape_event e = event_of(c, m, TAPE_BBO, now);
	e.bid_px = m->bid_px, e.bid_qty = m->bid_qty, e.ask_px = m->ask_px, e.ask_qty = m->ask_qty;
	publish(c, &e);
	counter_inc(&c->l.cnt[MD_CNT_bbo]);
	top_due(c, m->instrument);
	if (ev == BOOK_EV_RESYNC)
		lost_ladder(c, m->instrument, now);
	else
		md_publish_state(c, m->instrument, now);
}

void md_on_trade(struct md_core *c, const struct feed_msg *m, ns_t now)
{
	struct book *b = c->book[m->instrument];
	struct book_trade t = { .trade_id = m->update_id,
				.px = m->px,
				.qty = m->qty,
				.rx_ns = now,
				.buyer_maker = m->buyer_maker };
	if (book_on_trade(b, &t) != BOOK_EV_APPLIED)
		return;
	struct tape_event e = event_of(c, m, TAPE_TRADE, now);
	e.px = m->px, e.qty = m->qty, e.trade_id = m->update_id;
	e.flags |= m->buyer_maker ? TAPE_BUYER_MAKER : 0;
	publish(c, &e);
	counter_inc(&c->l.cnt[MD_CNT_trades]);
	top_due(c, m->instrument);
}

static void publish_levels(struct md_core *c, struct tape_event *e, const struct feed_msg *m)
{
	u32 total = m->n_bids + m->n_asks;
	for (u32 i = 0; i < total; i++) {
		bool ask = i >= m->n_bids;
		const struct feed_level *l = ask ? &m->asks[i - m->n_bids] : &m->bids[i];
		e->px = l->px, e->qty = l->qty;
		u8 flags = (u8)((ask ? TAPE_ASK : 0) | (i + 1 == total ? TAPE_LAST : 0));
		e->head = tape_head_word(m->instrument, m->version, TAPE_LEVEL, flags);
		publish(c, e);
	}
	counter_add(&c->l.cnt[MD_CNT_levels], total);
}

void md_on_depth(struct md_core *c, const struct feed_msg *m, ns_t now)
{
	struct book *b = c->book[m->instrument];
	struct book_diff d = { .first_id = m->first_id,
			       .update_id = m->update_id,
			       .n_bids = m->n_bids,
			       .n_asks = m->n_asks,
			       .rx_ns = now,
			       .bids = (const struct book_level *)(const void *)m->bids,
			       .asks = (const struct book_level *)(const void *)m->asks };
	enum book_event ev = book_on_diff(b, &d);
	if (ev == BOOK_EV_RESYNC) {
		lost_ladder(c, m->instrument, now);
	} else if (ev == BOOK_EV_APPLIED) {
		struct tape_event e = event_of(c, m, TAPE_LEVEL, now);
		publish_levels(c, &e, m);
		ladder_due(c, m->instrument);
		md_publish_state(c, m->instrument, now);
	}
}

/* ---- snapshots, in slices from ctl ---- */

static void snapshot_done(struct md_core *c, u32 i, ns_t now)
{
	struct book *b = c->book[i];
	err_t e = book_snapshot_end(b, now);
	if (e == ERR_AGAIN) {
		counter_inc(&c->l.cnt[MD_CNT_snapshot_too_old]);
		want_snapshot(c, i, now);
	}
	if (e != ERR_OK)
		return;
	/*
	 * The image first: who sees the reset reloads from it. The event's own sequence is the one
	 * the image contains.
	 */
	book_image_write(c->l.image[i], b, tape_head(c->tape) + 1);
	struct tape_event ev = { .instrument = i,
				 .version = book_version(b),
				 .kind = TAPE_RESET,
				 .flags = TAPE_LAST,
				 .rx_ns = now,
				 .update_id = book_ladder_id(b),
				 .poll_tsc = c->rx_tsc,
				 .turn = c->turn };
	publish(c, &ev);
	counter_inc(&c->l.cnt[MD_CNT_resets]);
	md_publish_state(c, i, now);
}

static void on_levels(struct book *b, const struct ring_msg *m)
{
	const struct msg_levels *l = (const void *)m->data;
	if (m->n == sizeof *l + l->n * sizeof l->level[0])
		book_snapshot_slice(b, l->ask ? LADDER_ASK : LADDER_BID,
				    (const struct book_level *)(const void *)l->level, l->n);
}

void md_on_snapshot(struct md_core *c, const struct ring_msg *m, ns_t now)
{
	/* all three begin with the instrument */
	const struct msg_snapshot *s = (const void *)m->data;
	bool slice = m->type == MSG_SNAPSHOT_LEVELS;
	if (m->n < (slice ? sizeof(struct msg_levels) : sizeof *s) ||
	    s->instrument >= c->n_instruments || !c->book[s->instrument] || c->halted)
		return;
	struct book *b = c->book[s->instrument];
	if (slice)
		on_levels(b, m);
	else if (m->type == MSG_SNAPSHOT_BEGIN)
		/* refused where none is wanted; the slices then are too */
		book_snapshot_begin(b, s->update_id);
	else
		snapshot_done(c, s->instrument, now);
}

/* ---- liveness ---- */

void md_mark_stale(struct md_core *c, ns_t now)
{
	for (u32 i = 0; i < c->n_instruments; i++)
		if (c->book[i]) {
			book_mark_stale(c->book[i], now);
			md_publish_state(c, i, now);
		}
}

static void check_book(struct md_core *c, u32 i, ns_t now)
{
	struct book *b = c->book[i];
	if (!b)
		return;
	if (book_state(b) == BOOK_VALID && now > book_rx_ns(b) + c->cfg.stale_ns)
		book_mark_stale(b, now);
	md_publish_state(c, i, now);
	if (book_state(b) == BOOK_RESYNC && now > c->snapshot_asked_ns[i] + c->cfg.snapshot_ns)
		want_snapshot(c, i, now);
}

void md_check_books(struct md_core *c, ns_t now)
{
	for (u32 n = u32_min(c->n_instruments, CHECK_BATCH); n; n--) {
		check_book(c, c->check_next, now);
		c->check_next = c->check_next + 1 < c->n_instruments ? c->check_next + 1 : 0;
	}
}
