#include "dataplane/nic/nic_mem.h"

#include <string.h>

#include "common/clock.h"

struct slot {
	u64 rx_tsc;
	u32 flags, n;
	u8 data[FRAME_MAX];
} CACHE_ALIGNED;

/*
 * One direction. `head` is stored with release by push and loaded with acquire by rx: the frame is
 * there before its number. `tail` is stored with release by rx_done and loaded with acquire by
 * room: the reader is done before the slot is used again.
 */
struct wire {
	CACHE_ALIGNED u64 head; /* frames ever pushed; the sender's */
	u64 tail_seen;          /* the sender's copy of tail */
	u64 mark_tsc;           /* what port_mem_mark said */
	u32 mark_flags;
	CACHE_ALIGNED u64 tail; /* frames ever given back; the receiver's */
	u64 head_seen;          /* the receiver's copy of head */
	u32 held;               /* frames of the burst not yet given back */
	CACHE_ALIGNED u64 mask; /* depth - 1 */
	struct slot *slots;
};

struct mem_end {
	struct wire *tx, *rx;
};

static struct slot *slot_at(const struct wire *w, u64 i) { return &w->slots[i & w->mask]; }

static u8 *mem_room(struct frame_out *o)
{
	struct port *p = (struct port *)o;
	struct wire *w = ((struct mem_end *)p->impl)->tx;
	if (w->head - w->tail_seen > w->mask) {
		w->tail_seen = __atomic_load_n(&w->tail, __ATOMIC_ACQUIRE);
		if (w->head - w->tail_seen > w->mask) {
			counter_inc(&p->counters[PORT_CNT_no_buffer]);
			return NULL;
		}
	}
	return slot_at(w, w->head)->data;
}

static bool mem_push(struct frame_out *o, u32 n)
{
	struct port *p = (struct port *)o;
	struct wire *w = ((struct mem_end *)p->impl)->tx;
	assert(n >= 14 && n <= FRAME_MAX);
	assert(w->head - w->tail_seen <= w->mask && "push follows a room() that gave a buffer");
	struct slot *s = slot_at(w, w->head);
	s->n = n;
	s->rx_tsc = w->mark_tsc;
	s->flags = w->mark_flags;
	__atomic_store_n(&w->head, w->head + 1, __ATOMIC_RELEASE);
	counter_inc(&p->counters[PORT_CNT_tx_frames]);
	counter_add(&p->counters[PORT_CNT_tx_bytes], n);
	return true;
}

static u32 mem_rx(struct port *p, struct frame *f, u32 max)
{
	struct wire *w = ((struct mem_end *)p->impl)->rx;
	assert(w->held == 0 && "the burst before was given back");
	if (w->head_seen == w->tail) {
		w->head_seen = __atomic_load_n(&w->head, __ATOMIC_ACQUIRE);
		if (w->head_seen == w->tail)
			return 0;
	}
	u32 n = (u32)u64_min(max, w->head_seen - w->tail);
	u64 tsc = tsc_now(), bytes = 0;
	for (u32 i = 0; i < n; i++) {
		const struct slot *s = slot_at(w, w->tail + i);
		f[i] = (struct frame){ .p = s->data, .n = s->n, .flags = s->flags, .rx_tsc = tsc };
		if (s->rx_tsc)
			f[i].rx_tsc = s->rx_tsc;
		bytes += s->n;
		if (s->flags & FRAME_CSUM_BAD)
			counter_inc(&p->counters[PORT_CNT_rx_csum_bad]);
	}
	w->held = n;
	counter_add(&p->counters[PORT_CNT_rx_frames], n);
	counter_add(&p->counters[PORT_CNT_rx_bytes], bytes);
	return n;
}

static void mem_rx_done(struct port *p)
{
	struct wire *w = ((struct mem_end *)p->impl)->rx;
	assert(w->held > 0 && w->held <= PORT_BURST_MAX);
	__atomic_store_n(&w->tail, w->tail + w->held, __ATOMIC_RELEASE);
	w->held = 0;
}

static void mem_stats(struct port *p) { counter_set(&p->counters[PORT_CNT_link_up], 1); }

static void mem_close(struct port *p) { counter_set(&p->counters[PORT_CNT_link_up], 0); }

static const struct port_ops mem_ops = { mem_rx, mem_rx_done, mem_stats, mem_close };

static void end_init(struct port *p, struct mem_end *e, u64 *counters, u8 last_mac_byte)
{
	*p = (struct port){
		.out = { .room = mem_room, .push = mem_push },
		.ops = &mem_ops,
		.impl = e,
		.counters = counters,
		.mtu = 1500,
		.mac = { [0] = 0x02, [5] = last_mac_byte }, /* 02: locally administered */
	};
	port_stats(p);
}

static struct wire *wire_new(struct arena *a, u32 depth)
{
	struct wire *w = ARENA_NEW(a, struct wire);
	if (!w)
		return NULL;
	w->mask = depth - 1;
	w->slots = ARENA_ARRAY(a, struct slot, depth);
	return w->slots ? w : NULL;
}

err_t port_mem_pair(struct arena *a, struct port *x, struct port *y, u32 depth, u64 *x_counters,
	u64 *y_counters)
{
	assert(is_pow2(depth) && x_counters && y_counters);
	struct wire *xy = wire_new(a, depth), *yx = wire_new(a, depth);
	struct mem_end *ex = ARENA_NEW(a, struct mem_end), *ey = ARENA_NEW(a, struct mem_end);
	if (!xy || !yx || !ex || !ey)
		return ERR_NO_MEMORY;
	*ex = (struct mem_end){ .tx = xy, .rx = yx };
	*ey = (struct mem_end){ .tx = yx, .rx = xy };
	end_init(x, ex, x_counters, 1);
	end_init(y, ey, y_counters, 2);
	return ERR_OK;
}

void port_mem_mark(struct port *p, u64 rx_tsc, u32 flags)
{
	struct wire *w = ((struct mem_end *)p->impl)->tx;
	w->mark_tsc = rx_tsc;
	w->mark_flags = flags;
}
