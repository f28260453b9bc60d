/*
 * ctl_venue.c - what ctl asks the venue by REST: instruments at start, order book snapshots, the
 * venue's clock.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "appliance/ctl.h"
#include "appliance/log.h"
#include "dataplane/feed/feed_binance_rest.h"

#define SNAPSHOT_LIMIT 5000u
#define SNAPSHOT_RETRY_NS NS_PER_S          /* after a failure; doubles */
#define SNAPSHOT_RETRY_MAX_NS (60 * NS_PER_S)
#define REST_LIMITED_NS (60 * NS_PER_S)     /* after a 429 or 418 that names no time */
#define TIME_EVERY_NS (10 * NS_PER_S)
#define FETCH_WAIT_MS 200

/* ---- instruments, at start ---- */

struct fetch {
	struct ctl *c;
	struct instrument *out;
	char *error;
	size_t n;
	err_t result;
	bool answered;
};

static void on_exchange_info(void *user, u64 tag, const struct http_answer *a)
{
	struct fetch *f = user;
	const struct config *cfg = f->c->cfg;
	(void)tag;
	f->answered = true;
	f->result = ERR_IO;
	if (a->status != 200) {
		snprintf(f->error, f->n,
			 "https://%s:%u: exchangeInfo: %s (status %ld); check venue.rest and "
			 "venue.ca_file",
			 cfg->rest.host, cfg->rest.port, a->error[0] ? a->error : "refused",
			 a->status);
		return;
	}
	for (u32 i = 0; i < cfg->n_instruments; i++) {
		char why[256] = "";
		f->result = feed_rest_instrument(a->body, a->n, cfg->instrument[i], &f->out[i], why,
						 sizeof why);
		if (f->result == ERR_OK)
			f->result = ctl_own_minimum(&cfg->risk, &f->out[i]);
		if (f->result != ERR_OK) {
			snprintf(f->error, f->n,
				 "exchangeInfo: %s: %s (check instruments and risk.min_notional)",
				 cfg->instrument[i], why[0] ? why : err_text(f->result));
			return;
		}
		f->out[i].id = i;
		f->out[i].version = 1;
	}
}

err_t ctl_fetch_instruments(struct ctl *c, struct instrument *out, char *error, size_t n)
{
	struct fetch f = { .c = c, .out = out, .error = error, .n = n };
	if (!http_get(c->http, "/api/v3/exchangeInfo", on_exchange_info, &f, 0))
		return ERR_FULL;
	while (!f.answered) /* http's own time-out is an answer, too */
		http_turn(c->http, NULL, 0, FETCH_WAIT_MS);
	return f.result;
}

/* A limit reached: whoever asks on is banned for longer. */
static void obey_limit(struct ctl *c, const struct http_answer *a, ns_t now)
{
	if (a->status != 429 && a->status != 418)
		return;
	ns_t wait = a->retry_after_s ? a->retry_after_s * NS_PER_S : REST_LIMITED_NS;
	c->rest_ns = u64_max(c->rest_ns, now + wait);
	log_line("venue", "REST requests stop for %llu s: the venue's limit is reached",
		 (unsigned long long)(wait / NS_PER_S));
}

/* ---- snapshots ---- */

static bool send_side(struct ctl *c, u32 instrument, bool ask, const struct feed_level *l, u32 n)
{
	for (u32 at = 0; at < n; at += MSG_LEVELS_MAX) {
		u32 k = u32_min(MSG_LEVELS_MAX, n - at);
		struct msg_levels *m = ring_reserve(c->md.to, MSG_SNAPSHOT_LEVELS, instrument,
						    (u32)(sizeof *m + k * sizeof m->level[0]));
		if (!m)
			return false;
		*m = (struct msg_levels){ .instrument = instrument, .n = (u16)k, .ask = ask };
		for (u32 i = 0; i < k; i++)
			m->level[i] = (struct msg_level){ l[at + i].px, l[at + i].qty };
		ring_commit(c->md.to);
	}
	return true;
}

static bool send_snapshot(struct ctl *c, u32 instrument, const struct feed_rest_depth *d)
{
	struct msg_snapshot m = { .instrument = instrument, .update_id = d->last_update_id };
	return ctl_tell(c, &c->md, MSG_SNAPSHOT_BEGIN, instrument, &m, sizeof m) &&
	       send_side(c, instrument, false, d->bids, d->n_bids) &&
	       send_side(c, instrument, true, d->asks, d->n_asks) &&
	       ctl_tell(c, &c->md, MSG_SNAPSHOT_END, instrument, &m, sizeof m);
}

static void on_depth(void *user, u64 instrument, const struct http_answer *a)
{
	struct ctl *c = user;
	static struct feed_level bids[SNAPSHOT_LIMIT], asks[SNAPSHOT_LIMIT];
	struct feed_rest_depth d = { .bids = bids, .asks = asks, .cap = SNAPSHOT_LIMIT };
	char why[256] = "";
	err_t e = ERR_IO;
	ns_t now = clock_ns(c->clock, tsc_now());
	c->snapshot_asked[instrument] = false;
	obey_limit(c, a, now);
	if (a->status == 200)
		e = feed_rest_depth(a->body, a->n, &c->instrument[instrument], &d, why, sizeof why);
	if (e == ERR_OK && send_snapshot(c, (u32)instrument, &d)) {
		counter_inc(&c->cnt[APP_CNT_snapshots]);
		c->snapshot_wait_ns[instrument] = 0;
		return;
	}
	if (e == ERR_OK)
		snprintf(why, sizeof why, "the market-data core's inbox is full");
	counter_inc(&c->cnt[APP_CNT_http_errors]);
	log_line("venue", "snapshot of %s: status %ld: %s", c->instrument[instrument].symbol,
		 a->status, why[0] ? why : a->error);
	c->snapshot_wanted[instrument] = true;
	ns_t wait = u64_max(2 * c->snapshot_wait_ns[instrument], SNAPSHOT_RETRY_NS);
	c->snapshot_wait_ns[instrument] = u64_min(wait, SNAPSHOT_RETRY_MAX_NS);
	c->snapshot_retry_ns[instrument] = now + c->snapshot_wait_ns[instrument];
}

void ctl_want_snapshot(struct ctl *c, u32 instrument)
{
	if (instrument < c->n_instruments)
		c->snapshot_wanted[instrument] = true;
}

static void ask_snapshots(struct ctl *c, ns_t now)
{
	for (u32 i = 0; i < c->n_instruments; i++) {
		char path[96];
		if (!c->snapshot_wanted[i] || c->snapshot_asked[i] || now < c->snapshot_retry_ns[i])
			continue;
		snprintf(path, sizeof path, "/api/v3/depth?symbol=%s&limit=%u",
			 c->instrument[i].symbol, SNAPSHOT_LIMIT);
		c->snapshot_asked[i] = http_get(c->http, path, on_depth, c, i);
		c->snapshot_wanted[i] = !c->snapshot_asked[i];
	}
}

/* ---- the venue's clock ---- */

/*
 * The answer was made somewhere within the round trip: the middle, give or take half of it and the
 * venue's millisecond.
 */
static void on_time(void *user, u64 tag, const struct http_answer *a)
{
	struct ctl *c = user;
	u64 server_ms;
	(void)tag;
	c->time_asked = false;
	obey_limit(c, a, clock_ns(c->clock, tsc_now()));
	if (a->status != 200 || feed_rest_time(a->body, a->n, &server_ms) != ERR_OK) {
		counter_inc(&c->cnt[APP_CNT_http_errors]);
		log_line("venue", "time: status %ld: %s", a->status, a->error);
		return;
	}
	ns_t mono = clock_ns(c->clock, tsc_now()), wall = clock_wall_ns();
	ns_t venue_at_done = server_ms * NS_PER_MS + NS_PER_MS / 2 + a->round_trip_ns / 2 +
			     (wall - a->done_wall_ns);
	struct msg_clock k = { .offset_ns = (i64)venue_at_done - (i64)mono,
			       .round_trip_ns = a->round_trip_ns + NS_PER_MS };
	i64 off = (i64)venue_at_done - (i64)wall;
	u64 off_ns = (u64)(off < 0 ? -off : off);
	counter_set(&c->cnt[APP_CNT_clock_offset_us], off_ns / NS_PER_US);
	counter_set(&c->cnt[APP_CNT_clock_error_us], k.round_trip_ns / 2 / NS_PER_US);
	if (off_ns > c->cfg->recv_window_ms * NS_PER_MS / 2) {
		counter_inc(&c->cnt[APP_CNT_clock_alarms]);
		log_line("venue",
			 "ALARM: our clock is %lld ms from the venue's, receive window %u ms: "
			 "synchronise it",
			 (long long)(off / (i64)NS_PER_MS), c->cfg->recv_window_ms);
	}
	__atomic_store_n(c->io_venue_offset_ns, k.offset_ns, __ATOMIC_RELAXED);
	ctl_tell(c, &c->trade, MSG_CLOCK, 0, &k, sizeof k);
}

void ctl_venue_turn(struct ctl *c, ns_t now)
{
	if (now < c->rest_ns)
		return;
	ask_snapshots(c, now);
	if (c->time_asked || now < c->time_ns)
		return;
	c->time_asked = http_get(c->http, "/api/v3/time", on_time, c, 0);
	c->time_ns = now + TIME_EVERY_NS;
}
