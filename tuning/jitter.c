#include "tuning/jitter.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct spinner {
	CACHE_ALIGNED struct jitter *j;
	const struct clock *clock;
	ns_t run_ns;
	bool done;          /* set last, with release */
	ns_t worst_seen_ns; /* relaxed copy of j->worst_ns, for the watcher */
	pthread_t thread;
	/* the watcher's */
	struct interrupts first, before, now;
	ns_t worst_told_ns;
};

static void *spin(void *arg)
{
	struct spinner *s = arg;
	struct jitter *j = s->j;
	u64 start = tsc_now(), last = start;
	u64 end = start + (u64)((unsigned __int128)s->run_ns * s->clock->tsc_hz / NS_PER_S);
	while (last < end) {
		u64 now = tsc_now();
		ns_t gap_ns = tsc_to_ns(s->clock, now - last);
		hist_add(&j->turns, gap_ns);
		if (gap_ns > JITTER_GAP_NS) {
			j->gaps++;
			j->lost_ns += gap_ns;
		}
		if (gap_ns > j->worst_ns) {
			j->worst_ns = gap_ns;
			j->worst_at_ns = tsc_to_ns(s->clock, now - start);
			__atomic_store_n(&s->worst_seen_ns, gap_ns, __ATOMIC_RELAXED);
		}
		last = now;
	}
	j->ran_ns = tsc_to_ns(s->clock, last - start);
	__atomic_store_n(&s->done, true, __ATOMIC_RELEASE);
	return NULL;
}

/* Once an interval: where a longer gap was seen, what came meanwhile is what came around it. */
static void watch(struct spinner *s)
{
	const struct host here = { "" };
	ns_t worst_ns = __atomic_load_n(&s->worst_seen_ns, __ATOMIC_RELAXED);
	if (!interrupts_read(&here, s->j->cpu, &s->now))
		return;
	if (worst_ns > s->worst_told_ns) {
		interrupts_changes(&s->before, &s->now, s->j->around_worst, sizeof s->j->around_worst);
		s->worst_told_ns = worst_ns;
	}
	s->before = s->now;
}

/* Tried, not looked up: an isolated CPU is in nobody's default set. */
static bool may_use(u32 cpu)
{
	cpu_set_t before, one;
	CPU_ZERO(&one);
	if (cpu >= CPU_SETSIZE || sched_getaffinity(0, sizeof before, &before))
		return false;
	CPU_SET(cpu, &one);
	return sched_setaffinity(0, sizeof one, &one) == 0 && sched_setaffinity(0, sizeof before, &before) == 0;
}

static err_t start(struct spinner *s)
{
	const struct host here = { "" };
	pthread_attr_t attr;
	cpu_set_t one;
	CPU_ZERO(&one);
	CPU_SET(s->j->cpu, &one);
	interrupts_read(&here, s->j->cpu, &s->first);
	s->before = s->first;
	pthread_attr_init(&attr);
	int rc = pthread_attr_setaffinity_np(&attr, sizeof one, &one);
	if (!rc)
		rc = pthread_create(&s->thread, &attr, spin, s);
	pthread_attr_destroy(&attr);
	return rc ? ERR_IO : ERR_OK;
}

static bool all_done(const struct spinner *s, u32 n)
{
	u32 done = 0;
	for (u32 i = 0; i < n; i++)
		done += __atomic_load_n(&s[i].done, __ATOMIC_ACQUIRE);
	return done == n;
}

static void finish(struct spinner *s)
{
	pthread_join(s->thread, NULL);
	watch(s);
	interrupts_changes(&s->first, &s->now, s->j->all, sizeof s->j->all);
}

err_t jitter_run(struct jitter *j, u32 n, ns_t run_ns, u32 *bad)
{
	struct clock clock;
	struct timespec pause = { .tv_nsec = (long)JITTER_WATCH_NS };
	u32 started = 0;
	err_t e = clock_calibrate(&clock);
	for (u32 i = 0; i < n; i++)
		if (!may_use(j[i].cpu)) {
			*bad = j[i].cpu;
			return ERR_ARGUMENT;
		}
	struct spinner *s = e == ERR_OK ? aligned_alloc(CACHE_LINE, n * sizeof *s) : NULL;
	if (!s)
		return e == ERR_OK ? ERR_NO_MEMORY : e;
	memset(s, 0, n * sizeof *s);
	for (; started < n && e == ERR_OK; started += e == ERR_OK) {
		j[started] = (struct jitter){ .cpu = j[started].cpu };
		s[started] = (struct spinner){ .j = &j[started], .clock = &clock, .run_ns = run_ns };
		e = start(&s[started]);
	}
	while (!all_done(s, started)) {
		nanosleep(&pause, NULL);
		for (u32 i = 0; i < started; i++)
			watch(&s[i]);
	}
	for (u32 i = 0; i < started; i++)
		finish(&s[i]);
	free(s);
	return e;
}
