/*
 * Strategies on a made-up market through the whole of it: texts of somebody's feed in, the trading core
 * on its tape, orders sealed and opened again by the stand-in, its answers back. The same in one thread
 * and in two, whatever the other one's lead; different where the market is.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "appliance/foreign_core.h"
#include "common/rng.h"
#include "tests/cmocka_all.h"

#define START_NS (1723161255000 * NS_PER_MS)
#define MESSAGES 1500u

static const char trading[] = "instance: t\n"
			      "mode: observe\n"
			      "cpus: { trade: 0, shared: \"1\" }\n"
			      "ports:\n"
			      "  md: { device: none0, ip: 192.0.2.1/24 }\n"
			      "  trade: { device: none1, ip: 198.51.100.1/24 }\n"
			      "venue: { stream: { host: a }, api: { host: b }, rest: { host: c } }\n"
			      "instruments: [BTCUSDT]\n"
			      "strategies:\n"
			      "  - { name: q, type: maker, params: { instrument: BTCUSDT, half_spread: 3, size: 0.001,\n"
			      "      max_position: 0.01, refresh: 1, post_only: false } }\n"
			      "risk: { max_quantity: 0.01, max_notional: 1000, max_position: 0.02, max_open_notional: 5000,\n"
			      "        collar_bps: 50, max_open_orders: 4, orders_per_second: 1000, order_burst: 500 }\n";

struct outcome {
	u64 orders, answers, hash;
	u64 fills;
	i64 position;
	u32 open;
};

static struct outcome at;

static void mix(const u8 *p, u32 n)
{
	for (u32 i = 0; i < n; i++)
		at.hash = (at.hash ^ p[i]) * 0x100000001b3;
}

static void on_order(void *user, const u8 *p, u32 n, ns_t now)
{
	(void)user, (void)now;
	at.orders++;
	mix(p, n);
}

static void on_answer(void *user, const u8 *p, u32 n, ns_t now)
{
	(void)user, (void)now;
	at.answers++;
	mix(p, n);
}

/* ---- the market ---- */

static void text(struct foreign_core *c, ns_t now, const char *t)
{
	foreign_core_turn(c, now);
	foreign_core_text(c, (const u8 *)t, (u32)strlen(t), now);
}

static void say_best(struct foreign_core *c, ns_t now, u64 id, i64 mid, struct rng *r)
{
	char t[400];
	snprintf(t, sizeof t,
		 "{\"stream\":\"btcusdt@bookTicker\",\"data\":{\"u\":%llu,\"s\":\"BTCUSDT\",\"b\":\"%lld.%02lld000000\","
		 "\"B\":\"0.%08llu\",\"a\":\"%lld.%02lld000000\",\"A\":\"0.%08llu\"}}",
		 (unsigned long long)id, (long long)(mid / 100), (long long)(mid % 100),
		 (unsigned long long)(1 + rng_below(r, 99999999)), (long long)((mid + 1) / 100),
		 (long long)((mid + 1) % 100),
		 (unsigned long long)(1 + rng_below(r, 99999999)));
	text(c, now, t);
}

static void say_trade(struct foreign_core *c, ns_t now, u64 id, i64 px, struct rng *r)
{
	char t[400];
	snprintf(t, sizeof t,
		 "{\"stream\":\"btcusdt@trade\",\"data\":{\"e\":\"trade\",\"E\":1723161255343,\"s\":\"BTCUSDT\",\"t\":%llu,"
		 "\"p\":\"%lld.%02lld000000\",\"q\":\"0.%08llu\",\"T\":1723161255342,\"m\":%s,\"M\":true}}",
		 (unsigned long long)id, (long long)(px / 100), (long long)(px % 100),
		 (unsigned long long)(1 + rng_below(r, 300000)), rng_below(r, 2) ? "true" : "false");
	text(c, now, t);
}

static void say_depth(struct foreign_core *c, ns_t now, u64 first, u64 last)
{
	char t[400];
	snprintf(t, sizeof t,
		 "{\"stream\":\"btcusdt@depth@100ms\",\"data\":{\"e\":\"depthUpdate\",\"E\":1723161255208,\"s\":\"BTCUSDT\","
		 "\"U\":%llu,\"u\":%llu,\"b\":[[\"50000.00000000\",\"1.00000000\"]],\"a\":[[\"70000.00000000\",\"1.00000000\"]]}}",
		 (unsigned long long)first, (unsigned long long)last);
	text(c, now, t);
}

static void walk(struct foreign_core *c, u64 seed)
{
	struct rng r;
	ns_t now = START_NS;
	i64 mid = 6000000;
	u64 id = 100, depth = 100, trades = 0;
	rng_seed(&r, seed);
	foreign_core_turn(c, now);
	foreign_core_up(c, now);
	say_depth(c, now, depth, depth + 1);
	depth++;
	for (u32 i = 0; i < MESSAGES; i++) {
		now += rng_below(&r, 50) ? rng_below(&r, 2 * NS_PER_MS) : rng_below(&r, 300 * NS_PER_MS);
		mid += (i64)rng_below(&r, 7) - 3;
		u64 what = rng_below(&r, 10);
		if (what < 6)
			say_best(c, now, id += 10, mid, &r);
		else if (what < 9)
			say_trade(c, now, ++trades, mid + (i64)rng_below(&r, 21) - 10, &r);
		else
			say_depth(c, now, depth + 1, depth + 1), depth++;
	}
}

/* ---- a run ---- */

static struct config file;

static struct outcome run(enum paper_layout layout, bool fills, u64 seed)
{
	static const char snapshot[] = "{\"lastUpdateId\":100,\"bids\":[[\"50000.00000000\",\"1.00000000\"]],"
				       "\"asks\":[[\"70000.00000000\",\"1.00000000\"]]}";
	static struct foreign_core c;
	static struct paper p;
	char error[APP_ERROR] = "";
	memset(&c, 0, sizeof c);
	memset(&p, 0, sizeof p);
	at = (struct outcome){ 0 };
	p.cfg = (struct paper_cfg){ .fills = fills, .round_trip_ns = 700 * NS_PER_US, .layout = layout };
	p.cfg.trading = &file;
	p.cfg.measure = layout == PAPER_SPLIT;
	p.text = on_order;
	p.answer = on_answer;
	c.paper = &p;
	assert_int_equal(foreign_instrument("BTCUSDT:0.01:0.00001", &c.app.instrument[0]), ERR_OK);
	c.app.instrument[0].version = 1;
	c.app.n_instruments = 1;
	c.snapshot[0] = (struct span){ (const u8 *)snapshot, sizeof snapshot - 1 };
	if (foreign_core_open(&c, NULL, error) != ERR_OK)
		fail_msg("%s", error);
	walk(&c, seed);
	if (!foreign_core_end(&c))
		fail_msg("%s", p.why);
	const struct trade_core *t = &c.app.trade;
	assert_int_equal(t->link[0], LINK_READY);
	at.fills = t->fills[0];
	at.position = risk_position(t->risk, 0)->qty;
	at.open = t->orders.n_open;
	foreign_core_close(&c);
	return at;
}

static bool same(const struct outcome *a, const struct outcome *b)
{
	return a->orders == b->orders && a->answers == b->answers && a->hash == b->hash && a->fills == b->fills &&
	       a->position == b->position && a->open == b->open;
}

static void layouts_agree(void **state)
{
	(void)state;
	for (u64 seed = 1; seed <= 2; seed++) {
		struct outcome one = run(PAPER_FUSED, true, seed), again = run(PAPER_FUSED, true, seed),
			       two = run(PAPER_SPLIT, true, seed);
		printf("seed %llu: %llu orders and cancels, %llu answers, %llu fills, position %lld\n", (unsigned long long)seed,
		       (unsigned long long)one.orders, (unsigned long long)one.answers, (unsigned long long)one.fills,
		       (long long)one.position);
		assert_true(one.orders > 50 && one.fills > 10);
		assert_true(same(&one, &again));
		assert_true(same(&one, &two));
	}
}

static void another_market_is_another_run(void **state)
{
	(void)state;
	struct outcome a = run(PAPER_FUSED, true, 1), b = run(PAPER_FUSED, true, 2);
	assert_false(a.hash == b.hash);
}

static void without_fills_orders_rest(void **state)
{
	(void)state;
	struct outcome one = run(PAPER_FUSED, false, 1), two = run(PAPER_SPLIT, false, 1);
	assert_true(one.orders > 50);
	assert_int_equal(one.fills, 0);
	assert_int_equal(one.position, 0);
	assert_true(one.open > 0);
	assert_true(same(&one, &two));
}

/* What it sends depends on this machine; that it trades, and that nothing breaks, does not. */
static void free_runs_trade(void **state)
{
	(void)state;
	struct outcome o = run(PAPER_FREE, true, 1);
	assert_true(o.orders > 0 && o.answers > 0);
}

static int setup(void **state)
{
	char error[CONFIG_ERROR];
	(void)state;
	if (config_parse(&file, "trading", trading, sizeof trading - 1, error) != ERR_OK)
		fail_msg("%s", error);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(layouts_agree),
		cmocka_unit_test(another_market_is_another_run),
		cmocka_unit_test(without_fills_orders_rest),
		cmocka_unit_test(free_runs_trade),
	};
	return cmocka_run_group_tests(tests, setup, NULL);
}
