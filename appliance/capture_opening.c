#include "appliance/capture_opening.h"

#include <stdlib.h>
#include <string.h>

#define ROOM ((size_t)CAPTURE_SESSIONS * CAPTURE_OPENING_BYTES)

err_t capture_opening_init(struct capture_opening *o)
{
	*o = (struct capture_opening){ .bytes = aligned_alloc(CACHE_LINE, ROOM) };
	return o->bytes ? ERR_OK : ERR_NO_MEMORY;
}

void capture_opening_free(struct capture_opening *o)
{
	if (o->bytes)
		explicit_bzero(o->bytes, ROOM);
	free(o->bytes);
	memset(o, 0, sizeof *o);
}

static u8 *room_of(const struct capture_opening *o, u32 i)
{
	assert(i < CAPTURE_SESSIONS);
	return o->bytes + (size_t)i * CAPTURE_OPENING_BYTES;
}

static u32 taken_by(const struct ring_msg *m)
{
	return (u32)(sizeof *m + m->n + RING_ALIGN - 1) & ~(RING_ALIGN - 1u);
}

void capture_opening_put(struct capture_opening *o, u32 i, u64 nth, const struct ring_msg *m)
{
	if (o->of[i].nth != nth) {
		capture_opening_drop(o, i);
		o->of[i].nth = nth;
	}
	u32 n = taken_by(m);
	if (o->of[i].ended)
		return;
	if (n > CAPTURE_OPENING_BYTES - o->of[i].n) {
		o->of[i].ended = true;
		return;
	}
	memcpy(room_of(o, i) + o->of[i].n, m, sizeof *m + m->n);
	o->of[i].n += n;
	o->of[i].frames++;
}

void capture_opening_end(struct capture_opening *o, u32 i) { o->of[i].ended = true; }

void capture_opening_drop(struct capture_opening *o, u32 i)
{
	explicit_bzero(room_of(o, i), o->of[i].n);
	memset(&o->of[i], 0, sizeof o->of[i]);
}

const struct ring_msg *capture_opening_next(const struct capture_opening *o, u32 i, u32 *at)
{
	if (*at == o->of[i].n)
		return NULL;
	const struct ring_msg *m = (const void *)(room_of(o, i) + *at);
	*at += taken_by(m);
	return m;
}
