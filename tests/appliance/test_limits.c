/*
 * The configuration's limits as the integers of each instrument: exact text, and the bad one named.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "appliance/ctl.h"
#include "common/arena.h"
#include "gateway/trade_core.h"
#include "tests/cmocka_all.h"

static struct config cfg;
static struct ctl ctl;
static struct arena arena;
static struct instrument table[2];
static u64 cnt[APP_CNT_COUNT];

static int setup(void **state)
{
	(void)state;
	memset(&cfg, 0, sizeof cfg);
	memset(&ctl, 0, sizeof ctl);
	assert_int_equal(arena_open(&arena, 1 << 20), ERR_OK);
	strcpy(cfg.file, "saker.yaml");
	cfg.risk = (struct config_risk){ .max_quantity = "0.5",
					 .max_notional = "20000.00",
					 .max_position = "1.00000001",
					 .max_open_notional = "100000.12345678",
					 .max_loss = "250",
					 .collar_bps = 50,
					 .max_open_orders = 12,
					 .orders_per_second = 5,
					 .order_burst = 6,
					 .cancels_per_second = 7,
					 .cancel_burst = 8,
					 .max_book_age_ms = 900,
					 .duplicate_window_ms = 3 };
	table[0] = (struct instrument){
		.id = 0, .qty_scale = 8, .max_qty = 900000000000, .symbol_n = 7, .symbol = "BTCUSDT"
	};
	table[1] = (struct instrument){
		.id = 1, .qty_scale = 2, .max_qty = 777, .symbol_n = 8, .symbol = "PEPEUSDT"
	};
	ctl.cfg = &cfg;
	ctl.instrument = table;
	ctl.n_instruments = 1;
	ctl.cnt = cnt;
	ctl.trade.to = ring_new(&arena, 1 << 16);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	arena_close(&arena);
	return 0;
}

static struct msg_limits sent(void)
{
	struct msg_limits l;
	const struct ring_msg *m = ring_peek(ctl.trade.to);
	assert_non_null(m);
	assert_int_equal(m->type, MSG_LIMITS);
	assert_int_equal(m->n, sizeof l);
	memcpy(&l, m->data, sizeof l);
	ring_release(ctl.trade.to, m);
	return l;
}

static void text_is_exact(void **state)
{
	char error[256] = "";
	(void)state;
	assert_int_equal(ctl_send_limits(&ctl, error, sizeof error), ERR_OK);
	struct msg_limits l = sent();
	assert_int_equal(l.limits.max_qty, 50000000);
	assert_int_equal(l.limits.max_notional, 2000000000000);
	assert_int_equal(l.limits.max_open_notional, 10000012345678);
	assert_int_equal(l.limits.max_long, 100000001);
	assert_int_equal(l.limits.max_short, 100000001);
	assert_int_equal(l.limits.max_loss, 25000000000);
	assert_int_equal(l.limits.max_book_age_ns, 900 * NS_PER_MS);
	assert_int_equal(l.limits.collar_bps, 50);
	assert_int_equal(l.limits.allowed, 1);
	assert_int_equal(l.account.orders_per_s, 5);
	assert_int_equal(l.account.orders_burst, 6);
	assert_int_equal(l.account.cancels_per_s, 7);
	assert_int_equal(l.account.cancels_burst, 8);
	assert_int_equal(l.account.max_open_orders, 12);
	assert_int_equal(l.account.duplicate_ns, 3 * NS_PER_MS);
}

static void no_text_is_no_limit(void **state)
{
	char error[256] = "";
	(void)state;
	cfg.risk.max_quantity[0] = cfg.risk.max_notional[0] = cfg.risk.max_position[0] = 0;
	cfg.risk.max_open_notional[0] = cfg.risk.max_loss[0] = 0;
	assert_int_equal(ctl_send_limits(&ctl, error, sizeof error), ERR_OK);
	struct msg_limits l = sent();
	assert_int_equal(l.limits.max_qty, table[0].max_qty); /* the venue's own */
	assert_int_equal(l.limits.max_notional, INT64_MAX);
	assert_int_equal(l.limits.max_open_notional, INT64_MAX);
	assert_int_equal(l.limits.max_loss, 0);
	assert_true(l.limits.max_long > INT64_MAX / 8);
}

/* Every instrument has its own scale: 0.5 fits the first and the second, 0.005 only the first. */
static void what_does_not_fit_is_named(void **state)
{
	static const struct {
		char *at;
		const char *text, *name;
	} rows[] = {
		{ cfg.risk.max_quantity, "0.005", "risk.max_quantity" },
		{ cfg.risk.max_quantity, "1e3", "risk.max_quantity" },
		{ cfg.risk.max_notional, "0.000000001", "risk.max_notional" },
		{ cfg.risk.max_notional, "99999999999999999999", "risk.max_notional" },
		{ cfg.risk.max_open_notional, "1,000", "risk.max_open_notional" },
		/* of the second instrument */
		{ cfg.risk.max_position, "1.00000001", "risk.max_position" },
		{ cfg.risk.max_position, "x", "risk.max_position" },
		{ cfg.risk.max_loss, "0x10", "risk.max_loss" },
	};
	(void)state;
	for (u32 i = 0; i < ARRAY_LEN(rows); i++) {
		char error[256] = "", was[CONFIG_NUMBER];
		ctl.n_instruments = 2;
		strcpy(cfg.risk.max_position, "1");
		strcpy(was, rows[i].at);
		strcpy(rows[i].at, rows[i].text);
		assert_int_not_equal(ctl_send_limits(&ctl, error, sizeof error), ERR_OK);
		assert_non_null(strstr(error, "saker.yaml"));
		if (!strstr(error, rows[i].name))
			fail_msg("row %u: %s", i, error);
		strcpy(rows[i].at, was);
		for (const struct ring_msg *m; (m = ring_peek(ctl.trade.to));)
			ring_release(ctl.trade.to, m);
	}
}

static void a_full_inbox_is_said(void **state)
{
	char error[256] = "";
	(void)state;
	while (ring_put(ctl.trade.to, MSG_CLOCK, 0, cnt, 64))
		;
	assert_int_equal(ctl_send_limits(&ctl, error, sizeof error), ERR_FULL);
	assert_int_equal(cnt[APP_CNT_core_ring_full], 1);
}

static void our_own_minimum_counts_where_it_is_higher(void **state)
{
	static const struct {
		const char *text;
		i64 venue, want;
		err_t e;
	} rows[] = {
		{ "", 500000000, 500000000, ERR_OK },
		{ "4.99", 500000000, 500000000, ERR_OK },
		{ "12.5", 500000000, 1250000000, ERR_OK },
		{ "five", 500000000, 500000000, ERR_SYNTAX },
	};
	(void)state;
	for (u32 i = 0; i < ARRAY_LEN(rows); i++) {
		struct instrument x = { .min_notional = rows[i].venue };
		strcpy(cfg.risk.min_notional, rows[i].text);
		assert_int_equal(ctl_own_minimum(&cfg.risk, &x), rows[i].e);
		assert_int_equal(x.min_notional, rows[i].want);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(text_is_exact, setup, teardown),
		cmocka_unit_test_setup_teardown(no_text_is_no_limit, setup, teardown),
		cmocka_unit_test_setup_teardown(what_does_not_fit_is_named, setup, teardown),
		cmocka_unit_test_setup_teardown(a_full_inbox_is_said, setup, teardown),
		cmocka_unit_test_setup_teardown(our_own_minimum_counts_where_it_is_higher, setup,
						teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
