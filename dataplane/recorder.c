#include "dataplane/recorder.h"

#include <string.h>

#include "common/clock.h"

/* ---- the ring ---- */

/* Room for one record; NULL: it is lost, and its number with it. */
static void *begin(struct recorder *r, enum record_type type, u32 n)
{
	void *p = ring_reserve(r->to, (u16)type, r->number++, n);
	r->dirty = true;
	if (!p)
		counter_inc(r->lost);
	return p;
}

void recorder_put(struct recorder *r, enum record_type type, const void *p, u32 n)
{
	void *to = begin(r, type, n);
	if (!to)
		return;
	if (n)
		memcpy(to, p, n);
	ring_commit(r->to);
}

void recorder_inbox(struct recorder *r, u16 inbox, const struct ring_msg *m)
{
	struct record_inbox *to = begin(r, RECORD_INBOX, (u32)sizeof *to + m->n);
	if (!to)
		return;
	*to = (struct record_inbox){ .inbox = inbox, .type = m->type, .n = m->n, .tag = m->tag };
	memcpy(to->data, m->data, m->n);
	ring_commit(r->to);
}

void recorder_image(struct recorder *r, u32 instrument, const void *p, u32 n)
{
	struct record_image *to = begin(r, RECORD_IMAGE, (u32)sizeof *to + n);
	if (!to)
		return;
	*to = (struct record_image){ .instrument = instrument, .n = n };
	memcpy(to->data, p, n);
	ring_commit(r->to);
}

/* The last byte of an opening: the next turn looks whether frames are to be recorded any longer. */
static void spend(struct recorder *r, u32 n)
{
	if (!r->opening_left)
		return;
	r->opening_left -= u32_min(r->opening_left, n);
	if (!r->opening_left)
		r->at = RECORDER_LOOK_AGAIN;
}

static void put_frame(struct recorder *r, enum record_type type, const struct frame *f)
{
	struct record_frame *to = begin(r, type, (u32)sizeof *to + f->n);
	spend(r, f->n);
	if (!to)
		return;
	*to = (struct record_frame){
		.tsc = f->rx_tsc, .device_stamp = f->device_stamp, .flags = f->flags, .n = f->n
	};
	memcpy(to->data, f->p, f->n);
	ring_commit(r->to);
}

/* What was received comes before what was sent because of it. */
static void flush(struct recorder *r)
{
	for (u32 i = 0; i < r->n_rx; i++)
		put_frame(r, RECORD_RX, &r->rx[i]);
	for (u32 i = 0; i < r->n_tx; i++) {
		struct frame sent = { .p = r->tx[i].data, .n = r->tx[i].n, .rx_tsc = r->tx[i].tsc };
		put_frame(r, RECORD_TX, &sent);
	}
	r->n_rx = r->n_tx = 0;
}

static void put_refused(struct recorder *r, u32 pushed)
{
	struct record_refused what = { .pushed = pushed, .nth = r->n_rooms };
	flush(r);
	recorder_put(r, RECORD_REFUSED, &what, sizeof what);
}

/* ---- the port ---- */

static u32 record_rx(struct port *p, struct frame *f, u32 max)
{
	struct recorder *r = p->impl;
	assert(r->n_rx == 0 && r->n_tx == 0);
	r->n_rx = port_rx(r->under, f, max);
	memcpy(r->rx, f, r->n_rx * sizeof(*f));
	return r->n_rx;
}

static void record_rx_done(struct port *p)
{
	struct recorder *r = p->impl;
	flush(r);
	port_rx_done(r->under);
}

static u8 *record_room(struct frame_out *o)
{
	struct recorder *r = ((struct port *)o)->impl;
	u8 *room = r->under->out.room(&r->under->out);
	r->room = room;
	r->n_rooms++;
	if (!room)
		put_refused(r, 0);
	return room;
}

static bool record_push(struct frame_out *o, u32 n)
{
	struct recorder *r = ((struct port *)o)->impl;
	assert(r->room && n <= FRAME_MAX);
	if (r->n_tx == RECORDER_STAGED_MAX)
		flush(r);
	struct recorder_staged *s = &r->tx[r->n_tx];
	memcpy(s->data, r->room, n);
	if (!r->under->out.push(&r->under->out, n)) {
		put_refused(r, 1);
		return false;
	}
	s->tsc = tsc_now();
	s->n = n;
	r->n_tx++;
	if (r->n_rx == 0)
		flush(r); /* no burst to wait for */
	return true;
}

static void record_stats(struct port *p) { port_stats(((struct recorder *)p->impl)->under); }

static void record_close(struct port *p) { port_close(((struct recorder *)p->impl)->under); }

static const struct port_ops record_ops = {
	record_rx, record_rx_done, record_stats, record_close,
};

void recorder_init(struct recorder *r, struct port *under, struct ring *to, u64 *lost)
{
	*r = (struct recorder){ .port = *under, .under = under, .to = to, .lost = lost };
}

static void stand_before(struct recorder *r, bool before)
{
	r->port = *r->under;
	if (!before)
		return;
	r->port.out.room = record_room;
	r->port.out.push = record_push;
	r->port.ops = &record_ops;
	r->port.impl = r;
}

static void save(struct recorder *r, u64 turn)
{
	struct recorder_saved *s = &r->saved;
	u64 begun = tsc_now();
	s->number = r->number;
	s->turn = turn;
	s->state.n = 0;
	s->state.full = false;
	s->tape = r->save(r->core, &s->state);
	s->took_tsc = tsc_now() - begun;
}

void recorder_switch(struct recorder *r, u64 turn, u64 tsc)
{
	u32 want = __atomic_load_n(&r->want, __ATOMIC_RELAXED);
	u8 wanted = want & RECORDER_LEVEL, level = wanted == RECORDER_SAVE ? RECORDER_ON : wanted;
	struct record_start start = { .turn = turn, .tsc = tsc };
	assert(r->n_rx == 0 && r->n_tx == 0);
	if (level == RECORDER_OPENING && !r->opening_left)
		level = RECORDER_OFF;
	if (level != r->level)
		stand_before(r, level != RECORDER_OFF);
	if (level != r->level && level == RECORDER_OFF)
		recorder_put(r, RECORD_PAUSE, NULL, 0);
	if (wanted == RECORDER_SAVE && want != r->done) /* once: a session that connects has us look again */
		save(r, turn);
	if (level == RECORDER_ON && (r->level != RECORDER_ON || want != r->done))
		recorder_put(r, RECORD_START, &start, sizeof start);
	r->dirty = false;
	r->n_rooms = 0;
	r->level = level;
	r->at = want;
	__atomic_store_n(&r->done, want, __ATOMIC_RELEASE);
}

void recorder_end(struct recorder *r, const struct record_turn *t, u32 work)
{
	assert(r->n_rx == 0 && r->n_tx == 0);
	if (work || r->dirty)
		recorder_put(r, RECORD_TURN, t, sizeof *t);
	r->dirty = false;
	r->n_rooms = 0;
}
