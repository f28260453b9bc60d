/* tape.c - market events as they stand on the tape, the newest last. */
#include <time.h>

#include "hostctl/names.h"
#include "hostctl/verb.h"

#define EVENTS_DEFAULT 20
#define BATCH          256                    /* events printed at once when following */
#define REST_NS        (10 * (long)NS_PER_MS) /* between two looks */

static const struct column columns[] = {
	{ "time", "TIME (UTC)", SHOW_TEXT },
	{ "seq", "SEQ", SHOW_COUNT },
	{ "symbol", "SYMBOL", SHOW_TEXT },
	{ "kind", "KIND", SHOW_TEXT },
	{ "last", "LAST", SHOW_FLAG },
	{ "side", "SIDE", SHOW_TEXT },
	{ "price", "PRICE", SHOW_DECIMAL },
	{ "quantity", "QUANTITY", SHOW_DECIMAL },
	{ "ask_price", "ASK", SHOW_DECIMAL },
	{ "ask_quantity", "ASK QTY", SHOW_DECIMAL },
	{ "state", "BOOK", SHOW_TEXT },
	{ "trading", "TRADING", SHOW_TEXT },
	{ "update_id", "UPDATE ID", SHOW_COUNT },
	{ "to_publish_ns", "TO TAPE", SHOW_NS },
};

/* Of our own clocks: the recordings' and the venue's may be off. */
static void cell_time(struct table *t, const struct view *v, ns_t at)
{
	char text[80];
	ns_t wall = v->wall_ns + at;
	time_t s = (time_t)(wall / NS_PER_S);
	struct tm tm;
	if (!v->has_clock || !at) {
		table_none(t);
		return;
	}
	gmtime_r(&s, &tm);
	snprintf(text, sizeof text, "%02d:%02d:%02d.%06llu", tm.tm_hour, tm.tm_min, tm.tm_sec,
		 (unsigned long long)(wall % NS_PER_S / NS_PER_US));
	table_text(t, text);
}

/* A side without orders is 0, 0. */
static void cells_level(struct table *t, const struct instrument *i, i64 px, i64 qty)
{
	cell_px(t, px ? i : NULL, px);
	cell_qty(t, px ? i : NULL, qty);
}

static const char *side_of(const struct tape_event *e)
{
	switch (e->kind) {
	case TAPE_TRADE:
		return e->flags & TAPE_BUYER_MAKER ? "SELL" : "BUY"; /* the aggressor's */
	case TAPE_LEVEL:
		return e->flags & TAPE_ASK ? "ASK" : "BID";
	default:
		return NULL;
	}
}

static void cells_payload(struct table *t, const struct instrument *i, const struct tape_event *e)
{
	bool bbo = e->kind == TAPE_BBO, one = e->kind == TAPE_TRADE || e->kind == TAPE_LEVEL;
	if (bbo)
		cells_level(t, i, e->bid_px, e->bid_qty);
	else
		cells_level(t, i, one ? e->px : 0, e->qty);
	cells_level(t, i, bbo ? e->ask_px : 0, e->ask_qty);
	table_text(t, e->kind == TAPE_STATUS ? name_of_book(e->book_state) : NULL);
	table_text(t, e->kind == TAPE_STATUS ? name_of_instrument(e->instrument_status) : NULL);
}

static void add_event(struct table *t, const struct view *v, u64 seq, const struct tape_event *e)
{
	cell_time(t, v, e->rx_ns);
	table_number(t, (i64)seq);
	cell_symbol(t, v, e->instrument);
	table_text(t, name_of_tape_kind(e->kind));
	table_flag(t, e->flags & TAPE_LAST);
	table_text(t, side_of(e));
	cells_payload(t, view_instrument(v, e->instrument), e);
	table_number(t, (i64)e->update_id);
	if (v->has_clock && e->poll_tsc && e->publish_tsc > e->poll_tsc)
		table_number(t, (i64)tsc_to_ns(&v->clock, e->publish_tsc - e->poll_tsc));
	else
		table_none(t);
}

/*
 * Up to `max` events from *next on. Where one has been overwritten meanwhile, goes on half a tape
 * before its newest. Returns how many were lost.
 */
static u64 add_events(struct table *t, const struct view *v, const struct tape *tape, u64 *next,
		      u32 max)
{
	u64 lost = 0;
	for (u32 n = 0; n < max; n++) {
		struct tape_event e;
		enum tape_result got = tape_read(tape, *next, &e);
		if (got == TAPE_EMPTY)
			break;
		if (got == TAPE_OK) {
			add_event(t, v, (*next)++, &e);
			continue;
		}
		u64 head = tape_head(tape),
		    first = head > tape->slots / 2 ? head - tape->slots / 2 : 1;
		first = u64_max(first, *next + 1);
		lost += first - *next;
		*next = first;
	}
	return lost;
}

/* Until the instance ends, or somebody ends us. */
static void follow(const struct request *q, const struct view *v, struct table *t, u64 next)
{
	const struct tape *tape = view_tape(v);
	const struct timespec rest = { .tv_nsec = REST_NS };
	for (;;) {
		bool alive = segment_alive(
			&v->seg); /* before the look, so that its last events are seen */
		u64 before = next, lost = add_events(t, v, tape, &next, BATCH);
		table_stream(t, q->out, q->json);
		if (lost)
			complain(q, EXIT_DONE,
				 "%llu events were overwritten before they could be printed",
				 (unsigned long long)lost);
		if (ferror(q->out) || (!alive && next == before))
			return;
		if (next == before)
			nanosleep(&rest, NULL);
	}
}

enum exit_code verb_tape(const struct request *q, const struct view *v, struct report *r)
{
	const struct tape *tape = view_tape(v);
	u32 want = q->n ? q->n : EVENTS_DEFAULT;
	if (!tape)
		return complain(q, EXIT_REFUSED, "%s has no tape", q->instance);
	u64 head = tape_head(tape), have = u64_min(head, tape->slots), n = u64_min(want, have),
	    next = head - n + 1;
	struct table *t = report_table(r, "events", columns, ARRAY_LEN(columns));
	if (q->follow) {
		follow(q, v, t, next);
		report_free(r);
	} else {
		add_events(t, v, tape, &next, (u32)n);
	}
	return EXIT_DONE;
}
