#include "tests/cmocka_all.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "common/decimal.h"
#include "common/rng.h"
#include "gateway/binance_id.h"
#include "gateway/binance_order.h"
#include "gateway/coid.h"

#define BOOT 0xdeadbeef
#define TS   1660801715431ULL

static const struct instrument btc = {
	.id = 0,
	.px_scale = 2,
	.qty_scale = 5,
	.symbol_n = 7,
	.symbol = "BTCUSDT",
	.tick = 1,
	.max_px = 100000000,
	.lot = 1,
	.max_qty = 900000000,
};
static const struct instrument pepe = {
	.id = 1,
	.px_scale = 8,
	.qty_scale = 0,
	.symbol_n = 8,
	.symbol = "PEPEUSDT",
	.tick = 1,
	.max_px = 100000000,
	.lot = 1,
	.max_qty = 4611686018427,
};
/* No limits known, the finest scales, a tick that is not 1. */
static const struct instrument odd = {
	.id = 2,
	.px_scale = 18,
	.qty_scale = 18,
	.symbol_n = 20,
	.symbol = "ABCDEFGHIJKLMNOPQRST",
	.tick = 5,
};
static const struct instrument whole = {
	.id = 3,
	.px_scale = 0,
	.qty_scale = 0,
	.symbol_n = 3,
	.symbol = "ABC",
	.tick = 10,
};

static struct binance_tmpls tmpls;

static void make(const struct instrument *i) { assert_int_equal(binance_tmpls_init(&tmpls, i, BOOT, 5000), ERR_OK); }

static json_t *parse(const u8 *text, u32 n)
{
	json_error_t e;
	json_t *j = json_loadb((const char *)text, n, JSON_REJECT_DUPLICATES, &e);
	if (!j)
		fail_msg("%s at %d in %.*s", e.text, e.position, (int)n, text);
	return j;
}

static const char *param(json_t *j, const char *name)
{
	return json_string_value(json_object_get(json_object_get(j, "params"), name));
}

static void expect(json_t *j, const char *name, const char *value)
{
	const char *got = param(j, name);
	if ((got == NULL) != (value == NULL) || (got && strcmp(got, value) != 0))
		fail_msg("%s: %s, expected %s", name, got ? got : "absent", value ? value : "absent");
}

static json_t *order_text(const struct binance_tmpl *t, u64 id, i64 px, i64 qty)
{
	static u8 out[BINANCE_TMPL_MAX + 8];
	memset(out, '#', sizeof out);
	u32 n = binance_prepare(t, out);
	assert_true(n == t->n && n <= BINANCE_TMPL_MAX);
	assert_true(binance_patch_order(t, out, id, px, qty, TS));
	assert_int_equal(out[n], '#'); /* nothing behind the text */
	return parse(out, n);
}

static const struct {
	const struct instrument *i;
	u8 side, type, tif;
	u64 id;
	i64 px, qty;
	const char *side_text, *type_text, *tif_text, *px_text, *qty_text, *remark;
} rows[] = {
	{ &btc, SIDE_BUY, ORDER_LIMIT, TIF_GTC, 1, 6183763, 1, "BUY", "LIMIT", "GTC", "61837.63", "0.00001", "usual" },
	{ &btc, SIDE_SELL, ORDER_LIMIT, TIF_IOC, 9999999999, 1, 900000000, "SELL", "LIMIT", "IOC", "0.01", "9000.00000",
	  "smallest price, largest quantity, last id" },
	{ &btc, SIDE_BUY, ORDER_LIMIT, TIF_FOK, 17, 100000000, 100000, "BUY", "LIMIT", "FOK", "1000000.00", "1.00000",
	  "largest price" },
	{ &btc, SIDE_SELL, ORDER_LIMIT_MAKER, TIF_GTC, 17, 10, 99999, "SELL", "LIMIT_MAKER", NULL, "0.10", "0.99999",
	  "post only has no time in force" },
	{ &btc, SIDE_BUY, ORDER_MARKET, TIF_GTC, 17, 0, 100, "BUY", "MARKET", NULL, NULL, "0.00100", "no price" },
	{ &pepe, SIDE_BUY, ORDER_LIMIT, TIF_GTC, 5, 1234, 92141578, "BUY", "LIMIT", "GTC", "0.00001234", "92141578",
	  "zeros behind the point, whole quantities" },
	{ &odd, SIDE_SELL, ORDER_LIMIT, TIF_GTC, 5, 1, INT64_MAX, "SELL", "LIMIT", "GTC", "0.000000000000000005",
	  "9.223372036854775807", "18 decimals, the largest quantity there is" },
	{ &odd, SIDE_SELL, ORDER_LIMIT, TIF_GTC, 5, INT64_MAX / 5, 1, "SELL", "LIMIT", "GTC", "9.223372036854775805",
	  "0.000000000000000001", "the largest price there is" },
	{ &whole, SIDE_BUY, ORDER_LIMIT, TIF_GTC, 5, INT64_MAX / 10, INT64_MAX, "BUY", "LIMIT", "GTC",
	  "9223372036854775800", "9223372036854775807", "19 digits without a point" },
	{ &whole, SIDE_BUY, ORDER_LIMIT, TIF_GTC, 5, 1, 1, "BUY", "LIMIT", "GTC", "10", "1", "whole ticks" },
};

static void test_order_table_of_texts(void **state)
{
	(void)state;
	for (size_t k = 0; k < ARRAY_LEN(rows); k++) {
		char coid[COID_LEN + 1] = "", id[BINANCE_ID_LEN + 1] = "";
		make(rows[k].i);
		json_t *j = order_text(binance_tmpl_place(&tmpls, rows[k].side, rows[k].type, rows[k].tif), rows[k].id,
				       rows[k].px, rows[k].qty);
		coid_print(coid, BOOT, rows[k].id);
		binance_id_print(id, BINANCE_REQ_PLACE, rows[k].id);
		assert_string_equal(json_string_value(json_object_get(j, "id")), id);
		assert_string_equal(json_string_value(json_object_get(j, "method")), "order.place");
		char symbol[SYMBOL_MAX + 1] = "";
		memcpy(symbol, rows[k].i->symbol, rows[k].i->symbol_n);
		expect(j, "symbol", symbol);
		expect(j, "side", rows[k].side_text);
		expect(j, "type", rows[k].type_text);
		expect(j, "timeInForce", rows[k].tif_text);
		expect(j, "price", rows[k].px_text);
		expect(j, "quantity", rows[k].qty_text);
		expect(j, "newClientOrderId", coid);
		expect(j, "newOrderRespType", "ACK");
		json_t *p = json_object_get(j, "params");
		assert_true(json_integer_value(json_object_get(p, "timestamp")) == (json_int_t)TS);
		assert_int_equal(json_integer_value(json_object_get(p, "recvWindow")), 5000);
		assert_int_equal(json_object_size(p), rows[k].type == ORDER_MARKET ? 8 : rows[k].tif_text ? 10 : 9);
		json_decref(j);
	}
}

/* Whatever was in the frame before, a patched text is what its values alone say. */
static void test_patches_over_patches(void **state)
{
	(void)state;
	const struct instrument *all[] = { &btc, &pepe, &odd, &whole };
	struct rng r;
	rng_seed(&r, 20240808);
	for (u32 k = 0; k < ARRAY_LEN(all); k++) {
		const struct instrument *i = all[k];
		make(i);
		struct binance_tmpl *t = binance_tmpl_place(&tmpls, SIDE_BUY, ORDER_LIMIT, TIF_GTC);
		u8 used[BINANCE_TMPL_MAX];
		i64 px = 1, qty = 1;
		u64 id = 1, ts = TS;
		binance_prepare(t, used);
		for (int n = 0; n < 5000; n++) {
			i64 max_px = i->max_px ? i->max_px : INT64_MAX / i->tick;
			i64 max_qty = i->max_qty ? i->max_qty : INT64_MAX;
			u64 new = rng_next(&r); /* any of the values may be the one before */
			px = new & 1 ? (i64)rng_below(&r, (u64)max_px >> rng_below(&r, 20)) + 1 : px;
			qty = new & 2 ? (i64)rng_below(&r, (u64)max_qty >> rng_below(&r, 20)) + 1 : qty;
			id = new & 4 ? rng_below(&r, ORDER_ID_MAX) + 1 : id;
			ts = new & 8 ? TS + rng_below(&r, 1000000) : ts;
			if ((new & 0x70) == 0x10) { /* the id ahead, right or wrong; a refusal that changes nothing */
				binance_next_id(t, id ^ (new & 0x80 ? 1 : 0) ?: 2);
				assert_false(binance_next_order(t, id, -1, qty, ts));
			}
			char text[DEC_TEXT_MAX];
			u8 fresh[BINANCE_TMPL_MAX];
			binance_prepare(t, fresh);
			assert_true(binance_patch_order(t, used, id, px, qty, ts));
			assert_true(binance_patch_order(t, fresh, id, px, qty, ts));
			assert_true(binance_next_order(t, id, px, qty, ts));
			assert_memory_equal(used, fresh, t->n);
			assert_memory_equal(t->next, fresh, t->n);
			if (n % 50)
				continue;
			json_t *j = parse(used, t->n);
			px_print(i, text, px);
			expect(j, "price", text);
			qty_print(i, text, qty);
			expect(j, "quantity", text);
			json_decref(j);
		}
	}
}

static const struct {
	u64 id;
	i64 px, qty;
	u64 ts;
	const char *remark;
} refused[] = {
	{ 0, 1, 1, TS, "ids count from 1" },
	{ ORDER_ID_MAX + 1, 1, 1, TS, "eleven digits" },
	{ 1, 0, 1, TS, "no price" },
	{ 1, -1, 1, TS, "negative price" },
	{ 1, 1, 0, TS, "no quantity" },
	{ 1, 1, -5, TS, "negative quantity" },
	{ 1, 1, 1, 0, "no time" },
	{ 1, 1, 1, 10000000000000ULL, "fourteen digits" },
	{ 1, INT64_MAX, 1, TS, "the price does not fit its field" },
	{ 1, 1, INT64_MAX, TS, "the quantity does not fit its field" },
};

static void test_refused(void **state)
{
	(void)state;
	u8 out[BINANCE_TMPL_MAX];
	make(&btc);
	const struct binance_tmpl *t = binance_tmpl_place(&tmpls, SIDE_BUY, ORDER_LIMIT, TIF_GTC);
	for (size_t k = 0; k < ARRAY_LEN(refused); k++) {
		binance_prepare(t, out);
		if (binance_patch_order(t, out, refused[k].id, refused[k].px, refused[k].qty, refused[k].ts))
			fail_msg("%s", refused[k].remark);
	}
	make(&odd);
	t = binance_tmpl_place(&tmpls, SIDE_BUY, ORDER_LIMIT, TIF_GTC);
	assert_false(binance_patch_order(t, out, 1, INT64_MAX / 5 + 1, 1, TS)); /* ticks times tick overflows */
	assert_null(binance_tmpl_place(&tmpls, 2, ORDER_LIMIT, TIF_GTC));
	assert_null(binance_tmpl_place(&tmpls, SIDE_BUY, 3, TIF_GTC));
	assert_null(binance_tmpl_place(&tmpls, SIDE_BUY, ORDER_LIMIT, 3));
}

static void test_bad_instruments(void **state)
{
	(void)state;
	struct instrument i = btc;
	i.symbol[2] = '"';
	assert_int_equal(binance_tmpls_init(&tmpls, &i, BOOT, 5000), ERR_ARGUMENT);
	i = btc;
	i.symbol_n = 0;
	assert_int_equal(binance_tmpls_init(&tmpls, &i, BOOT, 5000), ERR_ARGUMENT);
	i = btc;
	i.tick = 0;
	assert_int_equal(binance_tmpls_init(&tmpls, &i, BOOT, 5000), ERR_ARGUMENT);
	assert_int_equal(binance_tmpls_init(&tmpls, &btc, BOOT, 0), ERR_ARGUMENT);
	assert_int_equal(binance_tmpls_init(&tmpls, &btc, BOOT, 60001), ERR_ARGUMENT);
	assert_int_equal(binance_tmpls_init(&tmpls, &btc, BOOT, 60000), ERR_OK);
}

static void test_cancels(void **state)
{
	(void)state;
	static const u64 venue_ids[] = { 1, 12569099453, INT64_MAX, 5 };
	u8 out[BINANCE_TMPL_MAX];
	char id[BINANCE_ID_LEN + 1] = "", coid[COID_LEN + 1] = "";
	make(&btc);
	u32 n = binance_prepare(&tmpls.cancel, out);
	for (size_t k = 0; k < ARRAY_LEN(venue_ids); k++) {
		assert_true(binance_patch_cancel(&tmpls.cancel, out, 17, venue_ids[k], TS));
		json_t *j = parse(out, n), *p = json_object_get(j, "params");
		binance_id_print(id, BINANCE_REQ_CANCEL, 17);
		assert_string_equal(json_string_value(json_object_get(j, "id")), id);
		assert_string_equal(json_string_value(json_object_get(j, "method")), "order.cancel");
		assert_true(json_integer_value(json_object_get(p, "orderId")) == (json_int_t)venue_ids[k]);
		assert_int_equal(json_object_size(p), 4);
		json_decref(j);
	}
	assert_false(binance_patch_cancel(&tmpls.cancel, out, 17, 0, TS));
	assert_false(binance_patch_cancel(&tmpls.cancel, out, 17, 1ULL << 63, TS));
	n = binance_prepare(&tmpls.cancel_coid, out);
	assert_true(binance_patch_cancel(&tmpls.cancel_coid, out, 4711, 0, TS));
	json_t *j = parse(out, n);
	coid_print(coid, BOOT, 4711);
	expect(j, "origClientOrderId", coid);
	expect(j, "symbol", "BTCUSDT");
	json_decref(j);
}

static void test_request_ids(void **state)
{
	(void)state;
	for (u8 req = 1; req < BINANCE_REQS; req++) {
		char text[BINANCE_ID_LEN];
		u64 n = 0;
		binance_id_print(text, req, 9999999999ULL - req);
		assert_int_equal(binance_id_parse(text, sizeof text, &n), req);
		assert_true(n == 9999999999ULL - req);
		assert_true(binance_weight(req) > 0 && binance_method(req)[0]);
	}
	u64 n;
	assert_int_equal(binance_id_parse("p000000001", 10, &n), BINANCE_REQ_NONE);
	assert_int_equal(binance_id_parse("p00000000x1", 11, &n), BINANCE_REQ_NONE);
	assert_int_equal(binance_id_parse("q0000000001", 11, &n), BINANCE_REQ_NONE);
	assert_int_equal(binance_id_parse("\0"
					  "0000000001",
					  11, &n),
			 BINANCE_REQ_NONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order_table_of_texts),
		cmocka_unit_test(test_patches_over_patches),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_bad_instruments),
		cmocka_unit_test(test_cancels),
		cmocka_unit_test(test_request_ids),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
