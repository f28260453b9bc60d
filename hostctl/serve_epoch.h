/*
 * serve_epoch.h - hostctl serve follows the configuration in force: what `config apply` changes of it is
 * taken over while it runs.
 *
 * The segment says the epoch, its text lies beside the appliance's other files: the daemon's user must be
 * able to read it. The daemon's thread.
 */
#ifndef HOSTCTL_SERVE_EPOCH_H
#define HOSTCTL_SERVE_EPOCH_H

#include "appliance/config.h"

struct serve_epoch {
	u32 number;            /* seen last; 0: none yet */
	struct config *config; /* of that epoch; NULL: the daemon's own file still holds */
};

/*
 * Looks once; true: another epoch is in force than at the last look, and `config` is it. The first one
 * seen changes nothing. One that cannot be read is told on standard error and left.
 */
bool serve_epoch_look(struct serve_epoch *e, const char *instance);

void serve_epoch_free(struct serve_epoch *e);

#endif
