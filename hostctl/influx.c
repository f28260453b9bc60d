#include "hostctl/influx.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "hostctl/influx_line.h"
#include "hostctl/influx_post.h"
#include "hostctl/influx_spool.h"

#define INFLUX_QUEUE 8
#define BACKOFF_MIN_MS 500
#define BACKOFF_MAX_MS 60000

const struct counter_def influx_counter_defs[INFLUX_CNT_COUNT] = {
#define CNT(name, sentence) { #name, sentence },
#include "hostctl/influx_cnt.def"
#undef CNT
};

struct batch {
	char *text;
	size_t n;
};

struct influx {
	const struct config_telemetry *t;
	u64 cnt[INFLUX_CNT_COUNT]; /* samples_dropped: the sampling thread's; the rest the sender's */
	/* the sampling thread's */
	FILE *out; /* the batch under way; NULL: none */
	struct batch open;
	ns_t open_wall_ns;
	/* between the two */
	pthread_mutex_t lock;
	pthread_cond_t wake;
	struct batch queue[INFLUX_QUEUE];
	u32 n_queue;
	bool stop;
	/* the sender's */
	pthread_t thread;
	bool has_thread, complained;
	struct influx_post post;
	struct influx_spool spool;
	u32 backoff_ms; /* 0: the last request was taken */
	struct timespec retry_at; /* what is on disk is tried again then; CLOCK_MONOTONIC */
};

const u64 *influx_counters(const struct influx *i) { return i->cnt; }

/* ---- the sending thread ---- */

static void complain_once(struct influx *i, const char *why)
{
	if (!i->complained)
		fprintf(stderr, "hostctl: telemetry.influxdb: %s: %s\n", i->t->influx_url, why);
	i->complained = true;
}

static struct timespec in_ms(u32 ms)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	u64 ns = (u64)t.tv_nsec + ms * NS_PER_MS;
	return (struct timespec){ .tv_sec = t.tv_sec + (time_t)(ns / NS_PER_S),
				  .tv_nsec = (long)(ns % NS_PER_S) };
}

static enum post_result send_bytes(struct influx *i, const void *gz, size_t n)
{
	char why[POST_WHY_MAX];
	enum post_result r = influx_post(&i->post, gz, n, why);
	counter_set(&i->cnt[INFLUX_CNT_reachable], r != POST_LATER);
	if (r == POST_LATER) {
		counter_inc(&i->cnt[INFLUX_CNT_failures]);
		i->backoff_ms = i->backoff_ms ? u32_min(2 * i->backoff_ms, BACKOFF_MAX_MS)
					      : BACKOFF_MIN_MS;
		i->retry_at = in_ms(i->backoff_ms);
		complain_once(i, why);
		return r;
	}
	i->backoff_ms = 0;
	if (r == POST_REFUSED) {
		counter_inc(&i->cnt[INFLUX_CNT_batches_refused]);
		complain_once(i, why);
		return r;
	}
	i->complained = false;
	counter_inc(&i->cnt[INFLUX_CNT_batches_sent]);
	counter_add(&i->cnt[INFLUX_CNT_bytes_sent], n);
	return r;
}

static void keep(struct influx *i, const void *gz, size_t n)
{
	u32 dropped;
	err_t e = spool_put(&i->spool, gz, n, &dropped);
	counter_add(&i->cnt[INFLUX_CNT_batches_dropped], dropped + (e != ERR_OK));
	counter_add(&i->cnt[INFLUX_CNT_batches_spooled], e == ERR_OK);
}

/* Straight to the server only where nothing older waits. */
static void take(struct influx *i, const struct batch *b)
{
	size_t n;
	void *gz = influx_gzip(b->text, b->n, &n);
	if (!gz)
		counter_inc(&i->cnt[INFLUX_CNT_batches_dropped]);
	else if (i->spool.bytes || i->backoff_ms || send_bytes(i, gz, n) == POST_LATER)
		keep(i, gz, n);
	free(gz);
}

/* One batch of those on disk. */
static void catch_up(struct influx *i)
{
	struct spool_batch b;
	if (!spool_oldest(&i->spool, &b)) {
		i->backoff_ms = 0;
		return;
	}
	if (send_bytes(i, b.bytes, b.n) != POST_LATER)
		spool_remove(&i->spool, b.number);
	free(b.bytes);
}

/*
 * Until there is a batch, or what is on disk may be tried again: false where neither holds but the
 * end was asked for.
 */
static bool wait_for_work(struct influx *i, struct batch *b)
{
	int rc = 0;
	*b = (struct batch){ 0 };
	pthread_mutex_lock(&i->lock);
	while (!i->n_queue && !i->stop && rc != ETIMEDOUT)
		rc = i->spool.bytes ? pthread_cond_timedwait(&i->wake, &i->lock, &i->retry_at)
				    : pthread_cond_wait(&i->wake, &i->lock);
	if (i->n_queue) {
		*b = i->queue[0];
		memmove(i->queue, i->queue + 1, --i->n_queue * sizeof i->queue[0]);
	}
	bool stop = i->stop;
	pthread_mutex_unlock(&i->lock);
	return b->text || !stop;
}

static void *sender(void *arg)
{
	struct influx *i = arg;
	struct batch b;
	while (wait_for_work(i, &b)) {
		if (b.text)
			take(i, &b);
		else
			catch_up(i);
		free(b.text);
		counter_set(&i->cnt[INFLUX_CNT_spool_bytes], i->spool.bytes);
	}
	return NULL;
}

/* ---- the sampling thread ---- */

static void push(struct influx *i, const struct batch *b)
{
	bool full;
	pthread_mutex_lock(&i->lock);
	full = i->n_queue == INFLUX_QUEUE;
	if (!full)
		i->queue[i->n_queue++] = *b;
	pthread_cond_signal(&i->wake);
	pthread_mutex_unlock(&i->lock);
	if (full) {
		counter_inc(&i->cnt[INFLUX_CNT_samples_dropped]);
		free(b->text);
	}
}

static void close_batch(struct influx *i)
{
	if (!i->out)
		return;
	bool bad = fclose(i->out);
	i->out = NULL;
	if (!bad && i->open.n) {
		push(i, &i->open);
	} else {
		counter_inc(&i->cnt[INFLUX_CNT_samples_dropped]);
		free(i->open.text);
	}
}

void influx_sample(struct influx *i, const struct metric_set *now, const struct metric_set *before)
{
	if (!i->out) {
		i->open = (struct batch){ 0 };
		i->out = open_memstream(&i->open.text, &i->open.n);
		i->open_wall_ns = now->wall_ns;
	}
	if (!i->out) {
		counter_inc(&i->cnt[INFLUX_CNT_samples_dropped]);
		return;
	}
	influx_lines(now, before, i->out);
	/* this sample counts as long as the pause before the next */
	if (now->wall_ns - i->open_wall_ns + i->t->interval_ms * NS_PER_MS >=
	    i->t->influx_batch_ms * NS_PER_MS)
		close_batch(i);
}

err_t influx_open(struct influx **out, const struct config_telemetry *t, char *why)
{
	struct influx *i = calloc(1, sizeof *i);
	pthread_condattr_t monotonic;
	char text[POST_WHY_MAX];
	*out = i;
	snprintf(why, INFLUX_WHY_MAX, "%s", err_text(ERR_NO_MEMORY));
	if (!i)
		return ERR_NO_MEMORY;
	i->t = t;
	pthread_mutex_init(&i->lock, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&i->wake, &monotonic);
	if (influx_post_open(&i->post, t, text) != ERR_OK) {
		snprintf(why, INFLUX_WHY_MAX, "%s", text);
		return ERR_IO;
	}
	if (spool_open(&i->spool, t->influx_spool_dir, (u64)t->influx_spool_mb << 20) != ERR_OK) {
		snprintf(why, INFLUX_WHY_MAX, "telemetry.influxdb.spool_dir: %s: %s",
			 t->influx_spool_dir, strerror(errno));
		return ERR_IO;
	}
	i->has_thread = pthread_create(&i->thread, NULL, sender, i) == 0;
	return i->has_thread ? ERR_OK : ERR_NO_MEMORY;
}

void influx_close(struct influx *i)
{
	if (!i)
		return;
	close_batch(i);
	if (i->has_thread) {
		pthread_mutex_lock(&i->lock);
		i->stop = true;
		pthread_cond_signal(&i->wake);
		pthread_mutex_unlock(&i->lock);
		pthread_join(i->thread, NULL);
	}
	influx_post_close(&i->post);
	pthread_mutex_destroy(&i->lock);
	pthread_cond_destroy(&i->wake);
	free(i);
}
