#include "appliance/replay_run.h"

#include <errno.h>
#include <getopt.h>
#define ERR_STATE ossl_err_state /* OpenSSL's type of that name, not our error */
#include <openssl/evp.h>
#undef ERR_STATE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "appliance/replay_app.h"
#include "appliance/replay_foreign.h"
#include "appliance/replay_map.h"

#define FILES_MAX TAP_FILES

struct options {
	const char *orders, *plain; /* NULL: not written */
	unsigned long times;
	bool latency, pace;
	struct paper_options paper;
	struct foreign_options foreign; /* for captures of other programs */
};

/* What one run led to, over all stretches. */
struct outcome {
	bool whole, differs;
	u64 n_texts;
	u8 sha[32];
	struct {
		u64 turns, of, rx, tx; /* turns run, of so many */
	} core[RECORD_CORES];
	u32 n_run;
	char why[REPLAY_TEXT];
};

/* Where the texts go: orders to their digest and a file, all to another. */
struct texts {
	EVP_MD_CTX *digest;
	FILE *file, *plain;
	bool again; /* a run before has said it all */
};

static int usage(FILE *to, int rc)
{
	fprintf(to,
		"usage: saker replay [options] FILE...\n"
		"  Runs both cores again through the turns that capture files hold (those of one run, in their\n"
		"  order), as fast as possible, and compares every frame they send with the recorded one. It\n"
		"  needs no privileges, no network and no other file; plug-ins are loaded from where they were.\n"
		"  --orders FILE   write the text of each order and cancel, as it stood before mask and seal, one a line\n"
		"  --plain FILE    write what the sessions received and these texts in the clear, one a line\n"
		"  -n N            run it N times; each must lead to the same\n"
		"  --pace          turns as far apart as they were, instead of as fast as possible\n"
		"  --latency       print the stages' times as they were now, on this machine\n"
		"Strategies where no order session is in the capture, or others than those that ran:\n"
		"  --fills none    every order is acknowledged and rests until it is cancelled\n"
		"  --fills sim     orders fill against the replayed best prices and trades, as docs/replay.md says\n"
		"  --config FILE   strategies, risk and safety; by default the capture's own\n"
		"  --round-trip US from sending an order until it took effect and was answered (1000)\n"
		"  --fees MAKER:TAKER     basis points, taken from what is received (0:0)\n"
		"  --layout fused|split   one thread or two, which leads to the same orders\n"
		"  --free          a pinned thread for each core, each as fast as it can: for --latency's figures alone\n"
		"Captures of other programs (tcpdump, dumpcap) are told apart by themselves: the market data of one\n"
		"connection goes through feed and books.\n"
		"  --instrument SYMBOL:TICK:LOT   what its prices and quantities mean (BTCUSDT:0.01:0.00001); may repeat\n"
		"  --keys FILE                    TLS secrets, as SSLKEYLOGFILE makes the recording program write them\n"
		"  --connection N                 which one, where there are several\n"
		"  --snapshot [SYMBOL=]FILE       the REST answer a book begins with; may repeat\n"
		"  --plain FILE                   as above: the texts received\n"
		"  --orders, -n, --pace, --latency   with --fills\n"
		"exit code: 0 all the same; 1 a difference, or not all could be run; 2 usage; 3 nothing could be run;\n"
		"4 --config has an error\n");
	return rc;
}

/* ---- files ---- */

/* They stay mapped until the process ends. */
static bool read_files(struct replay_file *f, char **paths, int n, struct tap_file *files)
{
	for (int i = 0; i < n; i++) {
		struct span bytes;
		if (!replay_map(paths[i], &bytes))
			return false;
		files[i] = (struct tap_file){ .name = paths[i], .bytes = bytes };
		err_t e = replay_file_add(f, paths[i], bytes);
		if (e == ERR_OK)
			continue;
		fprintf(stderr, "saker replay: %s: %s\n", paths[i],
			e == ERR_UNSUPPORTED ? "this is no capture file (pcapng, pcap)" : err_text(e));
		return false;
	}
	return true;
}

/* ---- one run ---- */

static void on_text(void *user, const u8 *p, u32 n)
{
	struct texts *t = user;
	EVP_DigestUpdate(t->digest, p, n);
	EVP_DigestUpdate(t->digest, "\n", 1);
	if (t->file) {
		fwrite(p, 1, n, t->file);
		fputc('\n', t->file);
	}
}

static void add_outcome(struct outcome *o, const struct replay_app *r, bool whole)
{
	for (u32 i = 0; i < RECORD_CORES; i++) {
		o->core[i].turns += r->replay.core[i].turn;
		o->core[i].rx += r->replay.core[i].rx;
		o->core[i].tx += r->replay.core[i].tx;
	}
	o->n_texts += r->n_texts;
	o->n_run++;
	o->differs |= r->replay.differs;
	if (!whole && o->whole) {
		o->whole = false;
		memcpy(o->why, r->replay.why, sizeof o->why);
	}
}

static bool run_stretch(const struct replay_file *f, const struct replay_stretch *s, const struct options *opt,
			struct texts *t, struct outcome *o)
{
	char error[APP_ERROR] = "out of memory";
	size_t n = (sizeof(struct replay_app) + CACHE_LINE - 1) / CACHE_LINE * CACHE_LINE;
	struct replay_app *r = aligned_alloc(CACHE_LINE, n);
	if (r) {
		memset(r, 0, n);
		r->pace = opt->pace;
		r->plain_to = t->plain;
	}
	err_t e = r ? replay_app_open(r, f, s, error) : ERR_NO_MEMORY;
	if (e == ERR_OK) {
		r->text = on_text, r->user = t;
		add_outcome(o, r, replay_run(&r->replay));
		if (opt->latency && !t->again)
			replay_print_latency(&r->app);
	} else {
		fprintf(stderr, "saker replay: %s\n", error[0] ? error : err_text(e));
	}
	if (r)
		replay_app_close(r);
	free(r);
	return e == ERR_OK;
}

/* Stretch by stretch; the texts of all are one. false: one cannot be run at all. */
static bool run(const struct replay_file *f, const struct options *opt, struct texts *t, struct outcome *o)
{
	char why[REPLAY_TEXT];
	bool ok = true;
	o->whole = true;
	EVP_DigestInit_ex(t->digest, EVP_sha256(), NULL);
	for (u32 i = 0; i < f->n_stretches && ok && !o->differs; i++) {
		const struct replay_stretch *s = &f->stretch[i];
		for (u32 k = 0; k < RECORD_CORES; k++)
			o->core[k].of += s->core[k].n_turns;
		if (replay_stretch_usable(s, why))
			ok = run_stretch(f, s, opt, t, o);
	}
	EVP_DigestFinal_ex(t->digest, o->sha, NULL);
	return ok;
}

/* ---- what is said ---- */

static void print_core(const struct replay_file *f, const struct outcome *o, u32 core)
{
	static const char *const names[RECORD_CORES] = { "market-data core", "trading core" };
	printf("%-16s %llu of %llu turns, %llu frames received, %llu sent\n", names[core],
	       (unsigned long long)o->core[core].turns, (unsigned long long)o->core[core].of,
	       (unsigned long long)o->core[core].rx, (unsigned long long)o->core[core].tx);
	for (u32 i = 0; i < f->n_stretches; i++)
		if (f->stretch[i].core[core].ended)
			printf("  %s cannot be run: %s\n",
			       i + 1 < f->n_stretches ? "what follows, up to the next checkpoint,"
						      : "the rest of the capture",
			       f->stretch[i].core[core].why);
}

static void print_beginnings(const struct replay_file *f)
{
	for (u32 i = 0; i < f->n_stretches; i++) {
		const struct replay_stretch *s = &f->stretch[i];
		if (s->head.cores)
			printf("begun at a checkpoint: %s, behind packet %llu%s\n", s->file,
			       (unsigned long long)s->packet,
			       s->head.cores == 1u << RECORD_MD
				       ? "; of the market-data core alone (capture.secrets: all keeps both)"
				       : "");
	}
}

static void print_outcome(const struct replay_file *f, const struct outcome *o)
{
	print_beginnings(f);
	for (u32 i = 0; i < RECORD_CORES; i++)
		print_core(f, o, i);
	if (f->n_foreign)
		printf("%llu frames were of no core\n", (unsigned long long)f->n_foreign);
	printf("orders and cancels: %llu, SHA-256 ", (unsigned long long)o->n_texts);
	for (u32 i = 0; i < sizeof o->sha; i++)
		printf("%02x", o->sha[i]);
	printf("\n%s%s\n",
	       o->differs ? "DIFFERS: "
	       : o->whole ? "the same as recorded: every frame, every message, every turn"
			  : "ended early: ",
	       o->whole ? "" : o->why);
}

/* 0 where every turn of both cores was run. */
static int verdict(const struct replay_file *f, const struct outcome *o)
{
	bool all = o->whole && o->n_run == f->n_stretches;
	for (u32 i = 0; i < f->n_stretches; i++) {
		const struct replay_stretch *s = &f->stretch[i];
		for (u32 k = 0; k < RECORD_CORES; k++)
			all &= s->core[k].begun && !s->core[k].ended;
	}
	return all ? 0 : 1;
}

static int run_all(const struct replay_file *f, const struct options *opt, struct texts *t)
{
	struct outcome first = { 0 }, o;
	for (unsigned long i = 0; i < opt->times; i++) {
		memset(&o, 0, sizeof o);
		if (!run(f, opt, t, &o))
			return 3;
		t->file = t->plain = NULL; /* one run's texts */
		t->again = true;
		if (i == 0) {
			first = o;
			print_outcome(f, &o);
		} else if (o.n_texts != first.n_texts || memcmp(o.sha, first.sha, sizeof o.sha) ||
			   o.whole != first.whole) {
			printf("run %lu led to something else than the first\n", i + 1);
			print_outcome(f, &o);
			return 1;
		}
	}
	if (opt->times > 1)
		printf("%lu runs, all the same\n", opt->times);
	return verdict(f, &first);
}

static bool open_out(const char *path, FILE **f)
{
	if (!path || (*f = fopen(path, "we")))
		return true;
	fprintf(stderr, "saker replay: %s: %s\n", path, strerror(errno));
	return false;
}

static bool close_out(const char *path, FILE *f)
{
	bool whole = !f || !ferror(f);
	if (f && (fclose(f) || !whole)) {
		fprintf(stderr, "saker replay: %s: %s\n", path, strerror(errno));
		return false;
	}
	return true;
}

/* Captures of ours and of others have options of their own; none is passed over in silence. */
static bool options_fit(const struct options *opt, bool ours)
{
	const struct foreign_options *f = &opt->foreign;
	bool for_others = f->keys || f->connection || f->n_instruments || f->n_snapshots;
	bool with_fills = opt->orders || opt->pace || opt->latency || opt->times > 1;
	if (ours ? !for_others : !with_fills || paper_options_given(&opt->paper))
		return true;
	fprintf(stderr, "saker replay: %s\n",
		ours ? "--keys, --connection, --instrument and --snapshot are for captures of other programs; this one is saker's"
		     : "--orders, --pace, --latency and -n are for captures of saker's, or with --fills; this one is another program's");
	return false;
}

static int as_recorded(const struct replay_file *f, const struct options *opt, FILE *orders, FILE *plain)
{
	struct texts t = { .digest = EVP_MD_CTX_new(), .file = orders, .plain = plain };
	int rc = t.digest ? run_all(f, opt, &t) : 3;
	EVP_MD_CTX_free(t.digest);
	return rc;
}

static int with_strategies(const struct replay_file *f, const struct options *opt, struct foreign_options *foreign,
			   const struct tap_file *files, FILE *orders)
{
	static struct paper_runs runs;
	int rc = paper_runs_open(&runs, &opt->paper);
	runs.cfg.measure = foreign->way.latency;
	runs.orders_to = orders;
	foreign->runs = &runs;
	if (!rc)
		rc = replay_file_ours(f) ? paper_runs_own(&runs, f, &foreign->way)
					 : replay_foreign_run(foreign, files, f->n_files);
	paper_runs_close(&runs);
	return rc;
}

static int run_files(const struct replay_file *f, const struct options *opt, const struct tap_file *files, bool ours)
{
	struct foreign_options foreign = opt->foreign;
	FILE *orders = NULL, *plain = NULL;
	int rc = 3;
	if (!open_out(opt->orders, &orders) || !open_out(opt->plain, &plain))
		return rc;
	foreign.way = (struct paper_way){ opt->times, opt->pace, opt->latency || opt->paper.free, plain };
	if (paper_options_given(&opt->paper))
		rc = with_strategies(f, opt, &foreign, files, orders);
	else
		rc = ours ? as_recorded(f, opt, orders, plain) : replay_foreign_run(&foreign, files, f->n_files);
	bool wrote = close_out(opt->orders, orders);
	return close_out(opt->plain, plain) && wrote ? rc : 3;
}

static int replay_files(const struct options *opt, char **paths, int n)
{
	static struct replay_file f;
	static struct tap_file files[FILES_MAX];
	char why[REPLAY_TEXT];
	int rc = 3;
	if (read_files(&f, paths, n, files)) {
		bool ours = replay_file_ours(&f);
		if (!options_fit(opt, ours))
			rc = 2;
		else if (ours && !replay_file_usable(&f, why))
			fprintf(stderr, "saker replay: %s\n", why);
		else
			rc = run_files(&f, opt, files, ours);
	}
	replay_file_free(&f);
	return rc;
}

int replay_run_main(int argc, char **argv)
{
	static const struct option longs[] = { { "orders", required_argument, NULL, 'o' },
					       { "plain", required_argument, NULL, 'p' },
					       { "pace", no_argument, NULL, 't' },
					       { "latency", no_argument, NULL, 'l' },
					       { "keys", required_argument, NULL, 'k' },
					       { "connection", required_argument, NULL, 'c' },
					       { "instrument", required_argument, NULL, 'i' },
					       { "snapshot", required_argument, NULL, 's' },
					       { "fills", required_argument, NULL, 'f' },
					       { "config", required_argument, NULL, 'C' },
					       { "layout", required_argument, NULL, 'L' },
					       { "round-trip", required_argument, NULL, 'r' },
					       { "fees", required_argument, NULL, 'e' },
					       { "free", no_argument, NULL, 'F' },
					       { "help", no_argument, NULL, 'h' },
					       { 0 } };
	struct options opt = { .times = 1 };
	struct foreign_options *f = &opt.foreign;
	struct paper_options *p = &opt.paper;
	char *end = "";
	for (int c; !*end && (c = getopt_long(argc, argv, "n:h", longs, NULL)) != -1;)
		switch (c) {
		case 'o': opt.orders = optarg; break;
		case 'n': opt.times = strtoul(optarg, &end, 10); break;
		case 'p': opt.plain = optarg; break;
		case 'k': f->keys = optarg; break;
		case 'c': f->connection = (u32)strtoul(optarg, &end, 10); break;
		case 'i': end = foreign_option(f->instrument, &f->n_instruments, optarg) ? "" : "full"; break;
		case 's': end = foreign_option(f->snapshot, &f->n_snapshots, optarg) ? "" : "full"; break;
		case 'f': p->fills = optarg; break;
		case 'C': p->config = optarg; break;
		case 'L': p->layout = optarg; break;
		case 'r': p->round_trip_us = optarg; break;
		case 'e': p->fees = optarg; break;
		case 'F': p->free = true; break;
		case 't': opt.pace = true; break;
		case 'l': opt.latency = true; break;
		case 'h': return usage(stdout, 0);
		default: return usage(stderr, 2);
		}
	if (*end || !opt.times || optind >= argc || argc - optind > FILES_MAX)
		return usage(stderr, 2);
	return replay_files(&opt, argv + optind, argc - optind);
}
