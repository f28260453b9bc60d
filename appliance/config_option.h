/*
 * config_option.h - the table of options (options.def) and what one row says: type, bounds, default, sentence.
 *
 * The table never changes and any thread may read it.
 */
#ifndef SAKER_CONFIG_OPTION_H
#define SAKER_CONFIG_OPTION_H

#include "appliance/config.h"

enum option_type {
	OPTION_TEXT,
	OPTION_NAME, /* letters, digits, '-', '_' */
	OPTION_HOST,
	OPTION_INTEGER,    /* u16 or u32, by size */
	OPTION_POWER_OF_2, /* likewise */
	OPTION_BOOL,
	OPTION_CHOICE,  /* u32: place in `allowed` */
	OPTION_DECIMAL, /* kept as text */
	OPTION_MAC,
	OPTION_IP, /* IPv4 */
	OPTION_NETWORK, /* address/prefix length */
	OPTION_IP6,
	OPTION_NETWORK6,
	OPTION_ADDRESS, /* of either */
	OPTION_CPUS,
	OPTION_SYMBOLS,
	OPTION_STRATEGIES,
	OPTION_PARAMS,
};

/* When another value of an option can come into force (`hostctl config apply`). */
enum option_change {
	OPTION_START,      /* with the next start */
	OPTION_LIVE,       /* while it runs */
	OPTION_LIMIT,      /* likewise; a larger value, or none at all, allows more risk */
	OPTION_LIMIT_OR_0, /* likewise; 0 is none */
	OPTION_FLOOR,      /* while it runs; a smaller value allows more risk */
	OPTION_SERVE,      /* while it runs: hostctl serve takes it over */
};

struct option {
	const char *path; /* "venue.stream.port" */
	enum option_type type;
	enum option_change change;
	u64 min, max; /* of a number; of a text's length; of a list's elements */
	const char *unit, *allowed, *def; /* allowed: "observe|live"; def NULL: must be given */
	const char *help;                 /* a sentence, Markdown */
	size_t offset, size;              /* of the field in struct config */
};

struct option_group {
	const char *path, *help;
};

extern const struct option config_options[];
extern const u32 config_options_n;
extern const struct option_group config_groups[];
extern const u32 config_groups_n;

/* NULL: no such path. */
const struct option *option_find(const char *path);
const struct option_group *option_find_group(const char *path);

/* Is `path` directly inside `group` ("": top level)? Then its last word begins at the pointer returned, else NULL. */
const char *option_in_group(const char *path, const char *group);

/* A list has elements or pairs of its own; everything else is one text. */
bool option_is_list(const struct option *o);

/* Does an element of a list own it? Its path has "[]", its field is element 0's. */
bool option_is_element(const struct option *o);

/* "live", "start", ...: a word for the tables. */
const char *option_change_word(enum option_change c);

#define OPTION_EXPECTED_MAX 160
/* What a value must be: "an integer from 1 to 60000 (ms)". Returns `out` of OPTION_EXPECTED_MAX bytes. */
const char *option_expected(const struct option *o, char *out);

/* The path in the table that is most like `key` within `group`; NULL where nothing is near. */
const char *option_nearest(const char *group, const char *key);

#endif
