#include "hostctl/redis_desk.h"

#include <hiredis/hiredis.h>
#include <jansson.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/clock.h"
#include "hostctl/door_client.h"
#include "hostctl/redis_command.h"
#include "hostctl/redis_link.h"
#include "hostctl/verb.h"

#define BLOCK_MS       500 /* of a read: below REDIS_TIMEOUT_MS */
#define RESULTS_LENGTH 1000
#define NOTE_MS        2000  /* for an entry of the audit log */
#define ANSWER_MS      15000 /* the appliance's time to answer */
static_assert(BLOCK_MS < REDIS_TIMEOUT_MS, "an idle stream is no lost connection");

struct redis_desk {
	const struct config *c;
	const char *instance;
	char commands[REDIS_KEY_MAX], results[REDIS_KEY_MAX];
	u64 cnt[REDIS_CNT_COUNT];
	struct redis_link link;
	bool has_group, looked_back; /* looked_back: what was under way before has been answered */
	bool stop;
	pthread_t thread;
};

/* ---- doing ---- */

/* A sentence and whether it was done. */
struct result {
	bool ok;
	char *text; /* malloc'ed */
};

static struct result status_of(const struct redis_desk *d)
{
	struct request q = { .verb = "status", .json = true, .err = stderr };
	struct report r = { 0 };
	struct result out = { 0 };
	char why[VIEW_WHY_MAX];
	struct view v;
	size_t n;
	if (view_open(&v, d->instance, why) != ERR_OK)
		return (struct result){ .text = strdup(why) };
	out.ok = verb_status(&q, &v, &r) == EXIT_DONE;
	FILE *f = open_memstream(&out.text, &n);
	if (f) {
		report_print(&r, f, true);
		fclose(f);
	}
	report_free(&r);
	view_close(&v);
	return out;
}

static const char *role_of(const struct redis_desk *d)
{
	return d->c->telemetry.redis_role == ROLE_OPERATOR ? "operator" : "viewer";
}

/* What is refused here is in the audit log, too. */
static void note_refusal(const struct redis_desk *d, const struct redis_command *c, const char *reason)
{
	char line[DOOR_LINE_MAX], why[DOOR_WHY_MAX];
	snprintf(line, sizeof line, "via=redis:%s as=%s refused %s%s%s: %s", *c->id ? c->id : "?", role_of(d), c->verb,
		 *c->arg ? " " : "", c->arg, reason);
	if (door_ask(d->c->socket, line, NOTE_MS, why) != ERR_OK)
		fprintf(stderr, "hostctl: redis: not in the audit log: %s: %s\n", c->id, why);
}

static struct result command_of(const struct redis_desk *d, const struct redis_command *c)
{
	char line[DOOR_LINE_MAX], why[DOOR_WHY_MAX];
	const char *text;
	int ok;
	snprintf(line, sizeof line, "via=redis:%s as=%s %s%s%s", c->id, role_of(d), c->verb, *c->arg ? " " : "", c->arg);
	if (door_ask(d->c->socket, line, ANSWER_MS, why) != ERR_OK)
		return (struct result){ .text = strdup(why) };
	json_t *answer = json_loads(line, JSON_REJECT_DUPLICATES, NULL);
	struct result out = { .text = strdup("the appliance's answer is not as agreed") };
	if (answer && !json_unpack(answer, "{s:b,s:s}", "ok", &ok, "text", &text)) {
		free(out.text);
		out = (struct result){ .ok = ok, .text = strdup(text) };
	}
	json_decref(answer);
	return out;
}

static struct result do_command(const struct redis_desk *d, const struct redis_command *c, err_t read)
{
	const char *refused = read != ERR_OK
				      ? "not a command: its fields are verb and arg"
				      : redis_command_refused(c, d->c->telemetry.redis_role,
							      clock_wall_ns() / NS_PER_MS);
	fprintf(stderr, "hostctl: redis command %s: %s %s%s%s\n", c->id, c->verb, c->arg,
		refused ? ": " : "", refused ? refused : "");
	if (refused) {
		note_refusal(d, c, refused);
		return (struct result){ .text = strdup(refused) };
	}
	return strcmp(c->verb, "status") ? command_of(d, c) : status_of(d);
}

/* ---- asking ---- */

static void words(struct redis_words *w, const char *const *word, u32 n)
{
	redis_words_reset(w);
	for (u32 i = 0; i < n; i++)
		redis_word(w, "%s", word[i]);
}

static bool make_group(struct redis_desk *d)
{
	const char *const create[] = { "XGROUP", "CREATE", d->commands, "saker", "$", "MKSTREAM" };
	struct redis_words w;
	words(&w, create, ARRAY_LEN(create));
	redisReply *r = redis_ask(&d->link, &w);
	bool ok = r && (r->type != REDIS_REPLY_ERROR || !strncmp(r->str, "BUSYGROUP", 9));
	freeReplyObject(r);
	return ok;
}

static err_t read_one(struct redis_desk *d, struct redis_command *c)
{
	char block[16];
	const char *const read[] = { "XREADGROUP", "GROUP", "saker",	 d->instance, "COUNT",
				     "1",	   "BLOCK", block,	 "STREAMS",   d->commands,
				     d->looked_back ? ">" : "0" };
	struct redis_words w;
	snprintf(block, sizeof block, "%d", BLOCK_MS);
	words(&w, read, ARRAY_LEN(read));
	redisReply *r = redis_ask(&d->link, &w);
	if (!r)
		return ERR_CLOSED;
	d->has_group = r->type != REDIS_REPLY_ERROR; /* somebody may have removed it */
	err_t e = redis_command_read(r, c);
	freeReplyObject(r);
	return e;
}

static void answer(struct redis_desk *d, const struct redis_command *c, const struct result *result)
{
	char length[16];
	const char *text = result->text ? result->text : err_text(ERR_NO_MEMORY);
	const char *const add[] = { "XADD",    d->results, "MAXLEN", "~",  length,
				    "*",       "command",  c->id,    "ok", result->ok ? "1" : "0",
				    "text",    text };
	const char *const ack[] = { "XACK", d->commands, "saker", c->id };
	struct redis_words w;
	snprintf(length, sizeof length, "%d", RESULTS_LENGTH);
	words(&w, add, ARRAY_LEN(add));
	redis_send(&d->link, &w);
	words(&w, ack, ARRAY_LEN(ack));
	redis_send(&d->link, &w);
	redis_flush(&d->link, NULL, NULL);
}

static void turn(struct redis_desk *d)
{
	struct redis_command c;
	err_t e = read_one(d, &c);
	if (e == ERR_CLOSED)
		return;
	if (e == ERR_NOT_FOUND) {
		d->looked_back = true;
		return;
	}
	struct result r = d->looked_back
				  ? do_command(d, &c, e)
				  : (struct result){ .text = strdup("under way when hostctl ended: "
								    "look at the status") };
	if (*c.id)
		answer(d, &c, &r);
	free(r.text);
}

static ns_t monotonic_ns(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (ns_t)t.tv_sec * NS_PER_S + (ns_t)t.tv_nsec;
}

static void *desk_thread(void *arg)
{
	struct redis_desk *d = arg;
	const struct timespec rest = { .tv_nsec = 100 * (long)NS_PER_MS };
	while (!__atomic_load_n(&d->stop, __ATOMIC_RELAXED)) {
		if (redis_link_ready(&d->link, monotonic_ns()) &&
		    (d->has_group || (d->has_group = make_group(d))))
			turn(d);
		else
			nanosleep(&rest, NULL);
	}
	return NULL;
}

err_t desk_open(struct redis_desk **out, const struct config *c, const char *instance, char *why)
{
	struct redis_desk *d = calloc(1, sizeof *d);
	*out = NULL;
	snprintf(why, REDIS_WHY_MAX, "%s", err_text(ERR_NO_MEMORY));
	if (!d)
		return ERR_NO_MEMORY;
	d->c = c;
	d->instance = instance;
	redis_key(d->commands, instance, "commands");
	redis_key(d->results, instance, "results");
	if (redis_link_open(&d->link, &c->telemetry, d->cnt, why) != ERR_OK ||
	    pthread_create(&d->thread, NULL, desk_thread, d)) {
		free(d);
		return ERR_IO;
	}
	*out = d;
	return ERR_OK;
}

void desk_close(struct redis_desk *d)
{
	if (!d)
		return;
	__atomic_store_n(&d->stop, true, __ATOMIC_RELAXED);
	pthread_join(d->thread, NULL);
	redis_link_close(&d->link);
	free(d);
}
