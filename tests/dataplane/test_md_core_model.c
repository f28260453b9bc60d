/* Property: the tape folded by a slow model is the book image, whatever is lost on the way. */
#include "tests/dataplane/md_world.h"

#define LEVELS 40 /* prices the venue trades at */

struct model {
	i64 truth[2][LEVELS];  /* the venue's book, quantity by price */
	i64 folded[2][LEVELS]; /* what a reader of the tape knows */
	u64 id;
};

static void fold(struct world *w, struct model *m)
{
	struct tape_event e;
	struct book_level bids[DEPTH], asks[DEPTH];
	struct book_copy copy = { .bids = bids, .asks = asks, .cap = DEPTH };
	for (; tape_read(w->l.tape, w->seq + 1, &e) == TAPE_OK; w->seq++) {
		if (e.kind == TAPE_LEVEL)
			m->folded[!!(e.flags & TAPE_ASK)][e.px] = e.qty;
		if (e.kind != TAPE_RESET)
			continue;
		memset(m->folded, 0, sizeof m->folded);
		assert_int_equal(book_image_read(w->l.image[0], &copy), ERR_OK);
		for (u32 i = 0; i < copy.n_bids; i++)
			m->folded[0][bids[i].px] = bids[i].qty;
		for (u32 i = 0; i < copy.n_asks; i++)
			m->folded[1][asks[i].px] = asks[i].qty;
	}
}

static void compare(struct world *w, const struct model *m, u64 seed)
{
	struct book_level bids[DEPTH], asks[DEPTH];
	struct book_copy copy = { .bids = bids, .asks = asks, .cap = DEPTH };
	/* a lost diff shows with the next one */
	bool whole = book_ladder_id(w->c.book[0]) == m->id;
	u32 n = 0;
	if (book_state(w->c.book[0]) != BOOK_VALID)
		return;
	assert_int_equal(book_image_read(w->l.image[0], &copy), ERR_OK);
	for (i64 px = LEVELS - 1; px > 0; px--)
		n += m->folded[0][px] != 0;
	for (u32 i = 0; i < copy.n_bids; i++)
		if (m->folded[0][bids[i].px] != bids[i].qty ||
		    (whole && m->truth[0][bids[i].px] != bids[i].qty))
			fail_msg("seed %llu: bid %lld", (unsigned long long)seed,
				 (long long)bids[i].px);
	for (u32 i = 0; i < copy.n_asks; i++)
		if (m->folded[1][asks[i].px] != asks[i].qty ||
		    (whole && m->truth[1][asks[i].px] != asks[i].qty))
			fail_msg("seed %llu: ask %lld", (unsigned long long)seed,
				 (long long)asks[i].px);
	assert_int_equal(n, copy.n_bids);
}

/* A few levels change, bids in the lower half of the prices, asks in the upper. */
static void random_diff(struct world *w, struct model *m, struct rng *r, bool lose)
{
	char side[2][512] = { "", "" };
	u64 from = m->id + 1;
	m->id += 1 + rng_below(r, 3);
	for (u32 i = 0, n = 1 + (u32)rng_below(r, 5); i < n; i++) {
		u32 ask = (u32)rng_below(r, 2);
		/* DEPTH levels a side at most: the image holds all of them */
		i64 px = ask ? LEVELS / 2 + (i64)rng_below(r, DEPTH)
			     : LEVELS / 2 - 1 - (i64)rng_below(r, DEPTH);
		i64 qty = rng_below(r, 3) ? (i64)rng_below(r, 900) + 100 : 0;
		m->truth[ask][px] = qty;
		sprintf(side[ask] + strlen(side[ask]), "%s[\"0.%02lld\",\"%lld.%02lld\"]",
			side[ask][0] ? "," : "", (long long)px, (long long)qty / 100,
			(long long)qty % 100);
	}
	if (!lose)
		diff(w, from, m->id, side[0], side[1]);
}

static void model_snapshot(struct world *w, const struct model *m)
{
	struct msg_snapshot s = { .update_id = m->id };
	tell(w, MSG_SNAPSHOT_BEGIN, &s, sizeof s);
	for (i64 k = 1; k < LEVELS; k++) {
		i64 bid = LEVELS - k, ask = k;
		struct msg_level b = { bid, m->truth[0][bid] }, a = { ask, m->truth[1][ask] };
		if (b.qty)
			slice(w, false, &b, 1);
		if (a.qty)
			slice(w, true, &a, 1);
	}
	tell(w, MSG_SNAPSHOT_END, &s, sizeof s);
}

static void the_folded_tape_is_the_image(void **state)
{
	(void)state;
	for (u64 seed = 1; seed <= 20; seed++) {
		struct world *w = world_new();
		struct model m = { .id = 100 };
		struct rng r;
		rng_seed(&r, seed);
		open_session(w);
		w->seq = tape_head(w->l.tape);
		for (u32 i = 0; i < 400; i++) {
			u64 seq = w->seq;
			random_diff(w, &m, &r, rng_below(&r, 30) == 0);
			w->log_n = 0;
			if (book_state(w->c.book[0]) == BOOK_RESYNC && rng_below(&r, 3) == 0)
				model_snapshot(w, &m);
			turn(w);
			w->log_n = 0;
			w->seq = seq;
			fold(w, &m);
			compare(w, &m, seed);
		}
		assert_true(w->l.cnt[MD_CNT_resets] > 2);
		assert_true(w->l.cnt[MD_CNT_resyncs] > 2);
		world_free(w);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_folded_tape_is_the_image),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
