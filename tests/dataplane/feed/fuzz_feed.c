/* Any text: no crash, and where the fast reader has an opinion the general one has the same. */
#include <stdlib.h>

#include "dataplane/feed/binance_int.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct instrument instruments[] = {
	{ .id = 1, .version = 1, .px_scale = 2, .qty_scale = 8, .symbol = "BTCUSDT", .symbol_n = 7, .tick = 1 },
	{ .id = 2, .version = 1, .px_scale = 8, .qty_scale = 2, .symbol = "1000PEPEUSDT", .symbol_n = 12, .tick = 5 },
};

static void check(bool ok)
{
	if (!ok)
		abort();
}

static bool same_levels(const struct feed_level *a, const struct feed_level *b, u32 n)
{
	return n == 0 || !memcmp(a, b, n * sizeof *a);
}

static void same(const struct feed_msg *a, const struct feed_msg *b)
{
	check(a->kind == b->kind && a->instrument == b->instrument && a->version == b->version &&
	      a->update_id == b->update_id && a->venue_time_us == b->venue_time_us);
	switch (a->kind) {
	case FEED_BBO:
		check(a->bid_px == b->bid_px && a->bid_qty == b->bid_qty && a->ask_px == b->ask_px &&
		      a->ask_qty == b->ask_qty);
		break;
	case FEED_TRADE:
		check(a->px == b->px && a->qty == b->qty && a->buyer_maker == b->buyer_maker);
		break;
	default:
		check(a->kind == FEED_DEPTH && a->first_id == b->first_id && a->n_bids == b->n_bids &&
		      a->n_asks == b->n_asks);
		check(same_levels(a->bids, b->bids, a->n_bids) && same_levels(a->asks, b->asks, a->n_asks));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct arena arena;
	static struct feed *one, *two;
	static u64 counters[FEED_CNT_COUNT];
	if (!one) {
		check(arena_open(&arena, 1 << 20) == ERR_OK);
		one = feed_new(&arena, counters, 64);
		two = feed_new(&arena, counters, 64);
		check(one && two);
		for (u32 i = 0; i < ARRAY_LEN(instruments); i++)
			check(feed_add_instrument(one, &instruments[i]) == ERR_OK &&
			      feed_add_instrument(two, &instruments[i]) == ERR_OK);
	}
	struct feed_msg fast, general;
	u32 why = binance_read(two, (const char *)data, size, &general);
	if (binance_read_fast(one, (const char *)data, size, &fast)) {
		check(why == FEED_READ_OK);
		same(&fast, &general);
	}
	check((feed_parse(one, (const char *)data, size, &fast) == ERR_OK) == (why == FEED_READ_OK));
	return 0;
}
