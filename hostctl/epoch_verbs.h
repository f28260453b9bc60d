/*
 * epoch_verbs.h - hostctl config show, diff, apply, history: the configurations that are and were in
 * force. Each checks its own arguments; for config_verbs.c.
 */
#ifndef HOSTCTL_EPOCH_VERBS_H
#define HOSTCTL_EPOCH_VERBS_H

#include "hostctl/verb.h"

enum exit_code config_show(const struct request *q, struct report *r);
enum exit_code config_changes(const struct request *q, struct report *r);
enum exit_code config_apply(const struct request *q, struct report *r);
enum exit_code config_history(const struct request *q, struct report *r);

#endif
