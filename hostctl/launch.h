/*
 * launch.h - a process of saker begun: by its systemd unit, or as a process of its own in the background.
 *
 * By the unit where systemd runs and the configuration is the unit's, /etc/saker/INSTANCE.yaml. Else
 * the saker that lies beside this program, or the one in PATH, in a session of its own, its output
 * appended to <files.state_dir>/saker.out.
 */
#ifndef HOSTCTL_LAUNCH_H
#define HOSTCTL_LAUNCH_H

#include <sys/types.h>

#include "appliance/config.h"

#define LAUNCH_WHY_MAX 512

struct launch {
	bool by_unit;
	char unit[INSTANCE_MAX + 16];
	char out[CONFIG_TEXT + 16]; /* file of its output; "": the unit's journal has it */
	long out_at;                /* where this run's begins */
	pid_t pid;                  /* 0: the unit's */
	int code;                   /* of its end */
};

/* ERR_IO: `why`. `c` is the configuration that `path` holds. */
err_t launch_begin(struct launch *l, const struct config *c, const char *path, char *why);

/* Has it ended? Then `code`, and `why` is the last line it said. */
bool launch_ended(struct launch *l, char *why);

#endif
