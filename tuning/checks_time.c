/* checks_time.c - clocks: what stamps are worth. */
#include <stdio.h>
#include <string.h>

#include "tuning/checks.h"
#include "tuning/finding.h"

#define CLOCKSOURCE "/sys/devices/system/clocksource/clocksource0/current_clocksource"

static void clocksource(const struct patient *p, struct finding *f)
{
	char text[64];
	finding_want(f, "tsc");
	if (!host_read(&p->host, text, sizeof text, CLOCKSOURCE))
		finding_unknown(f, CLOCKSOURCE);
	else
		finding_say(f, !strcmp(text, "tsc"), "%s", text);
}

static void sync(const struct patient *p, struct finding *f)
{
	static const char *const daemons[] = { "ptp4l", "chronyd", "ntpd", "systemd-timesyn" /* 15 characters */ };
	finding_want(f, "chronyd, ntpd or ptp4l");
	for (u32 i = 0; i < ARRAY_LEN(daemons); i++)
		if (host_runs(&p->host, daemons[i])) {
			finding_say(f, true, "%s runs", daemons[i]);
			return;
		}
	finding_say(f, false, "none runs");
}

static bool first_ptp(void *user, const char *name)
{
	snprintf(user, 32, "%.31s", name);
	return strncmp(name, "ptp", 3) != 0;
}

static void ptp(const struct patient *p, struct finding *f)
{
	char name[32] = "", what[64] = "";
	finding_want(f, "a clock on a card");
	host_list(&p->host, "/sys/class/ptp", first_ptp, name);
	if (strncmp(name, "ptp", 3))
		finding_say(f, false, "none");
	else
		finding_say(f, true, "%s (%s)", name,
			    host_read(&p->host, what, sizeof what, "/sys/class/ptp/%s/clock_name", name) ? what : "?");
}

/* phc2sys keeps the system's clock on the card's, or tells how far it is off. */
static void phc(const struct patient *p, struct finding *f)
{
	char name[32] = "";
	host_list(&p->host, "/sys/class/ptp", first_ptp, name);
	if (strncmp(name, "ptp", 3)) {
		finding_none(f, "no card has a clock");
		return;
	}
	finding_want(f, "phc2sys or chronyd keeps it together with the system's");
	bool runs = host_runs(&p->host, "phc2sys") || host_runs(&p->host, "chronyd");
	finding_say(f, runs, runs ? "kept" : "nobody keeps it");
}

const struct check checks_time[] = {
	{ "time.clocksource", "another clock source is a system call, or an exit to the hypervisor, a reading",
	  "boot with clocksource=tsc tsc=reliable, if the TSC is invariant",
	  { SEVERITY_NOTE, SEVERITY_YELLOW, SEVERITY_YELLOW }, clocksource },
	{ "time.sync", "the venue refuses orders whose time stamp is off by more than recvWindow",
	  "install and start chrony", { SEVERITY_NOTE, SEVERITY_RED, SEVERITY_RED }, sync },
	{ "time.ptp", "only a card's own clock stamps frames as they arrive",
	  "use a card with a PTP hardware clock", { SEVERITY_NOTE, SEVERITY_NOTE, SEVERITY_YELLOW }, ptp },
	{ "time.phc", "a card's clock that nobody keeps drifts by milliseconds an hour",
	  "start phc2sys, or chrony with refclock PHC", { SEVERITY_NOTE, SEVERITY_NOTE, SEVERITY_YELLOW }, phc },
};
const u32 checks_time_n = ARRAY_LEN(checks_time);
