#include "appliance/ctl.h"

#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "appliance/config_check.h"
#include "appliance/log.h"
#include "dataplane/md_core.h"
#include "gateway/trade_core.h"

#define TURN_MS 2
#define HEARTBEAT_NS (50 * NS_PER_MS)

const struct counter_def app_counter_defs[APP_CNT_COUNT] = {
#define CNT(name_, help_) { .name = #name_, .help = help_ },
#include "appliance/app_cnt.def"
#undef CNT
};

bool ctl_tell(struct ctl *c, struct ctl_core *core, u16 type, u64 tag, const void *p, u32 n)
{
	if (ring_put(core->to, type, tag, p, n))
		return true;
	counter_inc(&c->cnt[APP_CNT_core_ring_full]);
	return false;
}

/* ---- start ---- */

static bool tell_entropy(struct ctl *c, struct ctl_core *core)
{
	u8 bytes[32];
	return getrandom(bytes, sizeof bytes, 0) == sizeof bytes &&
	       ctl_tell(c, core, MSG_ENTROPY, 0, bytes, sizeof bytes);
}

/* Our own wall clock, until the venue has been asked. */
static bool tell_own_clock(struct ctl *c)
{
	struct msg_clock k = { .offset_ns =
				       (i64)(clock_wall_ns() - clock_ns(c->clock, tsc_now())) };
	return ctl_tell(c, &c->trade, MSG_CLOCK, 0, &k, sizeof k);
}

err_t ctl_start(struct ctl *c, char *error, size_t n)
{
	bool ok = tell_entropy(c, &c->md) && tell_entropy(c, &c->trade) && tell_own_clock(c);
	for (u32 i = 0; ok && i < c->n_instruments; i++)
		ok = ctl_tell(c, &c->md, MSG_INSTRUMENT, i, &c->instrument[i],
			      sizeof c->instrument[i]);
	err_t e = ok ? ctl_send_limits(c, error, n) : ERR_FULL;
	if (e != ERR_OK)
		return e;
	if ((e = check_access(c->cfg, &c->access, error)) != ERR_OK)
		return e;
	e = door_open(&c->door, c->cfg->socket, c->access.n_local != 0);
	c->door.answered = ctl_on_answered;
	c->door.answered_user = c;
	if (e != ERR_OK) {
		snprintf(error, n,
			 "%s: the command socket cannot be made: %s (set files.socket to a path of "
			 "your own)",
			 c->cfg->socket, err_text(e));
		return e;
	}
	ctl_tell(c, &c->md, MSG_SESSION_CONNECT, 0, NULL, 0);
	for (u32 i = 0; i < TRADE_SESSIONS && c->cfg->mode == MODE_LIVE; i++)
		ctl_tell(c, &c->trade, MSG_SESSION_CONNECT, i, NULL, 0);
	return ERR_OK;
}

/* ---- what the cores say ---- */

static void log_session(const char *core, const struct ring_msg *m)
{
	const struct msg_session_state *s = (const void *)m->data;
	const char *name = core[0] == 'm'              ? "market data"
			   : SESSION_TAG_INDEX(m->tag) ? "order standby"
						       : "order";
	struct log_record what = { .level = LOG_INFO_LEVEL, .area = "session", .event = "session_open" };
	what.n_fields = 1;
	what.field[0] = (struct log_field){ "session", name };
	if (s->state == SESSION_OPEN) {
		log_event(&what, "%s: open (attempt %u)", name, SESSION_TAG_ATTEMPT(m->tag));
	} else if (s->state == SESSION_WAITING) {
		what.level = LOG_WARNING_LEVEL;
		what.event = "session_down";
		what.field[what.n_fields++] = (struct log_field){ "error", err_name((err_t)s->err) };
		log_event(&what, "%s: down: %s: %s", name, err_name((err_t)s->err), s->why);
	}
}

static void log_notice(const struct msg_notice *n)
{
	static const char *const kinds[] = { "foreign order", "order unknown", "reconciled",
					     "denied",        "venue error",   "strategy" };
	log_line("trade", "%s: %s (%lld, %lld)", n->kind < ARRAY_LEN(kinds) ? kinds[n->kind] : "?",
		 n->text, (long long)n->a, (long long)n->b);
}

/* arm_at_start: once, when everything is reconciled for the first time. */
static void arm_once(struct ctl *c)
{
	struct msg_command m = { .verb = CMD_ARM };
	char why[CTL_WHY];
	if (!c->cfg->arm_at_start || c->auto_armed || c->cfg->mode != MODE_LIVE)
		return;
	if (ctl_is_unfit(c, why)) {
		log_line("ctl", "safety.arm_at_start: not armed: %s", why);
		ctl_audit(c, "arm", "safety.arm_at_start", ERR_STATE, why);
		c->auto_armed = true; /* said once */
		return;
	}
	c->auto_armed = ctl_tell(c, &c->trade, MSG_COMMAND, 0, &m, sizeof m);
}

static void take(struct ctl *c, const char *core, const struct ring_msg *m)
{
	switch (m->type) {
	case MSG_SESSION_STATE: log_session(core, m); break;
	case MSG_WANT_SNAPSHOT:
		ctl_want_snapshot(c,
				  ((const struct msg_snapshot *)(const void *)m->data)->instrument);
		break;
	case MSG_ANSWER: ctl_on_answer(c, (const void *)m->data); break;
	case MSG_NOTICE: {
		const struct msg_notice *n = (const void *)m->data;
		log_notice(n);
		if (n->kind == NOTICE_RECONCILED)
			arm_once(c);
		break;
	}
	default: break;
	}
}

static void drain(struct ctl *c, const char *name, struct ctl_core *core)
{
	const struct ring_msg *m;
	while ((m = ring_peek(core->from))) {
		take(c, name, m);
		ring_release(core->from, m);
	}
}

/* ---- the loop ---- */

static void heartbeat(struct ctl *c, ns_t now)
{
	if (now < c->heartbeat_ns)
		return;
	c->heartbeat_ns = now + HEARTBEAT_NS;
	__atomic_store_n(&c->seg->h->heartbeat_ns, now, __ATOMIC_RELAXED);
}

static void look_at_ports(struct ctl *c, ns_t now)
{
	if (now < c->ports_ns)
		return;
	c->ports_ns = now + NS_PER_S;
	for (u32 i = 0; i < ARRAY_LEN(c->port); i++)
		port_stats(c->port[i]);
}

int ctl_run(struct ctl *c, const int *stop_signals)
{
	while (!c->done) {
		struct pollfd fds[DOOR_CLIENTS + 1];
		u32 n = door_fds(&c->door, fds);
		http_turn(c->http, fds, n, TURN_MS);
		ns_t now = clock_ns(c->clock, tsc_now());
		heartbeat(c, now);
		look_at_ports(c, now);
		door_turn(&c->door, ctl_on_request, c);
		drain(c, "md", &c->md);
		drain(c, "trade", &c->trade);
		ctl_capture_turn(c);
		ctl_epoch_turn(c, now);
		ctl_audit_kill(c);
		ctl_venue_turn(c, now);
		int asked = __atomic_load_n(stop_signals, __ATOMIC_RELAXED);
		if (asked && !c->stop_id) {
			ctl_audit(c, "signal", "asked to stop", ERR_OK, "");
			ctl_stop(c, 0);
		}
		bool late = c->stop_id && now >= c->stop_ns;
		if (late)
			log_line("ctl", "stop: the trade core does not answer");
		if (asked > 1 || late) /* asked twice: not waiting for the venue's word */
			c->done = true, c->exit_code = 1;
	}
	door_abandon(&c->door, "the process ended before an answer came");
	ctl_audit(c, "stop", c->exit_code ? "not everything was confirmed" : "in good order",
		  c->exit_code ? ERR_TIMEOUT : ERR_OK, "");
	return c->exit_code;
}

void ctl_close(struct ctl *c)
{
	door_close(&c->door);
	http_free(c->http);
	c->http = NULL;
	ctl_epoch_close(c);
}
