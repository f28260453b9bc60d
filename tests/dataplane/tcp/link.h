/*
 * link.h - a wire between two hosts that loses, doubles, delays, reorders, damages and cuts frames,
 * with a line rate and a queue that overflows. Virtual time; everything follows from one seed.
 *
 * ARP is neither damaged nor cut: it has no checksum of its own, that is the Ethernet's business.
 */
#ifndef SAKER_TEST_LINK_H
#define SAKER_TEST_LINK_H

#include <stdlib.h>
#include <string.h>

#include "common/frame.h"
#include "common/rng.h"

#define LINK_FRAMES 8192

struct link_cfg {
	const char *name;
	u32 loss, dup, reorder, corrupt, truncate; /* of 10,000 */
	ns_t delay_ns, late_ns; /* late_ns: at most so much later comes what is reordered */
	u64 bits_per_s;		/* 0: without limit */
	u32 queue_bytes;	/* waiting in front of the line at most; 0: without limit */
};

struct link_frame {
	ns_t at_ns;
	u64 nr;
	u32 to, n;
	u8 data[FRAME_MAX];
};

struct link {
	ns_t now;
	struct rng rng;
	const struct link_cfg *cfg;
	ns_t free_at[2]; /* when the line towards each side has sent what it was given */
	u64 nr;
	struct link_frame *frames;
	u32 heap[LINK_FRAMES], n; /* places in frames: first n flying, the earliest on top, then free */
};

static inline void link_open(struct link *l, const struct link_cfg *cfg, u64 seed, ns_t now)
{
	*l = (struct link){ .now = now, .cfg = cfg };
	rng_seed(&l->rng, seed);
	l->frames = malloc(LINK_FRAMES * sizeof *l->frames);
	if (!l->frames)
		abort();
	for (u32 i = 0; i < LINK_FRAMES; i++)
		l->heap[i] = i;
}

static inline void link_close(struct link *l) { free(l->frames); }

static inline bool link_earlier(const struct link *l, u32 i, u32 k)
{
	const struct link_frame *a = &l->frames[l->heap[i]], *b = &l->frames[l->heap[k]];
	return a->at_ns < b->at_ns || (a->at_ns == b->at_ns && a->nr < b->nr);
}

static inline void link_swap(struct link *l, u32 i, u32 k)
{
	u32 t = l->heap[i];
	l->heap[i] = l->heap[k];
	l->heap[k] = t;
}

/* The earliest frame in flight, or NULL; link_drop takes it away. */
static inline struct link_frame *link_first(struct link *l)
{
	return l->n ? &l->frames[l->heap[0]] : NULL;
}

static inline void link_drop(struct link *l)
{
	link_swap(l, 0, --l->n);
	for (u32 i = 0, k; (k = 2 * i + 1) < l->n; i = k) {
		if (k + 1 < l->n && link_earlier(l, k + 1, k))
			k++;
		if (!link_earlier(l, k, i))
			break;
		link_swap(l, i, k);
	}
}

static inline bool link_chance(struct link *l, u32 of_10000)
{
	return of_10000 && rng_below(&l->rng, 10000) < of_10000;
}

static inline void link_fly(struct link *l, u32 to, const u8 *p, u32 n, ns_t at)
{
	if (l->n == LINK_FRAMES)
		return; /* lost like any other */
	struct link_frame *f = &l->frames[l->heap[l->n]];
	bool arp = p[12] == 8 && p[13] == 6;
	*f = (struct link_frame){ .at_ns = at, .nr = l->nr++, .to = to, .n = n };
	memcpy(f->data, p, n);
	if (link_chance(l, l->cfg->reorder) && l->cfg->late_ns)
		f->at_ns += rng_below(&l->rng, l->cfg->late_ns);
	if (!arp && link_chance(l, l->cfg->corrupt))
		f->data[rng_below(&l->rng, n)] ^= (u8)(1u << rng_below(&l->rng, 8));
	if (!arp && link_chance(l, l->cfg->truncate))
		f->n = (u32)rng_below(&l->rng, n);
	for (u32 i = l->n++; i && link_earlier(l, i, (i - 1) / 2); i = (i - 1) / 2)
		link_swap(l, i, (i - 1) / 2);
}

/* Sends `n` bytes to side `to`. */
static inline void link_send(struct link *l, u32 to, const u8 *p, u32 n)
{
	const struct link_cfg *c = l->cfg;
	ns_t begin = u64_max(l->free_at[to], l->now), end = begin;
	if (c->bits_per_s) {
		u64 waiting = (begin - l->now) * c->bits_per_s / 8 / NS_PER_S;
		if (c->queue_bytes && waiting + n > c->queue_bytes)
			return;
		end += (ns_t)n * 8 * NS_PER_S / c->bits_per_s;
		l->free_at[to] = end;
	}
	if (!link_chance(l, c->loss))
		link_fly(l, to, p, n, end + c->delay_ns);
	if (link_chance(l, c->dup))
		link_fly(l, to, p, n, end + c->delay_ns);
}

#endif
