/* Orders and fills as streams of a real Redis: each once, whatever restarts in between. */
#include "tests/cmocka_all.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/arena.h"
#include "gateway/gateway_cnt.h"
#include "hostctl/redis_events.h"
#include "tests/hostctl/real_redis.h"

static const struct instrument btc = { .px_scale = 2, .qty_scale = 5, .symbol = "BTCUSDT", .tick = 1 };

static struct real_server server, scratch;
static struct config *c;
static struct redis_link l;
static struct redis_events e;
static u64 cnt[REDIS_CNT_COUNT], gateway_cnt[GATEWAY_CNT_COUNT];
static struct arena arena;
static struct journal j;
static char path[128];

static int setup(void **state)
{
	char why[REDIS_WHY_MAX];
	(void)state;
	memset(&server, 0, sizeof server);
	memset(cnt, 0, sizeof cnt);
	c = calloc(1, sizeof *c);
	redis_server_start(&server, NULL);
	redis_server_config(&server, c);
	real_dir(&scratch, "journal");
	assert_int_equal(redis_link_open(&l, &c->telemetry, cnt, why), ERR_OK);
	events_open(&e, "a", scratch.dir, 1000);
	assert_int_equal(arena_open(&arena, 1 << 20), ERR_OK);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	events_close(&e);
	redis_link_close(&l);
	real_stop(&server);
	real_stop(&scratch);
	arena_close(&arena);
	free(c);
	return 0;
}

static void new_boot(u32 boot)
{
	struct journal_header h;
	journal_init(&j, ring_new(&arena, 1 << 16), gateway_cnt);
	journal_header_make(&h, boot, 0, 1);
	snprintf(path, sizeof path, "%s/journal.%08x", scratch.dir, boot);
	FILE *f = fopen(path, "w");
	assert_int_equal(fwrite(&h, sizeof h, 1, f), 1);
	fclose(f);
}

/* What the io thread does: ring to file. */
static void drain(void)
{
	FILE *f = fopen(path, "a");
	for (const struct ring_msg *m; (m = ring_peek(j.ring)); ring_release(j.ring, m))
		assert_int_equal(fwrite(m->data, m->n, 1, f), 1);
	fclose(f);
}

/* An order and its fill: two records. */
static void trade(u64 id)
{
	const struct order_req req = { .px = 6183764, .qty = 150000, .side = SIDE_SELL, .cause_seq = 9 };
	const struct order_event fill = { .order_id = id,     .kind = ORDER_EV_FILL,
					  .state = ORDER_LIVE, .side = SIDE_SELL,
					  .trade_id = 70 + id, .fill_px = 6183765,
					  .fill_qty = 100000, .fee = 12345,
					  .fee_asset = "BNB", .maker = 1 };
	assert_true(journal_order_sent(&j, id, &req, 1));
	assert_true(journal_order_event(&j, &fill, 2));
	drain();
}

/* Until there is nothing more to send. */
static void pump(void)
{
	for (int idle = 0; idle < 3;) {
		assert_true(redis_link_ready(&l, UINT64_MAX));
		u32 n = events_gather(&e, &l, &btc, 1);
		if (n)
			events_done(&e, &l, redis_flush(&l, NULL, NULL) == ERR_OK);
		idle = n ? 0 : idle + 1;
	}
}

/* It is gone, and somebody else's command finds that out. */
static void lose_connection(void)
{
	struct redis_words w;
	redis_words_reset(&w);
	redis_word(&w, "PING");
	redis_send(&l, &w);
	assert_int_equal(redis_flush(&l, NULL, NULL), ERR_CLOSED);
}

static void restart_hostctl(void)
{
	events_close(&e);
	events_open(&e, "a", scratch.dir, 1000);
}

static void assert_streams(long long orders, long long fills)
{
	assert_int_equal(redis_number(&server, "XLEN saker:{a}:orders"), orders);
	assert_int_equal(redis_number(&server, "XLEN saker:{a}:fills"), fills);
}

static const char *field(const redisReply *entry, const char *name)
{
	const redisReply *f = entry->element[1];
	for (size_t i = 0; i + 1 < f->elements; i += 2)
		if (!strcmp(f->element[i]->str, name))
			return f->element[i + 1]->str;
	return "(none)";
}

static void test_an_order_and_its_fill(void **state)
{
	(void)state;
	new_boot(0x1f);
	trade(5);
	assert_true(journal_cancel_sent(&j, 5, 0, 3));
	assert_true(journal_session(&j, 0, 4, 0, 4)); /* no event of an order */
	drain();
	pump();
	assert_streams(2, 1);
	redisReply *r = redis_say(&server, "XRANGE saker:{a}:fills - +");
	const redisReply *fill = r->element[0];
	assert_string_equal(fill->element[0]->str, "31-2");
	assert_string_equal(field(fill, "record"), "FILL");
	assert_string_equal(field(fill, "client_order_id"), "saker-0000001f-0000000005");
	assert_string_equal(field(fill, "symbol"), "BTCUSDT");
	assert_string_equal(field(fill, "price"), "61837.65");
	assert_string_equal(field(fill, "quantity"), "1.00000");
	assert_string_equal(field(fill, "fee"), "0.00012345");
	assert_string_equal(field(fill, "fee_asset"), "BNB");
	freeReplyObject(r);
	r = redis_say(&server, "XRANGE saker:{a}:orders - +");
	assert_string_equal(field(r->element[0], "record"), "SENT");
	assert_string_equal(field(r->element[0], "quantity"), "1.50000");
	assert_string_equal(field(r->element[1], "record"), "CANCEL_SENT");
	assert_string_equal(r->element[1]->element[0]->str, "31-3");
	freeReplyObject(r);
	assert_int_equal(cnt[REDIS_CNT_events_sent], 3);
}

static void test_once_over_restarts(void **state)
{
	(void)state;
	new_boot(1);
	trade(1);
	pump();
	restart_hostctl();
	pump();
	assert_streams(1, 1);
	trade(2); /* while nobody serves: the end of boot 1, and boot 2 */
	events_close(&e);
	new_boot(2);
	trade(3);
	new_boot(3);
	trade(4);
	restart_hostctl();
	pump();
	assert_streams(4, 4);
	trade(5); /* goes on in the journal at hand */
	pump();
	assert_streams(5, 5);
}

static void test_redis_away_in_the_middle(void **state)
{
	(void)state;
	new_boot(1);
	for (u64 id = 1; id <= 300; id++)
		trade(id);
	assert_true(redis_link_ready(&l, UINT64_MAX));
	assert_int_equal(events_gather(&e, &l, &btc, 1), EVENTS_BATCH);
	/* they arrive, but the answers never do */
	assert_int_equal(redis_flush(&l, NULL, NULL), ERR_OK);
	events_done(&e, &l, false);
	pump();
	assert_streams(300, 300);
}

/* What it had taken last, or all of it, is gone when it comes back. */
static void test_redis_comes_back_with_less(void **state)
{
	(void)state;
	new_boot(1);
	for (u64 id = 1; id <= 300; id++)
		trade(id);
	pump();
	new_boot(2);
	trade(301);
	pump();
	assert_streams(301, 301);
	redisReply *r = redis_say(&server, "XREVRANGE saker:{a}:fills + - COUNT 200");
	for (size_t i = 0; i < r->elements; i++)
		freeReplyObject(redis_say(&server, "XDEL saker:{a}:fills %s", r->element[i]->element[0]->str));
	freeReplyObject(r);
	freeReplyObject(redis_say(&server, "XSETID saker:{a}:fills 1-202"));
	freeReplyObject(redis_say(&server, "CLIENT KILL TYPE normal"));
	lose_connection();
	pump();
	assert_streams(301, 301);
	real_kill(&server);
	redis_server_start(&server, NULL);
	lose_connection();
	trade(302);
	pump();
	assert_streams(2, 2); /* of boot 2, from its beginning */
}

static void test_a_damaged_record_is_counted(void **state)
{
	(void)state;
	new_boot(1);
	trade(1);
	trade(2);
	FILE *f = fopen(path, "r+");
	fseek(f, sizeof(struct journal_header) + 40, SEEK_SET);
	fputc('x', f);
	fclose(f);
	pump();
	assert_streams(1, 2);
	assert_int_equal(cnt[REDIS_CNT_events_damaged], 1);
}

static void test_ids(void **state)
{
	static const struct {
		const char *text;
		bool ours;
	} rows[] = { { "7-1234", true },   { "4294967295-1", true }, { "7", false },
		     { "7-", false },	   { "7-1x", false },	     { "a-1", false },
		     { "", false },	   { "1700000000000-0", false } };
	u32 boot;
	u64 seq;
	(void)state;
	for (u32 i = 0; i < ARRAY_LEN(rows); i++)
		if (events_id(rows[i].text, &boot, &seq) != rows[i].ours)
			fail_msg("%s", rows[i].text);
}

#define CASE(t) cmocka_unit_test_setup_teardown(t, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_an_order_and_its_fill), CASE(test_once_over_restarts),
		CASE(test_redis_away_in_the_middle),
		CASE(test_redis_comes_back_with_less), CASE(test_a_damaged_record_is_counted),
		cmocka_unit_test(test_ids),
	};
	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
