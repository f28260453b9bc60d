/* A stream of operations: whatever comes, in whatever order, the book's invariants hold. Eight bytes an operation. */
#include <stdlib.h>

#include "dataplane/book/book_image.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { LEVELS = 8, IMAGE_LEVELS = 6 };

static void check(bool ok)
{
	if (!ok)
		abort();
}

struct world {
	struct book *book;
	struct book_image *image;
	u64 counters[BOOK_CNT_COUNT];
};

static void invariants(struct world *w)
{
	struct book_level bids[LEVELS], asks[LEVELS];
	struct book_copy c = { .bids = bids, .asks = asks, .cap = LEVELS };
	struct book_bbo q;
	u64 id = book_ladder_id(w->book);
	const struct ladder *l = book_ladder(w->book);
	if (id)
		check(ladder_is_sorted(l) && !ladder_is_crossed(l));
	if (book_best(w->book, &q))
		check(q.update_id >= book_bbo(w->book)->update_id && q.update_id >= id &&
		      (q.ask_px == 0 || q.bid_px < q.ask_px));
	book_image_write(w->image, w->book, id);
	check(book_image_read(w->image, &c) == ERR_OK && c.ladder_id == id && c.top.state == book_state(w->book));
	for (u32 i = 0; id && i < c.n_bids; i++)
		check(c.bids[c.n_bids - 1 - i].px == ladder_nth(l, LADDER_BID, i)->px);
	for (u32 i = 0; id && i < c.n_asks; i++)
		check(c.asks[c.n_asks - 1 - i].qty == ladder_nth(l, LADDER_ASK, i)->qty);
}

/* Ids near the ladder's, small prices: most operations then mean something. */
static void operate(struct world *w, const u8 *d)
{
	u64 near = book_ladder_id(w->book) ? book_ladder_id(w->book) : 40;
	u64 first = near + d[1] % 8 - 3, last = first + d[2] % 8 - 1;
	struct book_level l[2] = { { d[3] % 32 - 1, (i64)d[4] % 4 - (d[4] == 255) }, { d[5] % 32, d[6] % 4 } };
	struct book_diff diff = { .first_id = first,
				  .update_id = last,
				  .bids = l,
				  .asks = l + 1,
				  .n_bids = d[7] & 1,
				  .n_asks = d[7] >> 1 & 1,
				  .rx_ns = last };
	struct book_bbo bbo = { last, l[0].px, l[0].qty, l[1].px, l[1].qty, last };
	struct book_trade trade = { .trade_id = last, .px = 1, .qty = 1 };
	switch (d[0] % 10) {
	case 0: book_on_bbo(w->book, &bbo); break;
	case 1: book_on_trade(w->book, &trade); break;
	case 2: book_snapshot_begin(w->book, first); break;
	case 3: book_snapshot_slice(w->book, d[7] & 1 ? LADDER_BID : LADDER_ASK, l, 1 + (d[7] >> 1 & 1)); break;
	case 4: book_snapshot_end(w->book, first); break;
	case 5: book_mark_stale(w->book, first); break;
	case 6: if (d[1] > 240) book_reset(w->book, d[2]); break;
	default: book_on_diff(w->book, &diff); break;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct arena arena;
	struct world w = { 0 };
	struct book_config c = { .instrument = 1, .version = 1, .levels = LEVELS, .buffer_levels = 12 };
	if (!arena.base)
		check(arena_open(&arena, 1 << 20) == ERR_OK);
	arena.used = arena.bulk = 0;
	w.book = book_new(&arena, w.counters, &c);
	void *mem = arena_alloc(&arena, book_image_bytes(IMAGE_LEVELS), CACHE_LINE);
	check(w.book && mem);
	w.image = book_image_init(mem, IMAGE_LEVELS);
	for (size_t i = 0; i + 8 <= size; i += 8) {
		operate(&w, data + i);
		invariants(&w);
	}
	return 0;
}
