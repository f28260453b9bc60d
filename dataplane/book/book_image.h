/*
 * book_image.h - a book in shared memory: written by the md core, read by observers and by a trade core that
 * reloads.
 *
 * Two parts, each under a sequence lock of its own: the top (state, BBO, last trade), rewritten for each BBO, and
 * the ladder, rewritten after each diff and only from the deepest level that changed. Apart, so that reading
 * thousands of levels never has to win against the best-price stream. Each part names the tape sequence at which
 * it stands: a reader that reloads skips older events.
 *
 * Memory order, as in common/tape.h: the writer makes the sequence odd, stores the words with release (none moves
 * before the mark) and stores the even sequence with release. A reader loads the sequence with acquire, the words
 * with acquire (the check cannot move up), then the sequence again. Single writer, any number of readers; all
 * words are offsets or plain numbers, no pointers.
 */
#ifndef BOOK_IMAGE_H
#define BOOK_IMAGE_H

#include "common/err.h"
#include "dataplane/book/book.h"

struct book_top {
	u32 instrument;
	u16 version;
	u8 state; /* enum book_state */
	u8 buyer_maker; /* of the last trade */
	u32 levels;  /* capacity of the image a side */
	u32 rsv;
	u64 tape_seq;
	u64 gaps, lag_ids;
	ns_t rx_ns;  /* newest input */
	u64 bbo_id;
	i64 bid_px, bid_qty, ask_px, ask_qty;
	ns_t bbo_rx_ns;
	u64 trade_id;
	i64 trade_px, trade_qty;
};

struct book_image;

/*
 * What a reader gets. `bids` and `asks` are the reader's buffers of `cap` levels each; best at the end, as in
 * struct ladder.
 */
struct book_copy {
	struct book_top top;
	struct book_level *bids, *asks;
	u32 cap;
	u32 n_bids, n_asks; /* at most cap: the best ones */
	u64 ladder_id;      /* update id the levels stand at, 0: none */
	u64 ladder_tape_seq;
};

size_t book_image_bytes(u32 levels);

/* Makes an empty image of the best `levels` a side in book_image_bytes(levels) zeroed bytes, cache-line aligned. */
struct book_image *book_image_init(void *mem, u32 levels);

/*
 * Writer. `tape_seq`: the last event published that the book contains. top: after a BBO, trade or state; write:
 * top and ladder.
 */
void book_image_write_top(struct book_image *img, const struct book *b, u64 tape_seq);
void book_image_write(struct book_image *img, struct book *b, u64 tape_seq);

/* Writer: the top as it was read elsewhere, for a replay. */
void book_image_put_top(struct book_image *img, const struct book_top *top);

/* Reader. ERR_AGAIN where the writer got in the way BOOK_IMAGE_TRIES times. */
#define BOOK_IMAGE_TRIES 64
err_t book_image_read_top(const struct book_image *img, struct book_top *top);
err_t book_image_read(const struct book_image *img, struct book_copy *copy);

#endif
