/*
 * cli.h - the command line: options, verbs, help; runs one verb.
 */
#ifndef HOSTCTL_CLI_H
#define HOSTCTL_CLI_H

#include <stdio.h>

/* argv[1] on; results to `out`, complaints to `err`. Returns enum exit_code (verb.h). */
int hostctl_run(int argc, char **argv, FILE *out, FILE *err);

#endif
