/*
 * app_segment.c - every region of the shared-memory segment, and the links of both cores into it.
 */
#include <stdio.h>
#include <string.h>

#include "appliance/app.h"
#include "appliance/config_check.h"
#include "appliance/log.h"
#include "appliance/strategy_show.h"

#define SEGMENT_FIXED (8u << 20) /* counters, tables, histograms: far below */

static size_t segment_bytes(const struct app *a)
{
	size_t n = SEGMENT_FIXED + tape_bytes(a->cfg.tape_slots) +
		   a->n_instruments * (book_image_bytes(a->cfg.book_depth) + CACHE_LINE);
	return (n + SEGMENT_PAGE - 1) / SEGMENT_PAGE * SEGMENT_PAGE;
}

static u64 *counters(struct app *a, const char *name, const struct counter_def *defs, u32 n)
{
	return segment_add_counters(&a->seg, name, defs, n);
}

static void *table(struct app *a, const char *name, u32 rows, size_t row)
{
	return segment_add(&a->seg, name, REGION_TABLE, rows, rows * row);
}

static bool text(struct app *a, const char *name, const char *what)
{
	char *to = segment_add(&a->seg, name, REGION_TABLE, 1, strlen(what) + 1);
	if (to)
		memcpy(to, what, strlen(what) + 1);
	return to;
}

static bool session_words(struct app *a, const char *prefix, struct session_words *w)
{
	char name[32];
	snprintf(name, sizeof name, "%s.session", prefix);
	w->session = counters(a, name, session_counter_defs, SESSION_CNT_COUNT);
	snprintf(name, sizeof name, "%s.tls", prefix);
	w->tls = counters(a, name, tls_counter_defs, TLS_CNT_COUNT);
	snprintf(name, sizeof name, "%s.ws", prefix);
	w->ws = counters(a, name, ws_counter_defs, WS_CNT_COUNT);
	return w->session && w->tls && w->ws;
}

static bool md_regions(struct app *a, u64 **port_cnt)
{
	struct md_links *l = &a->md_links;
	l->cnt = counters(a, "md.core", md_counter_defs, MD_CNT_COUNT);
	l->net_cnt = counters(a, "md.net", net_counter_defs, NET_CNT_COUNT);
	l->tcp_cnt = counters(a, "md.tcp", tcp_counter_defs, TCP_CNT_COUNT);
	*port_cnt = counters(a, "md.port", port_counter_defs, PORT_CNT_COUNT);
	l->feed_cnt = counters(a, "md.feed", feed_counter_defs, FEED_CNT_COUNT);
	l->book_cnt = counters(a, "md.book", book_counter_defs, BOOK_CNT_COUNT);
	l->status = table(a, "md.status", 1, sizeof *l->status);
	l->session_status = table(a, "session.md", 1, sizeof *l->session_status);
	void *tape = segment_add(&a->seg, "md.tape", REGION_TAPE, a->cfg.tape_slots,
				 tape_bytes(a->cfg.tape_slots));
	l->tape = tape ? tape_init(tape, a->cfg.tape_slots) : NULL;
	return session_words(a, "md", &l->session_cnt) && l->cnt && l->net_cnt && l->tcp_cnt && *port_cnt &&
	       l->feed_cnt && l->book_cnt && l->status && l->session_status && l->tape;
}

static bool trade_regions(struct app *a, u64 **port_cnt)
{
	struct trade_links *l = &a->trade_links;
	l->cnt = counters(a, "trade.core", trade_counter_defs, TRADE_CNT_COUNT);
	l->net_cnt = counters(a, "trade.net", net_counter_defs, NET_CNT_COUNT);
	l->tcp_cnt = counters(a, "trade.tcp", tcp_counter_defs, TCP_CNT_COUNT);
	*port_cnt = counters(a, "trade.port", port_counter_defs, PORT_CNT_COUNT);
	l->gateway_cnt = counters(a, "trade.gateway", gateway_counter_defs, GATEWAY_CNT_COUNT);
	l->risk_cnt = counters(a, "trade.risk", risk_counter_defs, RISK_COUNTERS);
	l->host_cnt = counters(a, "trade.host", host_counter_defs, HOST_COUNTERS);
	l->status = table(a, "trade.status", 1, sizeof *l->status);
	l->session_status[0] = table(a, "session.order", 1, sizeof *l->session_status[0]);
	l->session_status[1] = table(a, "session.standby", 1, sizeof *l->session_status[1]);
	l->orders = table(a, "orders", ROWS_ORDERS, sizeof *l->orders);
	l->positions = table(a, "positions", a->n_instruments, sizeof *l->positions);
	l->state = table(a, "trade.state", 1, sizeof *l->state);
	l->strategies = table(a, "strategy.state", CONFIG_STRATEGIES, sizeof *l->strategies);
	l->values = table(a, "strategy.values", CONFIG_STRATEGIES, sizeof *l->values);
	l->limits = table(a, "limits", a->n_instruments, sizeof *l->limits);
	return session_words(a, "trade.order", &l->session_cnt[0]) &&
	       session_words(a, "trade.standby", &l->session_cnt[1]) && l->cnt && l->net_cnt && l->tcp_cnt &&
	       *port_cnt && l->gateway_cnt && l->risk_cnt && l->host_cnt && l->status &&
	       l->session_status[0] && l->session_status[1] && l->orders && l->positions && l->state && l->strategies &&
	       l->values && l->limits;
}

static bool books(struct app *a)
{
	for (u32 i = 0; i < a->n_instruments; i++) {
		char name[32];
		snprintf(name, sizeof name, "md.book.%.*s", SYMBOL_MAX - 1, a->instrument[i].symbol);
		void *mem = segment_add(&a->seg, name, REGION_BOOK, a->cfg.book_depth,
					book_image_bytes(a->cfg.book_depth));
		if (!mem)
			return false;
		a->md_links.image[i] = book_image_init(mem, a->cfg.book_depth);
		a->trade_links.image[i] = a->md_links.image[i];
	}
	struct instrument *shown = table(a, "instruments", a->n_instruments, sizeof a->instrument[0]);
	if (shown)
		memcpy(shown, a->instrument, a->n_instruments * sizeof a->instrument[0]);
	return shown;
}

static bool histograms(struct app *a)
{
	for (u32 i = 0; i < IO_HISTS; i++)
		if (!(a->io.hist[i] =
			      segment_add(&a->seg, io_hist_names[i], REGION_HIST, 1, sizeof(struct hist))))
			return false;
	return true;
}

static bool ports(struct app *a)
{
	return (a->port_info = table(a, "ports", RECORD_CORES, sizeof *a->port_info));
}

static bool outliers(struct app *a)
{
	return table(a, "outliers", OUTLIERS, sizeof(struct outlier_cell));
}

/* "stream: stream.binance.com:9443" and the like; an address that was given goes behind it. */
static u32 endpoint_line(char *to, size_t n, const char *name, const struct config_endpoint *e)
{
	return (u32)snprintf(to, n, "%s: %s:%u\n%s.address: %s\n", name, e->host, e->port, name,
			     e->address[0] ? e->address : "-");
}

static bool texts(struct app *a)
{
	char summary[10 * CONFIG_TEXT], audit[CONFIG_TEXT + 16];
	u32 at = (u32)snprintf(summary, sizeof summary, "file: %s\nmode: %s\nlayout: %s\njournal: %s/journal.%08x\n",
			       a->cfg.file, a->cfg.mode == MODE_LIVE ? "live" : "observe",
			       a->cfg.layout == LAYOUT_SPLIT ? "split" : "fused", a->cfg.state_dir, a->boot);
	at += endpoint_line(summary + at, sizeof summary - at, "stream", &a->cfg.stream);
	at += endpoint_line(summary + at, sizeof summary - at, "api", &a->cfg.api);
	endpoint_line(summary + at, sizeof summary - at, "rest", &a->cfg.rest);
	snprintf(audit, sizeof audit, "%s/audit.log", a->cfg.state_dir);
	return table(a, "capture", 1, sizeof(struct capture_cell)) && table(a, "epoch", 1, sizeof(struct epoch_cell)) &&
	       text(a, "audit", audit) && table(a, "strategies", 1, STRATEGY_NAMES_MAX) &&
	       table(a, "strategy.params", STRATEGY_PARAM_ROWS, sizeof(struct strategy_param_row)) &&
	       text(a, "ctl.socket", a->cfg.socket) && text(a, "config", summary);
}

static err_t make_regions(struct app *a, char *error)
{
	u64 *md_port, *trade_port;
	a->ctl.cnt = counters(a, "app", app_counter_defs, APP_CNT_COUNT);
	if (!a->ctl.cnt || !md_regions(a, &md_port) || !trade_regions(a, &trade_port) || !books(a) ||
	    !histograms(a) || !outliers(a) || !ports(a) || !texts(a)) {
		snprintf(error, APP_ERROR, "the shared-memory segment is too small for its regions");
		return ERR_NO_MEMORY;
	}
	a->md_port.counters = md_port;
	a->trade_port.counters = trade_port;
	a->md_links.kill = a->trade_links.kill = a->seg.kill;
	a->trade_links.tape = a->md_links.tape;
	return ERR_OK;
}

err_t app_make_private_segment(struct app *a, char *error)
{
	err_t e = segment_create_private(&a->seg, segment_bytes(a));
	if (e != ERR_OK) {
		snprintf(error, APP_ERROR, "out of memory for the tape and the counters");
		return e;
	}
	return make_regions(a, error);
}

/*
 * Who may look: a file has one group, so the first that access: names. Without it the owner
 * alone sees the segment.
 */
static void share(const struct app *a, char *error)
{
	struct access access;
	const struct access_entry *e = access.entry;
	if (check_access(&a->cfg, &access, error) != ERR_OK)
		return; /* said so by the check of the whole, before */
	while (e < access.entry + access.n && !e->is_group)
		e++;
	if (e < access.entry + access.n && segment_share(&a->seg, e->id) != ERR_OK)
		log_line("saker", "access: group %u cannot be let to read the segment: this user is not in it", e->id);
}

err_t app_make_segment(struct app *a, char *error)
{
	err_t e = segment_create(&a->seg, a->cfg.instance, segment_bytes(a));
	if (e != ERR_OK) {
		snprintf(error, APP_ERROR, "instance %s: %s", a->cfg.instance,
			 e == ERR_EXISTS
				 ? "it is running already (hostctl status; or choose another instance name)"
				 : "its shared-memory segment in /dev/shm cannot be made: is there room?");
		return e;
	}
	snprintf(a->seg.h->build, sizeof a->seg.h->build, "%s", SAKER_BUILD);
	a->seg.h->tsc_hz = a->clock.tsc_hz;
	a->seg.h->tsc_base = a->clock.tsc_base;
	a->seg.h->ns_base = a->clock.ns_base;
	a->seg.h->tsc_mult = a->clock.mult;
	share(a, error);
	return make_regions(a, error);
}
