/*
 * book_int.h - the inside of a book, shared by book.c (streams) and book_splice.c (snapshot and diffs). Private to
 * them.
 */
#ifndef BOOK_INT_H
#define BOOK_INT_H

#include "dataplane/book/book.h"
#include "dataplane/book/diff_buffer.h"

struct book {
	struct book_bbo bbo;
	struct book_trade trade;
	ns_t rx_ns;              /* newest input taken */
	struct ladder ladder;
	u64 ladder_id;           /* where the ladder stands; meaningful while VALID */
	ns_t ladder_rx_ns;       /* of the diff or snapshot that brought it there */
	u64 *counters;
	u32 instrument;
	u16 version;
	u8 ladder_state;         /* EMPTY, VALID or RESYNC */
	bool has_ladder, stale, loading;
	u64 load_id;             /* of the snapshot being loaded */
	u64 gaps;
	ns_t stale_ns;           /* since when, while stale */
	struct diff_buffer waiting;
};

/* Something was taken at `rx_ns`: the book is not stale. */
static inline void book_heard(struct book *b, ns_t rx_ns)
{
	b->rx_ns = u64_max(b->rx_ns, rx_ns);
	b->stale = false;
}

/* The VALID ladder is given up for `reason`. */
void book_lose_ladder(struct book *b, enum book_counter reason);

/* False where ladder and BBO stand at the same update id and differ; counts both cases. */
bool book_bbo_agrees(struct book *b);

#endif
