/*
 * strategies.h - the table "strategies": a line an instance, in order of their ids. Also part of status.
 */
#ifndef HOSTCTL_STRATEGIES_H
#define HOSTCTL_STRATEGIES_H

#include "hostctl/view.h"

#define STRATEGIES_ALL UINT32_MAX

void add_strategies(struct report *r, const struct view *v, u32 only);

/* Its id; STRATEGIES_ALL: there is none of that name. */
u32 view_find_strategy(const struct view *v, const char *name);

#endif
