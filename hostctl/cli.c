#include "hostctl/cli.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "appliance/token.h"
#include "hostctl/afar.h"
#include "hostctl/run.h"
#include "hostctl/watch.h"

#define COMMANDS (TAKES_VIEW | FROM_AFAR)
#define LOOKS (COMMANDS | TAKES_WATCH)

const struct verb verbs[] = {
	{ "status", "", "what runs, and what is wrong with it", LOOKS, 0, 0, verb_status, NULL, NULL },
	{ "top", "", "the same live, on the whole screen: q ends it, p holds it, tab turns the page, s sorts", 0,
	  0, 0, verb_top, NULL, NULL },
	{ "start", "[--seconds N]", "start the instance of --config, wait until it is ready (60 s), or say why it is not",
	  TAKES_SECONDS, 0, 0, verb_start, NULL, NULL },
	{ "arm", "[--override REASON]", "begin trading, also after a kill", COMMANDS | TAKES_OVERRIDE, 0, 0,
	  verb_command, NULL, NULL },
	{ "pause", "[STRATEGY]", "stop one strategy or all, cancel their orders", COMMANDS, 0, 1,
	  verb_command, NULL, "strategy" },
	{ "resume", "[STRATEGY]", "let them go on", COMMANDS, 0, 1, verb_command, NULL, "strategy" },
	{ "flatten", "", "cancel all orders, then trade each position down to zero", COMMANDS, 0, 0,
	  verb_command, NULL, NULL },
	{ "kill", "[--cancel-only]", "stop all trading now, without asking any thread", TAKES_CANCEL_ONLY | FROM_AFAR, 0,
	  0, verb_kill, NULL, NULL },
	{ "stop", "", "cancel all orders, wait until that is confirmed, end the process", COMMANDS, 0, 0,
	  verb_command, NULL, NULL },
	{ "cancel-all", "", "cancel all orders", COMMANDS, 0, 0, verb_command, NULL, NULL },
	{ "audit", "[verify] [FILE]",
	  "the audit log: who asked what, and what came of it (20); whether anybody has changed it", TAKES_N | FROM_AFAR, 0,
	  2, verb_audit, NULL, NULL },
	{ "log", "[-n N] [--follow]", "the newest lines of Saker's own log (20), or where it goes instead",
	  TAKES_N | TAKES_FOLLOW, 0, 0, verb_log, NULL, NULL },
	{ "secret", "set NAME [--fd N]",
	  "a secret, typed or read from a descriptor, kept encrypted; needs --config", TAKES_FD, 2, 2, verb_secret,
	  "set", NULL },
	{ "token", "new NAME ROLE | list | revoke NAME",
	  "who may come by --connect with a token, which is printed once; needs --config", 0, 1, 3, verb_token,
	  "new list revoke", NULL },
	{ "whoami", "", "your role at the socket", COMMANDS, 0, 0, verb_command, NULL, NULL },
	{ "strategy", STRATEGY_WORDS, "strategies: their state, their parameters; paused, stopped, changed, added one by one",
	  LOOKS, 0, ARGS_MAX, verb_strategy, "list show pause resume start stop set add", "strategy" },
	{ "orders", "[--all]", "open orders, or the newest 1024 of any state", LOOKS | TAKES_ALL, 0, 0,
	  verb_orders, NULL, NULL },
	{ "fills", "[-n N]", "the newest fills of this run (20), from the journal", LOOKS | TAKES_N, 0, 0,
	  verb_fills, NULL, NULL },
	{ "position", "", "what is held, what it has earned, what could still fill", LOOKS, 0, 0,
	  verb_position, NULL, NULL },
	{ "pnl", "", "profit and loss since the start, by instrument and by asset", LOOKS, 0, 0, verb_pnl,
	  NULL, NULL },
	{ "limits", "", "the limits in force, and how much of each is used", LOOKS, 0, 0, verb_limits, NULL,
	  NULL },
	{ "session", "[NAME]", "the connections to the venue, or all that is counted of one", LOOKS, 0, 1,
	  verb_session, "md order standby", NULL },
	{ "venue", "", "where the venue is, how far off its clock is, what it has refused", LOOKS, 0, 0,
	  verb_venue, NULL, NULL },
	{ "instrument", "[SYMBOL]", "the venue's rules of what is traded", LOOKS, 0, 1, verb_instrument, NULL,
	  "instrument" },
	{ "latency", "[STAGE] [--outliers]",
	  "histograms of every stage, longest turns; one drawn; or what surrounded slow ticks",
	  LOOKS | TAKES_OUTLIERS, 0, 1, verb_latency, NULL, "latency" },
	{ "tape", "[-n N] [--follow]", "the newest market events (20)", LOOKS | TAKES_N | TAKES_FOLLOW, 0, 0,
	  verb_tape, NULL, NULL },
	{ "book", "[SYMBOL] [-n LEVELS]", "all books, or the best levels (10) of one", LOOKS | TAKES_N, 0, 1,
	  verb_book, NULL, "instrument" },
	{ "counters", "[PREFIX] [--nonzero]", "all counters, or those of that name", LOOKS | TAKES_NONZERO, 0,
	  1, verb_counters, NULL, NULL },
	{ "journal", "FILE", "what a journal file holds: orders sent and what came of them", TAKES_VIEW, 1, 1,
	  verb_journal, NULL, NULL },
	{ "serve", "", "the daemon that feeds Prometheus, InfluxDB, Redis and alerts; needs --config", 0, 0,
	  0, verb_serve, NULL, NULL },
	{ "doctor", "[--all] [--profile lab|cloud|colocated] [--cores LIST] [--root DIR]",
	  "what this machine lacks as a trading server, and how to mend it; 1 where something is red",
	  TAKES_ALL | TAKES_HOST, 0, 0, verb_doctor, NULL, NULL },
	{ "capture", "start | stop | status", "record both cores into pcapng files, live", COMMANDS, 1, 1,
	  verb_capture, "start stop status", NULL },
	{ "tune", "plan | apply | revert | verify [--cores LIST] [--root DIR]",
	  "what would mend that: shown, written, taken back, compared", TAKES_HOST, 0, 1, verb_tune,
	  "plan apply revert verify", NULL },
	{ "jitter", "--cores LIST [--seconds N] [--compare]",
	  "what holds a busy loop up on these CPUs (10 s); what cyclictest and hwlatdetect find there",
	  TAKES_HOST | TAKES_SECONDS | TAKES_COMPARE, 0, 0, verb_jitter, NULL, NULL },
	{ "config", CONFIG_WORDS, "a file checked; what is in force, was, and could be; another one brought into force",
	  TAKES_N, 1, 3, verb_config, "check show diff apply history help reference", NULL },
	{ "completion", "bash | names VERB",
	  "what completes these words in a shell: source <(hostctl completion bash)", 0, 1, 2,
	  verb_completion, "bash names", NULL },
	{ "manual", "hostctl | saker.yaml", "a manual page, for man -l", 0, 1, 1, verb_manual,
	  "hostctl saker.yaml", NULL },
};
const u32 n_verbs = ARRAY_LEN(verbs);

#define AT(field) offsetof(struct request, field)

const struct verb_option verb_options[] = {
	{ "--instance", "NAME", "which one, where several run", 0, OPTION_WORD, 0, AT(instance_given) },
	{ "--config", "FILE", "its configuration: names the instance and the socket", 0, OPTION_WORD, 0,
	  AT(config) },
	{ "--connect", "HOST:PORT", "an instance on another machine, by its hostctl serve", 0, OPTION_WORD, 0,
	  AT(connect) },
	{ "--cert", "FILE", "the certificate we show it, PEM", 0, OPTION_WORD, 0, AT(cert) },
	{ "--key", "FILE", "its private key", 0, OPTION_WORD, 0, AT(key) },
	{ "--token-fd", "N", "the descriptor a token is read from", 0, OPTION_COUNT, 1023, AT(token_fd) },
	{ "--ca", "FILE", "whose signature its certificate needs; the system's authorities otherwise", 0,
	  OPTION_WORD, 0, AT(ca) },
	{ "--json", "", "for programs: one object, a member for each table", 0, OPTION_SWITCH, 0, AT(json) },
	{ "--help", "", "the verbs", 0, OPTION_SWITCH, 0, AT(help) },
	{ "--watch", "[SECONDS]", "again and again, each 2 seconds or as many as given, until interrupted",
	  TAKES_WATCH, OPTION_PERIOD, 86400, AT(watch) },
	{ "--all", "", "more than what is open, or wrong", TAKES_ALL, OPTION_SWITCH, 0, AT(all) },
	{ "--follow", "", "each event or line as it comes, until the instance ends", TAKES_FOLLOW, OPTION_SWITCH, 0,
	  AT(follow) },
	{ "--nonzero", "", "only what has been counted", TAKES_NONZERO, OPTION_SWITCH, 0, AT(nonzero) },
	{ "--outliers", "", "the newest slow ticks and what surrounded them", TAKES_OUTLIERS, OPTION_SWITCH,
	  0, AT(outliers) },
	{ "--cancel-only", "", "orders may still be cancelled, sessions stay", TAKES_CANCEL_ONLY,
	  OPTION_SWITCH, 0, AT(cancel_only) },
	{ "-n", "N", "how many", TAKES_N, OPTION_COUNT, 1000000, AT(n) },
	{ "--seconds", "N", "for how long", TAKES_SECONDS, OPTION_COUNT, 86400, AT(seconds) },
	{ "--compare", "", "what cyclictest and hwlatdetect find there, each for as long", TAKES_COMPARE, OPTION_SWITCH, 0,
	  AT(compare) },
	{ "--fd", "N", "the descriptor it is read from", TAKES_FD, OPTION_COUNT, 1023, AT(fd) },
	{ "--override", "REASON", "although the doctor finds the machine red: why", TAKES_OVERRIDE, OPTION_WORD,
	  0, AT(override) },
	{ "--cores", "LIST", "the CPUs of the hot cores, as in 2,4-5", TAKES_HOST, OPTION_WORD, 0, AT(cores) },
	{ "--profile", "NAME", "lab, cloud or colocated: what kind of machine it is to be", TAKES_HOST,
	  OPTION_WORD, 0, AT(profile) },
	{ "--root", "DIR", "a machine's files elsewhere than at /", TAKES_HOST, OPTION_WORD, 0, AT(root) },
};
const u32 n_verb_options = ARRAY_LEN(verb_options);

const struct exit_text exit_texts[] = {
	{ EXIT_DONE, "done" },
	{ EXIT_REFUSED, "refused or failed" },
	{ EXIT_USAGE, "usage" },
	{ EXIT_NOT_RUNNING, "not running" },
	{ EXIT_CONFIG, "configuration error" },
	{ EXIT_TIMEOUT, "timeout" },
};
const u32 n_exit_texts = ARRAY_LEN(exit_texts);

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
	for (u32 i = 0; i < n_verbs; i++) {
		char left[128];
		snprintf(left, sizeof left, "%s %s", verbs[i].name, verbs[i].args);
		fprintf(out, strlen(left) <= 40 ? "  %-40s %s\n" : "  %s\n  %41s%s\n", left,
			strlen(left) <= 40 ? verbs[i].help : "", verbs[i].help);
	}
	fputs("\n", out);
	for (u32 i = 0; i < n_verb_options; i++) {
		char left[64];
		snprintf(left, sizeof left, "%s %s", verb_options[i].name, verb_options[i].value);
		fprintf(out, "  %-40s %s\n", left, verb_options[i].help);
	}
	fputs("\nThe instance is that of --instance, of the configuration file, or \"saker\".\nExit codes:", out);
	for (u32 i = 0; i < n_exit_texts; i++)
		fprintf(out, "%s %d %s", i ? "," : "", (int)exit_texts[i].code, exit_texts[i].text);
	fputs(".\n", out);
}

/* ---- running ---- */

/* --instance goes before the configuration, which names the socket as well. */
static enum exit_code take_config(struct request *q)
{
	char error[CONFIG_ERROR];
	const char *given = q->instance_given;
	if (given && (!*given || strlen(given) >= sizeof q->instance))
		return complain(q, EXIT_USAGE, "--instance: expected a name of 1 to %d characters",
				INSTANCE_MAX - 1);
	snprintf(q->instance, sizeof q->instance, "%s", given ? given : "saker");
	if (!q->config)
		return EXIT_DONE;
	struct config *c = malloc(sizeof *c);
	err_t e = c ? config_load(c, q->config, error) : ERR_NO_MEMORY;
	if (e == ERR_OK) {
		if (!given || !strcmp(given, c->instance))
			snprintf(q->socket, sizeof q->socket, "%s", c->socket);
		if (!given)
			snprintf(q->instance, sizeof q->instance, "%s", c->instance);
	}
	free(c);
	return e == ERR_OK
		       ? EXIT_DONE
		       : complain(q, EXIT_CONFIG, "%s", e == ERR_NO_MEMORY ? err_text(e) : error);
}

int hostctl_run(int argc, char **argv, FILE *out, FILE *err)
{
	struct request q = { .out = out, .err = err };
	const struct verb *verb = NULL;
	if (!read_words(argv + (argc > 0), argv + argc, &q, &verb))
		return EXIT_USAGE;
	if (q.help || !verb) {
		help(q.help ? out : err);
		return q.help ? EXIT_DONE : EXIT_USAGE;
	}
	if (q.watch && q.follow)
		return complain(&q, EXIT_USAGE, "--follow goes on by itself: without --watch");
	enum exit_code (*once)(const struct request *, const struct verb *) = q.connect ? afar_once : run_once;
	char token[TOKEN_TEXT_MAX];
	q.token = token;
	enum exit_code code = take_config(&q);
	if (code == EXIT_DONE)
		code = afar_take_token(&q, token);
	if (code != EXIT_DONE)
		return code;
	code = q.watch ? watch(&q, verb, once) : once(&q, verb);
	explicit_bzero(token, sizeof token);
	return ferror(out) && code == EXIT_DONE
		       ? complain(&q, EXIT_REFUSED, "the output could not be written")
		       : code;
}
