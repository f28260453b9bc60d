/* Market data by pub/sub: texts, what a slow or absent Redis loses, and how fast it goes to a real one. */
#include "tests/cmocka_all.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "hostctl/redis_market.h"
#include "tests/hostctl/real_redis.h"

#define SLOTS 65536
#define RATE_MESSAGES 400000

static const struct instrument instruments[] = {
	{ .id = 0, .px_scale = 2, .qty_scale = 5, .symbol = "BTCUSDT", .tick = 1 },
	{ .id = 1, .px_scale = 8, .qty_scale = 0, .symbol = "PEPEUSDT", .tick = 1 },
};
static const struct tape_event bbo = { .kind = TAPE_BBO, .flags = TAPE_LAST, .bid_px = 6183763, .bid_qty = 150000,
				       .ask_px = 6183764, .ask_qty = 7, .update_id = 105, .venue_time_us = 9 };

static const struct {
	struct tape_event e;
	const char *text;
} rows[] = {
	{ { .kind = TAPE_BBO, .bid_px = 6183763, .bid_qty = 150000, .ask_px = 6183764, .ask_qty = 7,
	    .update_id = 105, .venue_time_us = 9 },
	  "{\"kind\":\"bbo\",\"bid\":\"61837.63\",\"bid_quantity\":\"1.50000\",\"ask\":\"61837.64\","
	  "\"ask_quantity\":\"0.00007\",\"update_id\":105,\"venue_us\":9}" },
	{ { .kind = TAPE_TRADE, .flags = TAPE_BUYER_MAKER, .px = 1, .qty = 2, .trade_id = 3 },
	  "{\"kind\":\"trade\",\"price\":\"0.01\",\"quantity\":\"0.00002\",\"trade_id\":3,"
	  "\"aggressor\":\"SELL\",\"venue_us\":0}" },
	{ { .kind = TAPE_STATUS, .book_state = BOOK_STALE },
	  "{\"kind\":\"status\",\"book\":\"STALE\",\"instrument\":\"TRADING\"}" },
	{ { .kind = TAPE_LEVEL, .px = 1, .qty = 2 }, "" },
	{ { .kind = TAPE_RESET }, "" },
};

static void test_texts(void **state)
{
	char text[MARKET_TEXT];
	(void)state;
	for (u32 i = 0; i < ARRAY_LEN(rows); i++) {
		*text = 0;
		assert_int_equal(market_text(&instruments[0], &rows[i].e, text), strlen(rows[i].text));
		assert_string_equal(text, rows[i].text);
	}
	struct tape_event widest = { .kind = TAPE_BBO, .bid_px = INT64_MIN, .bid_qty = INT64_MIN,
				     .ask_px = INT64_MIN, .ask_qty = INT64_MIN, .update_id = UINT64_MAX,
				     .venue_time_us = UINT64_MAX };
	assert_in_range(market_text(&instruments[0], &widest, text), 1, MARKET_TEXT - 1);
}

static struct real_server server;
static struct config *c;
static struct redis_link l;
static struct redis_market m;
static struct tape *tape;
static u64 cnt[REDIS_CNT_COUNT];

static int setup(void **state)
{
	char why[REDIS_WHY_MAX];
	(void)state;
	memset(&server, 0, sizeof server);
	memset(cnt, 0, sizeof cnt);
	c = calloc(1, sizeof *c);
	redis_server_start(&server, NULL);
	redis_server_config(&server, c);
	assert_int_equal(redis_link_open(&l, &c->telemetry, cnt, why), ERR_OK);
	void *mem = aligned_alloc(CACHE_LINE, tape_bytes(SLOTS));
	memset(mem, 0, tape_bytes(SLOTS));
	tape = tape_init(mem, SLOTS);
	market_open(&m, "a", instruments, 2);
	assert_true(redis_link_ready(&l, 1));
	assert_int_equal(market_gather(&m, &l, tape), 0); /* from here on */
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	redis_link_close(&l);
	real_stop(&server);
	free(tape);
	free(c);
	return 0;
}

static void publish(u32 n)
{
	for (u32 i = 0; i < n; i++)
		tape_publish(tape, &bbo);
}

/* All that the tape holds; returns how many messages. */
static u64 pump(void)
{
	u64 all = 0;
	for (u32 n; (n = market_gather(&m, &l, tape)); all += n) {
		assert_true(n <= MARKET_BATCH);
		err_t e = redis_flush(&l, NULL, NULL);
		assert_int_equal(e, ERR_OK);
		market_done(&m, &l, true);
	}
	return all;
}

static void test_a_subscriber_gets_them(void **state)
{
	(void)state;
	redisContext *sub = redisConnect("127.0.0.1", server.port);
	freeReplyObject(redisCommand(sub, "SUBSCRIBE saker:{a}:market:PEPEUSDT"));
	struct tape_event trade = { .kind = TAPE_TRADE, .instrument = 1, .px = 812, .qty = 5000000, .trade_id = 4 };
	struct tape_event foreign = { .kind = TAPE_TRADE, .instrument = 9 };
	tape_publish(tape, &bbo);
	tape_publish(tape, &foreign); /* of no instrument we know */
	tape_publish(tape, &trade);
	assert_int_equal(pump(), 2);
	redisReply *r = NULL;
	assert_int_equal(redisGetReply(sub, (void **)&r), REDIS_OK);
	assert_non_null(strstr(r->element[2]->str, "\"price\":\"0.00000812\",\"quantity\":\"5000000\""));
	freeReplyObject(r);
	redisFree(sub);
	assert_int_equal(cnt[REDIS_CNT_market_sent], 2);
}

static void test_what_is_overwritten_is_lost_and_counted(void **state)
{
	(void)state;
	publish(10);
	assert_int_equal(pump(), 10);
	publish(SLOTS + 5); /* while it was away */
	assert_int_equal(pump(), 0);
	assert_int_equal(cnt[REDIS_CNT_market_lost], SLOTS + 5);
	publish(7);
	assert_int_equal(pump(), 7);
	publish(100); /* a batch that never arrives */
	assert_int_equal(market_gather(&m, &l, tape), 100);
	market_done(&m, &l, false);
	assert_int_equal(cnt[REDIS_CNT_market_lost], SLOTS + 105);
	assert_int_equal(cnt[REDIS_CNT_market_sent], 17);
}

static ns_t cpu_ns(clockid_t id)
{
	struct timespec t;
	clock_gettime(id, &t);
	return (ns_t)t.tv_sec * NS_PER_S + (ns_t)t.tv_nsec;
}

/* A figure for docs/monitoring.md, not a condition: the machine may be busy. */
static void test_how_fast(void **state)
{
	u64 sent = 0;
	ns_t start = cpu_ns(CLOCK_MONOTONIC), cpu = cpu_ns(CLOCK_THREAD_CPUTIME_ID);
	(void)state;
	while (sent < RATE_MESSAGES) {
		publish(SLOTS / 2);
		sent += pump();
	}
	ns_t took = cpu_ns(CLOCK_MONOTONIC) - start;
	cpu = cpu_ns(CLOCK_THREAD_CPUTIME_ID) - cpu;
	assert_int_equal(cnt[REDIS_CNT_market_lost], 0);
	print_message("redis: %llu messages published in %llu ms: %llu a second; %llu ns of our CPU each\n",
		      (unsigned long long)sent, (unsigned long long)(took / NS_PER_MS),
		      (unsigned long long)(sent * NS_PER_S / took), (unsigned long long)(cpu / sent));
}

#define CASE(t) cmocka_unit_test_setup_teardown(t, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_texts),
		CASE(test_a_subscriber_gets_them),
		CASE(test_what_is_overwritten_is_lost_and_counted),
		CASE(test_how_fast),
	};
	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
