/* hostctl status: a healthy instance, and each way of not being one. */
#include "tests/cmocka_all.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/msg.h"
#include "gateway/trade_core.h"
#include "hostctl/verb.h"
#include "hostctl/warnings.h"
#include "tests/hostctl/fake_instance.h"

static struct fake_instance f;

static int setup(void **state)
{
	(void)state;
	fake_open(&f);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	fake_close(&f);
	return 0;
}

static bool warns(json_t *all, const char *name)
{
	size_t i;
	json_t *row;
	json_array_foreach(json_object_get(all, "warnings"), i,
			   row) if (!strcmp(text_of(row, "warning"), name)) return true;
	return false;
}

static void test_status_of_a_healthy_instance(void **state)
{
	(void)state;
	fake_healthy(&f);
	json_t *all = json_of(&f, "status", EXIT_DONE), *p = json_object_get(all, "process");
	assert_string_equal(text_of(p, "instance"), f.name);
	assert_string_equal(text_of(p, "state"), "running");
	assert_int_equal(number_of(p, "pid"), getpid());
	assert_string_equal(text_of(p, "mode"), "live");
	assert_string_equal(text_of(p, "layout"), "fused");
	assert_string_equal(text_of(p, "build"), "release v1-7-gabc");
	assert_string_equal(text_of(p, "kill"), "none");
	assert_in_range(number_of(p, "heartbeat_age_ns"), 0, 10 * NS_PER_S);
	assert_string_equal(text_of(row_of(all, "sessions", 1), "session"), "order");
	assert_string_equal(text_of(row_of(all, "sessions", 1), "state"), "OPEN");
	assert_int_equal(number_of(row_of(all, "sessions", 1), "srtt_ns"), 250000);
	assert_string_equal(text_of(row_of(all, "books", 0), "state"), "VALID");
	assert_string_equal(text_of(row_of(all, "books", 0), "bid"), "61837.63");
	assert_string_equal(text_of(json_object_get(all, "trading"), "risk_state"), "ACTIVE");
	assert_string_equal(text_of(json_object_get(all, "trading"), "link_order"), "READY");
	assert_string_equal(text_of(row_of(all, "strategies", 1), "name"), "second");
	assert_string_equal(text_of(row_of(all, "strategies", 1), "type"), "twap");
	/* nobody turns the fake's cores: that alone is wrong */
	assert_true(warns(all, "md_stuck") && warns(all, "trade_stuck"));
	assert_int_equal(json_array_size(json_object_get(all, "warnings")), 2);
	json_decref(all);
}

static void sick_heartbeat(void) { f.seg.h->heartbeat_ns = fake_now(&f) - 3 * NS_PER_S; }
static void sick_kill(void) { assert_int_equal(segment_kill(f.name, KILL_HALT), ERR_OK); }
static void sick_session(void) { f.session[1]->state = SESSION_WAITING; }
static void sick_journal(void) { counter_inc(&f.gateway[0]); }
static void sick_drops(void) { counter_add(&f.md_port[1], 12); }
static void sick_alloc(void) { counter_inc(&f.app[0]); }

static void sick_book(void)
{
	book_mark_stale(f.book, fake_now(&f));
	book_image_write_top(f.image, f.book, 2);
}

static void sick_trade(struct trade_row row)
{
	row.mode = 1;
	fake_trade(&f, &row);
}
static void sick_latch(void) { sick_trade((struct trade_row){ .latched = RISK_LOSS }); }
static void sick_recon(void) { sick_trade((struct trade_row){ .recon_state = RECON_FAILED }); }
static void sick_doubt(void) { sick_trade((struct trade_row){ .doubtful = 2 }); }
static void sick_foreign(void) { sick_trade((struct trade_row){ .foreign_orders = 1 }); }
static void sick_paused(void) { sick_trade((struct trade_row){ .strategies_paused = 1 }); }

static const struct {
	void (*make_sick)(void);
	const char *warning;
} sick_rows[] = {
	{ sick_heartbeat, "heartbeat_old" },
	{ sick_kill, "kill_raised" },
	{ sick_kill, "md_kill_unseen" },
	{ sick_session, "session_not_open" },
	{ sick_book, "book_not_valid" },
	{ sick_latch, "risk_latched" },
	{ sick_recon, "reconciliation_failed" },
	{ sick_doubt, "orders_in_doubt" },
	{ sick_foreign, "foreign_orders" },
	{ sick_paused, "strategies_paused" },
	{ sick_journal, "trade.gateway.journal_full" },
	{ sick_drops, "md.port.dev_rx_missed" },
	{ sick_alloc, "app.allocations_after_seal" },
};

static void test_each_sickness_has_its_warning(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(sick_rows); i++) {
		fake_healthy(&f);
		sick_rows[i].make_sick();
		json_t *all = json_of(&f, "status", EXIT_DONE);
		if (!warns(all, sick_rows[i].warning))
			fail_msg("no warning %s", sick_rows[i].warning);
		json_decref(all);
		fake_close(&f);
		fake_open(&f);
	}
}

static void test_order_sessions_are_not_missed_in_observe(void **state)
{
	(void)state;
	const struct trade_row observe = { .mode = 0 };
	fake_healthy(&f);
	fake_trade(&f, &observe);
	f.session[1]->state = f.session[2]->state = SESSION_IDLE;
	json_t *all = json_of(&f, "status", EXIT_DONE);
	assert_false(warns(all, "session_not_open"));
	json_decref(all);
}

static void test_status_after_the_end(void **state)
{
	(void)state;
	char path[sizeof f.seg.path];
	fake_healthy(&f);
	memcpy(path, f.seg.path, sizeof path);
	segment_close(&f.seg);
	struct ran r = run_hostctl(&f, "status");
	assert_int_equal(r.code, EXIT_NOT_RUNNING);
	assert_non_null(strstr(r.err, "has stopped in good order: what follows is its last state"));
	assert_non_null(strstr(r.out, "state          stopped"));
	assert_non_null(strstr(r.out, "not_running"));
	ran_free(&r);
	r = run_hostctl(&f, "book"); /* a last look */
	assert_int_equal(r.code, EXIT_DONE);
	assert_non_null(strstr(r.out, "61837.63"));
	ran_free(&r);
	r = run_hostctl(&f, "arm");
	assert_int_equal(r.code, EXIT_NOT_RUNNING);
	ran_free(&r);
}

#define CASE(t) cmocka_unit_test_setup_teardown(t, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_status_of_a_healthy_instance),
		CASE(test_each_sickness_has_its_warning),
		CASE(test_order_sessions_are_not_missed_in_observe),
		CASE(test_status_after_the_end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
