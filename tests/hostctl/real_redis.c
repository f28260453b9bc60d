#include "tests/hostctl/real_redis.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/cmocka_all.h"

void redis_server_start(struct real_server *s, const char *const *more)
{
	char port[8];
	const char *argv[16] = { "redis-server", "--port", port,     "--bind",	     "127.0.0.1",
				 "--save",	 "",	   "--dir", ".", NULL };
	u32 n = 9;
	need_program("redis-server");
	if (!s->port)
		real_dir(s, "redis");
	snprintf(port, sizeof port, "%u", s->port);
	for (; more && *more && n < 15; more++)
		argv[n++] = *more;
	real_start(s, argv);
}

void redis_server_config(const struct real_server *s, struct config *c)
{
	memset(c, 0, sizeof *c);
	snprintf(c->telemetry.redis_host, sizeof c->telemetry.redis_host, "127.0.0.1");
	c->telemetry.redis_port = s->port;
	c->telemetry.redis_stream_length = 1000;
	c->telemetry.redis_market = true;
}

redisReply *redis_say(const struct real_server *s, const char *format, ...)
{
	va_list ap;
	redisContext *c = redisConnect("127.0.0.1", s->port);
	va_start(ap, format);
	redisReply *r = c->err ? NULL : redisvCommand(c, format, ap);
	va_end(ap);
	if (!r || r->type == REDIS_REPLY_ERROR)
		fail_msg("%s: %s", format, r ? r->str : c->errstr);
	redisFree(c);
	return r;
}

long long redis_number(const struct real_server *s, const char *command)
{
	redisReply *r = redis_say(s, command);
	long long n = r->type == REDIS_REPLY_STRING ? strtoll(r->str, NULL, 10) : r->integer;
	freeReplyObject(r);
	return n;
}
