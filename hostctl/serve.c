#include "hostctl/serve.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/clock.h"
#include "hostctl/metric_sample.h"
#include "hostctl/prom.h"

#define FRESH_INTERVALS 5 /* without a sample for so many, the endpoint is not healthy */

struct serve {
	const struct config_telemetry *t;
	const char *instance;
	struct metric_set *now, *before; /* before: what the endpoint shows meanwhile */
	struct prom prom;
};

static err_t open_prom(struct serve *s, char *why)
{
	char text[PROM_WHY_MAX];
	if (!s->t->prom_port)
		return ERR_OK;
	err_t e = prom_open(&s->prom, s->t->prom_address, s->t->prom_port,
			    FRESH_INTERVALS * s->t->interval_ms * NS_PER_MS, text);
	if (e != ERR_OK)
		snprintf(why, SERVE_WHY_MAX, "%s", text);
	return e;
}

err_t serve_open(struct serve **out, const struct config *c, const char *instance, char *why)
{
	struct serve *s = calloc(1, sizeof *s);
	*out = s;
	if (s) {
		s->t = &c->telemetry;
		s->instance = instance;
		s->now = calloc(1, sizeof *s->now);
		s->before = calloc(1, sizeof *s->before);
	}
	if (!s || !s->now || !s->before) {
		snprintf(why, SERVE_WHY_MAX, "%s", err_text(ERR_NO_MEMORY));
		return ERR_NO_MEMORY;
	}
	return open_prom(s, why);
}

static void sample(struct serve *s)
{
	struct metric_set *fresh = s->before;
	metric_sample(fresh, s->instance, clock_wall_ns());
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
		struct timespec pause = pause_of(s->t->interval_ms);
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
	prom_close(&s->prom);
	free(s->now);
	free(s->before);
	free(s);
}
