#include "hostctl/redis_link.h"

#include <hiredis/hiredis.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define BACKOFF_MIN_MS 100
#define BACKOFF_MAX_MS 10000
#define COMPLAINT_NS   (60 * NS_PER_S) /* between two of them */

const struct counter_def redis_counter_defs[REDIS_CNT_COUNT] = {
#define CNT(name, sentence) { #name, sentence },
#include "hostctl/redis_cnt.def"
#undef CNT
};

static ns_t monotonic_ns(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (ns_t)t.tv_sec * NS_PER_S + (ns_t)t.tv_nsec;
}

/* A server that takes every other batch would fill the log. */
static void complain(struct redis_link *l, const char *why)
{
	ns_t now = monotonic_ns();
	if (l->complained_ns && now - l->complained_ns < COMPLAINT_NS)
		return;
	l->complained_ns = now;
	fprintf(stderr, "hostctl: telemetry.redis: %s:%u: %s\n", l->host, l->port, why);
}

static void forget_sent(struct redis_link *l)
{
	for (u32 i = 0; i < l->pending; i++)
		free(l->sent[i].bytes);
	l->pending = 0;
}

static void hang_up(struct redis_link *l)
{
	conn_close(&l->conn);
	conn_close(&l->aside);
	forget_sent(l);
}

static void pause_link(struct redis_link *l)
{
	l->backoff_ms = l->backoff_ms ? u32_min(2 * l->backoff_ms, BACKOFF_MAX_MS) : BACKOFF_MIN_MS;
	l->retry_ns = monotonic_ns() + l->backoff_ms * NS_PER_MS;
}

static err_t lose(struct redis_link *l, const char *why)
{
	counter_inc(&l->cnt[REDIS_CNT_failures]);
	complain(l, why);
	hang_up(l);
	pause_link(l);
	/* a node of a cluster that we were sent to may be gone: begin where we were told to */
	snprintf(l->host, sizeof l->host, "%s", l->t->redis_host);
	l->port = l->t->redis_port;
	return ERR_CLOSED;
}

err_t redis_link_open(struct redis_link *l, const struct config_telemetry *t, u64 *cnt, char *why)
{
	*l = (struct redis_link){ .t = t, .cnt = cnt, .port = t->redis_port };
	snprintf(l->host, sizeof l->host, "%s", t->redis_host);
	return secret_read("telemetry.redis.secret_file", t->redis_secret_file, l->password, why,
			   REDIS_WHY_MAX);
}

void redis_link_close(struct redis_link *l)
{
	hang_up(l);
	free(l->sent);
	l->sent = NULL;
	l->room = 0;
	explicit_bzero(l->password, sizeof l->password);
}

static err_t open_to(const struct redis_link *l, struct redis_conn *n, const char *host, u16 port, char *why)
{
	return conn_open(n, &(struct redis_server){ .host = host, .port = port, .user = l->t->redis_user,
						    .password = l->password }, why);
}

bool redis_link_ready(struct redis_link *l, ns_t now_ns)
{
	char why[REDIS_WHY_MAX];
	if (now_ns < l->retry_ns)
		return false;
	if (l->conn.c)
		return true;
	if (open_to(l, &l->conn, l->host, l->port, why) != ERR_OK) {
		lose(l, why);
		return false;
	}
	counter_inc(&l->cnt[REDIS_CNT_connects]);
	return true;
}

/* ---- commands ---- */

void redis_words_reset(struct redis_words *w)
{
	w->n = w->used = 0;
	w->bad = false;
}

void redis_word(struct redis_words *w, const char *format, ...)
{
	va_list ap;
	size_t room = sizeof w->text - w->used;
	va_start(ap, format);
	int n = vsnprintf(w->text + w->used, room, format, ap);
	va_end(ap);
	if (w->bad || n < 0 || (size_t)n >= room || w->n == REDIS_WORDS) {
		w->bad = true;
		return;
	}
	w->word[w->n] = w->text + w->used;
	w->len[w->n++] = (size_t)n;
	w->used += (u32)n;
}

static bool has_room(struct redis_link *l)
{
	u32 room = l->room ? 2 * l->room : 64;
	if (l->pending < l->room)
		return true;
	struct redis_sent *sent = reallocarray(l->sent, room, sizeof *sent);
	if (!sent)
		return false;
	l->sent = sent;
	l->room = room;
	return true;
}

void redis_send(struct redis_link *l, const struct redis_words *w)
{
	char *bytes = NULL;
	assert(l->conn.c);
	long long n = w->bad || !has_room(l)
			      ? -1
			      : redisFormatCommandArgv(&bytes, (int)w->n, (const char **)w->word, w->len);
	if (n < 0 || redisAppendFormattedCommand(l->conn.c, bytes, (size_t)n) != REDIS_OK) {
		free(bytes);
		counter_inc(&l->cnt[REDIS_CNT_errors]);
		return;
	}
	l->sent[l->pending++] = (struct redis_sent){ bytes, (size_t)n };
}

/* ---- a cluster ---- */

/* "MOVED 3999 127.0.0.1:6381", "ASK ..."; no host means the one we asked. False: it is something else. */
static bool read_redirect(const struct redis_link *l, const char *what, const char *text, char host[CONFIG_TEXT],
			  u16 *port)
{
	unsigned slot, number;
	int at = 0;
	const char *colon = strrchr(text, ':');
	if (strncmp(text, what, strlen(what)) || sscanf(text + strlen(what), " %5u %n", &slot, &at) != 1 || !at)
		return false;
	const char *name = text + strlen(what) + at;
	if (!colon || colon < name || sscanf(colon, ":%5u", &number) != 1 || !number || number > UINT16_MAX)
		return false;
	snprintf(host, CONFIG_TEXT, "%.*s", (int)(colon - name), name);
	if (!*host)
		snprintf(host, CONFIG_TEXT, "%s", l->host);
	*port = (u16)number;
	return true;
}

/* The same command to the node that its slot is on the way to; NULL: no answer from there. */
static redisReply *ask_aside(struct redis_link *l, const struct redis_sent *s, const char *host, u16 port)
{
	char why[REDIS_WHY_MAX];
	if (!l->aside.c && open_to(l, &l->aside, host, port, why) != ERR_OK)
		return NULL;
	redisAppendCommand(l->aside.c, "ASKING");
	redisAppendFormattedCommand(l->aside.c, s->bytes, s->n);
	freeReplyObject(conn_answer(&l->aside, why));
	redisReply *r = l->aside.c->err ? NULL : conn_answer(&l->aside, why);
	if (r)
		counter_inc(&l->cnt[REDIS_CNT_redirects]);
	return r;
}

/* The answer to the n-th command, wherever in a cluster it comes from; NULL: no connection any more. */
static redisReply *answer_to(struct redis_link *l, u32 nth, char *why)
{
	char host[CONFIG_TEXT];
	u16 port;
	redisReply *r = conn_answer(&l->conn, why);
	if (!r || r->type != REDIS_REPLY_ERROR || !read_redirect(l, "ASK", r->str, host, &port))
		return r;
	redisReply *there = ask_aside(l, &l->sent[nth], host, port);
	if (!there)
		return r; /* an error like another */
	freeReplyObject(r);
	return there;
}

static bool take_moved(struct redis_link *l, const char *text)
{
	char host[CONFIG_TEXT];
	u16 port;
	if (!read_redirect(l, "MOVED", text, host, &port))
		return false;
	snprintf(l->host, sizeof l->host, "%s", host);
	l->port = port;
	return true;
}

/* ---- answers ---- */

static err_t error_of(struct redis_link *l, const char *text)
{
	if (strstr(text, "equal or smaller than the target stream top item"))
		return ERR_OK; /* the event has arrived before */
	if (take_moved(l, text))
		return ERR_AGAIN;
	counter_inc(&l->cnt[REDIS_CNT_errors]);
	complain(l, text);
	return ERR_REFUSED;
}

/* What a flush that got its answers leaves behind. */
static void settle(struct redis_link *l, err_t worst, u32 n)
{
	conn_close(&l->aside);
	forget_sent(l);
	if (worst == ERR_AGAIN) {
		counter_inc(&l->cnt[REDIS_CNT_redirects]);
		hang_up(l);
	} else if (worst != ERR_OK) {
		pause_link(l);
	} else if (n) {
		l->backoff_ms = 0;
	}
}

err_t redis_flush(struct redis_link *l, redis_on_reply fn, void *user)
{
	char why[REDIS_WHY_MAX];
	err_t worst = ERR_OK;
	u32 n = l->pending;
	for (u32 i = 0; i < n; i++) {
		redisReply *r = answer_to(l, i, why);
		if (!r)
			return lose(l, why);
		err_t e = r->type == REDIS_REPLY_ERROR ? error_of(l, r->str) : ERR_OK;
		if (worst != ERR_AGAIN && e != ERR_OK)
			worst = e;
		if (fn && e == ERR_OK)
			fn(user, i, r);
		freeReplyObject(r);
	}
	settle(l, worst, n);
	return worst;
}

struct redisReply *redis_ask(struct redis_link *l, const struct redis_words *w)
{
	char why[REDIS_WHY_MAX];
	assert(!l->pending);
	redis_send(l, w);
	if (!l->pending)
		return NULL;
	redisReply *r = answer_to(l, 0, why);
	if (!r) {
		lose(l, why);
		return NULL;
	}
	bool moved = r->type == REDIS_REPLY_ERROR && take_moved(l, r->str);
	settle(l, moved ? ERR_AGAIN : ERR_OK, 1);
	if (!moved)
		return r;
	freeReplyObject(r);
	return NULL;
}

void redis_key(char out[REDIS_KEY_MAX], const char *instance, const char *format, ...)
{
	va_list ap;
	int n = snprintf(out, REDIS_KEY_MAX, "saker:{%s}:", instance);
	va_start(ap, format);
	vsnprintf(out + n, (size_t)(REDIS_KEY_MAX - n), format, ap);
	va_end(ap);
}
