#include "tests/cmocka_all.h"

#include <string.h>

#include "common/instrument.h"
#include "common/rng.h"
#include "gateway/gateway_cnt.h"
#include "gateway/journal.h"

#define BOOT 0x1234

static struct arena arena;
static struct journal j;
static u64 cnt[GATEWAY_CNT_COUNT];
static u8 file[64 + 500 * JOURNAL_RECORD];
static size_t file_n;

static int setup(void **state)
{
	(void)state;
	memset(cnt, 0, sizeof cnt);
	if (arena_open(&arena, 1 << 20))
		return -1;
	journal_init(&j, ring_new(&arena, 65536), cnt);
	struct journal_header h;
	journal_header_make(&h, BOOT, 3, 42);
	memcpy(file, &h, sizeof h);
	file_n = sizeof h;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	arena_close(&arena);
	return 0;
}

/* What the io thread does: ring to file. */
static void drain(void)
{
	for (const struct ring_msg *m; (m = ring_peek(j.ring)); ring_release(j.ring, m)) {
		assert_int_equal(m->n, JOURNAL_RECORD);
		assert_true(file_n + m->n <= sizeof file);
		memcpy(file + file_n, m->data, m->n);
		file_n += m->n;
	}
}

static const struct order_req req = { .instrument = 2, .px = 5, .qty = 100, .side = SIDE_SELL, .tag = 9 };

static void sent(u64 id) { assert_true(journal_order_sent(&j, id, &req, 1000 + id)); }

static void event(u64 id, u8 kind, u8 state, i64 filled, u64 trade_id)
{
	struct order_event e = { .order_id = id,
				 .instrument = 2,
				 .kind = kind,
				 .state = state,
				 .filled_qty = filled,
				 .trade_id = trade_id,
				 .qty = 100 };
	assert_true(journal_order_event(&j, &e, 2000 + id));
}

static void test_records_come_back(void **state)
{
	(void)state;
	struct journal_reader r;
	struct journal_record rec;
	sent(1);
	event(1, ORDER_EV_ACK, ORDER_LIVE, 0, 0);
	assert_true(journal_cancel_sent(&j, 1, 4242, 7));
	assert_true(journal_config_epoch(&j, 5, 0xabc, 8));
	assert_true(journal_session(&j, 1, 2, -3, 9));
	drain();
	assert_int_equal(journal_open(&r, file, file_n), ERR_OK);
	assert_true(r.head.boot == BOOT && r.head.account == 3 && r.head.start_wall_ns == 42);
	assert_true(journal_next(&r, &rec) && rec.type == JOURNAL_ORDER_SENT && rec.seq == 1 && rec.at_ns == 1001);
	assert_true(rec.sent.order_id == 1 && memcmp(&rec.sent.req, &req, sizeof req) == 0);
	assert_true(journal_next(&r, &rec) && rec.type == JOURNAL_ORDER_EVENT && rec.event.state == ORDER_LIVE);
	assert_true(journal_next(&r, &rec) && rec.type == JOURNAL_CANCEL_SENT && rec.cancel.venue_id == 4242);
	assert_true(journal_next(&r, &rec) && rec.type == JOURNAL_CONFIG_EPOCH && rec.epoch.hash == 0xabc);
	assert_true(journal_next(&r, &rec) && rec.type == JOURNAL_SESSION && rec.session.code == -3 &&
		    rec.session.session == 1);
	assert_false(journal_next(&r, &rec));
	assert_true(!r.truncated && !r.n_bad && !r.n_lost);
}

static void test_every_cut(void **state)
{
	(void)state;
	for (u64 id = 1; id <= 10; id++)
		sent(id);
	drain();
	for (size_t n = 0; n <= file_n; n++) {
		struct journal_reader r;
		struct journal_record rec;
		u32 seen = 0;
		err_t e = journal_open(&r, file, n);
		assert_int_equal(e, n < 64 ? ERR_TRUNCATED : ERR_OK);
		if (e != ERR_OK)
			continue;
		while (journal_next(&r, &rec))
			assert_int_equal(rec.sent.order_id, ++seen);
		assert_int_equal(seen, (n - 64) / JOURNAL_RECORD);
		assert_int_equal(r.truncated, (n - 64) % JOURNAL_RECORD != 0);
		assert_int_equal(r.n_bad, 0);
	}
}

static void test_every_flipped_bit(void **state)
{
	(void)state;
	sent(1);
	sent(2);
	sent(3);
	drain();
	for (size_t bit = 0; bit < 8 * file_n; bit++) {
		struct journal_reader r;
		struct journal_record rec;
		u32 seen = 0;
		file[bit / 8] ^= (u8)(1 << bit % 8);
		if (journal_open(&r, file, file_n) == ERR_OK) {
			assert_true(bit >= 64 * 8);
			while (journal_next(&r, &rec))
				seen++;
			assert_true(seen == 2 && r.n_bad == 1);
			assert_int_equal(r.n_lost, bit / 8 < 64 + 2 * JOURNAL_RECORD); /* the last one is not missed */
		} else {
			assert_true(bit < 64 * 8);
		}
		file[bit / 8] ^= (u8)(1 << bit % 8);
	}
}

static void test_other_files(void **state)
{
	(void)state;
	struct journal_reader r;
	struct journal_header h;
	u8 zeros[256] = { 0 };
	assert_int_equal(journal_open(&r, zeros, sizeof zeros), ERR_SYNTAX);
	journal_header_make(&h, 1, 1, 1);
	h.version = 2;
	h.crc = crc32c(0, &h, offsetof(struct journal_header, crc));
	assert_int_equal(journal_open(&r, &h, sizeof h), ERR_UNSUPPORTED);
	h.crc ^= 1;
	assert_int_equal(journal_open(&r, &h, sizeof h), ERR_CHECKSUM);
}

static void test_full_ring(void **state)
{
	(void)state;
	u64 n = 0, all = 65536 / (JOURNAL_RECORD + sizeof(struct ring_msg));
	for (journal_turn(&j); j.has_room; journal_turn(&j))
		sent(++n);
	assert_in_range(n, all * 3 / 4, all * 3 / 4 + 1); /* what one turn may still write */
	while (n < all)
		sent(++n);
	assert_false(journal_order_sent(&j, n + 1, &req, 1));
	assert_int_equal(cnt[GATEWAY_CNT_journal_full], 1);
	drain();
	journal_turn(&j);
	assert_true(j.has_room);
	sent(n + 1);
	drain();
	struct journal_reader r;
	struct journal_record rec;
	assert_int_equal(journal_open(&r, file, file_n), ERR_OK);
	u64 seen = 0;
	while (journal_next(&r, &rec))
		assert_int_equal(rec.sent.order_id, ++seen);
	assert_true(seen == n + 1 && r.n_lost == 0); /* a record that found no room has no number */
}

static void test_what_is_left_open(void **state)
{
	(void)state;
	struct journal_reader r;
	struct journal_open_order open[3];
	u64 last[INSTRUMENTS_MAX] = { 0 };
	u32 n;
	for (u64 id = 1; id <= 5; id++)
		sent(id);
	event(1, ORDER_EV_ACK, ORDER_LIVE, 0, 0);
	event(2, ORDER_EV_REJECTED, ORDER_REJECTED, 0, 0);
	event(3, ORDER_EV_FILL, ORDER_FILLED, 100, 801);
	event(4, ORDER_EV_FILL, ORDER_LIVE, 30, 800);
	assert_true(journal_cancel_sent(&j, 4, 4242, 7));
	event(4, ORDER_EV_UNKNOWN, ORDER_UNKNOWN, 30, 0);
	drain();
	assert_int_equal(journal_open(&r, file, file_n), ERR_OK);
	assert_int_equal(journal_open_orders(&r, open, 3, &n, last), ERR_FULL); /* five at one time */
	assert_int_equal(journal_open(&r, file, file_n), ERR_OK);
	struct journal_open_order all[5];
	assert_int_equal(journal_open_orders(&r, all, 5, &n, last), ERR_OK);
	assert_int_equal(n, 3);
	assert_true(all[0].order_id == 1 && all[0].state == ORDER_LIVE && all[0].filled_qty == 0 &&
		    all[0].req.tag == 9);
	assert_true(all[1].order_id == 4 && all[1].state == ORDER_UNKNOWN && all[1].filled_qty == 30 &&
		    all[1].venue_id == 4242);
	assert_true(all[2].order_id == 5 && all[2].state == ORDER_SENT);
	assert_int_equal(last[2], 801);
	assert_int_equal(last[0], 0);
}

/* RFC 3720 B.4, and the bitwise definition. */
static void test_crc32c(void **state)
{
	(void)state;
	u8 bytes[64];
	struct rng g;
	memset(bytes, 0, 32);
	assert_int_equal(crc32c(0, bytes, 32), 0x8a9136aa);
	memset(bytes, 0xff, 32);
	assert_int_equal(crc32c(0, bytes, 32), 0x62a8ab43);
	for (u8 i = 0; i < 32; i++)
		bytes[i] = i;
	assert_int_equal(crc32c(0, bytes, 32), 0x46dd794e);
	assert_int_equal(crc32c(0, "123456789", 9), 0xe3069283);
	rng_seed(&g, 5);
	for (int k = 0; k < 500; k++) {
		u32 n = (u32)rng_below(&g, sizeof bytes + 1), slow = ~0u, cut = n ? (u32)rng_below(&g, n) : 0;
		for (u32 i = 0; i < n; i++)
			bytes[i] = (u8)rng_next(&g);
		for (u32 i = 0; i < n; i++) {
			slow ^= bytes[i];
			for (int bit = 0; bit < 8; bit++)
				slow = slow >> 1 ^ (0x82f63b78u & (0u - (slow & 1)));
		}
		assert_int_equal(crc32c(0, bytes, n), ~slow);
		assert_int_equal(crc32c(crc32c(0, bytes, cut), bytes + cut, n - cut), ~slow);
	}
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_records_come_back),
		TEST(test_every_cut),
		TEST(test_every_flipped_bit),
		TEST(test_other_files),
		TEST(test_full_ring),
		TEST(test_what_is_left_open),
		TEST(test_crc32c),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
