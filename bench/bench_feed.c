/*
 * bench_feed - what one market message costs from text to integers, by kind.
 *
 * All distinct lines of the recordings. A sample is the mean of BATCH consecutive messages, since the time-stamp
 * counter steps by 10 ns. Lines are taken in blocks that stay in the second-level cache: one pass to warm a block,
 * then measured ones.
 */
#include <stdio.h>
#include <stdlib.h>

#include "bench/market.h"
#include "bench/sample.h"
#include "common/clock.h"
#include "dataplane/feed/feed_binance.h"

enum { BATCH = 16, BLOCK = 2048, ROUNDS = 5 };

static void parse_batch(struct feed *f, const struct market_lines *l, u32 from)
{
	struct feed_msg m;
	for (u32 i = from; i < from + BATCH; i++)
		if (feed_parse(f, l->text[i], l->len[i], &m) != ERR_OK) {
			fprintf(stderr, "bench_feed: refused: %.*s\n", (int)l->len[i], l->text[i]);
			exit(1);
		}
}

static void run(struct feed *f, const struct clock *c, const char *name, const struct market_lines *l)
{
	struct samples s;
	samples_open(&s, (l->n / BATCH + 1) * ROUNDS);
	for (u32 block = 0; block < l->n; block += BLOCK)
		for (u32 round = 0; round <= ROUNDS; round++)
			for (u32 i = block; i + BATCH <= u32_min(block + BLOCK, l->n); i += BATCH) {
				u64 t0 = tsc_now();
				parse_batch(f, l, i);
				u64 ns = tsc_to_ns(c, tsc_now() - t0);
				if (round)
					samples_add(&s, (ns + BATCH / 2) / BATCH);
			}
	samples_print(&s, name, ",\"mean_of\":16");
	samples_close(&s);
}

int main(void)
{
	static const struct {
		const char *name, *mark;
	} kinds[] = { { "feed.bookTicker", "@bookTicker" }, { "feed.trade", "@trade" }, { "feed.depth", "@depth" } };
	static u64 counters[FEED_CNT_COUNT];
	struct arena a;
	struct clock c;
	if (arena_open(&a, 1 << 20) != ERR_OK || clock_calibrate(&c) != ERR_OK)
		return 1;
	struct feed *f = feed_new(&a, counters, FEED_LEVELS_DEFAULT);
	if (!f || feed_add_instrument(f, &market_btc) != ERR_OK)
		return 1;
	for (u32 k = 0; k < ARRAY_LEN(kinds); k++) {
		struct market_lines l;
		market_load(&l, kinds[k].mark);
		run(f, &c, kinds[k].name, &l);
		market_free(&l);
	}
	if (counters[FEED_CNT_off_fast_path])
		fprintf(stderr, "bench_feed: %llu messages took the general way\n",
			(unsigned long long)counters[FEED_CNT_off_fast_path]);
	arena_close(&a);
	return 0;
}
