#include "pcap/replay_compare.h"

#include <stdarg.h>
#include <stdio.h>

static const char *const names[RECORD_TYPES] = {
	[RECORD_RX] = "a frame received", [RECORD_TX] = "a frame sent",	  [RECORD_REFUSED] = "a refusal",
	[RECORD_INBOX] = "a message",	  [RECORD_IMAGE] = "a book image", [RECORD_HOST] = "a pause",
	[RECORD_TURN] = "the turn's end", [RECORD_START] = "a beginning",  [RECORD_LAP] = "a lap",
};

__attribute__((format(printf, 3, 4))) static bool differs(struct replay_difference *d, u64 packet,
							  const char *format, ...)
{
	va_list ap;
	va_start(ap, format);
	vsnprintf(d->what, sizeof d->what, format, ap);
	va_end(ap);
	d->packet = packet;
	return false;
}

static const char *name_of(u32 type) { return type < RECORD_TYPES && names[type] ? names[type] : "nothing"; }

static struct span payload(const struct ring_msg *m)
{
	bool frame = m->type == RECORD_RX || m->type == RECORD_TX;
	u32 head = frame ? sizeof(struct record_frame) : 0;
	return (struct span){ .p = m->data + head, .n = m->n - head };
}

static bool same_bytes(const struct ring_msg *m, const struct replay_item *i, struct replay_difference *d)
{
	struct span is = payload(m), was = i->r.data;
	size_t n = u64_min(is.n, was.n), at = 0;
	while (at < n && is.p[at] == was.p[at])
		at++;
	if (at == n && is.n == was.n)
		return true;
	return differs(d, i->packet, "%s differs at byte %zu: recorded %zu bytes, now %zu", name_of(m->type), at,
		       was.n, is.n);
}

static bool same_turn(const struct ring_msg *m, const struct replay_turn *t, struct replay_difference *d)
{
	struct record_turn is;
	memcpy(&is, m->data, sizeof is);
	if (is.tape != t->t.tape)
		return differs(d, t->packet, "the tape stands at %llu, recorded %llu", (unsigned long long)is.tape,
			       (unsigned long long)t->t.tape);
	if (memcmp(&is, &t->t, sizeof is))
		return differs(d, t->packet, "the turn ends otherwise: kill level %u, flags %u; recorded %u, %u",
			       is.kill_last, is.flags, t->t.kill_last, t->t.flags);
	return true;
}

static bool same_record(const struct ring_msg *m, const struct replay_item *i, struct replay_difference *d)
{
	d->rx += m->type == RECORD_RX;
	d->tx += m->type == RECORD_TX;
	if (m->type != i->r.type)
		return differs(d, i->packet, "%s, recorded was %s", name_of(m->type), name_of(i->r.type));
	return same_bytes(m, i, d);
}

static bool same_next(const struct replay_core_file *f, const struct replay_turn *t, u64 at,
		      const struct ring_msg *m, struct replay_difference *d)
{
	const struct replay_item *i = at < t->n ? &f->items[t->first + at] : NULL;
	if (i)
		return same_record(m, i, d);
	if (at > t->n || m->type != RECORD_TURN)
		return differs(d, t->packet, "%s that was not recorded", name_of(m->type));
	return same_turn(m, t, d);
}

bool replay_compare(const struct replay_core_file *f, const struct replay_turn *t, struct ring *records,
		    struct replay_difference *d)
{
	const struct ring_msg *m;
	bool same = true;
	u64 at = 0;
	*d = (struct replay_difference){ 0 };
	for (; (m = ring_peek(records)); ring_release(records, m), at++)
		same = same && same_next(f, t, at, m, d);
	if (same && at <= t->n)
		return differs(d, at < t->n ? f->items[t->first + at].packet : t->packet,
			       "%s was recorded and has not happened",
			       name_of(at < t->n ? f->items[t->first + at].r.type : RECORD_TURN));
	return same;
}
