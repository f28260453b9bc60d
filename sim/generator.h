/*
 * generator.h - a made-up market in the venue's own messages, for when there is no recording.
 *
 * A function of its seed alone: the same seed gives the same messages but for their event
 * times. Update ids are coherent: each change of the book takes the next id; a bookTicker
 * carries the id of the change that moved the best price or quantity; depth updates of 100 ms
 * are contiguous and cover every id; a trade happens at the touch and eats it. About 200
 * messages a second.
 */
#ifndef SIM_GENERATOR_H
#define SIM_GENERATOR_H

#include "sim/buf.h"
#include "sim/ladder.h"

struct generator {
	const struct rules *rules;
	u64 random[2];      /* xorshift128+ */
	struct ladder book; /* book.last_id is the last id given out */
	i64 fair;           /* the hidden price the market follows, 1e-8 */
	ns_t now_ns, event_ns,
		depth_ns; /* virtual time; when the next event and the next depth update are due */
	u64 depth_first_id;       /* U of the next depth update */
	struct levels changed[2]; /* prices touched since the last one */
	struct level best[2];     /* as last told by a bookTicker */
	u64 trade_id;
	i64 clock_ns;    /* added to virtual time for the E and T of messages */
	struct buf out;  /* messages made and not yet handed out, each ended by a newline */
	struct buf text; /* the one handed out last */
};

void generator_init(struct generator *g, const struct rules *rules, u64 seed);

/*
 * Event times of the messages from here on are virtual time + clock_ns; nothing else depends on
 * it.
 */
static inline void generator_set_clock(struct generator *g, i64 clock_ns)
{
	g->clock_ns = clock_ns;
}

/*
 * The next message (the first is the snapshot) and its virtual time. The text is the
 * generator's until the next call.
 */
struct span generator_next(struct generator *g, ns_t *at_ns);

void generator_free(struct generator *g);

#endif
