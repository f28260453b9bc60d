/* checks_time.c - clocks: what stamps are worth. */
#include <stdio.h>
#include <string.h>

#include "tuning/checks.h"
#include "tuning/finding.h"

#define SYSTEM_OFFSET_S 0.005
#define PHC_OFFSET_S	0.001
#define TAI_S		37.0
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

/* Seconds that `what` may be: how far one clock is off another. */
static void offset(struct finding *f, double s, double most, const char *of)
{
	finding_want(f, "below %g ms", most * 1e3);
	finding_say(f, s < most && s > -most, "%s is off by %.6f ms", of, s * 1e3);
}

/* As chronyd estimates it; other daemons do not say it in one line. */
static void system_offset(const struct patient *p, struct finding *f)
{
	char text[512], *at = text;
	double s;
	if (!host_runs(&p->host, "chronyd")) {
		finding_unknown(f, "chronyd does not run: nobody to ask");
		return;
	}
	host_command(&p->host, text, sizeof text, "chronyc -c tracking");
	for (u32 i = 0; at && i < 4; i++) /* reference, name, stratum, time, offset */
		at = (at = strchr(at, ',')) ? at + 1 : NULL;
	if (!at || sscanf(at, "%lf", &s) != 1)
		finding_unknown(f, "chronyc -c tracking");
	else
		offset(f, s, SYSTEM_OFFSET_S, "the system's clock");
}

/* A card's clock is kept in UTC, or in TAI, which is TAI_S ahead. */
static void phc_offset(const struct patient *p, struct finding *f)
{
	char name[32] = "", line[64], text[256];
	long long ns;
	host_list(&p->host, "/sys/class/ptp", first_ptp, name);
	if (strncmp(name, "ptp", 3)) {
		finding_none(f, "no card has a clock");
		return;
	}
	snprintf(line, sizeof line, "phc_ctl /dev/%s cmp", name);
	host_command(&p->host, text, sizeof text, line);
	const char *at = strstr(text, "offset from CLOCK_REALTIME is ");
	if (!at || sscanf(at, "offset from CLOCK_REALTIME is %lldns", &ns) != 1) {
		finding_unknown(f, "phc_ctl (package linuxptp) does not say, or only to root");
		return;
	}
	double s = (double)(ns < 0 ? -ns : ns) / 1e9;
	offset(f, s > TAI_S / 2 ? s - TAI_S : s, PHC_OFFSET_S, name);
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
	{ "time.offset", "requests carry the system's time, and what is off is taken from recvWindow",
	  "look at chronyc sources: a nearer server, or wait until it has settled",
	  { SEVERITY_NOTE, SEVERITY_YELLOW, SEVERITY_YELLOW }, system_offset },
	{ "time.phc_offset", "stamps of a card whose clock is off cannot be compared with anything else's",
	  "start phc2sys, or look at what it says", { SEVERITY_NOTE, SEVERITY_NOTE, SEVERITY_YELLOW }, phc_offset },
};
const u32 checks_time_n = ARRAY_LEN(checks_time);
