/*
 * rt_tests.h - what the programs of the package rt-tests find on the same processors: cyclictest,
 * how late a timer wakes a real-time thread; hwlatdetect, how long the machine stood still with
 * interrupts off.
 *
 * Both print whole microseconds. Each call returns NULL where `l` holds what was found, else why
 * there is nothing: a text for people that says what is absent. They take `seconds` each, and hwlatdetect
 * leaves tracefs' threshold and CPU mask as it set them.
 */
#ifndef SAKER_RT_TESTS_H
#define SAKER_RT_TESTS_H

#include "common/clock.h"
#include "tuning/host.h"

struct rt_latency {
	u64 samples; /* wakeups; of hwlatdetect those gaps that took a microsecond or more */
	ns_t p50_ns, p99_ns, p999_ns, p9999_ns;
	ns_t worst_ns;
};

/* One thread on each of `cpus` ("2,4"), of which there are `n`; l[i] is the i-th one's. */
const char *rt_cyclictest(const struct host *h, const char *cpus, u32 n, u32 seconds, struct rt_latency *l);

/* One thread that goes around on `cpus`. It says no percentiles: they stay 0. */
const char *rt_hwlatdetect(const struct host *h, const char *cpus, u32 seconds, struct rt_latency *l);

/* The same of text they printed; false: it is not whole. */
bool rt_cyclictest_parse(const char *text, u32 thread, struct rt_latency *l);
bool rt_hwlatdetect_parse(const char *text, struct rt_latency *l);

#endif
