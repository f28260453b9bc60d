#include "bench/market.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "common/rng.h"

enum { LINES_CAP = 120000, TEXT_CAP = 1 << 20, GENERATED = 20000 };

const struct instrument market_btc = {
	.id = 3, .version = 1, .px_scale = 2, .qty_scale = 8, .symbol = "BTCUSDT", .symbol_n = 7, .tick = 1,
};

static void *must(void *p)
{
	if (!p) {
		fprintf(stderr, "bench: out of memory\n");
		exit(1);
	}
	return p;
}

static void add(struct market_lines *l, u64 rx_ns, const char *text, size_t n)
{
	if (l->n == l->cap)
		return;
	l->text[l->n] = memcpy(must(malloc(n)), text, n);
	l->rx_ns[l->n] = rx_ns;
	l->len[l->n++] = (u32)n;
}

static void read_day(struct market_lines *l, const char *name, const char *mark, char *line)
{
	char path[512];
	const char *dir = getenv("SAKER_DATA");
	snprintf(path, sizeof path, "%s/binance/%s.spot.hftbacktest.gz", dir ? dir : ".", name);
	gzFile g = gzopen(path, "rb");
	while (g && gzgets(g, line, TEXT_CAP)) {
		const char *json = strchr(line, ' ');
		if (json && strstr(json, mark))
			add(l, strtoull(line, NULL, 10), json + 1, strcspn(json + 1, "\n"));
	}
	if (g)
		gzclose(g);
}

typedef unsigned long long ull;

static void generate(struct market_lines *l)
{
	struct rng r;
	char text[256];
	rng_seed(&r, 1);
	for (u32 i = 0; i < GENERATED; i++) {
		u64 px = 6000000 + rng_below(&r, 400000), bid = rng_below(&r, 1200000), ask = rng_below(&r, 1200000);
		int n = snprintf(text, sizeof text,
				 "{\"stream\":\"btcusdt@bookTicker\",\"data\":{\"u\":%llu,\"s\":\"BTCUSDT\","
				 "\"b\":\"%llu.%02llu000000\",\"B\":\"%llu.%05llu000\","
				 "\"a\":\"%llu.%02llu000000\",\"A\":\"%llu.%05llu000\"}}",
				 50093239212ULL + i, (ull)px / 100, (ull)px % 100, (ull)bid / 100000, (ull)bid % 100000,
				 (ull)(px + 1) / 100, (ull)(px + 1) % 100, (ull)ask / 100000, (ull)ask % 100000);
		add(l, i * NS_PER_MS, text, (size_t)n);
	}
}

void market_load(struct market_lines *l, const char *mark)
{
	char *line = must(malloc(TEXT_CAP));
	*l = (struct market_lines){ .cap = LINES_CAP };
	l->text = must(calloc(LINES_CAP, sizeof *l->text));
	l->len = must(calloc(LINES_CAP, sizeof *l->len));
	l->rx_ns = must(calloc(LINES_CAP, sizeof *l->rx_ns));
	read_day(l, "btcusdt_20240808", mark, line);
	read_day(l, "btcusdt_20240809", mark, line);
	free(line);
	if (l->n == 0)
		generate(l);
}

void market_free(struct market_lines *l)
{
	for (u32 i = 0; i < l->n; i++)
		free(l->text[i]);
	free(l->text);
	free(l->len);
	free(l->rx_ns);
}
