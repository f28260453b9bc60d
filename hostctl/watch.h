/*
 * watch.h - a verb again and again, until the process is interrupted: on a terminal each look
 * replaces the one before, into a pipe or a file they follow each other. One thread; takes SIGINT
 * and SIGTERM while it runs.
 */
#ifndef HOSTCTL_WATCH_H
#define HOSTCTL_WATCH_H

#include "hostctl/verb_table.h"

/* Each q->watch seconds. What the last look answered; an instance that is gone is looked for again. */
enum exit_code watch(const struct request *q, const struct verb *verb,
		     enum exit_code (*look)(const struct request *q, const struct verb *verb));

#endif
