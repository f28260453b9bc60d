/* Any answer of the venue: no crash, and what is accepted can be used. The first byte chooses the kind. */
#include <stdlib.h>
#include <string.h>

#include "dataplane/feed/feed_binance_rest.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool ok)
{
	if (!ok)
		abort();
}

static void fuzz_instrument(const char *text, size_t n)
{
	struct instrument i;
	char why[64] = "";
	if (feed_rest_instrument(text, n, "BTCUSDT", &i, why, sizeof why) != ERR_OK) {
		check(why[0] && memchr(why, 0, sizeof why));
		return;
	}
	check(i.tick > 0 && i.lot > 0 && i.max_qty > 0 && i.qty_scale <= 8 && i.px_scale <= 8 && i.min_qty >= 0 &&
	      i.min_px >= 0);
}

static void fuzz_depth(const char *text, size_t n)
{
	static const struct instrument btc = {
		.px_scale = 2, .qty_scale = 8, .symbol = "BTCUSDT", .symbol_n = 7, .tick = 1
	};
	struct feed_level bids[4], asks[4];
	struct feed_rest_depth d = { .bids = bids, .asks = asks, .cap = 4 };
	char why[64] = "";
	if (feed_rest_depth(text, n, &btc, &d, why, sizeof why) != ERR_OK) {
		check(why[0] && memchr(why, 0, sizeof why));
		return;
	}
	check(d.last_update_id > 0 && d.n_bids <= 4 && d.n_asks <= 4);
	for (u32 i = 0; i < d.n_bids; i++)
		check(bids[i].px > 0 && bids[i].qty > 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	u64 ms;
	if (size == 0)
		return 0;
	const char *text = (const char *)data + 1;
	switch (data[0] % 3) {
	case 0: fuzz_instrument(text, size - 1); break;
	case 1: fuzz_depth(text, size - 1); break;
	default: check(feed_rest_time(text, size - 1, &ms) != ERR_OK || ms > 0); break;
	}
	return 0;
}
