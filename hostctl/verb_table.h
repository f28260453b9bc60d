/*
 * verb_table.h - every verb and every option of hostctl: from these tables come the parser, --help,
 * the completion, the manual page.
 *
 * The tables stand in cli.c and never change.
 */
#ifndef HOSTCTL_VERB_TABLE_H
#define HOSTCTL_VERB_TABLE_H

#include "hostctl/verb.h"

enum takes {
	TAKES_ALL = 1 << 0,
	TAKES_FOLLOW = 1 << 1,
	TAKES_N = 1 << 2,
	TAKES_NONZERO = 1 << 3,
	TAKES_CANCEL_ONLY = 1 << 4,
	TAKES_OUTLIERS = 1 << 5,
	TAKES_HOST = 1 << 6, /* --cores, --profile, --root */
	TAKES_SECONDS = 1 << 7,
	TAKES_WATCH = 1 << 8, /* it only looks: it can be run again and again */
	TAKES_FD = 1 << 10,
	TAKES_OVERRIDE = 1 << 11,
	TAKES_COMPARE = 1 << 12,
	TAKES_VIEW = 1 << 9,  /* no option: it is run with a view of the instance */
	FROM_AFAR = 1 << 13,  /* no option: it may be asked by --connect */
};

struct verb {
	const char *name, *args, *help;
	u32 takes, args_min, args_max;
	verb_fn run;
	const char *choices; /* first words it knows, by blanks; NULL: free */
	const char *names;   /* verb whose first column lists what may stand here; NULL: none */
};

enum option_kind {
	OPTION_SWITCH, /* bool */
	OPTION_WORD,   /* const char * */
	OPTION_COUNT,  /* u32, 1 to `max` */
	OPTION_PERIOD, /* likewise; the number may be left out, then it is PERIOD_DEFAULT */
};
#define PERIOD_DEFAULT 2

struct verb_option {
	const char *name, *value, *help; /* value: what stands behind it; "" where nothing does */
	u32 takes;                       /* bit of the verbs that take it; 0: all do */
	enum option_kind kind;
	u32 max;
	size_t at; /* in struct request */
};

extern const struct verb verbs[];
extern const u32 n_verbs;
extern const struct verb_option verb_options[];
extern const u32 n_verb_options;

struct exit_text {
	enum exit_code code;
	const char *text;
};
extern const struct exit_text exit_texts[];
extern const u32 n_exit_texts;

const struct verb *find_verb(const char *name); /* NULL: none */

/* Fills the request from the words behind argv[0]; false: refused, and said so on q->err. */
bool read_words(char **at, char **end, struct request *q, const struct verb **verb);

#endif
