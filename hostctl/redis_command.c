#include "hostctl/redis_command.h"

#include <hiredis/hiredis.h>
#include <stdlib.h>
#include <string.h>

static const redisReply *element(const redisReply *r, size_t i)
{
	return r && r->type == REDIS_REPLY_ARRAY && i < r->elements ? r->element[i] : NULL;
}

/* Printable text without a blank at either end that fits into `out`. */
static bool take_text(const redisReply *r, char *out, size_t room)
{
	if (!r || r->type != REDIS_REPLY_STRING || r->len >= room)
		return false;
	for (size_t i = 0; i < r->len; i++)
		if ((u8)r->str[i] <= 0x20 || (u8)r->str[i] > 0x7e)
			return false;
	memcpy(out, r->str, r->len);
	out[r->len] = 0;
	return true;
}

/* "<milliseconds>-<number>" */
static bool take_id(const redisReply *r, struct redis_command *c)
{
	char *end;
	char id[sizeof c->id];
	if (!take_text(r, id, sizeof id) || *id < '0' || *id > '9')
		return false;
	c->at_ms = strtoull(id, &end, 10);
	if (*end != '-')
		return false;
	memcpy(c->id, id, sizeof id);
	return true;
}

static bool take_field(const redisReply *name, const redisReply *value, struct redis_command *c)
{
	char key[8];
	if (!take_text(name, key, sizeof key))
		return false;
	if (!strcmp(key, "verb") && !*c->verb)
		return take_text(value, c->verb, sizeof c->verb);
	if (!strcmp(key, "arg") && !*c->arg)
		return take_text(value, c->arg, sizeof c->arg);
	return false;
}

err_t redis_command_read(const redisReply *reply, struct redis_command *c)
{
	*c = (struct redis_command){ 0 };
	const redisReply *entries = element(element(reply, 0), 1), *entry = element(entries, 0);
	if (!entry)
		return ERR_NOT_FOUND;
	const redisReply *fields = element(entry, 1);
	if (!take_id(element(entry, 0), c) || !fields || fields->type != REDIS_REPLY_ARRAY)
		return ERR_SYNTAX;
	for (size_t i = 0; i < fields->elements; i += 2)
		if (!take_field(element(fields, i), element(fields, i + 1), c))
			return ERR_SYNTAX;
	return *c->verb ? ERR_OK : ERR_SYNTAX;
}

const char *redis_command_refused(const struct redis_command *c, enum config_role role, u64 now_ms)
{
	static const char *const of_operator[] = { "arm", "pause", "resume", "flatten", "cancel-all" };
	if (!strcmp(c->verb, "status"))
		return NULL;
	bool known = false;
	for (u32 i = 0; i < ARRAY_LEN(of_operator); i++)
		known |= !strcmp(c->verb, of_operator[i]);
	if (!known)
		return "no such command: status, arm, pause, resume, flatten, cancel-all";
	if (role != ROLE_OPERATOR)
		return "a viewer may only ask the status (telemetry.redis.role)";
	if (now_ms > c->at_ms + COMMAND_OLD_MS)
		return "it is older than ten seconds; ask again";
	return NULL;
}
