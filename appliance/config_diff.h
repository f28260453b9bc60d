/*
 * config_diff.h - what differs between two configurations, option by option, and what it takes to
 * bring the second into force.
 *
 * Strategies are told apart by their names: a parameter is `strategies[NAME].params.PARAMETER`.
 * Values are compared, not texts: what is given and equals the default is no difference. Pure.
 */
#ifndef SAKER_CONFIG_DIFF_H
#define SAKER_CONFIG_DIFF_H

#include "appliance/config_option.h"

#define CHANGE_PATH_MAX 96

struct config_change {
	char path[CHANGE_PATH_MAX];
	enum option_change how; /* OPTION_START: not while it runs */
	bool loosens;           /* a limit, and it is not shown that the new one allows less */
	char from[CONFIG_TEXT], to[CONFIG_TEXT]; /* "": none */
};

typedef void (*config_change_fn)(void *user, const struct config_change *c);

/* Calls `fn` (may be NULL) for each difference, in the order of the table; returns how many. */
u32 config_diff(const struct config *from, const struct config *to, config_change_fn fn, void *user);

/* "live", "live, role risk", "start", "serve": of one change. */
const char *config_change_word(const struct config_change *c);

#endif
