#include "hostctl/warnings.h"

#include <stdarg.h>
#include <string.h>

#include "common/msg.h"
#include "gateway/recon.h"
#include "hostctl/names.h"
#include "risk/risk.h"

static const struct column columns[] = {
	{ "warning", "WARNING", SHOW_TEXT },
	{ "detail", "", SHOW_TEXT },
};

/* Counters that should stay 0: something was lost, or is set up badly. */
static const struct {
	const char *region, *counter;
} watched[] = {
	{ "app", "allocations_after_seal" }, { "app", "journal_write_errors" },
	{ "app", "audit_errors" },           { "app", "audit_lost" },
	{ "app", "core_ring_full" },         { "app", "clock_alarms" },
	{ "app", "doctor_red" },
	{ "app", "memory_not_locked" },      { "trade.gateway", "journal_full" },
	{ "trade.gateway", "rate_stops" },   { "trade.core", "tape_lapped" },
	{ "trade.core", "trace_lost" },      { "trade.core", "ctl_ring_full" },
	{ "trade.gateway", "became_unknown" }, { "trade.risk", "orphan_fills" },
	{ "trade.risk", "excess_fills" },    { "trade.host", "budget_pauses" },
	{ "app", "tape_lapped" },            { "md.core", "ctl_ring_full" },
	{ "md.core", "bad_messages" },       { "md.port", "rx_oversize" },
	{ "md.port", "dev_rx_missed" },      { "md.port", "dev_rx_nobuf" },
	{ "md.port", "no_buffer" },          { "trade.port", "rx_oversize" },
	{ "trade.port", "dev_rx_missed" },   { "trade.port", "dev_rx_nobuf" },
	{ "trade.port", "no_buffer" },
};

bool warnings_watch(const char *module, const char *counter)
{
	for (u32 i = 0; i < ARRAY_LEN(watched); i++) {
		const char *dot = strrchr(watched[i].region, '.');
		if (!strcmp(dot ? dot + 1 : watched[i].region, module) &&
		    !strcmp(watched[i].counter, counter))
			return true;
	}
	return false;
}

static void PRINTF_LIKE(3, 4) warn(struct table *t, const char *name, const char *format, ...)
{
	char text[160];
	va_list ap;
	va_start(ap, format);
	vsnprintf(text, sizeof text, format, ap);
	va_end(ap);
	table_text(t, name);
	table_text(t, text);
}

static void of_process(struct table *t, const struct view *v)
{
	char ns[NS_TEXT_MAX];
	ns_t now = view_now(v), beat = counter_get(&v->seg.h->heartbeat_ns);
	u32 kill = kill_level(v->seg.kill);
	if (!v->alive)
		warn(t, "not_running", "%s",
		     v->seg.h->closed ? "stopped in good order" : "the process has died");
	else if (now && (!beat || (now > beat && now - beat > HEARTBEAT_OLD_NS)))
		warn(t, "heartbeat_old", "the control thread has not been heard for %s",
		     beat ? ns_text(ns, now - beat) : "as long as it runs");
	if (kill != KILL_NONE)
		warn(t, "kill_raised", "%s; hostctl arm lowers it", name_of_kill(kill));
}

/* A core that has made no turn between two looks hangs, wherever it does. */
static void of_core(struct table *t, const struct view *v, const struct core_look *k)
{
	char name[32], ns[NS_TEXT_MAX];
	if (!k->s || !v->alive)
		return;
	snprintf(name, sizeof name, "%s_stuck", k->name);
	if (k->turns == 0)
		warn(t, name, "no turn within %s", ns_text(ns, k->took_ns));
	snprintf(name, sizeof name, "%s_kill_unseen", k->name);
	if (counter_get(&k->s->kill_seen) < kill_level(v->seg.kill))
		warn(t, name, "the kill word is raised and this core has not acted on it");
}

static void of_sessions(struct table *t, const struct view *v)
{
	static const char *const sessions[] = { "session.md", "session.order", "session.standby" };
	struct trade_row trade = { 0 };
	bool live = view_trade(v, &trade) && trade.mode;
	for (u32 i = 0; v->alive && i < ARRAY_LEN(sessions); i++) {
		u32 n;
		const struct session_status *s = view_rows(v, sessions[i], sizeof *s, &n);
		u64 state = s ? counter_get(&s->state) : SESSION_OPEN;
		if (state != SESSION_OPEN && (i == 0 || live)) /* observe opens no order session */
			warn(t, "session_not_open", "%s is %s", sessions[i] + strlen("session."),
			     name_of_session(state));
	}
}

static void of_books(struct table *t, const struct view *v)
{
	for (u32 i = 0; v->alive && i < v->seg.h->n_regions; i++) {
		const struct book_image *img = view_book(v, &v->seg.h->region[i]);
		struct book_top top;
		if (img && book_image_read_top(img, &top) == ERR_OK && top.state != BOOK_VALID)
			warn(t, "book_not_valid", "%s is %s",
			     v->seg.h->region[i].name + strlen("md.book."),
			     name_of_book(top.state));
	}
}

static void of_trading(struct table *t, const struct view *v)
{
	struct trade_row row;
	if (!view_trade(v, &row))
		return;
	if (row.latched)
		warn(t, "risk_latched", "%s: %s", risk_code_name((enum risk_code)row.latched),
		     risk_code_reason((enum risk_code)row.latched));
	if (row.recon_state == RECON_FAILED)
		warn(t, "reconciliation_failed", "the venue did not answer what is open");
	if (row.doubtful)
		warn(t, "orders_in_doubt", "%llu orders whose state is not proven",
		     (unsigned long long)row.doubtful);
	if (row.foreign_orders)
		warn(t, "foreign_orders", "%llu open orders of the account are not ours",
		     (unsigned long long)row.foreign_orders);
	if (row.strategies_paused)
		warn(t, "strategies_paused", "%llu", (unsigned long long)row.strategies_paused);
}

static void of_capture(struct table *t, const struct view *v)
{
	struct capture_row row;
	if (!view_capture(v, &row))
		return;
	if (row.state == CAPTURE_FAILED)
		warn(t, "capture_failed", "%s", row.why);
	if (row.lost)
		warn(t, "capture_lost", "%llu records since the capture was begun; raise capture.ring_mb",
		     (unsigned long long)row.lost);
}

/* A gauge's sentence says what its value means. */
static void of_counter(struct table *t, const char *name, const struct counter_text *text,
		       u64 value)
{
	static const char gauge[] = "gauge: ";
	if (!strncmp(text->help, gauge, strlen(gauge)))
		warn(t, name, "%s", text->help + strlen(gauge));
	else
		warn(t, name, "%llu %s", (unsigned long long)value, text->help);
}

static void of_counters(struct table *t, const struct view *v)
{
	for (u32 i = 0; i < ARRAY_LEN(watched); i++) {
		char name[64];
		u64 value;
		const struct counter_text *text =
			view_counter(v, watched[i].region, watched[i].counter, &value);
		if (!text || !value)
			continue;
		snprintf(name, sizeof name, "%s.%s", watched[i].region, watched[i].counter);
		of_counter(t, name, text, value);
	}
}

u32 add_warnings(struct report *r, const struct view *v, const struct core_look *looks, u32 n)
{
	struct table *t = report_table(r, "warnings", columns, ARRAY_LEN(columns));
	of_process(t, v);
	for (u32 i = 0; i < n; i++)
		of_core(t, v, &looks[i]);
	of_sessions(t, v);
	of_books(t, v);
	of_trading(t, v);
	of_capture(t, v);
	of_counters(t, v);
	return (u32)json_array_size(t->rows);
}
