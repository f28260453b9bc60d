/*
 * bench_feed - what one market message costs from text to integers, by kind.
 *
 * Reads every distinct line of the recordings (SAKER_DATA), or generated ones where absent. A sample is the mean
 * of BATCH consecutive messages, since the time-stamp counter steps by 10 ns. One JSON line a kind; texts are hot
 * in the second-level cache at best.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "common/clock.h"
#include "common/rng.h"
#include "dataplane/feed/feed_binance.h"

enum { BATCH = 16, LINES_MAX = 120000, TEXT_MAX = 1 << 20, WARM_LINES = 2048, ROUNDS = 5 };

struct lines {
	char *text[LINES_MAX];
	u32 len[LINES_MAX];
	u32 n;
};

static void add(struct lines *l, const char *text, size_t n)
{
	if (l->n == LINES_MAX)
		return;
	char *copy = malloc(n);
	if (!copy)
		abort();
	l->text[l->n] = memcpy(copy, text, n);
	l->len[l->n++] = (u32)n;
}

/* Lines of the recording that contain `mark`. False where there is no recording. */
static bool load(struct lines *l, const char *file, const char *mark)
{
	static char line[TEXT_MAX];
	char path[512];
	const char *dir = getenv("SAKER_DATA");
	snprintf(path, sizeof path, "%s/binance/%s", dir ? dir : "../shared/data", file);
	gzFile g = gzopen(path, "rb");
	if (!g)
		return false;
	while (gzgets(g, line, sizeof line)) {
		char *json = strchr(line, ' ');
		if (json && strstr(json, mark))
			add(l, json + 1, strcspn(json + 1, "\n"));
	}
	gzclose(g);
	return true;
}

static void generate(struct lines *l)
{
	struct rng r;
	char text[256];
	rng_seed(&r, 1);
	for (u32 i = 0; i < 20000; i++) {
		u64 px = 6000000 + rng_below(&r, 400000);
		int n = snprintf(text, sizeof text,
				 "{\"stream\":\"btcusdt@bookTicker\",\"data\":{\"u\":%llu,\"s\":\"BTCUSDT\",\"b\":"
				 "\"%llu.%02llu000000\","
				 "\"B\":\"%llu.%05llu000\",\"a\":\"%llu.%02llu000000\",\"A\":\"%llu.%05llu000\"}}",
				 50093239212ULL + i, (unsigned long long)px / 100, (unsigned long long)px % 100,
				 (unsigned long long)rng_below(&r, 12), (unsigned long long)rng_below(&r, 100000),
				 (unsigned long long)(px + 1) / 100, (unsigned long long)(px + 1) % 100,
				 (unsigned long long)rng_below(&r, 12), (unsigned long long)rng_below(&r, 100000));
		add(l, text, (size_t)n);
	}
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

static void print(const char *name, double *v, u32 n)
{
	qsort(v, n, sizeof *v, by_value);
	printf("{\"name\":\"%s\",\"unit\":\"ns\",\"batch\":%d,\"n\":%u,\"min\":%.1f,\"p50\":%.1f,\"p90\":%.1f,"
	       "\"p99\":%.1f,\"p999\":%.1f,"
	       "\"max\":%.1f}\n",
	       name, BATCH, n, v[0], v[n / 2], v[(u64)n * 90 / 100], v[(u64)n * 99 / 100], v[(u64)n * 999 / 1000],
	       v[n - 1]);
}

static void parse_batch(struct feed *f, const struct lines *l, u32 from)
{
	struct feed_msg m;
	for (u32 i = from; i < from + BATCH; i++)
		if (feed_parse(f, l->text[i], l->len[i], &m) != ERR_OK)
			abort();
}

/* Blocks of lines small enough for the cache: one pass to warm them, then measured ones. */
static void run(struct feed *f, const struct clock *c, const char *name, const struct lines *l)
{
	double *v = malloc(sizeof *v * (LINES_MAX / BATCH + 1) * ROUNDS);
	u32 n = 0, warm = WARM_LINES;
	if (!v)
		abort();
	for (u32 block = 0; block + BATCH <= l->n; block += warm) {
		u32 end = u32_min(block + warm, l->n);
		for (u32 round = 0; round <= ROUNDS; round++)
			for (u32 i = block; i + BATCH <= end; i += BATCH) {
				u64 t0 = tsc_now();
				parse_batch(f, l, i);
				u64 t1 = tsc_now();
				if (round)
					v[n++] = (double)tsc_to_ns(c, (t1 - t0) * 1000) / 1000 / BATCH;
			}
	}
	if (n)
		print(name, v, n);
	free(v);
}

int main(void)
{
	static const struct { const char *name, *mark; } kinds[] = {
		{ "feed.bookTicker", "@bookTicker" }, { "feed.trade", "@trade" }, { "feed.depth", "@depth" },
	};
	static u64 counters[FEED_CNT_COUNT];
	struct instrument btc = {
		.id = 3, .version = 1, .px_scale = 2, .qty_scale = 8, .symbol = "BTCUSDT", .symbol_n = 7, .tick = 1
	};
	struct arena a;
	struct clock c;
	if (arena_open(&a, 1 << 20) != ERR_OK || clock_calibrate(&c) != ERR_OK)
		return 1;
	struct feed *f = feed_new(&a, counters, FEED_LEVELS_DEFAULT);
	if (!f || feed_add_instrument(f, &btc) != ERR_OK)
		return 1;
	for (u32 k = 0; k < ARRAY_LEN(kinds); k++) {
		struct lines *l = calloc(1, sizeof *l);
		if (!l)
			return 1;
		bool real = load(l, "btcusdt_20240808.spot.hftbacktest.gz", kinds[k].mark) &&
			    load(l, "btcusdt_20240809.spot.hftbacktest.gz", kinds[k].mark);
		if (!real && k == 0)
			generate(l);
		run(f, &c, kinds[k].name, l);
		free(l);
	}
	printf("{\"name\":\"feed.off_fast_path\",\"unit\":\"messages\",\"n\":%llu}\n",
	       (unsigned long long)counters[FEED_CNT_off_fast_path]);
	arena_close(&a);
	return 0;
}
