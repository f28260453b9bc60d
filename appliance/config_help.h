/*
 * config_help.h - the table of options for readers: as plain text, and as the reference page.
 */
#ifndef SAKER_CONFIG_HELP_H
#define SAKER_CONFIG_HELP_H

#include <stdio.h>

/* Options whose path begins with `prefix` ("": all). Returns how many there were. */
unsigned config_help(FILE *out, const char *prefix);

/* Markdown: what docs/configuration.md holds under "Reference". */
void config_reference(FILE *out);

#endif
