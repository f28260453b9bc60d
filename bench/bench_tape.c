/*
 * bench_tape.c - the hop between the cores: the tape, and DPDK's ring with elements of the same 128
 * bytes. On one thread, what writing and reading one costs; between two CPUs, how long one is on
 * its way, by the two CPUs' time-stamp counters. In turns, each block with the round trip of a line.
 */
#include <rte_ring.h>
#undef NS_PER_S /* ours has the same value */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/duo.h"
#include "bench/parts.h"
#include "common/tape.h"

#define SLOTS 4096
#define HOPS 2000

/* NOLINTNEXTLINE(clang-analyzer-optin.performance.Padding): the second thread's line is its own */
struct bench {
	struct clock clock;
	struct tape *tape;
	struct rte_ring *ring;
	struct tape_event event;
	u64 next;   /* of the tape, to be read */
	CACHE_ALIGNED u64 got; /* hops received; the second thread's */
	u64 took_tsc;
};

static void check(bool ok, const char *what)
{
	if (!ok) {
		fprintf(stderr, "bench_tape: %s\n", what);
		exit(1);
	}
}

/* ---- one thread ---- */

static void tape_both(void *arg, u32 from)
{
	struct bench *b = arg;
	struct tape_event e;
	for (u32 i = 0; i < PARTS_BATCH; i++) {
		b->event.update_id = from + i;
		tape_publish(b->tape, &b->event);
		check(tape_read(b->tape, b->next++, &e) == TAPE_OK && e.update_id == from + i, "not what was written");
	}
}

static void ring_both(void *arg, u32 from)
{
	struct bench *b = arg;
	struct tape_event e[2]; /* an element is two lines, an event eight bytes less */
	for (u32 i = 0; i < PARTS_BATCH; i++) {
		b->event.update_id = from + i;
		memcpy(e, &b->event, sizeof b->event);
		check(!rte_ring_sp_enqueue_elem(b->ring, e, 2 * CACHE_LINE) &&
			      !rte_ring_sc_dequeue_elem(b->ring, e, 2 * CACHE_LINE) && e[0].update_id == from + i,
		      "not what was put in");
	}
}

/* ---- two threads ---- */

static void got(struct bench *b, u64 sent_tsc)
{
	b->took_tsc = tsc_now() - sent_tsc;
	__atomic_store_n(&b->got, b->got + 1, __ATOMIC_RELEASE);
}

static void take_tape(void *arg)
{
	struct bench *b = arg;
	struct tape_event e;
	if (tape_read(b->tape, b->next, &e) != TAPE_OK)
		return;
	b->next++;
	got(b, e.publish_tsc);
}

static void take_ring(void *arg)
{
	struct bench *b = arg;
	struct tape_event e[2];
	if (!rte_ring_sc_dequeue_elem(b->ring, e, 2 * CACHE_LINE))
		got(b, e[0].publish_tsc);
}

static void send_tape(struct bench *b)
{
	b->event.publish_tsc = tsc_now();
	tape_publish(b->tape, &b->event);
}

static void send_ring(struct bench *b)
{
	struct tape_event e[2];
	memcpy(e, &b->event, sizeof b->event);
	e[0].publish_tsc = tsc_now();
	check(!rte_ring_sp_enqueue_elem(b->ring, e, 2 * CACHE_LINE), "the ring is full");
}

struct way {
	const char *name;
	duo_fn take;
	void (*send)(struct bench *b);
	struct samples s;
};

static void block(struct bench *b, struct duo *d, struct way *w)
{
	duo_turns(d, w->take, b);
	for (u32 i = 0; i < HOPS; i++) {
		u64 seen = b->got;
		w->send(b);
		while (__atomic_load_n(&b->got, __ATOMIC_ACQUIRE) == seen)
			;
		if (i >= HOPS / 10)
			samples_add(&w->s, tsc_to_ns(&b->clock, b->took_tsc));
	}
	duo_turns(d, NULL, NULL);
	samples_block(&w->s);
}

static void hops(struct bench *b, u32 cpus)
{
	struct way ways[] = { { .name = "tape.hop", .take = take_tape, .send = send_tape },
			      { .name = "tape.rte_ring_hop", .take = take_ring, .send = send_ring } };
	struct duo d;
	u64 rtt_ns[SAMPLES_BLOCKS_MAX];
	u32 blocks = samples_blocks_wanted();
	duo_open(&d, cpus - 2, cpus - 1);
	for (u32 k = 0; k < ARRAY_LEN(ways); k++)
		samples_open(&ways[k].s, blocks * HOPS);
	for (u32 i = 0; i < blocks; i++) {
		rtt_ns[i] = duo_rtt_ns(&d, &b->clock);
		for (u32 k = 0; k < ARRAY_LEN(ways); k++)
			block(b, &d, &ways[k]);
	}
	duo_close(&d);
	for (u32 k = 0; k < ARRAY_LEN(ways); k++)
		samples_print(&ways[k].s, ways[k].name, "");
	samples_print_ratio(&ways[0].s, &ways[1].s, "tape.hop_over_rte_ring", rtt_ns);
	for (u32 k = 0; k < ARRAY_LEN(ways); k++)
		samples_close(&ways[k].s);
}

int main(void)
{
	static struct bench b;
	ssize_t ring_bytes = rte_ring_get_memsize_elem(2 * CACHE_LINE, SLOTS);
	void *tape = aligned_alloc(CACHE_LINE, tape_bytes(SLOTS));
	void *ring = aligned_alloc(CACHE_LINE, (size_t)ring_bytes);
	u32 cpus = (u32)sysconf(_SC_NPROCESSORS_ONLN);
	check(tape && ring && clock_calibrate(&b.clock) == ERR_OK, "no memory or clock");
	memset(tape, 0, tape_bytes(SLOTS));
	memset(ring, 0, (size_t)ring_bytes);
	b.tape = tape_init(tape, SLOTS);
	b.ring = ring;
	b.next = 1;
	check(!rte_ring_init(b.ring, "bench", SLOTS, RING_F_SP_ENQ | RING_F_SC_DEQ), "no ring");
	struct part parts[] = { { .name = "tape.publish_and_read", .run = tape_both, .arg = &b },
				{ .name = "tape.rte_ring_put_and_get", .run = ring_both, .arg = &b } };
	pin_to(cpus - 1);
	parts_run(&b.clock, parts, ARRAY_LEN(parts), 500);
	if (cpus > 1)
		hops(&b, cpus);
	free(ring);
	free(tape);
	return 0;
}
