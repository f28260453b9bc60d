#include "common/ring.h"

#include <string.h>

static u64 msg_bytes(u32 n) { return (sizeof(struct ring_msg) + n + RING_ALIGN - 1) & ~(u64)(RING_ALIGN - 1); }

struct ring *ring_init(void *mem, u32 size)
{
	assert(is_pow2(size) && size >= 4 * RING_ALIGN);
	struct ring *r = mem;
	r->size = size;
	return r;
}

struct ring *ring_new(struct arena *a, u32 size)
{
	void *mem = arena_alloc(a, ring_bytes(size), CACHE_LINE);
	return mem ? ring_init(mem, size) : NULL;
}

static struct ring_msg *msg_at(struct ring *r, u64 pos) { return (struct ring_msg *)(r->data + (pos & (r->size - 1))); }

static bool has_room(struct ring *r, u64 upto)
{
	if (upto - r->tail_seen <= r->size)
		return true;
	r->tail_seen = __atomic_load_n(&r->tail, __ATOMIC_ACQUIRE); /* pairs with ring_release */
	return upto - r->tail_seen <= r->size;
}

void *ring_reserve(struct ring *r, u16 type, u64 tag, u32 n)
{
	assert(type != RING_WRAP);
	u64 head = r->head, need = msg_bytes(n), to_end = r->size - (head & (r->size - 1));
	u64 skip = need > to_end ? to_end : 0;
	if (n > ring_payload_max(r->size) || !has_room(r, head + skip + need))
		return NULL;
	if (skip)
		*msg_at(r, head) = (struct ring_msg){ .n = (u32)(skip - sizeof(struct ring_msg)), .type = RING_WRAP };
	struct ring_msg *m = msg_at(r, head + skip);
	*m = (struct ring_msg){ .n = n, .type = type, .tag = tag };
	r->reserved = head + skip + need;
	return m->data;
}

bool ring_put(struct ring *r, u16 type, u64 tag, const void *data, u32 n)
{
	void *to = ring_reserve(r, type, tag, n);
	if (!to)
		return false;
	if (n)
		memcpy(to, data, n);
	ring_commit(r);
	return true;
}

const struct ring_msg *ring_peek(struct ring *r)
{
	u64 tail = r->tail;
	if (tail == r->head_seen) {
		r->head_seen = __atomic_load_n(&r->head, __ATOMIC_ACQUIRE); /* pairs with ring_commit */
		if (tail == r->head_seen)
			return NULL;
	}
	struct ring_msg *m = msg_at(r, tail);
	if (m->type != RING_WRAP)
		return m;
	ring_release(r, m); /* a wrap is committed together with the message behind it */
	return msg_at(r, r->tail);
}

void ring_release(struct ring *r, const struct ring_msg *m)
{
	assert(r->tail < r->head_seen && (const u8 *)m == r->data + (r->tail & (r->size - 1)));
	__atomic_store_n(&r->tail, r->tail + msg_bytes(m->n), __ATOMIC_RELEASE);
}

void ring_wipe(struct ring *r, const struct ring_msg *m)
{
	explicit_bzero(r->data + (m->data - r->data), m->n);
}
