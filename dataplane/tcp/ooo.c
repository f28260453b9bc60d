#include "dataplane/tcp/ooo.h"

#include <string.h>

static void ring_write(struct ooo *o, u32 seq, const u8 *p, u32 n)
{
	u32 at = seq & (o->size - 1), first = u32_min(n, o->size - at);
	memcpy(o->p + at, p, first);
	memcpy(o->p, p + first, n - first);
}

void ooo_clear(struct ooo *o)
{
	o->held.n = 0;
	memset(o->recent, 0, sizeof o->recent);
}

bool ooo_put(struct ooo *o, u32 seq, const u8 *p, u32 n)
{
	assert(n > 0 && n <= o->size);
	struct ranges before = o->held;
	if (!ranges_add(&o->held, seq, seq + n))
		return false;
	u32 end = seq + n;
	for (struct range g = ranges_gap(&before, seq, end); g.lo != g.hi;
	     g = ranges_gap(&before, g.hi, end))
		ring_write(o, g.lo, p + (g.lo - seq), g.hi - g.lo);
	memmove(&o->recent[1], &o->recent[0], sizeof o->recent - sizeof o->recent[0]);
	o->recent[0] = seq;
	return true;
}

struct span ooo_peek(const struct ooo *o, u32 rcv_nxt)
{
	const struct range *r = ranges_find(&o->held, rcv_nxt);
	if (!r)
		return (struct span){ 0 };
	u32 at = rcv_nxt & (o->size - 1);
	return (struct span){ o->p + at, u32_min(r->hi - rcv_nxt, o->size - at) };
}

void ooo_drop(struct ooo *o, u32 rcv_nxt) { ranges_trim(&o->held, rcv_nxt); }

static u32 sack_once(struct range *out, u32 n, u32 max, const struct range *r)
{
	for (u32 i = 0; i < n; i++)
		if (out[i].lo == r->lo)
			return n;
	if (n < max)
		out[n++] = *r;
	return n;
}

u32 ooo_sack(const struct ooo *o, struct range *out, u32 max)
{
	assert(max <= OOO_RECENT);
	u32 n = 0;
	for (u32 i = 0; i < OOO_RECENT; i++) {
		const struct range *r = ranges_find(&o->held, o->recent[i]);
		if (r)
			n = sack_once(out, n, max, r);
	}
	for (u32 i = o->held.n; i-- > 0 && n < max;)
		n = sack_once(out, n, max, &o->held.r[i]);
	return n;
}
