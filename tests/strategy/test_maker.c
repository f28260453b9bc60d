#include "tests/strategy/fake_host.h"

#include "common/rng.h"
#include "strategy/builtin.h"

#define LOT 1000LL
#define SIZE (100 * LOT) /* 0.001 */
#define BACKOFF_NS (100 * NS_PER_MS)
#define PARAMS                                                                                \
	"instrument=BTCUSDT half_spread=50 size=0.001 max_position=0.003 skew=30 refresh=10 " \
	"backoff=100"

struct bench {
	struct fake_host host;
	struct strategy_value v[STRATEGY_PARAMS_MAX];
	_Alignas(CACHE_LINE) u8 state[512];
	struct market_view view;
	ns_t now;
};

static void start(struct bench *b, const char *more)
{
	*b = (struct bench){ .now = 10 * NS_PER_S };
	b->host.instrument = (struct instrument){ .id = 4,
						  .qty_scale = 8,
						  .px_scale = 2,
						  .tick = 1,
						  .lot = LOT,
						  .min_qty = LOT,
						  .symbol = "BTCUSDT",
						  .symbol_n = 7 };
	b->view = (struct market_view){ .instrument = 4,
					.flags = TAPE_LAST,
					.book_state = BOOK_VALID,
					.bid_px = 9999,
					.ask_px = 10001 };
	assert_true(strategy_maker.state_size <= sizeof b->state);
	param_defaults(strategy_maker.params, strategy_maker.n_params, b->v);
	fake_change(&strategy_maker, PARAMS, b->v);
	fake_change(&strategy_maker, more, b->v);
	assert_int_equal(
		strategy_maker.init(b->state, &fake_api, (struct strategy_ctx *)&b->host, b->v),
		ERR_OK);
	assert_int_equal(b->host.subscribed, 1 << 4);
}

static void tick(struct bench *b, i64 bid, i64 ask)
{
	b->view.bid_px = bid;
	b->view.ask_px = ask;
	b->view.now = b->now;
	strategy_maker.on_market(b->state, &b->view);
}

static void event(struct bench *b, u64 id, u8 side, u8 kind, u8 state)
{
	struct order_event e = { .order_id = id, .side = side, .kind = kind, .state = state };
	strategy_maker.on_order(b->state, &e, b->now);
}

/*
 * What was asked since the last look must be "b9950 a10050", "c1 c2": b and a are submits at a
 * price, c cancels by id.
 */
static void expect(struct bench *b, const char *want, const char *remark)
{
	char got[256] = "";
	size_t at = 0;
	for (; b->host.seen < b->host.n_asked; b->host.seen++) {
		const struct fake_asked *a = &b->host.asked[b->host.seen];
		if (a->what == 'c')
			at += (size_t)snprintf(got + at, sizeof got - at, "%sc%llu", at ? " " : "",
					       (unsigned long long)a->id);
		else
			at += (size_t)snprintf(got + at, sizeof got - at, "%s%c%lld", at ? " " : "",
					       "ba"[a->q.side], (long long)a -> q.px);
	}
	if (strcmp(got, want))
		fail_msg("%s: asked for \"%s\", expected \"%s\"", remark, got, want);
	b->host.n_asked = b->host.seen = 0;
}

static const struct {
	i64 bid, ask, position;
	const char *want, *remark;
} places[] = {
	{ 9999, 10001, 0, "b9950 a10050", "50 each side of 10000" },
	{ 9999, 10002, 0, "b9950 a10051", "middle 10000.5: both round away from it" },
	{ 9999, 10001, 2 * SIZE, "b9930 a10030",
	  "two thirds of max_position: 20 of 30 ticks down" },
	{ 9999, 10001, -2 * SIZE, "b9970 a10070", "short: up" },
	{ 9999, 10001, SIZE / 2, "b9945 a10045", "skew in half ticks, exactly" },
	{ 9999, 10001, 2 * SIZE + 1, "a10030", "one unit more and a buy could pass max_position" },
	{ 9999, 10001, 3 * SIZE, "a10020", "at max_position: sell only" },
	{ 9999, 10001, -3 * SIZE, "b9980", "short at max_position: buy only" },
	{ 9999, 10001, 1000 * SIZE, "a10020", "skew is bounded, however large the position" },
	{ 9800, 10200, -2 * SIZE, "b9970 a10070", "inside a wide book" },
	{ 9999, 10201, -2 * SIZE, "b10070 a10170", "..." },
	{ 20, 22, 0, "a71", "no bid at or below zero" },
};

static void test_places(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(places); i++) {
		struct bench b;
		start(&b, "");
		b.host.position = places[i].position;
		tick(&b, places[i].bid, places[i].ask);
		expect(&b, places[i].want, places[i].remark);
	}
}

static void test_never_through_the_book(void **state)
{
	(void)state;
	struct bench b;
	start(&b, "half_spread=1 skew=30");
	b.host.position = -2 * SIZE; /* skew 20 up: both quotes would lie above the ask */
	tick(&b, 9999, 10001);
	expect(&b, "b10000 a10021", "the bid stays one tick below the ask");
	start(&b, "half_spread=1 skew=30");
	b.host.position = 2 * SIZE;
	tick(&b, 9999, 10001);
	expect(&b, "b9979 a10000", "the ask stays one tick above the bid");
}

static void test_order_type_and_size(void **state)
{
	(void)state;
	struct bench b;
	start(&b, "");
	tick(&b, 9999, 10001);
	assert_int_equal(b.host.asked[0].q.type, ORDER_LIMIT_MAKER);
	assert_int_equal(b.host.asked[0].q.qty, SIZE);
	assert_int_equal(b.host.asked[0].q.instrument, 4);
	start(&b, "post_only=false");
	tick(&b, 9999, 10001);
	assert_int_equal(b.host.asked[0].q.type, ORDER_LIMIT);
}

static void test_refresh(void **state)
{
	(void)state;
	struct bench b;
	start(&b, "");
	tick(&b, 9999, 10001);
	expect(&b, "b9950 a10050", "first quotes: ids 1 and 2");
	tick(&b, 10009, 10011);
	expect(&b, "", "10 ticks off: within refresh");
	tick(&b, 10010, 10012);
	expect(&b, "c1 c2", "11 off: cancelled, and not replaced yet");
	tick(&b, 10050, 10052);
	expect(&b, "", "a cancel in flight is not repeated");
	event(&b, 1, SIDE_BUY, ORDER_EV_CANCELED, ORDER_CANCELED);
	expect(&b, "b10001", "replaced once its end is proven, at today's middle");
	event(&b, 2, SIDE_SELL, ORDER_EV_FILL, ORDER_FILLED);
	expect(&b, "a10101", "the fill crossed the cancel: the side is free all the same");
	event(&b, 2, SIDE_SELL, ORDER_EV_CANCEL_REJECTED, ORDER_FILLED);
	expect(&b, "", "late news of an order that has ended");
}

static void test_fills(void **state)
{
	(void)state;
	struct bench b;
	start(&b, "");
	tick(&b, 9999, 10001);
	expect(&b, "b9950 a10050", "");
	b.host.position = SIZE / 2;
	event(&b, 1, SIDE_BUY, ORDER_EV_FILL, ORDER_LIVE);
	expect(&b, "", "half filled: the rest works on, 5 ticks of skew are within refresh");
	b.host.position = 3 * SIZE;
	event(&b, 1, SIDE_BUY, ORDER_EV_FILL, ORDER_FILLED);
	expect(&b, "c2", "full: no new bid, and the ask moves 30 down");
	event(&b, 2, SIDE_SELL, ORDER_EV_CANCELED, ORDER_CANCELED);
	expect(&b, "a10020", "");
}

static void test_reject_backs_off(void **state)
{
	(void)state;
	struct bench b;
	start(&b, "");
	tick(&b, 9999, 10001);
	expect(&b, "b9950 a10050", "");
	event(&b, 1, SIDE_BUY, ORDER_EV_REJECTED, ORDER_REJECTED);
	assert_int_equal(b.host.timer, b.now + BACKOFF_NS);
	tick(&b, 9999, 10001);
	expect(&b, "", "not before the timer");
	b.now += BACKOFF_NS;
	strategy_maker.on_timer(b.state, b.now);
	expect(&b, "b9950", "tried again");
	event(&b, 3, SIDE_BUY, ORDER_EV_REJECTED, ORDER_REJECTED);
	assert_int_equal(b.host.timer, b.now + 2 * BACKOFF_NS);
	b.now += 2 * BACKOFF_NS;
	strategy_maker.on_timer(b.state, b.now);
	expect(&b, "b9950", "... twice as late");
	event(&b, 4, SIDE_BUY, ORDER_EV_ACK, ORDER_LIVE);
	event(&b, 4, SIDE_BUY, ORDER_EV_CANCELED, ORDER_CANCELED);
	expect(&b, "b9950", "cancelled from outside: quoted anew");
	event(&b, 5, SIDE_BUY, ORDER_EV_REJECTED, ORDER_REJECTED);
	assert_int_equal(b.host.timer,
			 b.now + BACKOFF_NS); /* an acknowledgement made it short again */
}

static void test_refused_submit_backs_off(void **state)
{
	(void)state;
	struct bench b;
	start(&b, "");
	b.host.submit_answer = -7;
	tick(&b, 9999, 10001);
	expect(&b, "b9950 a10050", "both asked for, both refused");
	for (int i = 0; i < 100; i++)
		tick(&b, 9999, 10001);
	expect(&b, "", "no storm");
	for (int i = 0; i < 20; i++) {
		b.host.n_asked = 0;
		b.now = b.host.timer;
		strategy_maker.on_timer(b.state, b.now);
	}
	assert_int_equal(b.host.timer, b.now + (BACKOFF_NS << 6)); /* no longer than 64 times */
	b.host.n_asked = b.host.seen = 0;
	b.host.submit_answer = 0;
	b.now = b.host.timer;
	tick(&b, 9999, 10001);
	expect(&b, "b9950 a10050", "accepted again");
	assert_int_equal(b.host.timer, 0);
}

static void test_unknown_is_never_replaced(void **state)
{
	(void)state;
	struct bench b;
	start(&b, "");
	tick(&b, 9999, 10001);
	expect(&b, "b9950 a10050", "");
	event(&b, 1, SIDE_BUY, ORDER_EV_UNKNOWN, ORDER_UNKNOWN);
	tick(&b, 10499, 10501);
	expect(&b, "c2", "the other side goes on, this one waits");
	b.now += 3600 * NS_PER_S;
	tick(&b, 9999, 10001);
	expect(&b, "", "however long");
	event(&b, 1, SIDE_BUY, ORDER_EV_ACK, ORDER_LIVE);
	expect(&b, "", "alive after all, and where it should be");
	event(&b, 1, SIDE_BUY, ORDER_EV_UNKNOWN, ORDER_UNKNOWN);
	event(&b, 1, SIDE_BUY, ORDER_EV_CANCELED, ORDER_CANCELED);
	expect(&b, "b9950", "proven dead: quoted anew");
}

static void test_unusable_book_takes_quotes_away(void **state)
{
	(void)state;
	static const struct { u8 book, status; i64 bid, ask; const char *remark; } rows[] = {
		{ BOOK_STALE, INSTRUMENT_TRADING, 9999, 10001, "stale" },
		{ BOOK_RESYNC, INSTRUMENT_TRADING, 9999, 10001, "resync" },
		{ BOOK_VALID, INSTRUMENT_HALT, 9999, 10001, "halted" },
		{ BOOK_VALID, INSTRUMENT_TRADING, 10001, 10001, "locked" },
		{ BOOK_VALID, INSTRUMENT_TRADING, 0, 10001, "no bid" },
		{ BOOK_VALID, INSTRUMENT_TRADING, 9999, 0, "no ask" },
		{ BOOK_VALID, INSTRUMENT_TRADING, INT64_MIN, INT64_MAX, "nonsense" },
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct bench b;
		start(&b, "");
		tick(&b, 9999, 10001);
		expect(&b, "b9950 a10050", "");
		b.view.book_state = rows[i].book;
		b.view.status = rows[i].status;
		tick(&b, rows[i].bid, rows[i].ask);
		expect(&b, "c1 c2", rows[i].remark);
		event(&b, 1, SIDE_BUY, ORDER_EV_CANCELED, ORDER_CANCELED);
		event(&b, 2, SIDE_SELL, ORDER_EV_CANCELED, ORDER_CANCELED);
		expect(&b, "", "nothing until it is usable");
		b.view.book_state = BOOK_VALID;
		b.view.status = INSTRUMENT_TRADING;
		tick(&b, 9999, 10001);
		expect(&b, "b9950 a10050", "back");
	}
}

static void test_refused_cancel_is_tried_again(void **state)
{
	(void)state;
	struct bench b;
	start(&b, "");
	tick(&b, 9999, 10001);
	expect(&b, "b9950 a10050", "");
	b.host.cancel_answer = STRATEGY_NO_BUDGET;
	tick(&b, 10499, 10501);
	expect(&b, "c1 c2", "refused");
	tick(&b, 10499, 10501);
	expect(&b, "", "not at once again");
	b.host.cancel_answer = 0;
	b.now = b.host.timer;
	strategy_maker.on_timer(b.state, b.now);
	expect(&b, "c1 c2", "by the timer");
	event(&b, 1, SIDE_BUY, ORDER_EV_CANCEL_REJECTED, ORDER_LIVE);
	expect(&b, "", "the venue refused it: later");
	b.now = b.host.timer;
	strategy_maker.on_timer(b.state, b.now);
	expect(&b, "c1", "");
}

static void test_parameters(void **state)
{
	(void)state;
	static const struct { const char *text; err_t err; const char *remark; } rows[] = {
		{ "half_spread=100", ERR_OK, "" },
		{ "size=0.002", ERR_OK, "" },
		{ "size=0.0000100", ERR_OK, "one lot" },
		{ "size=0.000015", ERR_ARGUMENT, "no multiple of the lot" },
		{ "size=0.000001", ERR_ARGUMENT, "below the minimum" },
		{ "size=0.004", ERR_ARGUMENT, "above max_position" },
		{ "instrument=ETHUSDT", ERR_STATE, "its orders are in the one it has" },
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct bench b;
		start(&b, "");
		fake_change(&strategy_maker, rows[i].text, b.v);
		if (strategy_maker.on_params(b.state, b.v, b.now) != rows[i].err)
			fail_msg("%s (%s)", rows[i].text, rows[i].remark);
	}
	struct bench b;
	start(&b, "");
	tick(&b, 9999, 10001);
	expect(&b, "b9950 a10050", "");
	fake_change(&strategy_maker, "half_spread=70", b.v);
	assert_int_equal(strategy_maker.on_params(b.state, b.v, b.now), ERR_OK);
	expect(&b, "c1 c2", "a live change acts at once");
}

/*
 * Whatever happens in whatever order: at most one open order a side, none placed while one is not
 * proven dead.
 */
static void test_never_two_open_orders_a_side(void **state)
{
	(void)state;
	for (u64 seed = 1; seed <= 30; seed++) {
		struct bench b;
		struct rng g;
		u8 open[2] = { 0, 0 };
		u64 id[2] = { 0, 0 };
		rng_seed(&g, seed);
		start(&b, "refresh=3 backoff=1");
		for (u32 step = 0; step < 3000; step++) {
			b.now += rng_below(&g, 40 * NS_PER_MS);
			b.host.submit_answer = rng_below(&g, 10) ? 0 : -5;
			b.host.cancel_answer = rng_below(&g, 10) ? 0 : -5;
			b.host.position = (i64)rng_below(&g, 6 * SIZE) - 3 * SIZE;
			u8 side = (u8)rng_below(&g, 2);
			if (rng_below(&g, 2) && open[side]) {
				static const u8 kinds[][2] = {
					{ ORDER_EV_ACK, ORDER_LIVE },
					{ ORDER_EV_FILL, ORDER_LIVE },
					{ ORDER_EV_FILL, ORDER_FILLED },
					{ ORDER_EV_CANCELED, ORDER_CANCELED },
					{ ORDER_EV_REJECTED, ORDER_REJECTED },
					{ ORDER_EV_UNKNOWN, ORDER_UNKNOWN },
					{ ORDER_EV_CANCEL_REJECTED, ORDER_LIVE }
				};
				const u8 *k = kinds[rng_below(&g, ARRAY_LEN(kinds))];
				open[side] = order_state_is_open(k[1]);
				event(&b, id[side], side, k[0], k[1]);
			} else {
				i64 bid = 9900 + (i64)rng_below(&g, 200);
				b.view.book_state = rng_below(&g, 20) ? BOOK_VALID : BOOK_STALE;
				tick(&b, bid, bid + 1 + (i64)rng_below(&g, 20));
			}
			for (u32 k = 0; k < b.host.n_asked; k++) {
				const struct fake_asked *a = &b.host.asked[k];
				if (a->what != 's' || !a->id)
					continue;
				if (open[a->q.side])
					fail_msg("seed %llu step %u: a second order",
						 (unsigned long long)seed, step);
				open[a->q.side] = 1;
				id[a->q.side] = a->id;
			}
			b.host.n_asked = b.host.seen = 0;
		}
		assert_true(b.host.last_id > 100);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_places),
		cmocka_unit_test(test_never_through_the_book),
		cmocka_unit_test(test_order_type_and_size),
		cmocka_unit_test(test_refresh),
		cmocka_unit_test(test_fills),
		cmocka_unit_test(test_reject_backs_off),
		cmocka_unit_test(test_refused_submit_backs_off),
		cmocka_unit_test(test_unknown_is_never_replaced),
		cmocka_unit_test(test_unusable_book_takes_quotes_away),
		cmocka_unit_test(test_refused_cancel_is_tried_again),
		cmocka_unit_test(test_parameters),
		cmocka_unit_test(test_never_two_open_orders_a_side),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
