/*
 * ctl_audit.c - what ctl leaves for the audit log (audit.h): commands and their answers, kills, starts, stops.
 */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "appliance/audit_chain.h"
#include "appliance/ctl.h"
#include "common/clock.h"

static void leave(struct ctl *c, const struct audit_entry *e)
{
	if (c->audit && !ring_put(c->audit, 0, 0, e, sizeof *e))
		counter_inc(&c->cnt[APP_CNT_audit_lost]);
}

static struct audit_entry entry(const char *what, err_t e)
{
	struct audit_entry a = { .at_wall_ns = clock_wall_ns() };
	snprintf(a.what, sizeof a.what, "%s", what);
	snprintf(a.result, sizeof a.result, "%s", err_name(e));
	return a;
}

void ctl_audit(struct ctl *c, const char *what, const char *text, err_t result, const char *why)
{
	struct audit_entry a = entry(what, result);
	snprintf(a.text, sizeof a.text, "%s", text);
	snprintf(a.why, sizeof a.why, "%s", why);
	leave(c, &a);
}

void ctl_on_answered(void *user, const struct door_client *d, err_t result, const char *text)
{
	struct ctl *c = user;
	struct audit_entry a = entry("command", result);
	a.by_somebody = d->peer.known;
	a.uid = d->peer.uid;
	a.pid = d->peer.pid;
	snprintf(a.role, sizeof a.role, "%s", role_name(access_role(&c->access, &d->peer)));
	snprintf(a.via, sizeof a.via, "%s", d->peer.via);
	snprintf(a.text, sizeof a.text, "%.*s", (int)sizeof a.text - 1, d->line);
	snprintf(a.why, sizeof a.why, "%s", text);
	leave(c, &a);
}

/* Who raised it said so in the word's page; whose process that is can be seen for as long as it lives. */
void ctl_audit_kill(struct ctl *c)
{
	u32 level = kill_level(c->seg->kill);
	char proc[32];
	struct stat st;
	if (level > c->kill_told) {
		struct audit_entry a = entry("kill", ERR_OK);
		a.pid = __atomic_load_n(&c->seg->kill->by_pid, __ATOMIC_RELAXED);
		snprintf(proc, sizeof proc, "/proc/%u", a.pid);
		a.by_somebody = a.pid && !stat(proc, &st);
		a.uid = a.by_somebody ? st.st_uid : 0;
		snprintf(a.text, sizeof a.text, "%s", level == KILL_HALT ? "halt" : "cancel only");
		snprintf(a.why, sizeof a.why, "the kill word was raised by process %u", a.pid);
		leave(c, &a);
	}
	c->kill_told = level;
}

/* What the doctor found, and what was said to it before anybody could ask. */
static void audit_fitness(struct ctl *c)
{
	char text[96], why[CTL_WHY];
	const struct fitness *f = c->fitness;
	snprintf(text, sizeof text, "%s: %u red, %u yellow", profile_names[f->profile], f->n[SEVERITY_RED],
		 f->n[SEVERITY_YELLOW]);
	ctl_audit(c, "doctor", text, ERR_OK, fitness_is_fit(f) ? "" : fitness_refusal(f, why));
	if (*c->override)
		ctl_audit(c, "override", "saker --override-doctor", ERR_OK, c->override);
}

void ctl_audit_start(struct ctl *c, u32 boot)
{
	char how[96], why[128];
	snprintf(how, sizeof how, "boot %u, %s, %s", boot, c->cfg->mode == MODE_LIVE ? "live" : "observe",
		 c->cfg->layout == LAYOUT_SPLIT ? "split" : "fused");
	ctl_audit(c, "start", how, ERR_OK, c->seg->h->build);
	snprintf(why, sizeof why, "epoch %u, SHA-256 %s", c->epoch.row.epoch.number, c->epoch.row.epoch.hash);
	ctl_audit(c, "config", c->cfg->file, ERR_OK, why);
	audit_fitness(c);
}
