/* The verbs that read, against a segment filled by hand. */
#include "tests/cmocka_all.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/msg.h"
#include "common/trace.h"
#include "hostctl/verb.h"
#include "hostctl/view.h"
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

static void test_no_such_instance(void **state)
{
	(void)state;
	struct ran r = run_hostctl(NULL, "--instance nobody-of-this-name --json orders");
	assert_int_equal(r.code, EXIT_NOT_RUNNING);
	assert_string_equal(r.out, "");
	assert_string_equal(r.err, "hostctl: nobody-of-this-name: no such instance has run here; "
				   "name another with --instance\n");
	ran_free(&r);
}

static void test_another_build(void **state)
{
	(void)state;
	f.seg.h->layout++;
	struct ran r = run_hostctl(&f, "status");
	assert_int_equal(r.code, EXIT_REFUSED);
	assert_non_null(strstr(r.err, "it is of another build than this hostctl"));
	ran_free(&r);
}

/* ---- orders, positions ---- */

static void test_orders(void **state)
{
	(void)state;
	fake_healthy(&f);
	fake_order(&f, &(struct order_row){ .id = 1025,
					    .state = ORDER_LIVE,
					    .side = SIDE_SELL,
					    .type = ORDER_LIMIT_MAKER,
					    .px = 6183764,
					    .qty = 150000,
					    .filled_qty = 50000,
					    .cause_seq = 77,
					    .sent_ns = fake_now(&f) - NS_PER_S });
	fake_order(&f, &(struct order_row){ .id = 1024,
					    .state = ORDER_UNKNOWN,
					    .type = ORDER_MARKET,
					    .instrument = 1,
					    .qty = 12,
					    .strategy = 1 });
	fake_order(&f, &(struct order_row){
			       .id = 3, .state = ORDER_REJECTED, .code = -2010, .strategy = 9 });
	json_t *all = json_of(&f, "orders", EXIT_DONE), *row = row_of(all, "orders", 1);
	assert_int_equal(json_array_size(json_object_get(all, "orders")), 2); /* open ones, by id */
	assert_int_equal(number_of(row, "id"), 1025);
	assert_string_equal(text_of(row, "client_order_id"), "saker-00000007-0000001025");
	assert_string_equal(text_of(row, "symbol"), "BTCUSDT");
	assert_string_equal(text_of(row, "side"), "SELL");
	assert_string_equal(text_of(row, "type"), "LIMIT_MAKER");
	assert_string_equal(text_of(row, "price"), "61837.64");
	assert_string_equal(text_of(row, "quantity"), "1.50000");
	assert_string_equal(text_of(row, "filled"), "0.50000");
	assert_string_equal(text_of(row, "state"), "LIVE");
	assert_in_range(number_of(row, "age_ns"), NS_PER_S, 20 * NS_PER_S);
	assert_string_equal(text_of(row, "strategy"), "quotes");
	assert_int_equal(number_of(row, "cause"), 77);
	row = row_of(all, "orders", 0);
	assert_string_equal(text_of(row, "price"), "null"); /* a market order has none */
	assert_string_equal(text_of(row, "quantity"), "12");
	assert_true(json_is_true(json_object_get(row, "unconfirmed")));
	assert_string_equal(text_of(row, "strategy"), "second");
	json_decref(all);
	all = json_of(&f, "orders --all", EXIT_DONE);
	assert_int_equal(json_array_size(json_object_get(all, "orders")), 3);
	assert_int_equal(number_of(row_of(all, "orders", 0), "code"), -2010);
	assert_string_equal(text_of(row_of(all, "orders", 0), "strategy"), "9"); /* no name known */
	json_decref(all);
}

static void test_a_row_under_way_is_not_shown(void **state)
{
	(void)state;
	fake_order(&f, &(struct order_row){ .id = 5, .state = ORDER_LIVE });
	f.orders[5].seq++; /* the core died while it wrote */
	struct ran r = run_hostctl(&f, "orders");
	assert_int_equal(r.code, EXIT_REFUSED);
	assert_string_equal(r.err, "hostctl: 1 rows could not be read: the trading core stopped "
				   "while it wrote them\n");
	ran_free(&r);
}

static void test_positions(void **state)
{
	(void)state;
	fake_position(
		&f, &(struct position_row){ .instrument = 0,
					    .qty = -123456,
					    .start_qty = 1,
					    .bought_qty = 3,
					    .sold_qty = 4,
					    .fills = 2,
					    .realised = -1050000000,
					    .unrealised = 1,
					    .bid_px = 6183763,
					    .ask_px = 6183764,
					    .open_orders = 3,
					    .buy_exposure = 100000,
					    .sell_exposure = 5,
					    .fee = { { "BNB", 12345 }, { "USDT", -100000000 } } });
	json_t *all = json_of(&f, "position", EXIT_DONE), *row = row_of(all, "positions", 0);
	assert_int_equal(json_array_size(json_object_get(all, "positions")), 2);
	assert_string_equal(text_of(row, "quantity"), "-1.23456");
	assert_string_equal(text_of(row, "start"), "0.00001");
	assert_string_equal(text_of(row, "realised"), "-10.5");
	assert_string_equal(text_of(row, "unrealised"), "0.00000001");
	assert_string_equal(text_of(row, "quote"), "USDT");
	assert_string_equal(text_of(row, "buy_exposure"), "1.00000");
	assert_string_equal(text_of(row, "ask"), "61837.64");
	assert_int_equal(number_of(row, "open_orders"), 3);
	assert_string_equal(text_of(row_of(all, "positions", 1), "symbol"),
			    "PEPEUSDT"); /* nothing written yet */
	assert_string_equal(text_of(row_of(all, "positions", 1), "quantity"), "0");
	assert_string_equal(text_of(row_of(all, "fees", 0), "amount"), "0.00012345");
	assert_string_equal(text_of(row_of(all, "fees", 1), "amount"), "-1"); /* a rebate */
	json_decref(all);
}

/* ---- latency, counters ---- */

static void test_outliers(void **state)
{
	(void)state;
	struct outlier o = { .number = 17, .at_ns = fake_now(&f), .took_ns = 123000, .limit_ns = 100000,
			     .stage = "t2t", .n_events = 2 };
	o.event[0] = (struct outlier_event){ .at_ns = o.at_ns - 500, .took_ns = 300, .id = 90, .turn = 5,
					     .core = OUTLIER_MD, .kind = TAPE_BBO };
	o.event[1] = (struct outlier_event){ .at_ns = o.at_ns, .took_ns = 123000, .id = 4, .turn = 6,
					     .core = OUTLIER_TRADE, .kind = TRACE_ORDER };
	struct ran none = run_hostctl(&f, "latency --outliers");
	assert_int_equal(none.code, EXIT_DONE);
	ran_free(&none);
	row_write(&f.outliers[1].seq, f.outliers[1].w, &o, sizeof o);
	json_t *all = json_of(&f, "latency --outliers", EXIT_DONE);
	assert_int_equal(number_of(row_of(all, "outliers", 0), "number"), 17);
	assert_string_equal(text_of(row_of(all, "outliers", 0), "stage"), "t2t");
	json_t *md = row_of(all, "events", 0), *trade = row_of(all, "events", 1);
	assert_true(number_of(md, "before_ns") == 500 && number_of(md, "id") == 90 && number_of(md, "turn") == 5);
	assert_string_equal(text_of(md, "event"), "bbo");
	assert_string_equal(text_of(md, "symbol"), "BTCUSDT");
	assert_string_equal(text_of(trade, "event"), "order");
	assert_int_equal(number_of(trade, "took_ns"), 123000);
	json_decref(all);
}

static void test_latency(void **state)
{
	(void)state;
	for (u64 i = 1; i <= 100; i++)
		hist_add(f.t2t, i < 100 ? 50 : 4000);
	f.trade->turns = 9;
	f.trade->max_turn_ns = 123456;
	f.trade->max_turn_at_ns = fake_now(&f);
	f.trade->slow_turns = 2;
	json_t *all = json_of(&f, "latency", EXIT_DONE), *row = row_of(all, "stages", 0);
	assert_string_equal(text_of(row, "stage"), "t2t");
	assert_int_equal(number_of(row, "n"), 100);
	assert_int_equal(number_of(row, "min_ns"), 50);
	assert_int_equal(number_of(row, "p50_ns"), 50);
	assert_int_equal(number_of(row, "p99_ns"), 50);
	assert_int_equal(number_of(row, "p999_ns"), 4000);
	assert_int_equal(number_of(row, "max_ns"), 4000);
	assert_string_equal(text_of(row_of(all, "stages", 1), "p50_ns"),
			    "null"); /* nothing recorded is not 0 ns */
	row = row_of(all, "turns", 1);
	assert_string_equal(text_of(row, "core"), "trade");
	assert_int_equal(number_of(row, "max_turn_ns"), 123456);
	assert_int_equal(number_of(row, "slow_turns"), 2);
	json_decref(all);
	struct ran r = run_hostctl(&f, "latency");
	assert_non_null(strstr(r.out, "\nt2t       100  50 ns  50 ns  50 ns  50 ns  4.0 us  4.0 us "
				      " frame of the tick polled"));
	ran_free(&r);
}

static void test_counters(void **state)
{
	(void)state;
	f.md_port[0] = 5;
	static const struct {
		const char *line;
		size_t n;
	} rows[] = { { "counters", 5 },
		     { "counters --nonzero", 2 },
		     { "counters md.", 3 },
		     { "counters md.port.rx", 1 },
		     { "counters app --nonzero", 0 } };
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		json_t *all = json_of(&f, rows[i].line, EXIT_DONE);
		assert_int_equal(json_array_size(json_object_get(all, "counters")), rows[i].n);
		json_decref(all);
	}
	struct ran r = run_hostctl(&f, "counters md.port.rx");
	assert_string_equal(r.out, "REGION   COUNTER    VALUE  \nmd.port  rx_frames      5  frames "
				   "handed to the core\n");
	ran_free(&r);
	r = run_hostctl(&f, "counters no.such");
	assert_int_equal(r.code, EXIT_REFUSED);
	ran_free(&r);
}

/* ---- tape, book ---- */

static void publish(u64 n)
{
	for (u64 i = 0; i < n; i++) {
		const struct tape_event e = { .kind = TAPE_BBO,
					      .flags = TAPE_LAST,
					      .bid_px = 6183763,
					      .bid_qty = 1,
					      .ask_px = 6183764,
					      .ask_qty = 2,
					      .rx_ns = fake_now(&f),
					      .update_id = 1000 + i,
					      .poll_tsc = 1,
					      .publish_tsc = 1 + f.clock.tsc_hz };
		tape_publish(f.tape, &e);
	}
}

static void test_tape(void **state)
{
	(void)state;
	json_t *all = json_of(&f, "tape", EXIT_DONE);
	assert_int_equal(json_array_size(json_object_get(all, "events")), 0);
	json_decref(all);
	publish(FAKE_TAPE_SLOTS + 5);
	tape_publish(f.tape, &(struct tape_event){ .kind = TAPE_TRADE,
						   .flags = TAPE_LAST | TAPE_BUYER_MAKER,
						   .px = 6183700,
						   .qty = 100000 });
	tape_publish(f.tape, &(struct tape_event){ .kind = TAPE_LEVEL,
						   .flags = TAPE_ASK,
						   .px = 6183800,
						   .qty = 0,
						   .instrument = 7 });
	tape_publish(f.tape,
		     &(struct tape_event){ .kind = TAPE_STATUS, .book_state = BOOK_RESYNC });
	all = json_of(&f, "tape -n 4", EXIT_DONE);
	assert_int_equal(json_array_size(json_object_get(all, "events")), 4);
	json_t *row = row_of(all, "events", 0);
	assert_int_equal(number_of(row, "seq"), FAKE_TAPE_SLOTS + 5);
	assert_string_equal(text_of(row, "kind"), "BBO");
	assert_string_equal(text_of(row, "price"), "61837.63");
	assert_string_equal(text_of(row, "ask_quantity"), "0.00002");
	assert_int_equal(strlen(text_of(row, "time")), strlen("12:34:56.123456"));
	assert_in_range(number_of(row, "to_publish_ns"), NS_PER_S - 100, NS_PER_S + 100);
	row = row_of(all, "events", 1);
	assert_string_equal(text_of(row, "side"), "SELL");
	assert_string_equal(text_of(row, "ask_price"), "null");
	row = row_of(all, "events", 2);
	assert_string_equal(text_of(row, "side"), "ASK");
	assert_string_equal(text_of(row, "symbol"), "?"); /* not in the table */
	assert_string_equal(text_of(row, "price"), "null");
	assert_string_equal(text_of(row_of(all, "events", 3), "state"), "RESYNC");
	assert_string_equal(text_of(row_of(all, "events", 3), "trading"), "TRADING");
	json_decref(all);
	all = json_of(&f, "tape -n 1000", EXIT_DONE); /* no more than there are */
	assert_int_equal(json_array_size(json_object_get(all, "events")), FAKE_TAPE_SLOTS);
	json_decref(all);
}

static void test_follow_ends_with_the_instance(void **state)
{
	(void)state;
	publish(30);
	segment_close(&f.seg);
	struct ran r = run_hostctl(&f, "--json tape -n 3 --follow");
	assert_int_equal(r.code, EXIT_DONE);
	u32 lines = 0;
	for (char *save = NULL, *line = strtok_r(r.out, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save)) {
		json_t *row = json_loads(line, 0, NULL);
		assert_int_equal(number_of(row, "seq"), 28 + lines++);
		json_decref(row);
	}
	assert_int_equal(lines, 3);
	ran_free(&r);
}

static void test_book(void **state)
{
	(void)state;
	fake_healthy(&f);
	json_t *all = json_of(&f, "book", EXIT_DONE), *row = row_of(all, "books", 0);
	assert_string_equal(text_of(row, "symbol"), "BTCUSDT");
	assert_string_equal(text_of(row, "ask_quantity"), "0.00007");
	assert_int_equal(number_of(row, "bbo_update_id"), 105);
	assert_int_equal(number_of(row, "ladder_lag_ids"), 4);
	json_decref(all);
	all = json_of(&f, "book BTCUSDT -n 2", EXIT_DONE);
	assert_int_equal(number_of(json_object_get(all, "ladder"), "update_id"), 101);
	assert_int_equal(json_array_size(json_object_get(all, "levels")), 2);
	assert_string_equal(text_of(row_of(all, "levels", 0), "bid"), "61837.63");
	assert_string_equal(text_of(row_of(all, "levels", 1), "bid"), "61837.00");
	assert_string_equal(text_of(row_of(all, "levels", 1), "ask"), "null");
	json_decref(all);
	all = json_of(&f, "book BTCUSDT -n 1", EXIT_DONE); /* the best one */
	assert_string_equal(text_of(row_of(all, "levels", 0), "bid"), "61837.63");
	json_decref(all);
	struct ran r = run_hostctl(&f, "book ETHUSDT");
	assert_int_equal(r.code, EXIT_REFUSED);
	assert_string_equal(r.err, "hostctl: no book of ETHUSDT; hostctl book lists them\n");
	ran_free(&r);
}

/* ---- regions that are not what they should be ---- */

static struct region *region(const char *name)
{
	return (struct region *)(uintptr_t)segment_find(&f.seg, name);
}

static void test_regions_too_small_are_as_if_not_there(void **state)
{
	(void)state;
	struct view v;
	char why[VIEW_WHY_MAX];
	u32 n;
	region("orders")->size -= 8;
	region("md.status")->size = 8;
	region("md.tape")->size -= 8;
	region("t2t")->size -= 8;
	region("md.port")->count = 1000000;
	region("md.book.BTCUSDT")->size -= 8;
	region("strategies")->size = 3; /* no end */
	region("trade.state")->kind = REGION_HIST;
	fake_healthy(&f);
	assert_int_equal(view_open(&v, f.name, why), ERR_OK);
	const u64 *words;
	const struct counter_text *text;
	struct trade_row row;
	char name[32];
	assert_null(view_rows(&v, "orders", sizeof(struct order_cell), &n));
	assert_int_equal(n, 0);
	assert_null(view_core(&v, "md"));
	assert_non_null(view_core(&v, "trade"));
	assert_null(view_tape(&v));
	assert_null(view_hist(&v, segment_find(&v.seg, "t2t")));
	assert_false(view_counters(&v, segment_find(&v.seg, "md.port"), &words, &text));
	assert_null(view_book(&v, segment_find(&v.seg, "md.book.BTCUSDT")));
	assert_null(view_text(&v, "strategies"));
	assert_null(view_strategy(&v, 0, name));
	assert_false(view_trade(&v, &row));
	view_close(&v);
	json_decref(json_of(&f, "status", EXIT_DONE)); /* shows what is left */
	struct ran r = run_hostctl(&f, "tape");
	assert_int_equal(r.code, EXIT_REFUSED);
	ran_free(&r);
}

static void test_texts_of_the_instance(void **state)
{
	(void)state;
	struct view v;
	char why[VIEW_WHY_MAX], out[32];
	assert_int_equal(view_open(&v, f.name, why), ERR_OK);
	assert_true(view_config(&v, "layout", out, sizeof out));
	assert_string_equal(out, "fused");
	assert_false(view_config(&v, "lay", out, sizeof out));
	assert_false(view_config(&v, "nothing", out, sizeof out));
	assert_string_equal(view_strategy(&v, 0, out), "quotes");
	assert_string_equal(view_strategy(&v, 1, out), "second");
	assert_null(view_strategy(&v, 2, out));
	assert_null(view_instrument(&v, 2));
	view_close(&v);
}

#define CASE(t) cmocka_unit_test_setup_teardown(t, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_no_such_instance),
		CASE(test_another_build),
		CASE(test_orders),
		CASE(test_a_row_under_way_is_not_shown),
		CASE(test_positions),
		CASE(test_latency),
		CASE(test_outliers),
		CASE(test_counters),
		CASE(test_tape),
		CASE(test_follow_ends_with_the_instance),
		CASE(test_book),
		CASE(test_regions_too_small_are_as_if_not_there),
		CASE(test_texts_of_the_instance),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
