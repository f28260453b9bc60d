/*
 * duo.h - a second thread on a CPU of its own that does, turn by turn, what it is told: the trading
 * core's side of the split benches. One thread for a whole run, whatever is measured on it.
 */
#ifndef BENCH_DUO_H
#define BENCH_DUO_H

#include <pthread.h>

#include "bench/place.h"

typedef void (*duo_fn)(void *arg);

struct duo {
	pthread_t thread;
	u32 cpu;
	CACHE_ALIGNED u32 asked; /* the first thread's; it reads a new job where it differs from done */
	bool again, stop;        /* of the job: turn after turn until the next one */
	duo_fn fn;
	void *arg;
	CACHE_ALIGNED u32 done; /* the second thread's: the job it has begun, or, done once, ended */
};

/* The caller is pinned to `cpu_here`, the new thread to `cpu_there`. Exits on failure. */
void duo_open(struct duo *d, u32 cpu_here, u32 cpu_there);
void duo_close(struct duo *d);

/* From now on `fn` again and again; NULL: nothing. Returns when the second thread has begun. */
void duo_turns(struct duo *d, duo_fn fn, void *arg);

/* Once: begins it, waits for its end. What was done turn after turn is over. */
void duo_begin(struct duo *d, duo_fn fn, void *arg);
void duo_wait(struct duo *d);

/*
 * A round trip between the two threads, nanoseconds: the median of twenty means of a hundred, so
 * that one interruption does not make a near CPU a far one.
 */
u64 duo_rtt_ns(struct duo *d, const struct clock *c);

#endif
