/*
 * config_print.h - a configuration as YAML that the reader takes back as the same configuration.
 *
 * Options stand in the order of the table; strategies' values are quoted. Slow; hostctl, and ctl for
 * the text of an epoch that no file was given for.
 */
#ifndef SAKER_CONFIG_PRINT_H
#define SAKER_CONFIG_PRINT_H

#include <stdio.h>

#include "appliance/config.h"

/* `all`: defaults too, each with the remark `# default`; else only what was given. */
void config_print(FILE *out, const struct config *c, bool all);

#endif
