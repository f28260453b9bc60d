#include "common/clock.h"

#include <cpuid.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define CALIBRATE_NS (20 * NS_PER_MS)
#define TRIES 8

static ns_t read_ns(clockid_t id)
{
	struct timespec t;
	clock_gettime(id, &t);
	return (ns_t)t.tv_sec * NS_PER_S + (ns_t)t.tv_nsec;
}

/* A (tsc, ns) pair read as closely together as `TRIES` attempts get. */
static void sample(u64 *tsc, ns_t *ns)
{
	u64 best = UINT64_MAX;
	for (int i = 0; i < TRIES; i++) {
		u64 a = tsc_now();
		ns_t t = read_ns(CLOCK_MONOTONIC);
		u64 b = tsc_now();
		if (b - a < best) {
			best = b - a;
			*tsc = a + (b - a) / 2;
			*ns = t;
		}
	}
}

static bool tsc_is_invariant(void)
{
	u32 a, b, c, d;
	return __get_cpuid(0x80000007, &a, &b, &c, &d) && (d & 1u << 8);
}

/*
 * Emulators and many hypervisors hide that promise of the counter. Where the kernel keeps its own time by the
 * counter all the same, it has compared it with other clocks, or was told (tsc=reliable) by who runs the machine.
 */
static bool kernel_keeps_time_by_tsc(void)
{
	char name[8] = "";
	FILE *f = fopen("/sys/devices/system/clocksource/clocksource0/current_clocksource", "re");
	if (!f)
		return false;
	bool is = fgets(name, sizeof name, f) && !strcmp(name, "tsc\n");
	fclose(f);
	return is;
}

err_t clock_calibrate(struct clock *c)
{
	u64 tsc0 = 0, tsc1 = 0;
	ns_t ns0 = 0, ns1 = 0;
	if (!tsc_is_invariant() && !kernel_keeps_time_by_tsc())
		return ERR_UNSUPPORTED;
	sample(&tsc0, &ns0);
	struct timespec pause = { .tv_nsec = (long)CALIBRATE_NS };
	nanosleep(&pause, NULL);
	sample(&tsc1, &ns1);
	*c = (struct clock){ .tsc_base = tsc1, .ns_base = ns1 };
	c->mult = (u64)(((unsigned __int128)(ns1 - ns0) << 32) / (tsc1 - tsc0));
	c->tsc_hz = (u64)((unsigned __int128)(tsc1 - tsc0) * NS_PER_S / (ns1 - ns0));
	return ERR_OK;
}

ns_t clock_wall_ns(void) { return read_ns(CLOCK_REALTIME); }
