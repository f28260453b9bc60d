#include "tests/cmocka_all.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/rng.h"
#include "dataplane/book/book.h"

/*
 * A venue whose whole history is kept: the quantity at each of PRICES prices after each update id. Its diffs are
 * delivered with loss and duplication, snapshots late and in slices. Whenever the book says VALID it must be the
 * venue's book at the id it claims.
 */
enum { PRICES = 48, IDS = 6000, PER_DIFF = 7, FLIGHT = 4, SEEDS = 60 };

struct venue {
	i64 qty[IDS + 1][2][PRICES]; /* bids below, asks above the middle */
	u64 id;
};

struct world {
	struct venue v;
	struct book *book;
	u64 counters[BOOK_CNT_COUNT];
	struct rng rng;
	u32 loss, duplication; /* in 100 */
	u64 snapshot_id;       /* of the one on its way, 0: none */
	u32 snapshot_slice;    /* next slice to hand over */
	u32 valid_checks, agains, splices;
};

static bool chance(struct world *w, u32 in_100) { return rng_below(&w->rng, 100) < in_100; }

/* One change of the venue's book; never crossed, since bids and asks keep to their own half of the prices. */
static void venue_update(struct world *w)
{
	struct venue *v = &w->v;
	memcpy(v->qty[v->id + 1], v->qty[v->id], sizeof v->qty[0]);
	v->id++;
	u32 side = (u32)rng_below(&w->rng, 2), px = (u32)rng_below(&w->rng, PRICES / 2) + (side ? PRICES / 2 : 0);
	v->qty[v->id][side][px] = chance(w, 60) ? 1 + (i64)rng_below(&w->rng, 1000) : 0;
}

/* Prices whose quantity at `to` differs from that at `from`: what the venue's diff says. */
static u32 changes(const struct venue *v, u32 side, u64 from, u64 to, struct book_level *out)
{
	u32 n = 0;
	for (u32 p = 0; p < PRICES; p++) {
		bool touched = false;
		for (u64 i = from; i <= to && !touched; i++)
			touched = v->qty[i][side][p] != v->qty[i - 1][side][p];
		if (touched)
			out[n++] = (struct book_level){ p + 1, v->qty[to][side][p] };
	}
	return n;
}

static void check_valid(struct world *w)
{
	const struct ladder *l = book_ladder(w->book);
	u64 id = book_ladder_id(w->book);
	if (!id)
		return;
	w->valid_checks++;
	assert_true(id <= w->v.id && ladder_is_sorted(l));
	for (u32 side = 0; side < 2; side++)
		for (u32 p = 0; p < PRICES; p++)
			if (ladder_qty_at(l, (enum ladder_side)side, p + 1) != w->v.qty[id][side][p])
				fail_msg("id %llu, side %u, price %u", (unsigned long long)id, side, p + 1);
}

static void deliver(struct world *w, u64 from, u64 to)
{
	struct book_level bids[PRICES], asks[PRICES];
	struct book_diff d = { .first_id = from, .update_id = to, .bids = bids, .asks = asks, .rx_ns = to };
	d.n_bids = changes(&w->v, LADDER_BID, from, to, bids);
	d.n_asks = changes(&w->v, LADDER_ASK, from, to, asks);
	u64 gaps = book_gaps(w->book), back = rng_below(&w->rng, 30);
	enum book_event ev = book_on_diff(w->book, &d);
	assert_true(ev != BOOK_EV_REFUSED && (ev == BOOK_EV_RESYNC || book_gaps(w->book) == gaps));
	assert_true((ev == BOOK_EV_APPLIED) == (book_ladder_id(w->book) == to && ev != BOOK_EV_OLD));
	if (ev == BOOK_EV_RESYNC)
		w->snapshot_id = w->v.id > back ? w->v.id - back : w->v.id; /* may be old */
	check_valid(w);
}

/* A part of the snapshot on its way: begin, the sides in two slices each, end. */
static void snapshot_step(struct world *w)
{
	u32 step = w->snapshot_slice++;
	struct book_level l[PRICES];
	u32 n = 0;
	if (step == 0) {
		assert_int_equal(book_snapshot_begin(w->book, w->snapshot_id), ERR_OK);
	} else if (step <= 4) {
		u32 side = (step - 1) / 2, from = (step - 1) % 2 * (PRICES / 2);
		for (u32 i = from; i < from + PRICES / 2; i++) {
			u32 p = side == LADDER_BID ? PRICES - 1 - i : i;
			if (w->v.qty[w->snapshot_id][side][p])
				l[n++] = (struct book_level){ p + 1, w->v.qty[w->snapshot_id][side][p] };
		}
		assert_int_equal(book_snapshot_slice(w->book, (enum ladder_side)side, l, n), ERR_OK);
	} else {
		err_t e = book_snapshot_end(w->book, w->v.id);
		assert_true(e == ERR_OK || e == ERR_AGAIN);
		w->splices += e == ERR_OK;
		w->agains += e == ERR_AGAIN;
		w->snapshot_slice = 0;
		w->snapshot_id = e == ERR_OK ? 0 : w->v.id; /* ask again: now a new one */
		check_valid(w);
	}
}

static void send_bbo(struct world *w)
{
	struct book_bbo q = { .update_id = w->v.id, .rx_ns = w->v.id };
	const i64 (*now)[PRICES] = (const i64 (*)[PRICES])w->v.qty[w->v.id];
	for (u32 p = 0; p < PRICES; p++) {
		if (now[LADDER_BID][p]) {
			q.bid_px = p + 1;
			q.bid_qty = now[LADDER_BID][p];
		}
		if (now[LADDER_ASK][PRICES - 1 - p]) {
			q.ask_px = PRICES - p;
			q.ask_qty = now[LADDER_ASK][PRICES - 1 - p];
		}
	}
	enum book_event ev = book_on_bbo(w->book, &q);
	assert_true(ev == BOOK_EV_APPLIED || ev == BOOK_EV_OLD);
}

static void turn(struct world *w)
{
	u64 from = w->v.id + 1;
	for (u64 n = 1 + rng_below(&w->rng, PER_DIFF); n; n--)
		venue_update(w);
	if (chance(w, 70))
		send_bbo(w);
	if (!chance(w, w->loss))
		deliver(w, from, w->v.id);
	if (chance(w, w->duplication)) { /* any stretch of what was: whole, in part, or over several */
		u64 again = from - rng_below(&w->rng, u64_min(20, from));
		deliver(w, again, again + rng_below(&w->rng, w->v.id - again + 1));
	}
	for (u64 i = rng_below(&w->rng, FLIGHT); w->snapshot_id && i; i--)
		snapshot_step(w);
}

static void run_seed(u64 seed, u32 loss, u32 duplication)
{
	struct world *w = calloc(1, sizeof *w);
	struct book_config c = { .instrument = 1, .version = 1, .levels = PRICES, .buffer_levels = 256 };
	struct arena a;
	assert_non_null(w);
	rng_seed(&w->rng, seed);
	w->loss = loss;
	w->duplication = duplication;
	assert_int_equal(arena_open(&a, 1 << 20), ERR_OK);
	w->book = book_new(&a, w->counters, &c);
	assert_non_null(w->book);
	while (w->v.id + PER_DIFF <= IDS)
		turn(w);
	if (w->splices == 0 || w->valid_checks == 0)
		fail_msg("never VALID: %u asked again", w->agains);
	assert_int_equal(w->counters[BOOK_CNT_bbo_mismatch] + w->counters[BOOK_CNT_crossed] +
				 w->counters[BOOK_CNT_snapshot_bad],
			 0);
	assert_true(loss || duplication || book_gaps(w->book) == 0);
	assert_true(!loss || book_gaps(w->book) > 0);
	arena_close(&a);
	free(w);
}

static void test_random_delivery(void **state)
{
	static const struct { u32 loss, duplication; const char *remark;
	} rows[] = {
		{ 0, 0, "a perfect line" },
		{ 0, 30, "repeats only" },
		{ 2, 0, "a loss now and then" },
		{ 10, 30, "both, often" },
	};
	(void)state;
	for (u64 seed = 1; seed <= SEEDS; seed++)
		for (u32 i = 0; i < ARRAY_LEN(rows); i++) {
			print_message("seed %llu, %s\n", (unsigned long long)seed, rows[i].remark);
			run_seed(seed, rows[i].loss, rows[i].duplication);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_random_delivery) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
