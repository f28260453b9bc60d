/*
 * state.h - struct risk itself, for the files of this folder and their tests.
 */
#ifndef SAKER_RISK_STATE_H
#define SAKER_RISK_STATE_H

#include "risk/duplicate.h"
#include "risk/orders.h"
#include "risk/rate.h"
#include "risk/row.h"
#include "risk/seen.h"

struct risk {
	/* lines 0 and 1: each check reads them */
	CACHE_ALIGNED u32 latched; /* enum risk_code, 0: none */
	u32 state;
	u32 open_orders, max_open_orders;
	struct rate orders_rate;
	u64 passes;
	ns_t duplicate_ns;
	u64 *counters;
	CACHE_ALIGNED struct rate cancels_rate;
	u32 rejects, fills;  /* in a row; since window_ns */
	ns_t window_ns;
	struct risk_account account;
	struct duplicate duplicate;
	struct risk_row row[INSTRUMENTS_MAX + 1]; /* the last stays zero: what an unknown instrument
						     is checked against */
	struct risk_orders orders;
	struct seen seen;
};

static inline void risk_count(struct risk *r, u32 counter) { counter_inc(&r->counters[counter]); }

/* The first reason stands until armed anew; UNTRACKED, which leaves no way out, before any. */
static inline void risk_latch(struct risk *r, enum risk_code why)
{
	if (!r->latched || why == RISK_UNTRACKED)
		r->latched = why;
}

/* `n` of what was left can no longer fill, or has been booked; the last of it ends the order. */
void risk_release(struct risk *r, struct risk_order *x, i64 n);

#endif
