/*
 * redis_link.h - one connection to Redis: commands gathered, sent in one go, answers read in one go.
 *
 * Commands of a batch are pipelined: redis_send only gathers, redis_flush sends and waits, at most
 * REDIS_TIMEOUT_MS. A lost connection is made anew after a pause that doubles, and standard error told
 * at most once a minute; what was gathered is gone, and the caller, who was told, gathers it again.
 * All keys of an appliance carry one hash tag, so that a cluster keeps them together: after MOVED the
 * connection goes to the node named, after ASK (a slot is on its way) the one command does.
 * One thread. The process must ignore SIGPIPE.
 */
#ifndef HOSTCTL_REDIS_LINK_H
#define HOSTCTL_REDIS_LINK_H

#include "appliance/config.h"
#include "common/counter.h"
#include "hostctl/redis_conn.h"
#include "hostctl/secret.h"

#define REDIS_KEY_MAX 96

enum redis_cnt {
#define CNT(name, sentence) REDIS_CNT_##name,
#include "hostctl/redis_cnt.def"
#undef CNT
	REDIS_CNT_COUNT
};
extern const struct counter_def redis_counter_defs[REDIS_CNT_COUNT];

/* A command as it was sent, until it is answered: a cluster may want it somewhere else. */
struct redis_sent {
	char *bytes;
	size_t n;
};

struct redis_link {
	const struct config_telemetry *t;
	u64 *cnt; /* REDIS_CNT_COUNT words */
	char password[SECRET_MAX];
	char host[CONFIG_TEXT]; /* where the connection goes: as configured, or a cluster's other node */
	u16 port;
	struct redis_conn conn;
	struct redis_conn aside; /* to the node a slot is on the way to, during a flush */
	struct redis_sent *sent;
	u32 pending, room; /* of `sent` */
	u32 backoff_ms;
	ns_t retry_ns;
	ns_t complained_ns; /* when somebody was told last; 0: never */
};

/* Connects to nobody yet. ERR_IO: `why` (REDIS_WHY_MAX bytes). */
err_t redis_link_open(struct redis_link *l, const struct config_telemetry *t, u64 *cnt, char *why);
void redis_link_close(struct redis_link *l);

/* Connected, now or already? `now_ns`: CLOCK_MONOTONIC. */
bool redis_link_ready(struct redis_link *l, ns_t now_ns);

/* ---- a command, word by word ---- */

#define REDIS_WORDS     512
#define REDIS_WORD_TEXT 32768

struct redis_words {
	u32 n, used;
	bool bad; /* did not fit: not sent, counted as an error */
	const char *word[REDIS_WORDS];
	size_t len[REDIS_WORDS];
	char text[REDIS_WORD_TEXT];
};

void redis_words_reset(struct redis_words *w);
void redis_word(struct redis_words *w, const char *format, ...) PRINTF_LIKE(2, 3);

void redis_send(struct redis_link *l, const struct redis_words *w);

/* The answer to the n-th command since the last flush. */
typedef void (*redis_on_reply)(void *user, u32 nth, const struct redisReply *reply);

/*
 * Sends what was gathered and takes every answer; `fn` may be NULL. ERR_OK: each was executed (an
 * event that is in its stream already counts as that). ERR_REFUSED: an error among the answers,
 * named on standard error. ERR_AGAIN: a cluster sent us to another node. ERR_CLOSED: no
 * connection any more.
 */
err_t redis_flush(struct redis_link *l, redis_on_reply fn, void *user);

/* One command by itself, and its answer, which may be an error; NULL: no connection any more. Free it. */
struct redisReply *redis_ask(struct redis_link *l, const struct redis_words *w);

/* "saker:{<instance>}:<what>", the one form of our keys and channels. */
void redis_key(char out[REDIS_KEY_MAX], const char *instance, const char *format, ...)
	PRINTF_LIKE(3, 4);

#endif
