/*
 * view.h - a running instance seen through its segment: regions found by name, checked, and their numbers made text.
 *
 * Read-only; works while the instance's threads hang, and for a last look after it has ended. A
 * region that is missing or too small is as if nothing were known. One thread.
 */
#ifndef HOSTCTL_VIEW_H
#define HOSTCTL_VIEW_H

#include "appliance/capture_row.h"
#include "common/clock.h"
#include "common/core_status.h"
#include "common/decimal.h"
#include "common/hist.h"
#include "common/instrument.h"
#include "common/order_row.h"
#include "common/segment.h"
#include "common/tape.h"
#include "dataplane/book/book_image.h"
#include "hostctl/table.h"

#define VIEW_WHY_MAX 256

struct view {
	struct segment seg;
	struct clock clock; /* the instance's own, so that ages compare */
	bool has_clock, alive;
	ns_t wall_ns; /* real time minus the instance's, as it was at view_open */
	u32 n_instruments;
	struct instrument instrument[INSTRUMENTS_MAX];
};

/* As segment_open; `why` (VIEW_WHY_MAX bytes) is a sentence with the remedy. */
err_t view_open(struct view *v, const char *instance, char *why);
void view_close(struct view *v);

/* Rows of `size` bytes: the first, and how many in *n. NULL, 0: there is no such table. */
const void *view_rows(const struct view *v, const char *name, size_t size, u32 *n);

/* A table of text; NULL: none, or no end. */
const char *view_text(const struct view *v, const char *name);

/* The value behind "<key>: " of the "config" text, up to the line's end; false: not there. */
bool view_config(const struct view *v, const char *key, char *out, size_t n);

/* The counter words of a region and their texts. false: no such region. */
bool view_counters(const struct view *v, const struct region *r, const u64 **words,
		   const struct counter_text **text);

/* One counter by the names of region and counter; NULL text where it is not there. */
const struct counter_text *view_counter(const struct view *v, const char *region,
					const char *counter, u64 *value);

const struct core_status *view_core(const struct view *v, const char *core); /* "md", "trade" */
const struct hist *view_hist(const struct view *v, const struct region *r);
const struct tape *view_tape(const struct view *v);
const struct book_image *view_book(const struct view *v, const struct region *r);
bool view_trade(const struct view *v, struct trade_row *row);
bool view_capture(const struct view *v, struct capture_row *row);

/* NULL: no such instrument. */
const struct instrument *view_instrument(const struct view *v, u32 id);

/* First word of the strategy's line; NULL: no such strategy. Valid until the next call. */
const char *view_strategy(const struct view *v, u32 id, char out[32]);

ns_t view_now(const struct view *v); /* 0: the instance has no clock yet */

/* ---- cells ---- */

void cell_age(struct table *t, const struct view *v, ns_t then); /* now - then; none for 0 */
void cell_symbol(struct table *t, const struct view *v, u32 id);
void cell_px(struct table *t, const struct instrument *i, i64 px);   /* none: no instrument */
void cell_qty(struct table *t, const struct instrument *i, i64 qty); /* likewise */
void cell_coid(struct table *t, u32 boot, u64 id);                   /* none: no order of ours */
void cell_money(struct table *t, i64 amount);                        /* 10^-NOTIONAL_SCALE */

#endif
