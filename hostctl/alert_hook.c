#include "hostctl/alert_hook.h"

#include <curl/curl.h>
#include <errno.h>
#include <jansson.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define TIMEOUT_MS 5000

const struct counter_def hook_counter_defs[HOOK_CNT_COUNT] = {
#define CNT(name, sentence) { #name, sentence },
#include "hostctl/hook_cnt.def"
#undef CNT
};

struct alert_hook {
	const char *url;
	u32 first_pause_ms;
	u64 cnt[HOOK_CNT_COUNT]; /* under the lock */
	pthread_mutex_t lock;
	pthread_cond_t wake;
	struct alert queue[HOOK_QUEUE];
	u32 n;
	bool stop, has_thread;
	pthread_t thread;
	CURL *curl; /* the sender's */
};

const u64 *hook_counters(const struct alert_hook *h) { return h->cnt; }

/* ---- a request ---- */

static size_t on_body(char *bytes, size_t one, size_t n, void *user)
{
	(void)bytes, (void)user;
	return one * n;
}

static bool post(struct alert_hook *h, const char *body)
{
	struct curl_slist *headers = curl_slist_append(NULL, "Content-Type: application/json");
	CURL *c = h->curl;
	long code = 0;
	curl_easy_setopt(c, CURLOPT_URL, h->url);
	curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(c, CURLOPT_USERAGENT, "saker");
	curl_easy_setopt(c, CURLOPT_NOPROXY, "*");
	curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, (long)TIMEOUT_MS);
	curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(c, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(c, CURLOPT_POSTFIELDS, body);
	if (curl_easy_perform(c) == CURLE_OK)
		curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &code);
	curl_slist_free_all(headers);
	return code >= 200 && code < 300;
}

static bool deliver(struct alert_hook *h, const struct alert *a)
{
	json_t *j = json_pack("{s:s,s:s,s:s,s:I}", "alert", a->name, "state",
			      a->raised ? "raised" : "cleared", "text", a->text, "at_ms",
			      (json_int_t)(a->wall_ns / NS_PER_MS));
	char *body = j ? json_dumps(j, JSON_COMPACT) : NULL;
	bool done = body && post(h, body);
	free(body);
	json_decref(j);
	return done;
}

/* ---- the sending thread ---- */

static struct timespec in_ms(u32 ms)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	u64 ns = (u64)t.tv_nsec + ms * NS_PER_MS;
	return (struct timespec){ .tv_sec = t.tv_sec + (time_t)(ns / NS_PER_S),
				  .tv_nsec = (long)(ns % NS_PER_S) };
}

static void count(struct alert_hook *h, enum hook_cnt which)
{
	pthread_mutex_lock(&h->lock);
	counter_inc(&h->cnt[which]);
	pthread_mutex_unlock(&h->lock);
}

/* Sleeps, unless the end is asked for: then false. */
static bool pause_for(struct alert_hook *h, u32 ms)
{
	struct timespec until = in_ms(ms);
	pthread_mutex_lock(&h->lock);
	while (!h->stop && pthread_cond_timedwait(&h->wake, &h->lock, &until) != ETIMEDOUT)
		;
	bool go_on = !h->stop;
	pthread_mutex_unlock(&h->lock);
	return go_on;
}

static void give_up(struct alert_hook *h, const struct alert *a)
{
	pthread_mutex_lock(&h->lock);
	u32 n = 1 + (h->stop ? h->n : 0); /* at the end nobody waits for more of the same */
	h->n -= n - 1;
	counter_add(&h->cnt[HOOK_CNT_dropped], n);
	pthread_mutex_unlock(&h->lock);
	fprintf(stderr, "hostctl: telemetry.alerts.webhook: %u alerts not delivered: %s ...\n", n,
		a->name);
}

static void take(struct alert_hook *h, const struct alert *a)
{
	u32 pause_ms = h->first_pause_ms;
	for (u32 tries = 1;; tries++, pause_ms *= 2) {
		if (deliver(h, a)) {
			count(h, HOOK_CNT_sent);
			return;
		}
		count(h, HOOK_CNT_failures);
		if (tries == HOOK_TRIES || !pause_for(h, pause_ms))
			break;
	}
	give_up(h, a);
}

static bool next(struct alert_hook *h, struct alert *a)
{
	pthread_mutex_lock(&h->lock);
	while (!h->n && !h->stop)
		pthread_cond_wait(&h->wake, &h->lock);
	bool some = h->n;
	if (some) {
		*a = h->queue[0];
		memmove(h->queue, h->queue + 1, --h->n * sizeof h->queue[0]);
	}
	pthread_mutex_unlock(&h->lock);
	return some;
}

static void *sender(void *arg)
{
	struct alert_hook *h = arg;
	struct alert a;
	while (next(h, &a))
		take(h, &a);
	return NULL;
}

/* ---- the sampling thread ---- */

void hook_alert(struct alert_hook *h, const struct alert *a)
{
	pthread_mutex_lock(&h->lock);
	if (h->n == HOOK_QUEUE)
		counter_inc(&h->cnt[HOOK_CNT_dropped]);
	else
		h->queue[h->n++] = *a;
	pthread_cond_signal(&h->wake);
	pthread_mutex_unlock(&h->lock);
}

err_t hook_open(struct alert_hook **out, const char *url, u32 first_pause_ms)
{
	struct alert_hook *h = calloc(1, sizeof *h);
	pthread_condattr_t monotonic;
	*out = h;
	if (!h)
		return ERR_NO_MEMORY;
	h->url = url;
	h->first_pause_ms = first_pause_ms;
	pthread_mutex_init(&h->lock, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&h->wake, &monotonic);
	h->curl = curl_easy_init();
	h->has_thread = h->curl && pthread_create(&h->thread, NULL, sender, h) == 0;
	return h->has_thread ? ERR_OK : ERR_NO_MEMORY;
}

void hook_close(struct alert_hook *h)
{
	if (!h)
		return;
	pthread_mutex_lock(&h->lock);
	h->stop = true;
	pthread_cond_signal(&h->wake);
	pthread_mutex_unlock(&h->lock);
	if (h->has_thread)
		pthread_join(h->thread, NULL);
	curl_easy_cleanup(h->curl);
	pthread_mutex_destroy(&h->lock);
	pthread_cond_destroy(&h->wake);
	free(h);
}
