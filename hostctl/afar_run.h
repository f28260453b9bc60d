/*
 * afar_run.h - what somebody far away asks, done as hostctl does it here: the same words, the
 * same verbs, the same output.
 *
 * Verbs marked FROM_AFAR alone, of this instance alone. Commands go to the control socket with
 * the role of whoever asks and are checked there, by the one table (role.h), and audited; what
 * is read from the segment, the audit log and the kill word are checked here, by the same
 * table, and refusals are told to the audit log. May block: a thread of its own.
 */
#ifndef HOSTCTL_AFAR_RUN_H
#define HOSTCTL_AFAR_RUN_H

#include "hostctl/afar_msg.h"
#include "hostctl/login.h"

/* The answer's line, malloc'ed; NULL: no memory. */
char *afar_run(const struct config *c, const char *instance, const struct login *who, struct afar_ask *ask);

#endif
