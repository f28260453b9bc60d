/*
 * trace.h - raw stamps a hot core leaves behind for the io thread, which makes histograms of them.
 *
 * A trace is a ring (ring.h) of `struct trace_rec`; its message type is the kind. A full ring loses
 * records, counted by the core: stamps never hold trading up. Stamps are time-stamp counts;
 * conversion is the reader's.
 */
#ifndef SAKER_TRACE_H
#define SAKER_TRACE_H

#include "common/ring.h"

enum trace_kind {
	TRACE_ORDER = 1, /* trade core: an order left. tsc: poll, publish, read, decide, risk, doorbell */
	TRACE_CANCEL,   /* trade core: a cancel left because of a tick; as ORDER, without risk's stamp */
	/* trade core: the venue's first word on an order. tsc[0]: answer polled; ns: since the doorbell */
	TRACE_ANSWER,
	TRACE_DENY, /* trade core: risk refused. code */
};

enum trace_stamp { STAMP_POLL, STAMP_PUBLISH, STAMP_READ, STAMP_DECIDE, STAMP_RISK, STAMP_DOORBELL, STAMPS };

struct trace_rec {
	u64 tsc[STAMPS];
	u64 id;   /* ORDER, CANCEL, ANSWER: order id; DENY: tape sequence of the cause */
	i64 ns;   /* ANSWER: since the doorbell */
	u32 code; /* DENY: risk code */
	u32 turn; /* of the core, the low 32 bits */
};

/* false: lost, count it. */
static inline bool trace_put(struct ring *r, u16 kind, const struct trace_rec *t)
{
	return ring_put(r, kind, 0, t, sizeof *t);
}

#endif
