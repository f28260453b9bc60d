#include "pcap/replay.h"

#include <stdarg.h>
#include <stdio.h>

#include "pcap/replay_compare.h"

static const char *const core_names[RECORD_CORES] = { "market-data core", "trading core" };

__attribute__((format(printf, 2, 3))) static bool stop(struct replay *r, const char *format, ...)
{
	va_list ap;
	va_start(ap, format);
	vsnprintf(r->why, sizeof r->why, format, ap);
	va_end(ap);
	return false;
}

static const struct replay_turn *next_turn(const struct replay *r, enum record_core core)
{
	const struct replay_core_file *f = &r->stretch->core[core];
	return r->core[core].turn < f->n_turns ? &f->turns[r->core[core].turn] : NULL;
}

/* ---- a turn's inputs ---- */

static bool feed_inbox(struct replay_core *c, const struct record_item *i)
{
	struct record_inbox m;
	memcpy(&m, i->data.p, sizeof m);
	return ring_put(c->in[m.inbox], m.type, m.tag, i->data.p + sizeof m, m.n);
}

/* An image as it was read after a lap; one that could not be read is not there. */
static void show_image(struct replay *r, const struct record_item *i)
{
	struct record_image m;
	struct book_top top;
	memcpy(&m, i->data.p, sizeof m);
	if (m.instrument >= INSTRUMENTS_MAX || !r->image[m.instrument])
		return;
	r->trade->l.image[m.instrument] = m.n == sizeof top ? r->image[m.instrument] : NULL;
	if (m.n != sizeof top)
		return;
	memcpy(&top, i->data.p + sizeof m, sizeof top);
	book_image_put_top(r->image[m.instrument], &top);
}

/* The events before the lap are there, the one it met is gone. */
static void lap(struct replay *r, const struct record_lap *l)
{
	struct tape *t = r->trade_tape;
	t->slot[l->from & (t->slots - 1)].seq = 0;
	t->head = u64_max(t->head, l->from);
	tape_set_imaged(t, l->to - 1);
}

static bool feed_host(struct replay *r, const struct record_item *i)
{
	struct record_host h;
	memcpy(&h, i->data.p, sizeof h);
	return host_pause_at(r->trade->host, (u16)h.strategy, h.calls) == ERR_OK;
}

static bool feed_item(struct replay *r, enum record_core core, const struct record_item *i)
{
	switch (i->type) {
	case RECORD_INBOX: return feed_inbox(&r->core[core], i);
	case RECORD_IMAGE: show_image(r, i); return core == RECORD_TRADE;
	case RECORD_HOST: return core == RECORD_TRADE && feed_host(r, i);
	default: return true;
	}
}

static bool feed(struct replay *r, enum record_core core, const struct replay_turn *t)
{
	const struct replay_item *items = r->stretch->core[core].items + t->first;
	r->core[core].port.kill_last = t->t.kill_last;
	r->kill->kill = t->t.kill;
	replay_port_turn(&r->core[core].port, items, t->n);
	for (u64 i = 0; i < t->n; i++)
		if (!feed_item(r, core, &items[i].r))
			return stop(r, "%s, turn %llu, behind packet %llu: a message or a pause that the core cannot take",
				    core_names[core], (unsigned long long)t->t.turn,
				    (unsigned long long)items[i].packet);
	return true;
}

/* ---- a turn ---- */

static void switch_on(struct replay_core *c)
{
	const struct ring_msg *m;
	if (recorder_is_on(c->recorder))
		return;
	recorder_want(c->recorder, RECORDER_ON);
	recorder_switch(c->recorder, 0, 0);
	m = ring_peek(c->records); /* RECORD_START */
	ring_release(c->records, m);
}

static bool run_turn(struct replay *r, enum record_core core, const struct replay_turn *t)
{
	struct replay_core *c = &r->core[core];
	struct replay_difference d;
	switch_on(c);
	if (!feed(r, core, t))
		return false;
	if (r->before)
		r->before(r->user, t->t.tsc);
	if (core == RECORD_MD) {
		r->md->turn = t->t.turn - 1;
		md_core_step(r->md, t->t.tsc);
	} else {
		r->trade->turn = t->t.turn - 1;
		trade_core_step(r->trade, t->t.tsc);
	}
	r->after(r->user, core);
	c->turn++;
	bool same = replay_compare(&r->stretch->core[core], t, c->records, &d);
	c->rx += d.rx, c->tx += d.tx;
	if (same)
		return true;
	r->differs = true;
	return stop(r, "%s, turn %llu, packet %llu: %s", core_names[core], (unsigned long long)t->t.turn,
		    (unsigned long long)d.packet, d.what);
}

/* ---- the market as the trading core saw it ---- */

/* The md core has published every event below `upto`. */
static bool run_md_upto(struct replay *r, u64 upto)
{
	const struct replay_turn *t;
	while (tape_head(r->md_tape) + 1 < upto) {
		if (!(t = next_turn(r, RECORD_MD)))
			return stop(r, "market data ends: %s", r->stretch->core[RECORD_MD].ended
								      ? r->stretch->core[RECORD_MD].why
								      : "the trading core had read further");
		if (!run_turn(r, RECORD_MD, t))
			return false;
	}
	return true;
}

static bool event_at(const struct replay *r, u64 seq, struct tape_event *e)
{
	if (seq - r->first_event >= r->n_events)
		return tape_read(r->md_tape, seq, e) == TAPE_OK;
	memcpy(e, &r->event[seq - r->first_event], sizeof *e);
	return true;
}

static bool copy_events(struct replay *r, u64 upto)
{
	struct tape_event e;
	r->trade_tape->head = r->tape_next - 1;
	for (; r->tape_next < upto; r->tape_next++) {
		if (!event_at(r, r->tape_next, &e))
			return stop(r, "event %llu is no longer on the tape: market.tape_slots has changed?",
				    (unsigned long long)r->tape_next);
		tape_publish(r->trade_tape, &e);
	}
	return true;
}

static bool show_market(struct replay *r, const struct replay_turn *t)
{
	const struct replay_item *items = r->stretch->core[RECORD_TRADE].items + t->first;
	struct record_lap l = { 0 };
	for (u64 i = 0; i < t->n; i++)
		if (items[i].r.type == RECORD_LAP)
			memcpy(&l, items[i].r.data.p, sizeof l);
	if (!l.from)
		return run_md_upto(r, t->t.tape) && copy_events(r, t->t.tape);
	if (!l.to || !run_md_upto(r, l.from) || !copy_events(r, l.from))
		return false;
	lap(r, &l);
	r->tape_next = l.to;
	return true;
}

/* A journal that was full is full again; `after` empties it. */
static void fill_journal(struct replay *r)
{
	static const u8 nothing[JOURNAL_RECORD];
	while (ring_has_room(r->journal, r->journal->size / 4))
		if (!ring_put(r->journal, JOURNAL_TYPES, 0, nothing, sizeof nothing))
			return;
}

/* ---- a checkpoint ---- */

static bool restore_trade(struct replay *r, const struct checkpoint *k)
{
	struct trade_core *t = r->trade;
	t->tape = t->l.tape = r->trade_tape;
	memcpy(t->l.image, r->image, sizeof r->image);
	r->tape_next = k->core[RECORD_TRADE].tape;
	r->first_event = k->core[RECORD_MD].tape - k->n_events;
	r->event = k->event;
	r->n_events = k->n_events;
	return trade_core_reopen(t) == ERR_OK;
}

bool replay_restore(struct replay *r, const struct checkpoint *k, const struct state_place *are, u32 n_are)
{
	char lacks[STATE_NAME] = "";
	md_core_close(r->md);
	trade_core_close(r->trade);
	for (u32 i = 0; i < RECORD_CORES; i++) {
		err_t e = state_load(k->state[i], k->place, k->n_places, are, n_are, lacks);
		if (e == ERR_UNSUPPORTED)
			return stop(r, "the checkpoint is of another build: %s differs; replay it with that build", lacks);
		if (e != ERR_OK)
			return stop(r, "the checkpoint is damaged");
	}
	r->md_tape->head = k->core[RECORD_MD].tape - 1;
	bool ok = !(k->cores & 1u << RECORD_MD) || md_core_reopen(r->md) == ERR_OK;
	ok = ok && (!(k->cores & 1u << RECORD_TRADE) || restore_trade(r, k));
	return ok || stop(r, "out of memory");
}

/* ---- the run ---- */

static void begin(struct replay *r)
{
	r->tape_next = u64_max(r->tape_next, 1);
	r->core[RECORD_MD].port.kill = r->core[RECORD_TRADE].port.kill = &r->kill->kill;
}

static bool run_rest_of_md(struct replay *r)
{
	const struct replay_turn *t;
	while ((t = next_turn(r, RECORD_MD)))
		if (!run_turn(r, RECORD_MD, t))
			return false;
	return true;
}

bool replay_run(struct replay *r)
{
	const struct replay_turn *t;
	begin(r);
	while ((t = next_turn(r, RECORD_TRADE))) {
		if (!show_market(r, t))
			return false;
		if (t->t.flags & RECORD_JOURNAL_FULL)
			fill_journal(r);
		if (!run_turn(r, RECORD_TRADE, t))
			return false;
	}
	return run_rest_of_md(r);
}

bool replay_run_market(struct replay *r)
{
	begin(r);
	return run_rest_of_md(r);
}
