#include "bench/peers/check.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/clock.h"

#define BOOT 1
#define RECV_WINDOW_MS 5000
#define ORDER_QTY 100000
#define NEAR_MS 60000

void check_open(struct check *c, const struct instrument *i)
{
	*c = (struct check){ .orders = 0 };
	if (binance_tmpls_init(&c->tmpls, i, BOOT, RECV_WINDOW_MS) != ERR_OK) {
		fprintf(stderr, "bench: no template of an order\n");
		exit(1);
	}
}

static u64 stamp_of(const json_t *order)
{
	return (u64)json_integer_value(json_object_get(json_object_get(order, "params"), "timestamp"));
}

static bool is_near(u64 ms)
{
	u64 now = clock_wall_ns() / NS_PER_MS;
	return ms + NEAR_MS > now && ms < now + NEAR_MS;
}

void check_order(struct check *c, const char *who, i64 ask_px, const u8 *text, u32 n)
{
	const struct binance_tmpl *t = binance_tmpl_place(&c->tmpls, SIDE_BUY, ORDER_LIMIT, TIF_IOC);
	u8 want[BINANCE_TMPL_MAX];
	u32 want_n = binance_prepare(t, want);
	json_t *is = json_loadb((const char *)text, n, JSON_REJECT_DUPLICATES, NULL);
	u64 ms = stamp_of(is);
	bool ok = binance_patch_order(t, want, ++c->orders, ask_px, ORDER_QTY, ms);
	json_t *shall = ok ? json_loadb((const char *)want, want_n, JSON_REJECT_DUPLICATES, NULL) : NULL;
	if (!is || !shall || !json_equal(is, shall) || !is_near(ms)) {
		fprintf(stderr, "bench: %s: its order is not Saker's:\n%.*s\n%.*s\n", who, (int)n, (const char *)text,
			(int)want_n, (const char *)want);
		exit(1);
	}
	json_decref(is);
	json_decref(shall);
}
