/*
 * real_redis.h - a redis-server of a test's own, and a word with it.
 */
#ifndef TESTS_REAL_REDIS_H
#define TESTS_REAL_REDIS_H

#include <hiredis/hiredis.h>

#include "appliance/config.h"
#include "hostctl/redis_link.h"
#include "tests/hostctl/real_server.h"

/* `more`: further options, NULL at their end, or NULL. Skips where redis-server is missing. */
void redis_server_start(struct real_server *s, const char *const *more);

/* A configuration that leads there. */
void redis_server_config(const struct real_server *s, struct config *c);

/* One command (redisCommand's format) on a connection of its own; fails the test on an error. Free it. */
redisReply *redis_say(const struct real_server *s, const char *format, ...);
long long redis_number(const struct real_server *s, const char *command);

#endif
