#include "bench/duo.h"

#include <stdio.h>
#include <stdlib.h>

#define ROUNDS 2000
#define CHUNKS 20

static void *second_thread(void *arg)
{
	struct duo *d = arg;
	duo_fn turn = NULL;
	void *turn_arg = NULL;
	pin_to(d->cpu);
	for (u32 seen = 0;;) {
		u32 asked = __atomic_load_n(&d->asked, __ATOMIC_ACQUIRE); /* pairs with ask() */
		if (asked == seen) {
			if (turn)
				turn(turn_arg);
			continue;
		}
		seen = asked;
		turn = d->again ? d->fn : NULL;
		turn_arg = d->arg;
		bool stop = d->stop;
		if (!d->again && d->fn)
			d->fn(d->arg);
		__atomic_store_n(&d->done, seen, __ATOMIC_RELEASE); /* pairs with duo_wait() */
		if (stop)
			return NULL;
	}
}

static void ask(struct duo *d, duo_fn fn, void *arg, bool again)
{
	d->fn = fn;
	d->arg = arg;
	d->again = again;
	__atomic_store_n(&d->asked, d->asked + 1, __ATOMIC_RELEASE);
}

void duo_wait(struct duo *d)
{
	while (__atomic_load_n(&d->done, __ATOMIC_ACQUIRE) != d->asked)
		;
}

void duo_turns(struct duo *d, duo_fn fn, void *arg)
{
	ask(d, fn, arg, true);
	duo_wait(d);
}

void duo_begin(struct duo *d, duo_fn fn, void *arg) { ask(d, fn, arg, false); }

void duo_open(struct duo *d, u32 cpu_here, u32 cpu_there)
{
	*d = (struct duo){ .cpu = cpu_there };
	pin_to(cpu_here);
	if (pthread_create(&d->thread, NULL, second_thread, d)) {
		fprintf(stderr, "bench: no second thread\n");
		exit(1);
	}
}

void duo_close(struct duo *d)
{
	d->stop = true;
	ask(d, NULL, NULL, false);
	pthread_join(d->thread, NULL);
}

/* ---- the round trip ---- */

struct ball {
	CACHE_ALIGNED u64 there;
	CACHE_ALIGNED u64 back;
};

static void wait_for(const u64 *p, u64 v)
{
	while (__atomic_load_n(p, __ATOMIC_ACQUIRE) != v)
		;
}

static void give_back(void *arg)
{
	struct ball *b = arg;
	for (u64 i = 1; i <= ROUNDS; i++) {
		wait_for(&b->there, i);
		__atomic_store_n(&b->back, i, __ATOMIC_RELEASE);
	}
}

static int by_value(const void *a, const void *b)
{
	u64 x = *(const u64 *)a, y = *(const u64 *)b;
	return (x > y) - (x < y);
}

u64 duo_rtt_ns(struct duo *d, const struct clock *c)
{
	struct ball b = { 0 };
	u64 tsc[CHUNKS];
	duo_begin(d, give_back, &b);
	for (u64 k = 0, i = 0; k < CHUNKS; k++) {
		u64 begin = tsc_now();
		for (u64 n = 0; n < ROUNDS / CHUNKS; n++) {
			__atomic_store_n(&b.there, ++i, __ATOMIC_RELEASE);
			wait_for(&b.back, i);
		}
		tsc[k] = tsc_now() - begin;
	}
	duo_wait(d);
	qsort(tsc, CHUNKS, sizeof *tsc, by_value);
	return tsc_to_ns(c, tsc[CHUNKS / 2]) / (ROUNDS / CHUNKS);
}
