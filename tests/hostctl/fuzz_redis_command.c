/*
 * Answers of a Redis server as commands: whatever tree comes, it is refused or it is whole and
 * printable. The tree is made here, since hiredis' reader asks for whatever memory a length names.
 */
#include <hiredis/hiredis.h>
#include <stdlib.h>
#include <string.h>

#include "common/cursor.h"
#include "hostctl/redis_command.h"
#include "hostctl/redis_events.h"

#define NODES 64
#define TEXT  128

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

struct tree {
	struct rd in;
	u32 n, texts;
	redisReply node[NODES];
	char text[NODES][TEXT];
};

static void make_text(struct tree *t, redisReply *r)
{
	u32 n = u32_min(rd_u8(&t->in) % TEXT, (u32)rd_left(&t->in));
	char *to = t->text[t->texts++];
	const u8 *from = rd_bytes(&t->in, n);
	if (from)
		memcpy(to, from, n);
	to[from ? n : 0] = 0;
	r->str = to;
	r->len = from ? n : 0;
}

static redisReply *make(struct tree *t, u32 depth)
{
	static const int types[] = { REDIS_REPLY_ARRAY,	 REDIS_REPLY_STRING, REDIS_REPLY_NIL,
				     REDIS_REPLY_INTEGER, REDIS_REPLY_ERROR, REDIS_REPLY_STATUS };
	if (t->n == NODES)
		return NULL;
	redisReply *r = &t->node[t->n++];
	*r = (redisReply){ .type = types[rd_u8(&t->in) % ARRAY_LEN(types)] };
	if (r->type == REDIS_REPLY_ARRAY && depth < 5) {
		size_t want = rd_u8(&t->in) % 6;
		r->element = calloc(want + 1, sizeof *r->element);
		for (; r->elements < want; r->elements++)
			if (!(r->element[r->elements] = make(t, depth + 1)))
				break;
	} else if (r->type != REDIS_REPLY_NIL && r->type != REDIS_REPLY_INTEGER) {
		make_text(t, r);
	}
	return r;
}

static void check(const char *s)
{
	for (; *s; s++)
		if ((u8)*s <= 0x20 || (u8)*s > 0x7e)
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static struct tree t;
	struct redis_command c;
	u32 boot;
	u64 seq;
	memset(&t, 0, sizeof t);
	t.in = rd_of(data, n);
	err_t e = redis_command_read(make(&t, 0), &c);
	check(c.id);
	check(c.verb);
	check(c.arg);
	if (e == ERR_OK && (!*c.id || !*c.verb))
		abort();
	redis_command_refused(&c, ROLE_OPERATOR, c.at_ms);
	events_id(c.id, &boot, &seq);
	for (u32 i = 0; i < t.n; i++)
		free(t.node[i].element);
	return 0;
}
