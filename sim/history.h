/*
 * history.h - the depth updates applied so far, so that the ladder can be had as it stood after
 * any of them.
 *
 * Memory is bounded: beyond HISTORY_MAX updates the older half is folded into the base and can
 * no longer be asked for.
 */
#ifndef SIM_HISTORY_H
#define SIM_HISTORY_H

#include "sim/ladder.h"

#define HISTORY_MAX 131072 /* 3.6 hours at one update each 100 ms */

struct history_entry {
	u64 first_id, last_id;
	struct levels bids, asks;
};

struct history {
	struct ladder base; /* as it stood before the first entry */
	struct history_entry *v;
	size_t n, cap;
};

void history_start(struct history *h, const struct ladder *base);
void history_add(struct history *h, const struct message *depth); /* copies */

/*
 * The ladder after update `id` into `out`. ERR_NOT_FOUND: no update ended at `id`; out->last_id
 * is then the last one before it.
 */
err_t history_at(const struct history *h, u64 id, struct ladder *out);

void history_free(struct history *h);

#endif
