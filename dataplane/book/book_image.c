#include "dataplane/book/book_image.h"

#include <string.h>

#include "dataplane/book/book_int.h"

#define TOP_WORDS (sizeof(struct book_top) / 8)
#define LEVEL_WORDS (sizeof(struct book_level) / 8)
static_assert(sizeof(struct book_top) % 8 == 0 && LEVEL_WORDS == 2, "copied as words");

/* Each field that both sides touch is a word of its own, read and written atomically. */
struct book_image {
	CACHE_ALIGNED u64 top_seq; /* odd while being written */
	u64 top[TOP_WORDS];
	CACHE_ALIGNED u64 ladder_seq;
	u64 ladder_id, ladder_tape_seq;
	u64 n[2];      /* levels by enum ladder_side */
	u64 levels;    /* capacity a side, fixed at init */
	bool whole[2]; /* writer's own: all of the side was written last time, at its own indices */
	CACHE_ALIGNED u64 level[]; /* bids, then asks from levels * LEVEL_WORDS on */
};

static u64 load(const u64 *w) { return __atomic_load_n(w, __ATOMIC_ACQUIRE); }
static void store(u64 *w, u64 v) { __atomic_store_n(w, v, __ATOMIC_RELEASE); }

size_t book_image_bytes(u32 levels)
{
	return sizeof(struct book_image) + (size_t)levels * 2 * sizeof(struct book_level);
}

struct book_image *book_image_init(void *mem, u32 levels)
{
	struct book_image *img = mem;
	assert((uintptr_t)mem % CACHE_LINE == 0);
	img->levels = levels;
	img->whole[LADDER_BID] = img->whole[LADDER_ASK] = true;
	return img;
}

static void write_begin(u64 *seq) { __atomic_store_n(seq, *seq + 1, __ATOMIC_RELAXED); }
static void write_end(u64 *seq)
{
	assert(*seq & 1);
	store(seq, *seq + 1);
}

/* The narrow fields at the head of the top, put together in registers: stored apart they would stall the word loads. */
static u64 head_word(const struct book *b)
{
	return b->instrument | (u64)b->version << 32 | (u64)book_state(b) << 48 | (u64)b->trade.buyer_maker << 56;
}
static_assert(offsetof(struct book_top, version) == 4 && offsetof(struct book_top, state) == 6 &&
		      offsetof(struct book_top, buyer_maker) == 7 && offsetof(struct book_top, levels) == 8 &&
		      offsetof(struct book_top, tape_seq) == 16 && offsetof(struct book_top, bbo_id) == 48 &&
		      offsetof(struct book_top, trade_qty) == 8 * (TOP_WORDS - 1),
	      "in the order of head_word and the words below");

static inline void write_words(struct book_image *img, const u64 w[TOP_WORDS])
{
	write_begin(&img->top_seq);
	for (u32 i = 0; i < TOP_WORDS; i++)
		store(&img->top[i], w[i]);
	write_end(&img->top_seq);
}

void book_image_write_top(struct book_image *img, const struct book *b, u64 tape_seq)
{
	const struct book_bbo *q = &b->bbo;
	const struct book_trade *t = &b->trade;
	const u64 w[TOP_WORDS] = {
		head_word(b), img->levels, tape_seq, b->gaps, book_lag_ids(b), b->rx_ns,
		q->update_id, (u64)q->bid_px, (u64)q->bid_qty, (u64)q->ask_px, (u64)q->ask_qty, q->rx_ns,
		t->trade_id, (u64)t->px, (u64)t->qty,
	};
	write_words(img, w);
}

void book_image_put_top(struct book_image *img, const struct book_top *top)
{
	u64 w[TOP_WORDS];
	memcpy(w, top, sizeof w);
	write_words(img, w);
}

/*
 * The best levels of a side, at most the image's capacity; where their indices are as last time, only from the
 * first touched one on.
 */
static void write_side(struct book_image *img, struct ladder_half *h, enum ladder_side side)
{
	u32 n = u32_min(h->n, (u32)img->levels), base = h->n - n;
	u32 from = base == 0 && img->whole[side] ? h->touched : 0;
	u64 *to = &img->level[(size_t)side * img->levels * LEVEL_WORDS];
	for (u32 i = from; i < n; i++) {
		store(&to[i * LEVEL_WORDS], (u64)h->at[base + i].px);
		store(&to[i * LEVEL_WORDS + 1], (u64)h->at[base + i].qty);
	}
	store(&img->n[side], n);
	img->whole[side] = base == 0;
	h->touched = h->n;
}

void book_image_write(struct book_image *img, struct book *b, u64 tape_seq)
{
	struct ladder *l = book_ladder(b);
	u64 id = book_ladder_id(b);
	write_begin(&img->ladder_seq);
	store(&img->ladder_id, id);
	store(&img->ladder_tape_seq, tape_seq);
	for (int side = LADDER_BID; side <= LADDER_ASK; side++) {
		if (id)
			write_side(img, &l->half[side], (enum ladder_side)side);
		else
			store(&img->n[side], 0);
	}
	write_end(&img->ladder_seq);
	book_image_write_top(img, b, tape_seq);
}

static bool try_top(const struct book_image *img, struct book_top *top)
{
	u64 w[TOP_WORDS], seq = load(&img->top_seq);
	for (u32 i = 0; i < TOP_WORDS; i++)
		w[i] = load(&img->top[i]);
	memcpy(top, w, sizeof *top);
	return !(seq & 1) && __atomic_load_n(&img->top_seq, __ATOMIC_RELAXED) == seq;
}

err_t book_image_read_top(const struct book_image *img, struct book_top *top)
{
	for (u32 i = 0; i < BOOK_IMAGE_TRIES; i++)
		if (try_top(img, top))
			return ERR_OK;
	return ERR_AGAIN;
}

/*
 * The best levels of a side that fit. A torn count is cut to what the image can hold; the caller's check then
 * finds it out.
 */
static u32 read_side(const struct book_image *img, enum ladder_side side, struct book_level *to, u32 cap)
{
	u32 n = (u32)u64_min(load(&img->n[side]), img->levels), m = u32_min(n, cap);
	const u64 *from = &img->level[((size_t)side * img->levels + n - m) * LEVEL_WORDS];
	for (u32 i = 0; i < m; i++)
		to[i] = (struct book_level){ (i64)load(&from[i * LEVEL_WORDS]), (i64)load(&from[i * LEVEL_WORDS + 1]) };
	return m;
}

static bool try_ladder(const struct book_image *img, struct book_copy *c)
{
	u64 seq = load(&img->ladder_seq);
	if (seq & 1)
		return false;
	c->ladder_id = load(&img->ladder_id);
	c->ladder_tape_seq = load(&img->ladder_tape_seq);
	c->n_bids = read_side(img, LADDER_BID, c->bids, c->cap);
	c->n_asks = read_side(img, LADDER_ASK, c->asks, c->cap);
	return __atomic_load_n(&img->ladder_seq, __ATOMIC_RELAXED) == seq;
}

err_t book_image_read(const struct book_image *img, struct book_copy *copy)
{
	for (u32 i = 0; i < BOOK_IMAGE_TRIES; i++)
		if (try_ladder(img, copy))
			return book_image_read_top(img, &copy->top);
	return ERR_AGAIN;
}
