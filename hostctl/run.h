/*
 * run.h - one verb, run once: with a view of the instance where it takes one, its report printed.
 */
#ifndef HOSTCTL_RUN_H
#define HOSTCTL_RUN_H

#include "hostctl/verb_table.h"

/* The report goes to q->out whatever the verb answers. */
enum exit_code run_once(const struct request *q, const struct verb *verb);

#endif
