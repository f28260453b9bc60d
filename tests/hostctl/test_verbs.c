/* The verbs that read the segment and the journal alone: fills, pnl, limits, session, venue, instrument. */
#include "tests/cmocka_all.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "gateway/gateway_cnt.h"
#include "gateway/journal.h"
#include "hostctl/verb.h"
#include "tests/hostctl/fake_instance.h"

#define E8 100000000LL

static struct fake_instance f;

static int setup(void **state)
{
	(void)state;
	fake_open(&f);
	fake_healthy(&f);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	fake_close(&f);
	return 0;
}

/* `n` fills of one lot more each, one rejection between them; as the io thread writes them. */
static void write_journal(const char *path, u32 n)
{
	static u64 cnt[GATEWAY_CNT_COUNT];
	struct journal j;
	struct journal_header h;
	FILE *out = fopen(path, "w");
	assert_non_null(out);
	journal_init(&j, ring_new(&f.arena, 1 << 17), cnt);
	journal_header_make(&h, 7, 0, 42);
	assert_int_equal(fwrite(&h, sizeof h, 1, out), 1);
	for (u32 i = 1; i <= n; i++) {
		struct order_event e = { .order_id = i,
					 .strategy = 1,
					 .kind = ORDER_EV_FILL,
					 .side = i % 2 ? SIDE_BUY : SIDE_SELL,
					 .trade_id = 100 + i,
					 .fill_px = 6000000,
					 .fill_qty = i,
					 .fee = i,
					 .fee_asset = "USDT" };
		assert_true(journal_order_event(&j, &e, fake_now(&f)));
		e.kind = ORDER_EV_REJECTED;
		assert_true(journal_order_event(&j, &e, fake_now(&f)));
	}
	for (const struct ring_msg *m; (m = ring_peek(j.ring)); ring_release(j.ring, m))
		assert_int_equal(fwrite(m->data, m->n, 1, out), 1);
	fclose(out);
}

static void test_fills(void **state)
{
	(void)state;
	char path[64];
	snprintf(path, sizeof path, "/tmp/%s.journal", f.name);
	struct ran none = run_hostctl(&f, "fills");
	assert_int_equal(none.code, EXIT_REFUSED);
	assert_non_null(strstr(none.err, path)); /* names the place, and ... */
	assert_non_null(strstr(none.err, "ask as the user"));
	ran_free(&none);
	write_journal(path, 30);
	json_t *all = json_of(&f, "fills", EXIT_DONE);
	assert_int_equal(json_array_size(json_object_get(all, "fills")), 20);
	json_t *last = row_of(all, "fills", 19);
	assert_int_equal(number_of(last, "trade_id"), 130);
	assert_string_equal(text_of(last, "client_order_id"), "saker-00000007-0000000030");
	assert_string_equal(text_of(last, "side"), "SELL");
	assert_string_equal(text_of(last, "price"), "60000.00");
	assert_string_equal(text_of(last, "quantity"), "0.00030");
	assert_string_equal(text_of(last, "notional"), "18");
	assert_string_equal(text_of(last, "fee_asset"), "USDT");
	assert_string_equal(text_of(last, "strategy"), "second");
	assert_int_equal(number_of(row_of(all, "fills", 0), "trade_id"), 111);
	json_decref(all);
	all = json_of(&f, "fills -n 3", EXIT_DONE);
	assert_int_equal(json_array_size(json_object_get(all, "fills")), 3);
	json_decref(all);
	unlink(path);
}

static void test_pnl(void **state)
{
	(void)state;
	const struct position_row p[] = {
		{ .instrument = 0, .qty = 150000, .realised = 3 * E8, .unrealised = -E8 / 2, .fills = 4,
		  .fee = { { "USDT", E8 / 4 }, { "BNB", E8 / 100 } } },
		{ .instrument = 1, .realised = INT64_MAX, .unrealised = INT64_MAX },
	};
	for (size_t i = 0; i < ARRAY_LEN(p); i++)
		fake_position(&f, &p[i]);
	json_t *all = json_of(&f, "pnl", EXIT_DONE), *first = row_of(all, "pnl", 0);
	assert_string_equal(text_of(first, "net"), "2.25"); /* fees in other assets are not subtracted */
	assert_string_equal(text_of(first, "fees"), "0.25");
	assert_string_equal(text_of(row_of(all, "pnl", 1), "net"), "null"); /* it does not fit */
	json_t *usdt = row_of(all, "total", 0), *bnb = row_of(all, "total", 1);
	assert_string_equal(text_of(usdt, "asset"), "USDT");
	assert_string_equal(text_of(usdt, "realised"), "null");
	assert_string_equal(text_of(usdt, "fees"), "0.25");
	assert_string_equal(text_of(bnb, "asset"), "BNB");
	assert_string_equal(text_of(bnb, "net"), "-0.01");
	json_decref(all);
}

static json_t *limit_of(json_t *all, const char *symbol, const char *limit)
{
	json_t *row;
	size_t i;
	json_array_foreach(json_object_get(all, "limits"), i, row)
		if (!strcmp(text_of(row, "limit"), limit) && !strcmp(text_of(row, "symbol"), symbol))
			return row;
	fail_msg("no limit %s of %s", limit, symbol);
	return NULL;
}

static void test_limits(void **state)
{
	(void)state;
	static const struct {
		const char *symbol, *limit, *value, *used, *unit;
	} rows[] = {
		{ "BTCUSDT", "max_quantity", "2.00000", "null", "BTC" },
		{ "BTCUSDT", "max_notional", "null", "null", "USDT" }, /* none is set */
		{ "BTCUSDT", "max_position_long", "5.00000", "2.50000", "BTC" },
		{ "BTCUSDT", "max_position_short", "null", "0.00000", "BTC" },
		{ "BTCUSDT", "max_loss", "100", "1.5", "USDT" },
		{ "BTCUSDT", "max_open_orders", "10", "3", "orders" },
		{ "BTCUSDT", "max_through", "null", "null", "ticks" },
		{ "null", "max_open_orders", "20", "4", "orders" },
		{ "null", "max_rejects", "null", "null", "in a row" },
	};
	struct ran none = run_hostctl(&f, "limits");
	assert_int_equal(none.code, EXIT_REFUSED);
	assert_string_equal(none.err, "hostctl: no limits are in force: nothing is allowed\n");
	ran_free(&none);
	const struct msg_limits m = { .limits = { .max_qty = 200000, .max_notional = INT64_MAX,
						  .max_open_notional = INT64_MAX, .max_long = 500000,
						  .max_short = INT64_MAX / 4, .max_through = -1,
						  .max_loss = 100 * E8, .max_open_orders = 10, .allowed = 1 },
				      .account = { .max_open_orders = 20 } };
	row_write(&f.limits[0].seq, f.limits[0].w, &m, sizeof m);
	fake_position(&f, &(struct position_row){ .qty = 150000, .buy_exposure = 100000, .sell_exposure = 50000,
						  .open_orders = 3, .realised = -E8, .unrealised = -E8 / 2 });
	fake_trade(&f, &(struct trade_row){ .orders_open = 4 });
	json_t *all = json_of(&f, "limits", EXIT_DONE);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		json_t *row = limit_of(all, rows[i].symbol, rows[i].limit);
		if (strcmp(text_of(row, "value"), rows[i].value) || strcmp(text_of(row, "used"), rows[i].used) ||
		    strcmp(text_of(row, "unit"), rows[i].unit))
			fail_msg("row %zu: %s %s %s", i, text_of(row, "value"), text_of(row, "used"),
				 text_of(row, "unit"));
	}
	json_decref(all);
}

/* A port of a card that gives stamps, and one of a device that gives nothing; text of theirs has no end. */
static void test_ports(void **state)
{
	struct nic_port_info *md = &f.ports[0], *trade = &f.ports[1];
	(void)state;
	*md = (struct nic_port_info){ .port = "md", .device = "0000:3b:00.0", .driver = "mlx5_pci", .firmware = "16.35",
				      .mac = { 2, 0, 0, 0, 0xab, 1 }, .mtu = 1500, .node = 1, .link_mbps = 25000,
				      .clock_device = 77, .clock_tsc = 78, .clock_wall_ns = 79 };
	md->cap[NIC_CAP_RX_CSUM] = (struct nic_cap_row){ .name = "rx_checksum", .offered = "ip4 header", .asked = 1, .used = 1 };
	md->cap[NIC_CAP_RX_STAMP] = (struct nic_cap_row){ .name = "rx_stamp", .offered = "yes", .asked = 1, .used = 1 };
	md->cap[NIC_CAP_VLAN] = (struct nic_cap_row){ .name = "vlan", .offered = "strip", .asked = 1, .why = "not offered" };
	*trade = (struct nic_port_info){ .port = "trade", .node = -1 };
	memset(trade->device, 'x', sizeof trade->device);
	json_t *all = json_of(&f, "session", EXIT_DONE), *p = row_of(all, "ports", 0), *c;
	assert_string_equal(text_of(p, "driver"), "mlx5_pci");
	assert_string_equal(text_of(p, "mac"), "02:00:00:00:ab:01");
	assert_string_equal(text_of(p, "in_use"), "rx_checksum, rx_stamp");
	assert_int_equal(number_of(p, "link_mbps"), 25000);
	p = row_of(all, "ports", 1);
	assert_int_equal(strlen(text_of(p, "device")), 128);
	assert_true(json_is_null(json_object_get(p, "node")) && json_is_null(json_object_get(p, "link_mbps")));
	assert_int_equal(json_array_size(json_object_get(all, "capabilities")), 2 * NIC_CAPS);
	c = row_of(all, "capabilities", NIC_CAP_VLAN);
	assert_string_equal(text_of(c, "why"), "not offered");
	assert_true(json_is_true(json_object_get(c, "asked")) && json_is_false(json_object_get(c, "used")));
	assert_int_equal(json_array_size(json_object_get(all, "device_clocks")), 1);
	assert_int_equal(number_of(row_of(all, "device_clocks", 0), "tsc"), 78);
	json_decref(all);
	all = json_of(&f, "status", EXIT_DONE);
	assert_int_equal(json_array_size(json_object_get(all, "ports")), 2);
	json_decref(all);
}

static void test_session(void **state)
{
	(void)state;
	json_t *all = json_of(&f, "session", EXIT_DONE);
	assert_int_equal(json_array_size(json_object_get(all, "sessions")), 3);
	assert_null(json_object_get(all, "counters"));
	json_decref(all);
	all = json_of(&f, "session md", EXIT_DONE);
	assert_string_equal(text_of(row_of(all, "counters", 0), "region"), "md.tls");
	assert_int_equal(number_of(row_of(all, "counters", 0), "value"), 3);
	json_decref(all);
	struct ran r = run_hostctl(&f, "session other");
	assert_int_equal(r.code, EXIT_USAGE);
	ran_free(&r);
}

static void test_venue(void **state)
{
	(void)state;
	json_t *all = json_of(&f, "venue", EXIT_DONE);
	assert_string_equal(text_of(row_of(all, "endpoints", 0), "host"), "stream.example:9443");
	assert_string_equal(text_of(row_of(all, "endpoints", 0), "address"), "10.0.0.9");
	assert_string_equal(text_of(row_of(all, "endpoints", 1), "address"), "null");
	assert_string_equal(text_of(json_object_get(all, "venue"), "rate_stops"), "null");
	json_decref(all);
}

static void test_instrument(void **state)
{
	(void)state;
	json_t *all = json_of(&f, "instrument", EXIT_DONE);
	assert_int_equal(json_array_size(json_object_get(all, "instruments")), 2);
	json_decref(all);
	all = json_of(&f, "instrument PEPEUSDT", EXIT_DONE);
	json_t *row = row_of(all, "instruments", 0);
	assert_string_equal(text_of(row, "tick"), "0.00000001");
	assert_string_equal(text_of(row, "status"), "TRADING");
	assert_string_equal(text_of(row, "max_notional"), "null");
	json_decref(all);
	struct ran r = run_hostctl(&f, "instrument DOGE");
	assert_int_equal(r.code, EXIT_REFUSED);
	assert_string_equal(r.err, "hostctl: no instrument DOGE; hostctl instrument lists them\n");
	ran_free(&r);
}

static void test_a_stage_is_drawn(void **state)
{
	(void)state;
	u64 n = 0;
	for (u32 i = 0; i < 10000; i++)
		hist_add(f.t2t, i < 9990 ? 400 + i % 300 : 1000000 + i);
	json_t *all = json_of(&f, "latency t2t", EXIT_DONE), *row;
	size_t i;
	json_array_foreach(json_object_get(all, "histogram"), i, row) { /* for programs, bucket by bucket */
		u64 to = (u64)number_of(row, "to_ns");
		u32 bucket = hist_index(to);
		assert_int_equal(to, hist_upper(bucket));
		assert_int_equal(number_of(row, "n"), f.t2t->bucket[bucket]);
		n += (u64)number_of(row, "n");
	}
	assert_int_equal(n, 10000);
	json_decref(all);
	struct ran r = run_hostctl(&f, "latency t2t");
	assert_non_null(strstr(r.out, "  ########################################\n")); /* the highest */
	u32 lines = 0;
	for (const char *p = r.out; (p = strchr(p, '\n')); p++)
		lines++;
	assert_in_range(lines, 10, 30); /* joined, and with what is above them */
	ran_free(&r);
	r = run_hostctl(&f, "latency nothing");
	assert_string_equal(r.err, "hostctl: no stage nothing; hostctl latency lists them\n");
	ran_free(&r);
	r = run_hostctl(&f, "latency feed_lag"); /* empty */
	assert_int_equal(r.code, EXIT_DONE);
	ran_free(&r);
}

/* What the completion asks an instance for. */
static void test_names(void **state)
{
	(void)state;
	static const struct {
		const char *line;
		int code;
		const char *out;
	} rows[] = {
		{ "completion names instrument", EXIT_DONE, "BTCUSDT\nPEPEUSDT\n" },
		{ "completion names strategy", EXIT_DONE, "quotes\nsecond\n" },
		{ "completion names latency", EXIT_DONE, "t2t\nfeed_lag\n" },
		{ "completion names kill", EXIT_USAGE, "" }, /* and nothing was killed */
		{ "completion names", EXIT_USAGE, "" },
		{ "completion bash more", EXIT_USAGE, "" },
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct ran r = run_hostctl(&f, rows[i].line);
		assert_int_equal(r.code, rows[i].code);
		assert_string_equal(r.out, rows[i].out);
		ran_free(&r);
	}
	assert_int_equal(kill_level(f.seg.kill), KILL_NONE);
}

#define CASE(t) cmocka_unit_test_setup_teardown(t, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_fills),      CASE(test_pnl),   CASE(test_limits),     CASE(test_session), CASE(test_ports),
		CASE(test_instrument), CASE(test_venue), CASE(test_names), CASE(test_a_stage_is_drawn),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
