/* A journal file as a table: one record of each kind, then what is damaged, missing, or no journal. */
#include "tests/cmocka_all.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "gateway/gateway_cnt.h"
#include "gateway/journal.h"
#include "hostctl/verb.h"
#include "tests/hostctl/fake_instance.h"

static struct fake_instance f;
static char path[64], line[96];
static u8 file[64 * JOURNAL_RECORD];
static size_t file_n;

static void write_file(size_t n)
{
	FILE *out = fopen(path, "w");
	assert_non_null(out);
	assert_int_equal(fwrite(file, 1, n, out), n);
	fclose(out);
}

/* What the io thread does: ring to file. */
static void drain(struct ring *ring)
{
	for (const struct ring_msg *m; (m = ring_peek(ring)); ring_release(ring, m)) {
		assert_true(file_n + m->n <= sizeof file);
		memcpy(file + file_n, m->data, m->n);
		file_n += m->n;
	}
}

static void make_journal(void)
{
	static u64 cnt[GATEWAY_CNT_COUNT];
	const struct order_req req = { .px = 6183764, .qty = 150000, .side = SIDE_SELL };
	const struct order_event fill = { .order_id = 5,
					  .kind = ORDER_EV_FILL,
					  .state = ORDER_LIVE,
					  .side = SIDE_SELL,
					  .maker = 1,
					  .trade_id = 77,
					  .px = 6183764,
					  .qty = 150000,
					  .fill_px = 6183765,
					  .fill_qty = 100000,
					  .fee = 12345,
					  .fee_asset = "BNB" };
	const struct order_event orphan = {
		.kind = ORDER_EV_FILL, .state = ORDER_FILLED, .trade_id = 78, .instrument = 9
	};
	const struct order_event refused = {
		.order_id = 6, .kind = ORDER_EV_REJECTED, .state = ORDER_REJECTED, .code = -2010
	};
	struct journal j;
	struct journal_header h;
	journal_init(&j, ring_new(&f.arena, 65536), cnt);
	journal_header_make(&h, 0x1234, 0, 42);
	memcpy(file, &h, sizeof h);
	file_n = sizeof h;
	assert_true(journal_order_sent(&j, 5, &req, 1));
	assert_true(journal_order_event(&j, &fill, 2));
	assert_true(journal_order_event(&j, &orphan, 3));
	assert_true(journal_order_event(&j, &refused, 4));
	assert_true(journal_cancel_sent(&j, 5, 0, 5));
	assert_true(journal_session(&j, 0, 4, 0, 6));
	drain(j.ring);
	write_file(file_n);
}

static int setup(void **state)
{
	(void)state;
	fake_open(&f);
	snprintf(path, sizeof path, "/tmp/%s.journal", f.name);
	snprintf(line, sizeof line, "--json journal %s", path);
	make_journal();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	unlink(path);
	fake_close(&f);
	return 0;
}

static void test_one_of_each(void **state)
{
	(void)state;
	static const struct {
		const char *record, *client_order_id, *symbol, *price, *quantity, *state, *fee,
			*asset;
	} rows[] = {
		{ "SENT", "saker-00001234-0000000005", "BTCUSDT", "61837.64", "1.50000", "null",
		  "null", "null" },
		{ "FILL", "saker-00001234-0000000005", "BTCUSDT", "61837.65", "1.00000", "LIVE",
		  "0.00012345", "BNB" },
		{ "FILL", "null", "?", "null", "null", "FILLED", "0",
		  "" }, /* a trade outside our orders, of no instrument here */
		{ "REJECTED", "saker-00001234-0000000006", "BTCUSDT", "0.00", "0.00000", "REJECTED",
		  "null", "null" },
		{ "CANCEL_SENT", "saker-00001234-0000000005", "null", "null", "null", "null",
		  "null", "null" },
		{ "SESSION", "null", "null", "null", "null", "null", "null", "null" },
	};
	json_t *all = json_of(&f, line + strlen("--json "), EXIT_DONE);
	assert_int_equal(json_array_size(json_object_get(all, "journal")), ARRAY_LEN(rows));
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		json_t *row = row_of(all, "journal", i);
		assert_int_equal(number_of(row, "seq"), i + 1);
		assert_string_equal(text_of(row, "record"), rows[i].record);
		assert_string_equal(text_of(row, "client_order_id"), rows[i].client_order_id);
		assert_string_equal(text_of(row, "symbol"), rows[i].symbol);
		assert_string_equal(text_of(row, "price"), rows[i].price);
		assert_string_equal(text_of(row, "quantity"), rows[i].quantity);
		assert_string_equal(text_of(row, "state"), rows[i].state);
		assert_string_equal(text_of(row, "fee"), rows[i].fee);
		assert_string_equal(text_of(row, "fee_asset"), rows[i].asset);
	}
	assert_int_equal(number_of(row_of(all, "journal", 3), "code"), -2010);
	json_decref(all);
}

static void test_damage_is_told(void **state)
{
	(void)state;
	file[sizeof(struct journal_header) + 2 * JOURNAL_RECORD + 50] ^= 1;
	write_file(file_n - 10); /* and its end is torn off */
	struct ran r = run_hostctl(&f, line);
	assert_int_equal(r.code, EXIT_DONE);
	assert_non_null(strstr(r.err, ": 1 records damaged, "));
	ran_free(&r);
}

static void test_no_journal(void **state)
{
	(void)state;
	file[0] ^= 1;
	write_file(file_n);
	struct ran r = run_hostctl(&f, line);
	assert_int_equal(r.code, EXIT_REFUSED);
	assert_non_null(strstr(r.err, ": no journal of this version: "));
	ran_free(&r);
	unlink(path);
	r = run_hostctl(&f, line);
	assert_int_equal(r.code, EXIT_REFUSED);
	assert_non_null(strstr(r.err, ": cannot be read"));
	ran_free(&r);
}

#define CASE(t) cmocka_unit_test_setup_teardown(t, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_one_of_each),
		CASE(test_damage_is_told),
		CASE(test_no_journal),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
