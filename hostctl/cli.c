#include "hostctl/cli.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "hostctl/verb.h"

#define ROWS_MAX 1000000
#define SECONDS_MAX 86400

enum {
	TAKES_ALL = 1,
	TAKES_FOLLOW = 2,
	TAKES_N = 4,
	TAKES_NONZERO = 8,
	TAKES_CANCEL_ONLY = 16,
	TAKES_VIEW = 32,
	TAKES_OUTLIERS = 64,
	TAKES_HOST = 128, /* --cores, --profile, --root */
	TAKES_SECONDS = 256
};

static const struct verb {
	const char *name, *args, *help;
	u32 takes, args_min, args_max;
	verb_fn run;
} verbs[] = {
	{ "status", "", "what runs, and what is wrong with it", TAKES_VIEW, 0, 0, verb_status },
	{ "arm", "", "begin trading, also after a kill", TAKES_VIEW, 0, 0, verb_command },
	{ "pause", "[STRATEGY]", "stop one strategy or all, cancel their orders", TAKES_VIEW, 0, 1,
	  verb_command },
	{ "resume", "[STRATEGY]", "let them go on", TAKES_VIEW, 0, 1, verb_command },
	{ "flatten", "", "cancel all orders, then trade each position down to zero", TAKES_VIEW, 0,
	  0, verb_command },
	{ "kill", "[--cancel-only]", "stop all trading now, without asking any thread",
	  TAKES_CANCEL_ONLY, 0, 0, verb_kill },
	{ "stop", "", "cancel all orders, wait until that is confirmed, end the process",
	  TAKES_VIEW, 0, 0, verb_command },
	{ "cancel-all", "", "cancel all orders", TAKES_VIEW, 0, 0, verb_command },
	{ "orders", "[--all]", "open orders, or the newest 1024 of any state",
	  TAKES_VIEW | TAKES_ALL, 0, 0, verb_orders },
	{ "position", "", "what is held, what it has earned, what could still fill", TAKES_VIEW, 0,
	  0, verb_position },
	{ "latency", "[--outliers]", "histograms of every stage, longest turns; or what surrounded slow ticks",
	  TAKES_VIEW | TAKES_OUTLIERS, 0, 0, verb_latency },
	{ "tape", "[-n N] [--follow]", "the newest market events (20)",
	  TAKES_VIEW | TAKES_N | TAKES_FOLLOW, 0, 0, verb_tape },
	{ "book", "[SYMBOL] [-n LEVELS]", "all books, or the best levels (10) of one",
	  TAKES_VIEW | TAKES_N, 0, 1, verb_book },
	{ "counters", "[PREFIX] [--nonzero]", "all counters, or those of that name",
	  TAKES_VIEW | TAKES_NONZERO, 0, 1, verb_counters },
	{ "journal", "FILE", "what a journal file holds: orders sent and what came of them",
	  TAKES_VIEW, 1, 1, verb_journal },
	{ "serve", "", "the daemon that feeds Prometheus, InfluxDB, Redis and alerts; needs --config",
	  0, 0, 0, verb_serve },
	{ "doctor", "[--all] [--profile lab|cloud|colocated] [--cores LIST] [--root DIR]",
	  "what this machine lacks as a trading server, and how to mend it; 1 where something is red",
	  TAKES_ALL | TAKES_HOST, 0, 0, verb_doctor },
	{ "capture", "start | stop | status", "record both cores into pcapng files, live",
	  TAKES_VIEW, 1, 1, verb_capture },
	{ "tune", "plan | apply | revert | verify [--cores LIST] [--root DIR]",
	  "what would mend that: shown, written, taken back, compared", TAKES_HOST, 0, 1, verb_tune },
	{ "jitter", "--cores LIST [--seconds N]", "what holds a busy loop up on these CPUs (10 s)",
	  TAKES_HOST | TAKES_SECONDS, 0, 0, verb_jitter },
	{ "config", "check FILE | help [PREFIX] | reference",
	  "the configuration file and its options", 0, 1, 2, verb_config },
};

enum exit_code complain(const struct request *q, enum exit_code code, const char *format, ...)
{
	char text[1024];
	va_list ap;
	va_start(ap, format);
	vsnprintf(text, sizeof text, format, ap);
	va_end(ap);
	fputs("hostctl: ", q->err);
	print_line(q->err, text);
	return code;
}

static void help(FILE *out)
{
	fputs("hostctl [--instance NAME] [--config FILE] [--json] VERB ...\n\n", out);
	for (u32 i = 0; i < ARRAY_LEN(verbs); i++) {
		char left[64];
		snprintf(left, sizeof left, "%s %s", verbs[i].name, verbs[i].args);
		fprintf(out, "  %-46s %s\n", left, verbs[i].help);
	}
	fputs("\nThe instance is that of --instance, of the configuration file, or \"saker\".\n"
	      "Exit codes: 0 done, 1 refused or failed, 2 usage, 3 not running, 4 configuration "
	      "error, 5 timeout.\n",
	      out);
}

static const struct verb *find_verb(const char *name)
{
	for (u32 i = 0; i < ARRAY_LEN(verbs); i++)
		if (!strcmp(verbs[i].name, name))
			return &verbs[i];
	return NULL;
}

/* ---- reading the words ---- */

struct words {
	char **at, **end;
	const char *config; /* --config */
	const struct verb *verb;
	u32 used; /* TAKES_ bits of the options that were given */
	bool help;
};

/* The word behind an option that needs one; NULL, and a complaint, without. */
static const char *value(struct words *w, const struct request *q, const char *option)
{
	if (w->at == w->end) {
		complain(q, EXIT_USAGE, "%s needs a value; hostctl --help", option);
		return NULL;
	}
	return *w->at++;
}

/* The number behind an option, 1 to `max`. */
static bool take_number(const struct request *q, const char *option, const char *s, u32 max, u32 *to)
{
	char *end;
	unsigned long n = s ? strtoul(s, &end, 10) : 0;
	bool good = s && *s >= '0' && *s <= '9' && !*end && n && n <= max;
	if (s && !good)
		complain(q, EXIT_USAGE, "%s %s: expected a number from 1 to %u", option, s, max);
	*to = good ? (u32)n : 0;
	return good;
}

static bool take_instance(struct request *q, const char *s)
{
	if (s && (!*s || strlen(s) >= sizeof q->instance)) {
		complain(q, EXIT_USAGE, "--instance: expected a name of 1 to %d characters",
			 INSTANCE_MAX - 1);
		return false;
	}
	if (s)
		snprintf(q->instance, sizeof q->instance, "%s", s);
	return s;
}

/* An option that is a switch; its TAKES_ bit, 0: no such one. */
static u32 take_switch(struct request *q, const char *s)
{
	static const struct {
		const char *name;
		u32 bit;
		size_t flag;
	} switches[] = {
		{ "--all", TAKES_ALL, offsetof(struct request, all) },
		{ "--follow", TAKES_FOLLOW, offsetof(struct request, follow) },
		{ "--nonzero", TAKES_NONZERO, offsetof(struct request, nonzero) },
		{ "--outliers", TAKES_OUTLIERS, offsetof(struct request, outliers) },
		{ "--cancel-only", TAKES_CANCEL_ONLY, offsetof(struct request, cancel_only) },
	};
	for (u32 i = 0; i < ARRAY_LEN(switches); i++)
		if (!strcmp(s, switches[i].name)) {
			*(bool *)((u8 *)q + switches[i].flag) = true;
			return switches[i].bit;
		}
	return 0;
}

/* --cores, --profile, --root: their words are the verb's to read. */
static bool take_host(struct words *w, struct request *q, const char *s, const char **to)
{
	w->used |= TAKES_HOST;
	return (*to = value(w, q, s)) != NULL;
}

static bool take_option(struct words *w, struct request *q, const char *s)
{
	if (!strcmp(s, "--help") || !strcmp(s, "-h"))
		return w->help = true;
	if (!strcmp(s, "--json"))
		return q->json = true;
	if (!strcmp(s, "--instance"))
		return take_instance(q, value(w, q, s));
	if (!strcmp(s, "--config"))
		return (w->config = value(w, q, s)) != NULL;
	if (!strcmp(s, "--cores"))
		return take_host(w, q, s, &q->cores);
	if (!strcmp(s, "--profile"))
		return take_host(w, q, s, &q->profile);
	if (!strcmp(s, "--root"))
		return take_host(w, q, s, &q->root);
	if (!strcmp(s, "--seconds")) {
		w->used |= TAKES_SECONDS;
		return take_number(q, s, value(w, q, s), SECONDS_MAX, &q->seconds);
	}
	if (!strcmp(s, "-n")) {
		w->used |= TAKES_N;
		return take_number(q, s, value(w, q, s), ROWS_MAX, &q->n);
	}
	u32 bit = take_switch(q, s);
	w->used |= bit;
	if (!bit)
		complain(q, EXIT_USAGE, "no option %s; hostctl --help", s);
	return bit;
}

static bool take_word(struct words *w, struct request *q, const char *s)
{
	if (!w->verb) {
		w->verb = find_verb(s);
		if (!w->verb)
			complain(q, EXIT_USAGE, "no verb %s; hostctl --help", s);
		return w->verb;
	}
	if (q->n_args == w->verb->args_max) {
		complain(q, EXIT_USAGE, "%s: one word too many: %s; hostctl --help", w->verb->name,
			 s);
		return false;
	}
	q->arg[q->n_args++] = s;
	return true;
}

static bool read_words(struct words *w, struct request *q)
{
	while (w->at < w->end) {
		const char *s = *w->at++;
		if (!(*s == '-' ? take_option(w, q, s) : take_word(w, q, s)))
			return false;
	}
	if (w->help)
		return true;
	if (!w->verb) {
		help(q->err);
		return false;
	}
	q->verb = w->verb->name;
	if (w->used & ~w->verb->takes) {
		complain(q, EXIT_USAGE, "%s takes no such option: hostctl %s %s", q->verb, q->verb,
			 w->verb->args);
		return false;
	}
	if (q->n_args < w->verb->args_min) {
		complain(q, EXIT_USAGE, "expected hostctl %s %s", q->verb, w->verb->args);
		return false;
	}
	return true;
}

/* ---- running ---- */

/* The configuration names instance and socket; --instance goes before. */
static enum exit_code take_config(const struct words *w, struct request *q)
{
	char error[CONFIG_ERROR];
	q->config = w->config;
	if (!w->config)
		return EXIT_DONE;
	struct config *c = malloc(sizeof *c);
	err_t e = c ? config_load(c, w->config, error) : ERR_NO_MEMORY;
	if (e == ERR_OK) {
		if (!*q->instance || !strcmp(q->instance, c->instance))
			snprintf(q->socket, sizeof q->socket, "%s", c->socket);
		if (!*q->instance)
			snprintf(q->instance, sizeof q->instance, "%s", c->instance);
	}
	free(c);
	return e == ERR_OK
		       ? EXIT_DONE
		       : complain(q, EXIT_CONFIG, "%s", e == ERR_NO_MEMORY ? err_text(e) : error);
}

static enum exit_code run_with_view(const struct verb *verb, const struct request *q,
				    struct report *r)
{
	char why[VIEW_WHY_MAX];
	struct view v;
	err_t e = view_open(&v, q->instance, why);
	if (e != ERR_OK)
		return complain(
			q, e == ERR_NOT_FOUND || e == ERR_AGAIN ? EXIT_NOT_RUNNING : EXIT_REFUSED,
			"%s", why);
	if (!v.alive)
		complain(q, EXIT_DONE, "%s %s: what follows is its last state", q->instance,
			 v.seg.h->closed ? "has stopped in good order" : "is no longer running");
	enum exit_code code = verb->run(q, &v, r);
	view_close(&v);
	return code;
}

int hostctl_run(int argc, char **argv, FILE *out, FILE *err)
{
	struct request q = { .out = out, .err = err };
	struct words w = { .at = argv + (argc > 0), .end = argv + argc };
	struct report r = { 0 };
	if (!read_words(&w, &q))
		return EXIT_USAGE;
	if (w.help) {
		help(out);
		return EXIT_DONE;
	}
	enum exit_code code = take_config(&w, &q);
	if (code != EXIT_DONE)
		return code;
	if (!*q.instance)
		snprintf(q.instance, sizeof q.instance, "saker");
	code = w.verb->takes & TAKES_VIEW ? run_with_view(w.verb, &q, &r)
					  : w.verb->run(&q, NULL, &r);
	if (r.n)
		report_print(&r, out, q.json);
	report_free(&r);
	fflush(out);
	return ferror(out) && code == EXIT_DONE
		       ? complain(&q, EXIT_REFUSED, "the output could not be written")
		       : code;
}
