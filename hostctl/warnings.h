/*
 * warnings.h - what an operator should know is wrong, each by a name that stays the same.
 */
#ifndef HOSTCTL_WARNINGS_H
#define HOSTCTL_WARNINGS_H

#include "hostctl/view.h"

/* Two looks at one core, WARNINGS_LOOK_NS apart or more. */
struct core_look {
	const char *name;
	const struct core_status *s; /* NULL: the instance has no such core */
	u64 turns, busy_turns;       /* between the looks */
	ns_t took_ns;
};

#define WARNINGS_LOOK_NS (100 * NS_PER_MS)
#define HEARTBEAT_OLD_NS (2 * NS_PER_S)

/* Adds a table "warnings"; returns how many there are. */
u32 add_warnings(struct report *r, const struct view *v, const struct core_look *looks, u32 n);

/* Is it one of the counters that should stay 0? `module`: "port" for the region "md.port". */
bool warnings_watch(const char *module, const char *counter);

#endif
