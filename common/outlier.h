/*
 * outlier.h - what surrounded a tick that took too long, frozen in the segment for a later look.
 *
 * The io thread finds them in what the cores leave behind anyway (trace and tape), so that they
 * cost a hot core nothing. Rows are under sequence locks as in order_row.h; the newest OUTLIERS are
 * kept, the `number`-th in row number modulo OUTLIERS.
 */
#ifndef SAKER_OUTLIER_H
#define SAKER_OUTLIER_H

#include "common/order_row.h"

#define OUTLIERS 16
#define OUTLIER_EVENTS 24 /* kept of each: the last ones before its end */

enum outlier_core { OUTLIER_MD, OUTLIER_TRADE };

struct outlier_event {
	ns_t at_ns;     /* md: published; trade: doorbell, or the answer's frame polled */
	u64 took_ns;    /* since the tick's frame was polled; of an answer, since the doorbell */
	u64 id;         /* md: tape sequence; trade: order id */
	u32 turn;       /* of its core, the low 32 bits */
	u32 instrument; /* md */
	u32 core, kind; /* enum outlier_core; enum tape_kind or enum trace_kind */
};

struct outlier {
	u64 number; /* counts from 1 */
	ns_t at_ns; /* the end of its tick: doorbell, or published */
	u64 took_ns, limit_ns;
	char stage[24]; /* the histogram it stands out of */
	u64 n_events;
	struct outlier_event event[OUTLIER_EVENTS]; /* oldest first, the outlier itself last */
};

struct outlier_cell {
	u64 seq, w[sizeof(struct outlier) / 8];
};
static_assert(sizeof(struct outlier) % 8 == 0, "rows are whole words");

#endif
