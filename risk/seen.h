/*
 * seen.h - which fills have been booked: the last SEEN_MAX (instrument, trade id) pairs, exactly.
 */
#ifndef SAKER_SEEN_H
#define SAKER_SEEN_H

#include "risk/idmap.h"

#define SEEN_MAX 4096

struct seen {
	struct idmap map;
	u64 *ring; /* keys in order of arrival; 0: none yet */
	u32 next;
};

err_t seen_init(struct seen *s, struct arena *a);

/* true: new, and now remembered. false: among the last SEEN_MAX. */
bool seen_add(struct seen *s, u32 instrument, u64 trade_id);

#endif
