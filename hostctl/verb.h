/*
 * verb.h - what every verb of hostctl gets and gives back.
 */
#ifndef HOSTCTL_VERB_H
#define HOSTCTL_VERB_H

#include "appliance/config.h"
#include "hostctl/table.h"
#include "hostctl/view.h"

/* Exit codes: part of the interface, never renumbered. */
enum exit_code {
	EXIT_DONE = 0,
	EXIT_REFUSED = 1, /* refused or failed; the reason is on standard error */
	EXIT_USAGE = 2,
	EXIT_NOT_RUNNING = 3,
	EXIT_CONFIG = 4,
	EXIT_TIMEOUT = 5,
};

#define ARGS_MAX 34 /* a word, a name, and every parameter of a strategy */

struct request {
	const char *verb;
	char instance[INSTANCE_MAX];
	const char *instance_given; /* of --instance; NULL: none */
	const char *config;       /* path of --config; NULL: none */
	char socket[CONFIG_TEXT]; /* from the configuration; "": ask the segment */
	bool json, all, follow, nonzero, cancel_only, outliers, help, compare;
	const char *override; /* a reason; NULL: not given */
	u32 fd; /* of --fd; 0: not given */
	u32 n; /* of -n; 0: not given */
	u32 seconds; /* of --seconds; 0: not given */
	u32 watch;   /* of --watch, seconds; 0: not given */
	const char *connect, *cert, *key, *ca; /* another machine's instance; NULL: not given */
	u32 token_fd;                          /* of --token-fd; 0: not given */
	const char *token;                     /* what came of it; "": none */
	const char *origin; /* "via=WHO as=ROLE ", before each command: of whom it is passed on; NULL: our own */
	const char *cores, *profile, *root; /* of a machine, not of an instance; NULL: not given */
	const char *arg[ARGS_MAX];
	u32 n_args;
	FILE *out, *err;
};

/* Each adds its tables to `r`, which the caller prints whatever is returned. */
typedef enum exit_code (*verb_fn)(const struct request *q, const struct view *v, struct report *r);

/* These read the segment alone. */
enum exit_code verb_status(const struct request *q, const struct view *v, struct report *r);
enum exit_code verb_orders(const struct request *q, const struct view *v, struct report *r);
enum exit_code verb_position(const struct request *q, const struct view *v, struct report *r);
enum exit_code verb_latency(const struct request *q, const struct view *v, struct report *r);
enum exit_code verb_tape(const struct request *q, const struct view *v, struct report *r);
enum exit_code verb_book(const struct request *q, const struct view *v, struct report *r);
enum exit_code verb_counters(const struct request *q, const struct view *v, struct report *r);
enum exit_code verb_journal(const struct request *q, const struct view *v, struct report *r);
enum exit_code verb_fills(const struct request *q, const struct view *v, struct report *r);
enum exit_code verb_pnl(const struct request *q, const struct view *v, struct report *r);
enum exit_code verb_limits(const struct request *q, const struct view *v, struct report *r);
enum exit_code verb_session(const struct request *q, const struct view *v, struct report *r);
enum exit_code verb_venue(const struct request *q, const struct view *v, struct report *r);
enum exit_code verb_instrument(const struct request *q, const struct view *v, struct report *r);

/* Shown by the segment; all else by the socket. */
#define STRATEGY_WORDS \
	"[list | show NAME | pause NAME | resume NAME | start NAME | stop NAME | set NAME PARAMETER=VALUE ... | " \
	"add NAME TYPE [PARAMETER=VALUE ...]]"
enum exit_code verb_strategy(const struct request *q, const struct view *v, struct report *r);

/* Status by the segment; start and stop by the socket. */
enum exit_code verb_capture(const struct request *q, const struct view *v, struct report *r);

/* By the instance's socket: arm, pause, resume, flatten, stop, cancel-all, whoami. */
enum exit_code verb_command(const struct request *q, const struct view *v, struct report *r);

/* `line` to the instance's socket, its answer shown: what a verb that is more than one word does. */
enum exit_code send_command(const struct request *q, const struct view *v, const char *line, struct report *r);

/* These get no view (NULL): kill works on an instance of any build, serve, doctor, tune, jitter and config on none. */
enum exit_code verb_kill(const struct request *q, const struct view *v, struct report *r);
enum exit_code verb_audit(const struct request *q, const struct view *v, struct report *r);
enum exit_code verb_log(const struct request *q, const struct view *v, struct report *r);
enum exit_code verb_token(const struct request *q, const struct view *v, struct report *r);
enum exit_code verb_secret(const struct request *q, const struct view *v, struct report *r);
enum exit_code verb_serve(const struct request *q, const struct view *v, struct report *r);
enum exit_code verb_jitter(const struct request *q, const struct view *v, struct report *r);
enum exit_code verb_tune(const struct request *q, const struct view *v, struct report *r);
enum exit_code verb_doctor(const struct request *q, const struct view *v, struct report *r);
#define CONFIG_WORDS "check FILE | show | diff [FILE|EPOCH [EPOCH]] | apply FILE|EPOCH | history | help [PREFIX] | reference"
enum exit_code verb_start(const struct request *q, const struct view *v, struct report *r);
enum exit_code verb_config(const struct request *q, const struct view *v, struct report *r);
enum exit_code verb_completion(const struct request *q, const struct view *v, struct report *r);
enum exit_code verb_manual(const struct request *q, const struct view *v, struct report *r);
enum exit_code verb_top(const struct request *q, const struct view *v, struct report *r);

/* The table "books", a line each: also part of status. */
void add_books(struct report *r, const struct view *v);

/* The table "sessions": likewise. */
void add_sessions(struct report *r, const struct view *v);

/* The table "ports", a line each, part of status; the tables "capabilities" and "device_clocks". */
void add_ports(struct report *r, const struct view *v);
void add_capabilities(struct report *r, const struct view *v);

/* The tables "outliers" and "events": what `latency --outliers` shows. */
void add_outliers(struct report *r, const struct view *v);

/* One line on standard error: "hostctl: ...". Returns `code`. */
enum exit_code complain(const struct request *q, enum exit_code code, const char *format, ...)
	PRINTF_LIKE(3, 4);

#endif
