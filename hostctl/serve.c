#include "hostctl/serve.h"

#include <curl/curl.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/clock.h"
#include "hostctl/alert_hook.h"
#include "hostctl/gate.h"
#include "hostctl/influx.h"
#include "hostctl/metric_sample.h"
#include "hostctl/prom.h"
#include "hostctl/redis.h"
#include "hostctl/redis_desk.h"
#include "hostctl/serve_epoch.h"

#define FRESH_INTERVALS 5 /* without a sample for so many, the endpoint is not healthy */

struct serve {
	const struct config *c;
	const struct config_telemetry *t; /* of it */
	const char *instance;
	struct metric_set *now, *before; /* before: what the endpoint shows meanwhile */
	struct prom prom;
	struct alerts alerts;
	struct serve_epoch epoch;
	u32 interval_ms; /* in force */
	struct influx *influx;   /* NULL: not configured; likewise those below */
	struct redis *redis;
	struct redis_desk *desk;
	struct alert_hook *hook;
	struct gate *gate;
};

static err_t open_prom(struct serve *s, char *why)
{
	char text[PROM_WHY_MAX];
	if (!s->t->prom_port)
		return ERR_OK;
	err_t e = prom_open(&s->prom, s->t->prom_address, s->t->prom_port,
			    FRESH_INTERVALS * s->interval_ms * NS_PER_MS, text);
	if (e != ERR_OK)
		snprintf(why, SERVE_WHY_MAX, "%s", text);
	return e;
}

static err_t open_influx(struct serve *s, char *why)
{
	char text[INFLUX_WHY_MAX];
	if (!*s->t->influx_url)
		return ERR_OK;
	err_t e = influx_open(&s->influx, s->t, text);
	if (e != ERR_OK)
		snprintf(why, SERVE_WHY_MAX, "%s", text);
	return e;
}

static err_t open_redis(struct serve *s, char *why)
{
	char text[REDIS_WHY_MAX];
	if (!*s->t->redis_host)
		return ERR_OK;
	err_t e = redis_open(&s->redis, s->c, s->instance, text);
	if (e == ERR_OK && s->t->redis_commands)
		e = desk_open(&s->desk, s->c, s->instance, text);
	if (e != ERR_OK)
		snprintf(why, SERVE_WHY_MAX, "%s", text);
	return e;
}

static err_t open_hook(struct serve *s, char *why)
{
	if (!*s->t->alert_webhook)
		return ERR_OK;
	err_t e = hook_open(&s->hook, s->t->alert_webhook, HOOK_PAUSE_MS);
	if (e != ERR_OK)
		snprintf(why, SERVE_WHY_MAX, "telemetry.alerts.webhook: %s", err_text(e));
	return e;
}

static_assert(GATE_WHY <= SERVE_WHY_MAX, "one text for either's reasons");

static err_t open_gate(struct serve *s, char *why)
{
	return s->c->access.tcp_port ? gate_open(&s->gate, s->c, s->instance, why) : ERR_OK;
}

err_t serve_open(struct serve **out, const struct config *c, const char *instance, char *why)
{
	struct serve *s = calloc(1, sizeof *s);
	*out = s;
	if (s) {
		s->c = c;
		s->t = &c->telemetry;
		alerts_init(&s->alerts, c);
		s->instance = instance;
		s->interval_ms = c->telemetry.interval_ms;
		s->now = calloc(1, sizeof *s->now);
		s->before = calloc(1, sizeof *s->before);
	}
	if (!s || !s->now || !s->before) {
		snprintf(why, SERVE_WHY_MAX, "%s", err_text(ERR_NO_MEMORY));
		return ERR_NO_MEMORY;
	}
	curl_global_init(CURL_GLOBAL_DEFAULT); /* before any thread is there */
	err_t e = open_prom(s, why);
	e = e == ERR_OK ? open_influx(s, why) : e;
	e = e == ERR_OK ? open_redis(s, why) : e;
	e = e == ERR_OK ? open_hook(s, why) : e;
	return e == ERR_OK ? open_gate(s, why) : e;
}

static void add_own(struct serve *s, struct metric_set *fresh)
{
	alerts_sample(&s->alerts, fresh);
	if (s->influx)
		metric_add_own(fresh, "influx", influx_counters(s->influx), influx_counter_defs,
			       INFLUX_CNT_COUNT);
	if (s->redis)
		metric_add_own(fresh, "redis", redis_counters(s->redis), redis_counter_defs,
			       REDIS_CNT_COUNT);
	if (s->hook)
		metric_add_own(fresh, "webhook", hook_counters(s->hook), hook_counter_defs,
			       HOOK_CNT_COUNT);
}

static void alarm_all(struct serve *s, const struct metric_set *fresh)
{
	struct alert alert[ALERT_RULES];
	u32 n = alerts_turn(&s->alerts, fresh, s->now, alert);
	for (u32 i = 0; i < n; i++) {
		fprintf(stderr, "hostctl: alert %s %s: %s\n", alert[i].name,
			alert[i].raised ? "raised" : "cleared", alert[i].text);
		if (s->redis)
			redis_alert(s->redis, &alert[i]);
		if (s->hook)
			hook_alert(s->hook, &alert[i]);
	}
}

/* Interval, alerts and the limits they look at; the connections stay as they were opened. */
static void follow(struct serve *s)
{
	if (!serve_epoch_look(&s->epoch, s->instance))
		return;
	s->interval_ms = s->epoch.config->telemetry.interval_ms;
	s->alerts.c = s->epoch.config;
	if (s->prom.daemon)
		prom_expect(&s->prom, FRESH_INTERVALS * s->interval_ms * NS_PER_MS);
	fprintf(stderr, "hostctl: epoch %u is followed\n", s->epoch.number);
}

static void sample(struct serve *s)
{
	follow(s);
	struct metric_set *fresh = s->before;
	metric_sample(fresh, s->instance, clock_wall_ns());
	alarm_all(s, fresh);
	add_own(s, fresh);
	if (s->influx)
		influx_sample(s->influx, fresh, s->now);
	if (s->redis)
		redis_sample(s->redis, fresh);
	if (s->prom.daemon)
		prom_show(&s->prom, fresh);
	s->before = s->now;
	s->now = fresh;
}

/* Until the next whole interval of the wall clock, so that samples of several appliances stand side by side. */
static struct timespec pause_of(u32 interval_ms)
{
	u64 interval_ns = interval_ms * NS_PER_MS, left = interval_ns - clock_wall_ns() % interval_ns;
	return (struct timespec){ .tv_sec = (time_t)(left / NS_PER_S),
				  .tv_nsec = (long)(left % NS_PER_S) };
}

void serve_run(struct serve *s, const sigset_t *signals)
{
	for (;;) {
		struct timespec pause = pause_of(s->interval_ms);
		if (sigtimedwait(signals, NULL, &pause) > 0)
			return;
		if (errno == EAGAIN)
			sample(s);
	}
}

void serve_close(struct serve *s)
{
	if (!s)
		return;
	gate_close(s->gate);
	prom_close(&s->prom);
	influx_close(s->influx);
	hook_close(s->hook);
	desk_close(s->desk);
	redis_close(s->redis);
	serve_epoch_free(&s->epoch);
	free(s->now);
	free(s->before);
	free(s);
}
