#include "hostctl/redis_conn.h"

#include <hiredis/hiredis.h>
#include <stdio.h>
#include <stdlib.h>

static const struct timeval timeout = { .tv_sec = REDIS_TIMEOUT_MS / 1000,
					.tv_usec = REDIS_TIMEOUT_MS % 1000 * 1000 };

/* ---- bounds ---- */

static redisReply *new_array(u32 n)
{
	redisReply *r = calloc(1, sizeof *r);
	if (!r)
		return NULL;
	r->type = REDIS_REPLY_ARRAY;
	r->elements = n;
	r->element = n ? calloc(n, sizeof *r->element) : NULL;
	if (!n || r->element)
		return r;
	free(r);
	return NULL;
}

/* What hiredis calls for each array, before it makes room for the elements. NULL: it gives up. */
static void *on_array(const redisReadTask *task, int n)
{
	struct redis_conn *conn = task->privdata;
	if (n < 0 || (u32)n > CONN_ELEMENTS - conn->elements)
		return NULL;
	conn->elements += (u32)n;
	redisReply *r = new_array((u32)n);
	if (r && task->parent) {
		redisReply *parent = task->parent->obj;
		parent->element[task->idx] = r;
	}
	return r;
}

/* Takes the context over, also where it fails. */
static err_t adopt(struct redis_conn *n, redisContext *c)
{
	*n = (struct redis_conn){ .c = c, .make = malloc(sizeof *n->make) };
	if (!n->make) {
		conn_close(n);
		return ERR_NO_MEMORY;
	}
	*n->make = *c->reader->fn;
	n->make->createArray = on_array;
	c->reader->fn = n->make;
	c->reader->privdata = n;
	redisSetTimeout(c, timeout);
	return ERR_OK;
}

static bool read_more(struct redis_conn *n)
{
	return redisBufferRead(n->c) == REDIS_OK && n->c->reader->len - n->c->reader->pos <= CONN_BYTES;
}

redisReply *conn_answer(struct redis_conn *n, char *why)
{
	redisReply *r = NULL;
	int done = 0;
	bool ok = true;
	n->elements = 0;
	while (ok && !done)
		ok = redisBufferWrite(n->c, &done) == REDIS_OK;
	while (ok && (ok = redisGetReplyFromReader(n->c, (void **)&r) == REDIS_OK) && !r)
		ok = read_more(n);
	if (ok)
		return r;
	snprintf(why, REDIS_WHY_MAX, "%s", n->c->err == REDIS_ERR_OOM ? "an answer larger than any of ours"
			: *n->c->errstr ? n->c->errstr : "no answer in time, or one larger than any of ours");
	return NULL;
}

/* ---- connections ---- */

static err_t log_on(struct redis_conn *n, const struct redis_server *at, char *why)
{
	if (!*at->password)
		return ERR_OK;
	if (*at->user)
		redisAppendCommand(n->c, "AUTH %s %s", at->user, at->password);
	else
		redisAppendCommand(n->c, "AUTH %s", at->password);
	redisReply *r = conn_answer(n, why);
	bool ok = r && r->type != REDIS_REPLY_ERROR;
	if (r && !ok)
		snprintf(why, REDIS_WHY_MAX, "%s", r->str);
	freeReplyObject(r);
	return ok ? ERR_OK : ERR_CLOSED;
}

err_t conn_open(struct redis_conn *n, const struct redis_server *at, char *why)
{
	redisContext *c = redisConnectWithTimeout(at->host, at->port, timeout);
	n->c = NULL;
	if (!c || c->err) {
		snprintf(why, REDIS_WHY_MAX, "%s", c ? c->errstr : err_text(ERR_NO_MEMORY));
		if (c)
			redisFree(c);
		return ERR_CLOSED;
	}
	if (adopt(n, c) != ERR_OK) {
		snprintf(why, REDIS_WHY_MAX, "%s", err_text(ERR_NO_MEMORY));
		return ERR_CLOSED;
	}
	if (log_on(n, at, why) == ERR_OK)
		return ERR_OK;
	conn_close(n);
	return ERR_CLOSED;
}

err_t conn_adopt(struct redis_conn *n, int fd)
{
	redisContext *c = redisConnectFd(fd);
	n->c = NULL;
	return c ? adopt(n, c) : ERR_NO_MEMORY;
}

void conn_close(struct redis_conn *n)
{
	if (!n->c)
		return;
	redisFree(n->c);
	free(n->make); /* which has freed what was read in part */
	n->c = NULL;
}
