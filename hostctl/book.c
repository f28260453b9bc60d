/* book.c - the books as the md core shows them: one line each, or the best levels of one. */
#include <stdlib.h>
#include <string.h>

#include "hostctl/names.h"
#include "hostctl/verb.h"

#define LEVELS_DEFAULT 10
#define BOOK_PREFIX    "md.book."

static const struct column top_columns[] = {
	{ "symbol", "SYMBOL", SHOW_TEXT },
	{ "state", "STATE", SHOW_TEXT },
	{ "bid_quantity", "BID QTY", SHOW_DECIMAL },
	{ "bid", "BID", SHOW_DECIMAL },
	{ "ask", "ASK", SHOW_DECIMAL },
	{ "ask_quantity", "ASK QTY", SHOW_DECIMAL },
	{ "last_price", "LAST", SHOW_DECIMAL },
	{ "last_quantity", "LAST QTY", SHOW_DECIMAL },
	{ "bbo_update_id", "BBO ID", SHOW_COUNT },
	{ "ladder_lag_ids", "LADDER BEHIND", SHOW_COUNT },
	{ "gaps", "GAPS", SHOW_COUNT },
	{ "age_ns", "AGE", SHOW_NS },
};

static const struct column level_columns[] = {
	{ "bid_quantity", "BID QTY", SHOW_DECIMAL },
	{ "bid", "BID", SHOW_DECIMAL },
	{ "ask", "ASK", SHOW_DECIMAL },
	{ "ask_quantity", "ASK QTY", SHOW_DECIMAL },
};

static const struct column ladder_columns[] = {
	{ "update_id", "update id", SHOW_COUNT },
	{ "tape_seq", "tape sequence", SHOW_COUNT },
	{ "bids", "bids", SHOW_COUNT },
	{ "asks", "asks", SHOW_COUNT },
};

static void cells_px_qty(struct table *t, const struct instrument *i, i64 px, i64 qty,
			 bool px_first)
{
	const struct instrument *known = px ? i : NULL;
	if (px_first) {
		cell_px(t, known, px);
		cell_qty(t, known, qty);
	} else {
		cell_qty(t, known, qty);
		cell_px(t, known, px);
	}
}

static void add_top(struct table *t, const struct view *v, const char *symbol,
		    const struct book_top *b)
{
	const struct instrument *i = view_instrument(v, b->instrument);
	table_text(t, symbol);
	table_text(t, name_of_book(b->state));
	cells_px_qty(t, i, b->bid_px, b->bid_qty, false);
	cells_px_qty(t, i, b->ask_px, b->ask_qty, true);
	cells_px_qty(t, i, b->trade_px, b->trade_qty, true);
	table_number(t, (i64)b->bbo_id);
	table_number(t, (i64)b->lag_ids);
	table_number(t, (i64)b->gaps);
	cell_age(t, v, b->rx_ns);
}

void add_books(struct report *r, const struct view *v)
{
	struct table *t = report_table(r, "books", top_columns, ARRAY_LEN(top_columns));
	for (u32 i = 0; i < v->seg.h->n_regions; i++) {
		const struct region *region = &v->seg.h->region[i];
		const struct book_image *img = view_book(v, region);
		struct book_top top;
		if (img && !strncmp(region->name, BOOK_PREFIX, strlen(BOOK_PREFIX)) &&
		    book_image_read_top(img, &top) == ERR_OK)
			add_top(t, v, region->name + strlen(BOOK_PREFIX), &top);
	}
}

static void add_levels(struct report *r, const struct instrument *i, const struct book_copy *b)
{
	struct table *t = report_record(r, "ladder", ladder_columns, ARRAY_LEN(ladder_columns));
	table_number(t, (i64)b->ladder_id);
	table_number(t, (i64)b->ladder_tape_seq);
	table_number(t, b->n_bids);
	table_number(t, b->n_asks);
	t = report_table(r, "levels", level_columns, ARRAY_LEN(level_columns));
	for (u32 k = 0; k < u32_max(b->n_bids, b->n_asks); k++) {
		static const struct book_level none;
		const struct book_level *bid = k < b->n_bids ? &b->bids[b->n_bids - 1 - k] : &none;
		const struct book_level *ask = k < b->n_asks ? &b->asks[b->n_asks - 1 - k] : &none;
		cells_px_qty(t, i, bid->px, bid->qty, false);
		cells_px_qty(t, i, ask->px, ask->qty, true);
	}
}

/* The best levels of one book. They are read together, so the deepest of the copy are the `cap`th best. */
static enum exit_code add_one(const struct request *q, const struct view *v,
			      const struct book_image *img, struct report *r)
{
	u32 cap = q->n ? q->n : LEVELS_DEFAULT;
	struct book_level *levels = calloc(2 * (size_t)cap, sizeof *levels);
	struct book_copy copy = { .bids = levels,
				  .asks = levels ? levels + cap : NULL,
				  .cap = cap };
	if (!levels)
		return complain(q, EXIT_REFUSED, "out of memory");
	err_t e = book_image_read(img, &copy);
	if (e == ERR_OK) {
		struct table *t = report_table(r, "book", top_columns, ARRAY_LEN(top_columns));
		add_top(t, v, q->arg[0], &copy.top);
		add_levels(r, view_instrument(v, copy.top.instrument), &copy);
	}
	free(levels);
	return e == ERR_OK ? EXIT_DONE
			   : complain(q, EXIT_REFUSED,
				      "%s: the book changes too fast to be read whole; try again",
				      q->arg[0]);
}

enum exit_code verb_book(const struct request *q, const struct view *v, struct report *r)
{
	char name[64];
	if (!q->n_args && q->n)
		return complain(q, EXIT_USAGE, "-n needs a symbol: hostctl book SYMBOL -n LEVELS");
	if (!q->n_args) {
		add_books(r, v);
		return EXIT_DONE;
	}
	snprintf(name, sizeof name, BOOK_PREFIX "%.40s", q->arg[0]);
	const struct book_image *img = view_book(v, segment_find(&v->seg, name));
	return img ? add_one(q, v, img, r)
		   : complain(q, EXIT_REFUSED, "no book of %s; hostctl book lists them", q->arg[0]);
}
