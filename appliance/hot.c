#include "appliance/hot.h"

#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "appliance/alloc_guard.h"
#include "dataplane/nic/nic.h"

static bool stopped(const struct hot *h) { return __atomic_load_n(&h->stop, __ATOMIC_RELAXED); }

static void begin(struct hot *h)
{
	nic_thread_begin();
	alloc_guard_hot(true);
	__atomic_fetch_add(&h->ready, 1, __ATOMIC_RELEASE); /* pairs with hot_start */
}

static void end(void)
{
	alloc_guard_hot(false);
	nic_thread_end();
}

static void *fused(void *arg)
{
	struct hot *h = arg;
	begin(h);
	while (!stopped(h)) {
		u64 tsc = tsc_now(); /* one time for both halves of the turn */
		md_core_step(h->md, tsc);
		trade_core_step(h->trade, tsc);
	}
	end();
	return NULL;
}

static void *md_alone(void *arg)
{
	struct hot *h = arg;
	begin(h);
	while (!stopped(h))
		md_core_step(h->md, tsc_now());
	end();
	return NULL;
}

static void *trade_alone(void *arg)
{
	struct hot *h = arg;
	begin(h);
	while (!stopped(h))
		trade_core_step(h->trade, tsc_now());
	end();
	return NULL;
}

/* Signals blocked and the CPU set before the thread's first instruction. */
static err_t start(struct hot *h, const char *name, void *(*run)(void *), char *error, size_t n)
{
	u32 cpu = run == md_alone ? h->md_cpu : h->trade_cpu;
	pthread_attr_t attr;
	cpu_set_t one;
	sigset_t all, old;
	CPU_ZERO(&one);
	CPU_SET(cpu, &one);
	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &old);
	pthread_attr_init(&attr);
	int rc = pthread_attr_setaffinity_np(&attr, sizeof one, &one);
	if (!rc)
		rc = pthread_create(&h->thread[h->n_threads], &attr, run, h);
	pthread_attr_destroy(&attr);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	if (rc) {
		snprintf(error, n,
			 "hot core: no thread on CPU %u: %s (choose CPUs this process may use: cpus.md, "
			 "cpus.trade)",
			 cpu, strerror(rc));
		return ERR_IO;
	}
	pthread_setname_np(h->thread[h->n_threads++], name);
	return ERR_OK;
}

err_t hot_start(struct hot *h, char *error, size_t n)
{
	err_t e;
	if (!h->split) {
		e = start(h, "hot", fused, error, n);
	} else {
		e = start(h, "hot.md", md_alone, error, n);
		if (e == ERR_OK)
			e = start(h, "hot.trade", trade_alone, error, n);
	}
	struct timespec pause = { .tv_nsec = NS_PER_MS };
	while (e == ERR_OK && __atomic_load_n(&h->ready, __ATOMIC_ACQUIRE) < h->n_threads)
		nanosleep(&pause, NULL);
	return e;
}

void hot_stop(struct hot *h)
{
	__atomic_store_n(&h->stop, true, __ATOMIC_RELAXED);
	for (u32 i = 0; i < h->n_threads; i++)
		pthread_join(h->thread[i], NULL);
	h->n_threads = 0;
}
