/* checks_power.c - frequency and sleep states of the hot cores' processors. */
#include <stdio.h>
#include <string.h>

#include "tuning/checks.h"
#include "tuning/finding.h"

#define CPU "/sys/devices/system/cpu"
#define SLEEP_MAX_US 2 /* deeper states take longer to leave than a tick takes to trade on */
#define STATES_MAX 16

static enum answer governor_of(const struct patient *p, u32 cpu, char what[ANSWER_TEXT])
{
	if (!host_read(&p->host, what, ANSWER_TEXT, CPU "/cpu%u/cpufreq/scaling_governor", cpu))
		return ANSWER_NONE;
	return strcmp(what, "performance") ? ANSWER_BAD : ANSWER_GOOD;
}

static void governor(const struct patient *p, struct finding *f)
{
	finding_want(f, "performance");
	finding_hot(p, f, governor_of);
}

static enum answer floor_of(const struct patient *p, u32 cpu, char what[ANSWER_TEXT])
{
	i64 min, max;
	if (!host_number(&p->host, &min, CPU "/cpu%u/cpufreq/scaling_min_freq", cpu) ||
	    !host_number(&p->host, &max, CPU "/cpu%u/cpufreq/scaling_max_freq", cpu))
		return ANSWER_NONE;
	snprintf(what, ANSWER_TEXT, "%lld to %lld MHz", (long long)min / 1000, (long long)max / 1000);
	return min == max ? ANSWER_GOOD : ANSWER_BAD;
}

static void floor_freq(const struct patient *p, struct finding *f)
{
	finding_want(f, "the least frequency is the largest");
	finding_hot(p, f, floor_of);
}

static void turbo(const struct patient *p, struct finding *f)
{
	i64 off, boost;
	finding_want(f, "on");
	if (host_number(&p->host, &off, CPU "/intel_pstate/no_turbo"))
		finding_say(f, !off, off ? "off" : "on");
	else if (host_number(&p->host, &boost, CPU "/cpufreq/boost"))
		finding_say(f, boost, boost ? "on" : "off");
	else
		finding_unknown(f, "the kernel shows no turbo switch here");
}

static enum answer sleep_of(const struct patient *p, u32 cpu, char what[ANSWER_TEXT])
{
	char name[32];
	i64 latency_us, off;
	u32 i = 0;
	for (; i < STATES_MAX && host_number(&p->host, &latency_us, CPU "/cpu%u/cpuidle/state%u/latency", cpu, i); i++) {
		if (!host_number(&p->host, &off, CPU "/cpu%u/cpuidle/state%u/disable", cpu, i) || off ||
		    latency_us <= SLEEP_MAX_US)
			continue;
		host_read(&p->host, name, sizeof name, CPU "/cpu%u/cpuidle/state%u/name", cpu, i);
		snprintf(what, ANSWER_TEXT, "%s, %lld us to leave, is on", name, (long long)latency_us);
		return ANSWER_BAD;
	}
	snprintf(what, ANSWER_TEXT, "%u states, none deep is on", i);
	return i ? ANSWER_GOOD : ANSWER_NONE;
}

static void sleep_states(const struct patient *p, struct finding *f)
{
	finding_want(f, "no state that takes over %d us to leave", SLEEP_MAX_US);
	finding_hot(p, f, sleep_of);
}

static void energy_bias(const struct patient *p, struct finding *f)
{
	char what[64];
	finding_want(f, "performance");
	if (host_read(&p->host, what, sizeof what, CPU "/cpu0/cpufreq/energy_performance_preference"))
		finding_say(f, !strcmp(what, "performance"), "%s", what);
	else
		finding_unknown(f, "the kernel shows no energy preference here");
}

const struct check checks_power[] = {
	{ "power.governor", "other governors lower the clock between ticks and raise it too late",
	  "hostctl tune apply, or cpupower frequency-set -g performance",
	  { SEVERITY_NOTE, SEVERITY_YELLOW, SEVERITY_RED }, governor },
	{ "power.least_frequency", "a floor below the ceiling lets the clock fall whatever the governor",
	  "hostctl tune apply, or cpupower frequency-set -d <ceiling>",
	  { SEVERITY_NOTE, SEVERITY_NOTE, SEVERITY_YELLOW }, floor_freq },
	{ "power.turbo", "the path is as fast as the clock; turbo may be off on purpose where evenness counts more",
	  "switch turbo on in the BIOS or below " CPU, { SEVERITY_NOTE, SEVERITY_NOTE, SEVERITY_NOTE }, turbo },
	{ "power.sleep_states", "waking from a deep state takes tens of microseconds and empties caches",
	  "hostctl tune apply, or boot with processor.max_cstate=1 intel_idle.max_cstate=1",
	  { SEVERITY_NOTE, SEVERITY_YELLOW, SEVERITY_RED }, sleep_states },
	{ "power.energy_preference", "the processor itself slows down where it is told to save",
	  "hostctl tune apply, or cpupower set --epp performance",
	  { SEVERITY_NOTE, SEVERITY_NOTE, SEVERITY_YELLOW }, energy_bias },
};
const u32 checks_power_n = ARRAY_LEN(checks_power);
