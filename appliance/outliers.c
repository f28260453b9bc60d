#include "appliance/outliers.h"

#include <stdio.h>
#include <stdlib.h>

#include "common/counter.h"

#define APART_NS (10 * NS_PER_MS) /* of two that are frozen: a storm must not wash out its beginning */
#define LOOK_BACK 4096            /* events of the tape, for those before a given time */

static u64 took(const struct outliers *o, u64 from, u64 to)
{
	return from && to > from ? tsc_to_ns(&o->clock, to - from) : 0;
}

static struct outlier_event of_tape(const struct outliers *o, u64 seq, const struct tape_event *e)
{
	return (struct outlier_event){ .at_ns = clock_ns(&o->clock, e->publish_tsc),
				       .took_ns = took(o, e->poll_tsc, e->publish_tsc),
				       .id = seq,
				       .turn = (u32)e->turn,
				       .instrument = e->instrument,
				       .core = OUTLIER_MD,
				       .kind = e->kind };
}

static struct outlier_event of_trace(const struct outliers *o, u16 kind, const struct trace_rec *t)
{
	bool answer = kind == TRACE_ANSWER;
	u64 end = answer ? t->tsc[STAMP_POLL] : t->tsc[STAMP_DOORBELL];
	return (struct outlier_event){ .at_ns = clock_ns(&o->clock, end),
				       .took_ns = answer ? (u64)t->ns : took(o, t->tsc[STAMP_POLL], end),
				       .id = t->id,
				       .turn = t->turn,
				       .core = OUTLIER_TRADE,
				       .kind = kind };
}

/* ---- freezing ---- */

static u32 add_traces(const struct outliers *o, struct outlier_event *to)
{
	u32 n = u32_min(o->n_traces, OUTLIER_TRACES);
	for (u32 i = 0; i < n; i++)
		to[i] = o->trace[(o->n_traces - n + i) % OUTLIER_TRACES];
	return n;
}

/* The newest events of the tape, at most `max`, published no later than `end_tsc`. */
static u32 add_tape(const struct outliers *o, u64 end_tsc, struct outlier_event *to, u32 max)
{
	u64 head = tape_head(o->tape);
	struct tape_event e;
	u32 n = 0;
	for (u64 seq = head; n < max && seq && head - seq < LOOK_BACK; seq--)
		if (tape_read(o->tape, seq, &e) != TAPE_OK)
			break;
		else if (e.publish_tsc <= end_tsc)
			to[n++] = of_tape(o, seq, &e);
	return n;
}

static int by_time(const void *a, const void *b)
{
	ns_t x = ((const struct outlier_event *)a)->at_ns, y = ((const struct outlier_event *)b)->at_ns;
	return (x > y) - (x < y);
}

static void freeze(struct outliers *o, struct outlier *row, u64 end_tsc)
{
	counter_inc(o->seen);
	if (o->frozen_tsc && took(o, o->frozen_tsc, end_tsc) < APART_NS)
		return;
	o->frozen_tsc = end_tsc;
	row->number = ++o->number;
	row->at_ns = clock_ns(&o->clock, end_tsc);
	row->n_events = add_traces(o, row->event);
	row->n_events += add_tape(o, end_tsc, row->event + row->n_events, OUTLIER_EVENTS - row->n_events);
	qsort(row->event, row->n_events, sizeof row->event[0], by_time);
	struct outlier_cell *c = &o->slot[row->number % OUTLIERS];
	row_write(&c->seq, c->w, row, sizeof *row);
}

struct stage {
	const char *name;
	u64 limit_ns, from, to;
};

/* Of a tick that ended at `end_tsc`. true: it was one. */
static bool judge(struct outliers *o, const struct stage *s, u64 end_tsc)
{
	struct outlier row = { .took_ns = took(o, s->from, s->to), .limit_ns = s->limit_ns };
	if (!s->limit_ns || row.took_ns <= s->limit_ns)
		return false;
	snprintf(row.stage, sizeof row.stage, "%s", s->name);
	freeze(o, &row, end_tsc);
	return true;
}

void outliers_trace(struct outliers *o, u16 kind, const struct trace_rec *t)
{
	const u64 *s = t->tsc;
	const struct stage stages[] = {
		{ "t2t", o->total_ns, s[STAMP_POLL], s[STAMP_DOORBELL] },
		{ "publish_to_read", o->stage_ns, s[STAMP_PUBLISH], s[STAMP_READ] },
		{ "read_to_decide", o->stage_ns, s[STAMP_READ], s[STAMP_DECIDE] },
		{ "decide_to_doorbell", o->stage_ns, s[STAMP_DECIDE], s[STAMP_DOORBELL] },
	};
	if (kind != TRACE_DENY) /* it has no time */
		o->trace[o->n_traces++ % OUTLIER_TRACES] = of_trace(o, kind, t);
	if (kind != TRACE_ORDER && kind != TRACE_CANCEL)
		return;
	for (u32 i = 0; i < ARRAY_LEN(stages); i++)
		if (judge(o, &stages[i], s[STAMP_DOORBELL]))
			return;
}

void outliers_tape(struct outliers *o, const struct tape_event *e)
{
	const struct stage publish = { "poll_to_publish", o->stage_ns, e->poll_tsc, e->publish_tsc };
	judge(o, &publish, e->publish_tsc);
}
