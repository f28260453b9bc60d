#include "appliance/replay_foreign.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "appliance/foreign_core.h"
#include "appliance/replay_map.h"
#include "common/decimal.h"

bool foreign_option(const char **list, u32 *n, const char *text)
{
	if (*n == INSTRUMENTS_MAX)
		return false;
	list[(*n)++] = text;
	return true;
}

/* ---- connections ---- */

static void print_end(FILE *to, const struct tcp_frame_end *e)
{
	static const u8 mapped4[12] = { [10] = 0xff, [11] = 0xff };
	char text[INET6_ADDRSTRLEN];
	bool v4 = memcmp(e->ip, mapped4, sizeof mapped4) == 0;
	inet_ntop(v4 ? AF_INET : AF_INET6, v4 ? e->ip + 12 : e->ip, text, sizeof text);
	fprintf(to, v4 ? "%s:%u" : "[%s]:%u", text, e->port);
}

static void print_flow(FILE *to, const struct tap *t, u32 i)
{
	const struct flow *w = &t->flows.flow[i];
	fprintf(to, "connection %u: ", i + 1);
	print_end(to, &w->end[FLOW_CLIENT]);
	fputs(" to ", to);
	print_end(to, &w->end[FLOW_SERVER]);
	fprintf(to, ", %llu frames, %llu bytes from the server%s\n", (unsigned long long)w->frames,
		(unsigned long long)w->bytes[FLOW_SERVER], w->has_isn[FLOW_SERVER] ? "" : ", its beginning is missing");
}

/* The one asked for, or the only one whose server says anything. */
static bool choose(const struct tap *t, u32 asked, u32 *out)
{
	u32 n = 0;
	for (u32 i = 0; i < t->flows.n; i++)
		if (asked ? asked == i + 1 : t->flows.flow[i].bytes[FLOW_SERVER] > 0) {
			*out = i;
			n++;
		}
	if (n == 1)
		return true;
	fprintf(stderr, "saker replay: %s\n",
		!t->flows.n ? "there is no TCP connection in the capture"
		: asked     ? "there is no such connection; choose by --connection N:"
		: n	    ? "there are several connections; choose by --connection N:"
			    : "no server says anything in the capture:");
	for (u32 i = 0; i < t->flows.n; i++)
		print_flow(stderr, t, i);
	return false;
}

/* ---- what is said ---- */

static void print_tally(const struct tap *t)
{
	static const char *const texts[TAP_COUNTS] = {
		[TAP_LINK] = "not used: a link type that is not known here",
		[TAP_NOT_TCP] = "not used: no TCP",
		[TAP_MALFORMED] = "not used: headers that are cut off or cannot be",
		[TAP_NO_STAMP] = "not used: without a time",
		[TAP_CROWD] = "not used: more connections than can be told apart",
		[TAP_OTHERS] = "not used: other connections",
		[TAP_BEHIND] = "not used: behind the place where reading ended",
		[TAP_USED_CUT] = "used as far as they go: cut when they were captured (record with -s 0)",
		[TAP_USED_SUM] = "used: wrong TCP checksums, as usual where the sender's device fills them in",
	};
	char place[TAP_TEXT];
	for (u32 i = 0; i < TAP_COUNTS; i++)
		if (t->count[i].n)
			printf("%llu frames %s (first: %s)\n", (unsigned long long)t->count[i].n, texts[i],
			       tap_place_text(t, t->count[i].first, place, sizeof place));
	if (t->broken[0])
		printf("a file is not whole: %s\n", t->broken);
}

static void print_side(const struct instrument *in, const char *name, i64 px, i64 qty)
{
	char p[DEC_TEXT_MAX], q[DEC_TEXT_MAX];
	px_print(in, p, px);
	qty_print(in, q, qty);
	printf(" %s %s x %s", name, p, q);
}

static void print_book(const struct foreign_core *c, u32 i)
{
	static const char *const states[] = {
		[BOOK_EMPTY] = "EMPTY", [BOOK_VALID] = "VALID", [BOOK_STALE] = "STALE", [BOOK_RESYNC] = "RESYNC"
	};
	const struct instrument *in = &c->app.instrument[i];
	const struct book *b = c->app.md.book[i];
	const struct book_bbo *bbo = book_bbo(b);
	const struct book_trade *trade = book_last_trade(b);
	printf("%.*s %s, %llu gaps:", in->symbol_n, in->symbol, states[book_state(b)],
	       (unsigned long long)book_gaps(b));
	if (bbo->update_id) {
		print_side(in, "bid", bbo->bid_px, bbo->bid_qty);
		print_side(in, "ask", bbo->ask_px, bbo->ask_qty);
	}
	if (trade->trade_id)
		print_side(in, "last", trade->px, trade->qty);
	puts("");
}

static void print_core(const struct foreign_core *c, const struct tap *t)
{
	const u64 *n = c->app.md_links.cnt, *feed = c->app.md_links.feed_cnt;
	printf("%llu texts in %llu frames: %llu best prices, %llu trades, %llu level changes, %llu refused\n",
	       (unsigned long long)t->ws.texts, (unsigned long long)t->frames, (unsigned long long)n[MD_CNT_bbo],
	       (unsigned long long)n[MD_CNT_trades], (unsigned long long)n[MD_CNT_levels],
	       (unsigned long long)n[MD_CNT_bad_messages]);
	for (u32 i = 0; i < FEED_CNT_COUNT && n[MD_CNT_bad_messages]; i++)
		if (feed[i])
			printf("  %s: %llu\n", feed_counter_defs[i].name, (unsigned long long)feed[i]);
	for (u32 i = 0; i < c->app.n_instruments; i++)
		print_book(c, i);
	if (c->unanswered)
		puts("no snapshot for a book that asked for one: best prices and trades only (--snapshot FILE)");
	if (c->why[0])
		printf("%s\n", c->why);
}

static bool faultless(const struct foreign_core *c, const struct tap *t)
{
	return !t->why[0] && !t->broken[0] && !c->why[0] && !t->count[TAP_LINK].n && !t->count[TAP_MALFORMED].n &&
	       !t->count[TAP_NO_STAMP].n && !t->count[TAP_CROWD].n && !c->app.md_links.cnt[MD_CNT_bad_messages];
}

/* ---- options ---- */

static bool take_instruments(struct app *a, const struct foreign_options *opt)
{
	for (u32 i = 0; i < opt->n_instruments; i++) {
		struct instrument *in = &a->instrument[i];
		if (foreign_instrument(opt->instrument[i], in) != ERR_OK) {
			fprintf(stderr, "saker replay: --instrument %s: expected SYMBOL:TICK:LOT, as in BTCUSDT:0.01:0.00001\n",
				opt->instrument[i]);
			return false;
		}
		in->id = i;
		in->version = 1;
	}
	a->n_instruments = opt->n_instruments;
	if (!a->n_instruments)
		fprintf(stderr, "saker replay: the capture is another program's: say what its prices mean, by --instrument SYMBOL:TICK:LOT\n");
	return a->n_instruments;
}

static bool take_snapshot(struct foreign_core *c, const char *text)
{
	const struct app *a = &c->app;
	const char *path = strchr(text, '=');
	for (u32 i = 0; i < a->n_instruments && path; i++)
		if ((size_t)(path - text) == a->instrument[i].symbol_n &&
		    memcmp(text, a->instrument[i].symbol, a->instrument[i].symbol_n) == 0)
			return replay_map(path + 1, &c->snapshot[i]);
	if (a->n_instruments == 1)
		return replay_map(text, &c->snapshot[0]);
	fprintf(stderr, "saker replay: --snapshot %s: expected SYMBOL=FILE, with a symbol of --instrument\n", text);
	return false;
}

static bool take_options(struct foreign_core *c, struct tap *t, const struct foreign_options *opt)
{
	if (!take_instruments(&c->app, opt))
		return false;
	for (u32 i = 0; i < opt->n_snapshots; i++)
		if (!take_snapshot(c, opt->snapshot[i]))
			return false;
	return !opt->keys || replay_map(opt->keys, &t->log[t->n_logs++]);
}

/* ---- the run ---- */

static void on_turn(void *user, ns_t at) { foreign_core_turn(user, at); }

static void on_opened(void *user, ns_t at) { foreign_core_up(user, at); }

static void on_text(void *user, const u8 *p, u32 n, ns_t at) { foreign_core_text(user, p, n, at); }

static void print_run(const struct foreign_core *c, const struct tap *t, u32 index)
{
	print_flow(stdout, t, index);
	print_core(c, t);
	print_tally(t);
	if (t->why[0])
		printf("ended early: %s\n", t->why);
}

static int run(struct foreign_core *c, struct tap *t, u32 index, const struct foreign_options *opt)
{
	const struct tap_events events = { .turn = on_turn, .opened = on_opened, .text = on_text, .user = c };
	char error[APP_ERROR] = "out of memory";
	bool again = opt->runs && opt->runs->n_runs;
	FILE *plain = again ? NULL : opt->way.plain;
	if (opt->runs) {
		c->pace = opt->way.pace;
		c->paper = paper_runs_next(opt->runs);
		opt->runs->plain = plain ? &c->plain : NULL;
	}
	if (foreign_core_open(c, plain, error) != ERR_OK ||
	    tap_run(t, index, &events, &c->app.arena, &c->app.crypto) != ERR_OK) {
		fprintf(stderr, "saker replay: %s\n", error);
		return 3;
	}
	bool whole = foreign_core_end(c);
	if (!again)
		print_run(c, t, index);
	if (opt->runs)
		paper_runs_done(opt->runs);
	if (opt->way.latency && !again)
		replay_print_latency(&c->app);
	return whole && faultless(c, t) ? 0 : t->ws.up ? 1 : 3;
}

/* Each of the configuration's instruments, and no other, has to be known. */
static bool check_instruments(const struct app *a, const struct foreign_options *opt)
{
	char error[APP_ERROR];
	if (!opt->runs || (opt->runs->cfg.trading && paper_check_instruments(opt->runs->cfg.trading, a->instrument,
									     a->n_instruments, true, error) == ERR_OK))
		return true;
	fprintf(stderr, "saker replay: %s\n",
		opt->runs->cfg.trading ? error
				       : "the capture is another program's: say which strategies and limits are to run "
					 "on it, by --config FILE");
	return false;
}

static int run_once(const struct foreign_options *opt, const struct tap_file *files, u32 n, struct foreign_core *c)
{
	static struct tap t;
	u32 index = 0;
	int rc = 3;
	memset(&t, 0, sizeof t);
	memcpy(t.file, files, n * sizeof *files);
	t.n_files = n;
	if (!take_options(c, &t, opt) || !check_instruments(&c->app, opt))
		return 2;
	tap_scan(&t);
	if (choose(&t, opt->connection, &index))
		rc = run(c, &t, index, opt);
	else
		print_tally(&t);
	foreign_core_close(c);
	return rc;
}

int replay_foreign_run(const struct foreign_options *opt, const struct tap_file *files, u32 n)
{
	size_t size = (sizeof(struct foreign_core) + CACHE_LINE - 1) / CACHE_LINE * CACHE_LINE;
	struct foreign_core *c = aligned_alloc(CACHE_LINE, size);
	int rc = c ? 0 : 3;
	for (unsigned long i = 0; i < opt->way.times && !rc; i++) {
		memset(c, 0, size);
		rc = run_once(opt, files, n, c);
	}
	free(c);
	return rc || !opt->runs ? rc : opt->runs->differs;
}
