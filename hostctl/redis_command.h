/*
 * redis_command.h - commands of a stream: what an entry says, and who may ask what.
 *
 * An entry of saker:{<instance>}:commands has the fields `verb` and, where the verb takes one,
 * `arg`. Outside bytes: whatever else stands there is refused, never passed on.
 */
#ifndef HOSTCTL_REDIS_COMMAND_H
#define HOSTCTL_REDIS_COMMAND_H

#include "appliance/config.h"

struct redisReply;

struct redis_command {
	char id[48]; /* of the entry; "": none that could be answered */
	u64 at_ms;   /* when it was added, by its id */
	char verb[16], arg[64];
};

/*
 * The first entry of an answer to XREADGROUP. ERR_NOT_FOUND: it has none; ERR_SYNTAX: it is not
 * what it should be, with the id filled in where that could be read.
 */
err_t redis_command_read(const struct redisReply *reply, struct redis_command *c);

/* May somebody of this role ask this now? Else a sentence why not; NULL: yes. `now_ms`: wall time. */
#define COMMAND_OLD_MS 10000
const char *redis_command_refused(const struct redis_command *c, enum config_role role, u64 now_ms);

#endif
