#include "hostctl/redis_link.h"

#include <hiredis/hiredis.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define BACKOFF_MIN_MS 100
#define BACKOFF_MAX_MS 10000

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

static void complain_once(struct redis_link *l, const char *why)
{
	if (!l->complained)
		fprintf(stderr, "hostctl: telemetry.redis: %s:%u: %s\n", l->host, l->port, why);
	l->complained = true;
}

static void hang_up(struct redis_link *l)
{
	if (l->c)
		redisFree(l->c);
	l->c = NULL;
	l->pending = 0;
}

static void pause_link(struct redis_link *l)
{
	l->backoff_ms = l->backoff_ms ? u32_min(2 * l->backoff_ms, BACKOFF_MAX_MS) : BACKOFF_MIN_MS;
	l->retry_ns = monotonic_ns() + l->backoff_ms * NS_PER_MS;
}

static err_t lose(struct redis_link *l, const char *why)
{
	counter_inc(&l->cnt[REDIS_CNT_failures]);
	complain_once(l, why);
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
	explicit_bzero(l->password, sizeof l->password);
}

static bool log_on(struct redis_link *l)
{
	redisReply *r;
	if (!*l->password)
		return true;
	r = *l->t->redis_user
		    ? redisCommand(l->c, "AUTH %s %s", l->t->redis_user, l->password)
		    : redisCommand(l->c, "AUTH %s", l->password);
	bool ok = r && r->type != REDIS_REPLY_ERROR;
	if (!ok)
		lose(l, r ? r->str : l->c->errstr);
	freeReplyObject(r);
	return ok;
}

bool redis_link_ready(struct redis_link *l, ns_t now_ns)
{
	const struct timeval timeout = { .tv_sec = REDIS_TIMEOUT_MS / 1000,
					 .tv_usec = REDIS_TIMEOUT_MS % 1000 * 1000 };
	if (now_ns < l->retry_ns)
		return false;
	if (l->c)
		return true;
	l->c = redisConnectWithTimeout(l->host, l->port, timeout);
	if (!l->c || l->c->err) {
		lose(l, l->c ? l->c->errstr : err_text(ERR_NO_MEMORY));
		return false;
	}
	redisSetTimeout(l->c, timeout);
	if (!log_on(l))
		return false;
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

void redis_send(struct redis_link *l, const struct redis_words *w)
{
	assert(l->c);
	if (w->bad || redisAppendCommandArgv(l->c, (int)w->n, (const char **)w->word, w->len))
		counter_inc(&l->cnt[REDIS_CNT_errors]);
	else
		l->pending++;
}

/* ---- answers ---- */

/* "MOVED 3999 127.0.0.1:6381"; no host means the one we asked. */
static bool take_moved(struct redis_link *l, const char *text)
{
	char host[CONFIG_TEXT] = "";
	unsigned slot, port;
	const char *colon = strrchr(text, ':'), *blank = strrchr(text, ' ');
	if (sscanf(text, "MOVED %u ", &slot) != 1 || !colon || !blank || colon < blank ||
	    sscanf(colon, ":%5u", &port) != 1 || !port || port > UINT16_MAX)
		return false;
	snprintf(host, sizeof host, "%.*s", (int)(colon - blank - 1), blank + 1);
	if (*host)
		snprintf(l->host, sizeof l->host, "%s", host);
	l->port = (u16)port;
	return true;
}

static err_t error_of(struct redis_link *l, const char *text)
{
	if (strstr(text, "equal or smaller than the target stream top item"))
		return ERR_OK; /* the event has arrived before */
	if (take_moved(l, text))
		return ERR_AGAIN;
	counter_inc(&l->cnt[REDIS_CNT_errors]);
	complain_once(l, text);
	return ERR_REFUSED;
}

err_t redis_flush(struct redis_link *l, redis_on_reply fn, void *user)
{
	err_t worst = ERR_OK;
	u32 n = l->pending;
	for (u32 i = 0; i < n; i++) {
		redisReply *r = NULL;
		if (redisGetReply(l->c, (void **)&r) != REDIS_OK)
			return lose(l, *l->c->errstr ? l->c->errstr : "no answer in time");
		err_t e = r->type == REDIS_REPLY_ERROR ? error_of(l, r->str) : ERR_OK;
		if (worst != ERR_AGAIN && e != ERR_OK)
			worst = e;
		if (fn && e == ERR_OK)
			fn(user, i, r);
		freeReplyObject(r);
	}
	l->pending = 0;
	if (worst == ERR_AGAIN) {
		counter_inc(&l->cnt[REDIS_CNT_redirects]);
		hang_up(l);
	} else if (worst != ERR_OK) {
		pause_link(l);
	} else if (n) {
		l->backoff_ms = 0;
		l->complained = false;
	}
	return worst;
}

struct redisReply *redis_ask(struct redis_link *l, const struct redis_words *w)
{
	redisReply *r = NULL;
	assert(!l->pending);
	redis_send(l, w);
	if (!l->pending)
		return NULL;
	l->pending = 0;
	if (redisGetReply(l->c, (void **)&r) != REDIS_OK) {
		lose(l, *l->c->errstr ? l->c->errstr : "no answer in time");
		return NULL;
	}
	if (r->type == REDIS_REPLY_ERROR && take_moved(l, r->str)) {
		counter_inc(&l->cnt[REDIS_CNT_redirects]);
		freeReplyObject(r);
		hang_up(l);
		return NULL;
	}
	l->backoff_ms = 0;
	l->complained = false;
	return r;
}

void redis_key(char out[REDIS_KEY_MAX], const char *instance, const char *format, ...)
{
	va_list ap;
	int n = snprintf(out, REDIS_KEY_MAX, "saker:{%s}:", instance);
	va_start(ap, format);
	vsnprintf(out + n, (size_t)(REDIS_KEY_MAX - n), format, ap);
	va_end(ap);
}
