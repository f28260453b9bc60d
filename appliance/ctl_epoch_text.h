/*
 * ctl_epoch_text.h - the configuration in force, changed by one command; and its strategies as the
 * trade core takes them. Pure.
 */
#ifndef SAKER_CTL_EPOCH_TEXT_H
#define SAKER_CTL_EPOCH_TEXT_H

#include "appliance/config.h"
#include "gateway/trade_epoch.h"

/* set, enable, disable, add */
bool epoch_edits(const char *verb);

/* Does to `c` what "VERB ARG" says. ERR_ARGUMENT, ERR_NOT_FOUND, ERR_EXISTS, ERR_FULL: `why`. */
err_t epoch_edit(struct config *c, const char *verb, const char *arg, char *why, size_t n);

/* The text of an epoch that no file was given for, malloc'ed. ERR_NO_MEMORY. */
err_t epoch_print(const struct config *c, char **text, size_t *n);

/* ERR_TOO_LONG: `why`. */
err_t epoch_strategy_text(const struct config_strategy *s, struct epoch_strategy *to, char *why, size_t n);

#endif
