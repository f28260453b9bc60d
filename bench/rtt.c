#include "bench/rtt.h"

#include <pthread.h>
#include <sched.h>
#include <stdio.h>

#define ROUNDS 200000

struct pair {
	CACHE_ALIGNED u64 there;
	CACHE_ALIGNED u64 back;
	u32 cpu;
};

void pin_to(u32 cpu)
{
	cpu_set_t one;
	CPU_ZERO(&one);
	CPU_SET(cpu, &one);
	if (sched_setaffinity(0, sizeof one, &one))
		perror("bench: sched_setaffinity");
}

static void wait_for(const u64 *p, u64 v)
{
	while (__atomic_load_n(p, __ATOMIC_ACQUIRE) != v)
		;
}

static void *answer(void *arg)
{
	struct pair *p = arg;
	pin_to(p->cpu);
	for (u64 i = 1; i <= ROUNDS; i++) {
		wait_for(&p->there, i);
		__atomic_store_n(&p->back, i, __ATOMIC_RELEASE);
	}
	return NULL;
}

u64 core_rtt_ns(const struct clock *c, u32 cpu_a, u32 cpu_b)
{
	struct pair p = { .cpu = cpu_b };
	pthread_t other;
	pin_to(cpu_a);
	if (pthread_create(&other, NULL, answer, &p))
		return 0;
	u64 begin = tsc_now();
	for (u64 i = 1; i <= ROUNDS; i++) {
		__atomic_store_n(&p.there, i, __ATOMIC_RELEASE);
		wait_for(&p.back, i);
	}
	u64 took = tsc_now() - begin;
	pthread_join(other, NULL);
	return tsc_to_ns(c, took) / ROUNDS;
}
