#include "hostctl/redis.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "hostctl/redis_events.h"
#include "hostctl/redis_market.h"
#include "hostctl/redis_state.h"
#include "hostctl/view.h"

#define ALERTS  64
#define REST_NS (5 * (long)NS_PER_MS)
#define LOOK_NS (500 * NS_PER_MS) /* between two looks for a newer instance */

struct redis {
	const struct config *c;
	const char *instance;
	u64 cnt[REDIS_CNT_COUNT]; /* alerts_dropped, state_skipped: under the lock; the rest the sender's */
	/* between the two */
	pthread_mutex_t lock;
	struct metric_set *fresh; /* the newest sample, where has_fresh */
	bool has_fresh;
	struct alert alert[ALERTS];
	u32 n_alerts;
	/* the sender's */
	bool stop, has_thread;
	pthread_t thread;
	struct redis_link link;
	struct metric_set *now, *before;
	struct view view;
	bool has_view;
	ns_t look_ns;
	struct redis_events events;
	struct redis_market market;
};

const u64 *redis_counters(const struct redis *r) { return r->cnt; }

/* ---- the sending thread ---- */

static ns_t monotonic_ns(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (ns_t)t.tv_sec * NS_PER_S + (ns_t)t.tv_nsec;
}

/* The segment that runs now, opened; left alone as long as its process lives. */
static void look_at_segment(struct redis *r, ns_t now_ns)
{
	char why[VIEW_WHY_MAX];
	if (now_ns < r->look_ns)
		return;
	r->look_ns = now_ns + LOOK_NS;
	if (r->has_view && segment_alive(&r->view.seg))
		return;
	struct view newer;
	if (view_open(&newer, r->instance, why) != ERR_OK)
		return;
	if (r->has_view && newer.seg.h->generation == r->view.seg.h->generation) {
		view_close(&newer); /* it has ended: its last events stay to be read */
		return;
	}
	if (r->has_view)
		view_close(&r->view);
	r->view = newer;
	r->has_view = true;
	market_open(&r->market, r->instance, r->view.instrument, r->view.n_instruments);
}

static bool send_events(struct redis *r)
{
	if (!events_gather(&r->events, &r->link, r->view.instrument, r->view.n_instruments))
		return false;
	err_t e = redis_flush(&r->link, NULL, NULL);
	events_done(&r->events, &r->link, e == ERR_OK);
	return e == ERR_OK;
}

static bool send_market(struct redis *r)
{
	const struct tape *t = view_tape(&r->view);
	if (!t || !r->c->telemetry.redis_market || !market_gather(&r->market, &r->link, t))
		return false;
	err_t e = redis_flush(&r->link, NULL, NULL);
	market_done(&r->market, &r->link, e == ERR_OK);
	return e == ERR_OK && r->market.n == 0;
}

static bool take_fresh(struct redis *r)
{
	pthread_mutex_lock(&r->lock);
	bool fresh = r->has_fresh;
	if (fresh) {
		struct metric_set *free_one = r->before;
		r->before = r->now;
		r->now = r->fresh;
		r->fresh = free_one;
		r->has_fresh = false;
	}
	pthread_mutex_unlock(&r->lock);
	return fresh;
}

static void send_state(struct redis *r)
{
	if (!take_fresh(r))
		return;
	u32 n = redis_state(&r->link, r->now, r->before);
	if (redis_flush(&r->link, NULL, NULL) == ERR_OK) {
		counter_add(&r->cnt[REDIS_CNT_state_sent], n);
		return;
	}
	pthread_mutex_lock(&r->lock);
	counter_inc(&r->cnt[REDIS_CNT_state_skipped]);
	pthread_mutex_unlock(&r->lock);
}

static void words_of_alert(struct redis_words *w, const struct redis *r, const struct alert *a)
{
	char key[REDIS_KEY_MAX];
	redis_key(key, r->instance, "risk");
	redis_words_reset(w);
	redis_word(w, "XADD");
	redis_word(w, "%s", key);
	redis_word(w, "MAXLEN");
	redis_word(w, "~");
	redis_word(w, "%u", r->c->telemetry.redis_stream_length);
	redis_word(w, "*");
	redis_word(w, "alert");
	redis_word(w, "%s", a->name);
	redis_word(w, "state");
	redis_word(w, "%s", a->raised ? "raised" : "cleared");
	redis_word(w, "text");
	redis_word(w, "%s", a->text);
	redis_word(w, "at_ms");
	redis_word(w, "%llu", (unsigned long long)(a->wall_ns / NS_PER_MS));
}

/* Those that were sent leave the queue; more may have come meanwhile. */
static void send_alerts(struct redis *r)
{
	struct redis_words w;
	pthread_mutex_lock(&r->lock);
	u32 n = r->n_alerts;
	for (u32 i = 0; i < n; i++) {
		words_of_alert(&w, r, &r->alert[i]);
		redis_send(&r->link, &w);
	}
	pthread_mutex_unlock(&r->lock);
	if (!n || redis_flush(&r->link, NULL, NULL) != ERR_OK)
		return;
	counter_add(&r->cnt[REDIS_CNT_alerts_sent], n);
	pthread_mutex_lock(&r->lock);
	r->n_alerts -= n;
	memmove(r->alert, r->alert + n, r->n_alerts * sizeof r->alert[0]);
	pthread_mutex_unlock(&r->lock);
}

/* Each step needs the connection the one before it may have lost. */
static bool turn(struct redis *r)
{
	ns_t now = monotonic_ns();
	bool busy = false;
	look_at_segment(r, now);
	if (redis_link_ready(&r->link, now))
		send_alerts(r);
	if (r->has_view && redis_link_ready(&r->link, now))
		busy = send_events(r);
	if (redis_link_ready(&r->link, now))
		send_state(r);
	if (r->has_view && redis_link_ready(&r->link, now))
		busy |= send_market(r);
	return busy;
}

static void *sender(void *arg)
{
	struct redis *r = arg;
	const struct timespec rest = { .tv_nsec = REST_NS };
	while (!__atomic_load_n(&r->stop, __ATOMIC_RELAXED))
		if (!turn(r))
			nanosleep(&rest, NULL);
	turn(r);
	return NULL;
}

/* ---- the sampling thread ---- */

void redis_sample(struct redis *r, const struct metric_set *now)
{
	pthread_mutex_lock(&r->lock);
	if (r->has_fresh)
		counter_inc(&r->cnt[REDIS_CNT_state_skipped]);
	*r->fresh = *now;
	r->has_fresh = true;
	pthread_mutex_unlock(&r->lock);
}

void redis_alert(struct redis *r, const struct alert *a)
{
	pthread_mutex_lock(&r->lock);
	if (r->n_alerts == ALERTS)
		counter_inc(&r->cnt[REDIS_CNT_alerts_dropped]);
	else
		r->alert[r->n_alerts++] = *a;
	pthread_mutex_unlock(&r->lock);
}

err_t redis_open(struct redis **out, const struct config *c, const char *instance, char *why)
{
	struct redis *r = calloc(1, sizeof *r);
	*out = r;
	snprintf(why, REDIS_WHY_MAX, "%s", err_text(ERR_NO_MEMORY));
	if (!r)
		return ERR_NO_MEMORY;
	r->c = c;
	r->instance = instance;
	pthread_mutex_init(&r->lock, NULL);
	events_open(&r->events, instance, c->state_dir, c->telemetry.redis_stream_length);
	r->fresh = calloc(1, sizeof *r->fresh);
	r->now = calloc(1, sizeof *r->now);
	r->before = calloc(1, sizeof *r->before);
	if (!r->fresh || !r->now || !r->before)
		return ERR_NO_MEMORY;
	if (redis_link_open(&r->link, &c->telemetry, r->cnt, why) != ERR_OK)
		return ERR_IO;
	r->has_thread = pthread_create(&r->thread, NULL, sender, r) == 0;
	return r->has_thread ? ERR_OK : ERR_NO_MEMORY;
}

void redis_close(struct redis *r)
{
	if (!r)
		return;
	__atomic_store_n(&r->stop, true, __ATOMIC_RELAXED);
	if (r->has_thread)
		pthread_join(r->thread, NULL);
	if (r->has_view)
		view_close(&r->view);
	events_close(&r->events);
	redis_link_close(&r->link);
	pthread_mutex_destroy(&r->lock);
	free(r->fresh);
	free(r->now);
	free(r->before);
	free(r);
}
