/*
 * world.h - two hosts, a link between them that loses, doubles, delays, reorders and damages
 * frames, and a clock that jumps from event to event. Everything follows from one seed.
 */
#ifndef SAKER_TEST_WORLD_H
#define SAKER_TEST_WORLD_H

#include <stdlib.h>
#include <string.h>

#include "common/rng.h"
#include "dataplane/tcp/conn.h"

#define WORLD_FRAMES 8192

struct world;

struct end {
	struct frame_out out; /* first: what room and push are given */
	struct world *w;
	u32 side;
	struct arena arena;
	struct net net;
	struct tcp *tcp;
	u64 net_cnt[NET_CNT_COUNT], tcp_cnt[TCP_CNT_COUNT];
	u8 buf[FRAME_MAX];
};

struct impair {
	u32 loss, dup, reorder, corrupt, refuse; /* of 10,000; refuse: the device takes nothing */
	ns_t delay_ns, jitter_ns;
};

struct flying {
	ns_t at_ns;
	u64 nr;
	u32 to, n;
	bool used;
	u8 data[FRAME_MAX];
};

struct world {
	ns_t now;
	struct rng rng;
	struct impair impair;
	u64 nr;
	struct end end[2];
	struct flying *frames;
	u32 n_frames;
};

static inline bool world_chance(struct world *w, u32 of_10000)
{
	return of_10000 && rng_below(&w->rng, 10000) < of_10000;
}

static inline u8 *end_room(struct frame_out *o)
{
	struct end *e = (struct end *)o;
	return world_chance(e->w, e->w->impair.refuse) ? NULL : e->buf;
}

static inline void world_fly(struct world *w, u32 to, const u8 *p, u32 n)
{
	struct flying *f = w->frames;
	while (f < w->frames + WORLD_FRAMES && f->used)
		f++;
	assert(f < w->frames + WORLD_FRAMES && "the link is never that full");
	*f = (struct flying){ .used = true, .to = to, .n = n, .nr = w->nr++ };
	memcpy(f->data, p, n);
	f->at_ns = w->now + w->impair.delay_ns;
	if (w->impair.jitter_ns && world_chance(w, w->impair.reorder))
		f->at_ns += rng_below(&w->rng, w->impair.jitter_ns);
	if (world_chance(w, w->impair.corrupt))
		f->data[rng_below(&w->rng, n)] ^= (u8)(1u << rng_below(&w->rng, 8));
	w->n_frames++;
}

static inline bool end_push(struct frame_out *o, u32 n)
{
	struct end *e = (struct end *)o;
	struct world *w = e->w;
	assert(n >= ETH_FRAME_MIN && n <= FRAME_MAX);
	if (world_chance(w, w->impair.refuse))
		return false;
	if (!world_chance(w, w->impair.loss))
		world_fly(w, !e->side, e->buf, n);
	if (world_chance(w, w->impair.dup))
		world_fly(w, !e->side, e->buf, n);
	memset(e->buf, 0xdd, sizeof e->buf); /* the buffer is the device's now */
	return true;
}

static inline struct ip_addr end_ip(u32 side) { return ip_addr_v4(0x0a000001 + side); }

static inline void end_open(struct end *e, struct world *w, u32 side, const struct tcp_cfg *cfg)
{
	struct net_cfg nc = { .mac = { 2, 0, 0, 0, 0, (u8)(1 + side) }, .ip = end_ip(side),
			      .prefix_len = 24, .mtu = 1500 };
	*e = (struct end){ .out = { end_room, end_push, false }, .w = w, .side = side };
	if (arena_open(&e->arena, tcp_arena_bytes(cfg)) != ERR_OK ||
	    net_init(&e->net, &nc, &e->out, e->net_cnt) != ERR_OK)
		abort();
	e->tcp = tcp_new(&e->arena, cfg, &e->net, &e->out, e->tcp_cnt);
	if (!e->tcp)
		abort();
	arena_seal(&e->arena);
}

static inline void world_open(struct world *w, u64 seed, const struct tcp_cfg *cfg)
{
	*w = (struct world){ .now = 1000 * NS_PER_S };
	rng_seed(&w->rng, seed);
	w->frames = calloc(WORLD_FRAMES, sizeof *w->frames);
	for (u32 i = 0; i < 2; i++) {
		struct tcp_cfg own = *cfg;
		for (u32 k = 0; k < sizeof own.secret; k++)
			own.secret[k] = (u8)rng_next(&w->rng);
		end_open(&w->end[i], w, i, &own);
	}
}

static inline void world_close(struct world *w)
{
	for (u32 i = 0; i < 2; i++)
		arena_close(&w->end[i].arena);
	free(w->frames);
}

static inline ns_t end_next(const struct end *e)
{
	const struct tcp *t = e->tcp;
	if (t->pend || t->dead)
		return 0;
	return u64_min(t->next_ns, e->net.neigh.next_ns);
}

static inline struct flying *world_next_frame(struct world *w)
{
	struct flying *best = NULL;
	u32 left = w->n_frames;
	for (struct flying *f = w->frames; left; f++) {
		if (!f->used)
			continue;
		left--;
		if (!best || f->at_ns < best->at_ns ||
		    (f->at_ns == best->at_ns && f->nr < best->nr))
			best = f;
	}
	return best;
}

/* A burst of what has arrived, then a turn, on both ends; false: nothing will ever happen again. */
static inline bool world_step(struct world *w)
{
	struct flying *f = world_next_frame(w);
	ns_t next = u64_min(end_next(&w->end[0]), end_next(&w->end[1]));
	if (f)
		next = u64_min(next, f->at_ns);
	if (next == UINT64_MAX)
		return false;
	w->now = u64_max(w->now + 1000, next); /* a turn takes a microsecond */
	while ((f = world_next_frame(w)) && f->at_ns <= w->now) {
		struct frame frame = { .p = f->data, .n = f->n };
		tcp_rx(w->end[f->to].tcp, &frame, w->now);
		f->used = false;
		w->n_frames--;
	}
	for (u32 i = 0; i < 2; i++)
		tcp_turn(w->end[i].tcp, w->now);
	return true;
}

#endif
