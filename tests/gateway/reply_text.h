/*
 * reply_text.h - for tests of decoded messages: a decoder with two instruments, and texts written with ' for the quote.
 */
#ifndef REPLY_TEXT_H
#define REPLY_TEXT_H

#include "tests/cmocka_all.h"

#include <stdlib.h>
#include <string.h>

#include "gateway/binance_reply.h"

#define BOOT  0x0badcafe
#define OURS  "saker-0badcafe-0000000017"
#define OLDER "saker-00000001-0000000005"

static struct instrument table[2];
static struct binance_decoder d;
static u64 cnt[GATEWAY_CNT_COUNT];
static struct binance_msg m;

static struct {
	u32 n;
	u64 req_n;
	struct reply_order order[4];
	struct reply_trade trade[4];
	struct reply_balance balance[4];
} got;

static void on_order(void *ctx, const struct binance_msg *msg, const struct reply_order *o)
{
	(void)ctx;
	got.req_n = msg->req_n;
	got.order[got.n++ % 4] = *o;
}

static void on_trade(void *ctx, const struct binance_msg *msg, const struct reply_trade *t)
{
	(void)ctx;
	got.req_n = msg->req_n;
	got.trade[got.n++ % 4] = *t;
}

static void on_balance(void *ctx, const struct binance_msg *msg, const struct reply_balance *b)
{
	(void)ctx;
	got.req_n = msg->req_n;
	got.balance[got.n++ % 4] = *b;
}

static int setup(void **state)
{
	(void)state;
	table[0] = (struct instrument){
		.id = 0, .px_scale = 2, .qty_scale = 8, .symbol_n = 7, .symbol = "BTCUSDT", .tick = 1
	};
	table[1] = (struct instrument){
		.id = 1, .px_scale = 8, .qty_scale = 8, .symbol_n = 6, .symbol = "ETHBTC", .tick = 10
	};
	memset(cnt, 0, sizeof cnt);
	memset(&got, 0, sizeof got);
	binance_decoder_init(&d, table, 2, BOOT, cnt);
	d.sink = (struct reply_sink){ .order = on_order, .trade = on_trade, .balance = on_balance };
	return 0;
}

static err_t decode_n(const char *text, size_t n)
{
	char *copy = malloc(n ? n : 1); /* so that a read past the end is seen */
	memcpy(copy, text, n);
	for (size_t i = 0; i < n; i++)
		if (copy[i] == '\'') /* the texts below are written with ' for the quote */
			copy[i] = '"';
	memset(&m, 0xa5, sizeof m);
	err_t e = binance_decode(&d, (const u8 *)copy, n, &m);
	free(copy);
	return e;
}

static err_t decode(const char *text) { return decode_n(text, strlen(text)); }

#endif
