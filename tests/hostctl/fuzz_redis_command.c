/* Answers of a Redis server as commands: whatever comes, it is refused or it is whole and printable. */
#include <hiredis/hiredis.h>
#include <stdlib.h>
#include <string.h>

#include "hostctl/redis_command.h"
#include "hostctl/redis_events.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void check(const char *s)
{
	for (; *s; s++)
		if ((u8)*s <= 0x20 || (u8)*s > 0x7e)
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	redisReader *reader = redisReaderCreate();
	redisReply *r = NULL;
	redisReaderFeed(reader, (const char *)data, n);
	if (redisReaderGetReply(reader, (void **)&r) == REDIS_OK && r) {
		struct redis_command c;
		u32 boot;
		u64 seq;
		err_t e = redis_command_read(r, &c);
		check(c.id);
		check(c.verb);
		check(c.arg);
		if (e == ERR_OK && (!*c.id || !*c.verb))
			abort();
		redis_command_refused(&c, ROLE_OPERATOR, c.at_ms);
		events_id(c.id, &boot, &seq);
		freeReplyObject(r);
	}
	redisReaderFree(reader);
	return 0;
}
