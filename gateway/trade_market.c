/*
 * trade_market.c - from the tape to the strategies.
 */
#include "gateway/trade_internal.h"

#define TAPE_BATCH 256 /* events a turn at most: answers of the venue must not wait behind a long diff */

/*
 * Nothing of an instrument whose prices cannot be trusted stays in the book, unless so configured.
 */
static void book_state_is(struct trade_core *c, u32 instrument, u8 state)
{
	struct market_view *m = &c->market[instrument].view;
	bool was_valid = m->book_state == BOOK_VALID;
	m->book_state = state;
	if (!was_valid || state == BOOK_VALID || !c->cfg.cancel_on_stale)
		return;
	for (u32 i = c->orders.n_open; i--;) {
		struct order *o = order_table_open(&c->orders, i);
		if (o->instrument != instrument || o->cancel_wanted)
			continue;
		trade_count(c, TRADE_CNT_stale_cancels);
		trade_want_cancel(c, o);
	}
}

void trade_reload(struct trade_core *c)
{
	c->tape_next = tape_imaged(c->tape) + 1;
	for (u32 i = 0; i < c->n_instruments; i++) {
		struct market_view *m = &c->market[i].view;
		struct book_top top;
		bool read = c->l.image[i] && book_image_read_top(c->l.image[i], &top) == ERR_OK;
		if (c->rec)
			recorder_image(c->rec, i, &top, read ? sizeof top : 0);
		if (!read) {
			book_state_is(c, i, BOOK_STALE); /* until the tape says otherwise */
			continue;
		}
		m->bid_px = top.bid_px, m->bid_qty = top.bid_qty, m->ask_px = top.ask_px,
		m->ask_qty = top.ask_qty;
		m->trade_px = top.trade_px, m->trade_qty = top.trade_qty;
		m->rx_ns = top.bbo_rx_ns;
		c->market[i].reloaded_at = top.tape_seq;
		book_state_is(c, i, top.state);
	}
}

static void fold(struct trade_core *c, const struct tape_event *e)
{
	struct market_view *m = &c->market[e->instrument].view;
	switch (e->kind) {
	case TAPE_BBO:
		m->bid_px = e->bid_px, m->bid_qty = e->bid_qty, m->ask_px = e->ask_px,
		m->ask_qty = e->ask_qty;
		m->rx_ns = e->rx_ns;
		break;
	case TAPE_TRADE: m->trade_px = e->px, m->trade_qty = e->qty; break;
	case TAPE_STATUS: book_state_is(c, e->instrument, (u8)e->book_state); break;
	case TAPE_LEVEL: m->rx_ns = e->rx_ns; break; /* the book lives; no strategy interface shows depth yet */
	default: break;
	}
}

static void decide(struct trade_core *c, const struct tape_event *e, u64 seq)
{
	struct market_view *v = &c->market[e->instrument].view;
	v->instrument = e->instrument;
	v->version = e->version;
	v->kind = e->kind;
	v->flags = e->flags;
	v->seq = seq;
	v->position = risk_position(c->risk, e->instrument)->qty;
	v->now = c->now;
	c->cause_poll_tsc = e->poll_tsc;
	c->cause_publish_tsc = e->publish_tsc;
	c->cause_seq = seq;
	host_on_market(c->host, v, c->turn_tsc);
	c->cause_seq = 0;
	trade_count(c, TRADE_CNT_decisions);
}

/* The images may not be there yet: the next turn goes on. */
static u32 lapped(struct trade_core *c)
{
	struct record_lap lap = { .from = c->tape_next };
	trade_count(c, TRADE_CNT_tape_lapped);
	trade_reload(c);
	lap.to = c->tape_next;
	if (c->rec)
		recorder_put(c->rec, RECORD_LAP, &lap, sizeof lap);
	return 1;
}

u32 trade_read_tape(struct trade_core *c)
{
	struct tape_event e;
	u32 n = 0;
	for (; n < TAPE_BATCH; n++) {
		enum tape_result got = tape_read(c->tape, c->tape_next, &e);
		if (got == TAPE_EMPTY)
			break;
		if (got == TAPE_LAPPED)
			return n + lapped(c);
		u64 seq = c->tape_next++;
		if (e.instrument >= c->n_instruments || seq <= c->market[e.instrument].reloaded_at)
			continue;
		c->read_tsc = c->profile ? 0 : tsc_now();
		fold(c, &e);
		if ((e.flags & TAPE_LAST) && c->kill < KILL_HALT)
			decide(c, &e, seq);
		trade_count(c, TRADE_CNT_tape_events);
	}
	return n;
}

struct risk_view trade_risk_view(const struct trade_core *c, u32 instrument)
{
	const struct market_view *m = &c->market[instrument].view;
	return (struct risk_view){
		.bid_px = m->bid_px,
		.ask_px = m->ask_px,
		.book_rx_ns = m->rx_ns,
		.version = c->market[instrument].version,
		.status = m->status,
		.book_state = m->book_state,
		.kill = c->kill,
		.down = (u8)(c->link[0] == LINK_READY ? 0 : RISK_DOWN_SESSION | RISK_DOWN_PRIVATE)
	};
}
