/* Samples to Debian's InfluxDB: what arrives is what was sent, also what was sent while it was away. */
#include "tests/cmocka_all.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hostctl/influx.h"
#include "hostctl/influx_spool.h"
#include "tests/hostctl/fake_http.h"
#include "tests/hostctl/real_server.h"

#define WALL_NS 1700000000123456789ULL

static struct real_server db;
static struct config_telemetry t;
static struct influx *influx;
static struct metric_set *now, *before;

static int setup(void **state)
{
	(void)state;
	real_dir(&db, "influx");
	memset(&t, 0, sizeof t);
	t = (struct config_telemetry){ .interval_ms = 100, .influx_batch_ms = 300, .influx_spool_mb = 1 };
	snprintf(t.influx_url, sizeof t.influx_url, "http://127.0.0.1:%u", db.port);
	snprintf(t.influx_database, sizeof t.influx_database, "saker");
	snprintf(t.influx_spool_dir, sizeof t.influx_spool_dir, "%s/spool", db.dir);
	now = calloc(1, sizeof *now);
	before = calloc(1, sizeof *before);
	return !now || !before;
}

static int teardown(void **state)
{
	(void)state;
	real_stop(&db);
	free(now);
	free(before);
	return 0;
}

static void start_influxd(void)
{
	char config[512];
	snprintf(config, sizeof config,
		 "reporting-disabled = true\nbind-address = \"127.0.0.1:%u\"\n[meta]\ndir = \"meta\"\n"
		 "[data]\ndir = \"data\"\nwal-dir = \"wal\"\n[monitor]\nstore-enabled = false\n"
		 "[http]\nbind-address = \"127.0.0.1:%u\"\n",
		 free_port(), db.port);
	real_file(&db, "influx.toml", config);
	real_start(&db, (const char *const[]){ "influxd", "run", "-config", "influx.toml", NULL });
}

static void open_influx(void)
{
	char why[INFLUX_WHY_MAX];
	if (influx_open(&influx, &t, why) != ERR_OK)
		fail_msg("%s", why);
}

static u64 count(enum influx_cnt c) { return counter_get(&influx_counters(influx)[c]); }

/* The n-th sample, 100 ms behind the one before it. */
static void sample(u32 n)
{
	metric_reset(now, "ap,p one", WALL_NS + n * 100 * NS_PER_MS);
	metric_add(now, METRIC_appliance_generation, (1LL << 53) + n);
	struct metric *m = metric_add(now, METRIC_market_bid, 6183700 + n);
	metric_decimals(m, 2);
	metric_label(m, "symbol", "BTC\\USDT");
	influx_sample(influx, now, before);
}

/* The value of a query's only column, in `row`; NULL: none. Free *all. */
static json_t *ask(json_t **all, const char *query, u32 row)
{
	char url[512];
	snprintf(url, sizeof url, "http://127.0.0.1:%u/query?db=saker&epoch=ns&q=%s", db.port, query);
	*all = http_json(url);
	json_t *values = NULL;
	json_unpack(*all, "{s:[{s:[{s:o}]}]}", "results", "series", "values", &values);
	return json_array_get(values, row);
}

static u32 expected_rows;
static bool holds(void *user)
{
	json_t *all, *row = ask(&all, "SELECT%20count(bid)%20FROM%20saker_market", 0);
	bool yes = json_integer_value(json_array_get(row, 1)) == expected_rows;
	(void)user;
	json_decref(all);
	return yes;
}

static bool sent_one(void *user)
{
	(void)user;
	return count(INFLUX_CNT_batches_sent) == 1;
}

static void test_exact_in_the_database(void **state)
{
	json_t *all, *row;
	(void)state;
	need_program("influxd");
	start_influxd();
	open_influx();
	for (u32 i = 0; i < 3; i++)
		sample(i);
	expected_rows = 3;
	wait_until(holds, NULL, "three samples in the database");
	row = ask(&all, "SELECT%20bid%20FROM%20saker_market%20WHERE%20symbol%3D%27BTC%5C%5CUSDT%27%20AND%20appliance%3D%27ap%2Cp%20one%27", 2);
	assert_non_null(row);
	assert_int_equal(json_integer_value(json_array_get(row, 0)), WALL_NS + 200 * NS_PER_MS);
	assert_true(json_number_value(json_array_get(row, 1)) == 61837.02);
	json_decref(all);
	row = ask(&all, "SELECT%20generation%20FROM%20saker_appliance", 1);
	assert_int_equal(json_integer_value(json_array_get(row, 1)), (1LL << 53) + 1);
	json_decref(all);
	wait_until(sent_one, NULL, "one batch to be acknowledged");
	influx_close(influx);
}

static bool spooled(void *user)
{
	(void)user;
	return count(INFLUX_CNT_batches_spooled) == 4;
}

/* Away, back, and hostctl started anew in between: everything arrives, once. */
static void test_nothing_is_lost_while_it_is_away(void **state)
{
	(void)state;
	need_program("influxd");
	open_influx();
	for (u32 i = 0; i < 12; i++)
		sample(i);
	wait_until(spooled, NULL, "four batches on disk");
	assert_true(count(INFLUX_CNT_failures) > 0);
	sample(12);
	influx_close(influx);
	start_influxd();
	open_influx();
	for (u32 i = 13; i < 16; i++)
		sample(i);
	expected_rows = 16;
	wait_until(holds, NULL, "sixteen samples in the database");
	assert_int_equal(count(INFLUX_CNT_batches_dropped), 0);
	influx_close(influx);
	struct influx_spool s;
	assert_int_equal(spool_open(&s, t.influx_spool_dir, 1), ERR_OK);
	assert_int_equal(s.bytes, 0);
}

static struct fake_http fake;
static bool refused(void *user)
{
	(void)user;
	return count(INFLUX_CNT_batches_refused) == 2;
}

static void test_a_refused_batch_holds_nothing_up(void **state)
{
	(void)state;
	fake_http_open(&fake);
	fake_http_answer(&fake, 400, "partial write");
	snprintf(t.influx_url, sizeof t.influx_url, "http://127.0.0.1:%u", fake.port);
	open_influx();
	for (u32 i = 0; i < 6; i++)
		sample(i);
	wait_until(refused, NULL, "two batches refused");
	assert_int_equal(count(INFLUX_CNT_batches_spooled), 0);
	influx_close(influx);
	assert_int_equal(fake_http_count(&fake), 2);
	fake_http_close(&fake);
}

#define CASE(t) cmocka_unit_test_setup_teardown(t, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_exact_in_the_database),
		CASE(test_nothing_is_lost_while_it_is_away),
		CASE(test_a_refused_batch_holds_nothing_up),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
