/*
 * redis_desk.h - takes commands from saker:{<instance>}:commands by the consumer group `saker`, has them done, and
 * writes each result to saker:{<instance>}:results.
 *
 * At most once: a command under way when hostctl ended is answered as unknown, never done again. A
 * thread of its own, since the appliance may take its time. Its counters are its own.
 */
#ifndef HOSTCTL_REDIS_DESK_H
#define HOSTCTL_REDIS_DESK_H

#include "appliance/config.h"

struct redis_desk;

/* Asks the appliance at `c->socket`. ERR_IO, ERR_NO_MEMORY: `why` (REDIS_WHY_MAX bytes). `c` must outlive it. */
err_t desk_open(struct redis_desk **d, const struct config *c, const char *instance, char *why);

/* Ends after the command under way. NULL is nothing. */
void desk_close(struct redis_desk *d);

#endif
