#include "tests/cmocka_all.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "strategy/host.h"

#define LOT 1000LL

struct core {
	struct arena arena;
	struct host *host;
	struct instrument btc;
	u64 counters[HOST_COUNTERS];
	struct order_req last;
	u32 submits;
};

static i64 core_submit(void *p, const struct order_req *q, ns_t now)
{
	struct core *c = p;
	(void)now;
	c->last = *q;
	return ++c->submits;
}

static void core_trace(void *p, u16 strategy, const char id[8], i64 a, i64 b)
{
	(void)p, (void)strategy, (void)a, (void)b;
	assert_string_equal(id, "take");
}

static const struct host_ops ops = { .submit = core_submit, .trace = core_trace };

static void core_open(struct core *c)
{
	*c = (struct core){ .btc = { .symbol = "BTCUSDT", .symbol_n = 7, .lot = LOT } };
	assert_int_equal(arena_open(&c->arena, 4 << 20), ERR_OK);
	c->host = host_new(&c->arena, &(struct host_cfg){ .ops = &ops,
							  .core = c,
							  .instruments = &c->btc,
							  .n_instruments = 1,
							  .counters = c->counters });
	assert_non_null(c->host);
}

/* Plug-ins lie beside this program: <build>/tests/strategy, and <build>/strategy. */
static void plugin_path(char out[512], const char *name)
{
	char self[400];
	ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
	assert_true(n > 0);
	self[n] = 0;
	*strrchr(self, '/') = 0;
	snprintf(out, 512, "%s/%s", self, name);
}

static err_t load(struct core *c, const char *name, struct param_error *why)
{
	char path[512];
	plugin_path(path, name);
	return host_load(c->host, path, why);
}

static u32 tick(struct core *c, i64 bid_qty, i64 ask_qty, ns_t now)
{
	struct market_view m = { .flags = TAPE_LAST,
				 .book_state = BOOK_VALID,
				 .bid_px = 99,
				 .ask_px = 101,
				 .bid_qty = bid_qty,
				 .ask_qty = ask_qty,
				 .now = now };
	u32 before = c->submits;
	host_on_market(c->host, &m, 0);
	return c->submits - before;
}

static void test_the_example_trades(void **state)
{
	(void)state;
	struct core c;
	struct param_error why = { "" };
	u16 id;
	core_open(&c);
	if (load(&c, "../../strategy/example.so", &why) != ERR_OK)
		fail_msg("%s", why.text);
	assert_int_equal(host_add(c.host, &c.arena, "example",
				  "instrument=BTCUSDT threshold=80 lots=3 cool_down=10", &id, &why),
			 ERR_OK);
	assert_int_equal(tick(&c, 79, 21, NS_PER_S), 0); /* below the threshold */
	assert_int_equal(tick(&c, 80, 20, NS_PER_S), 1);
	assert_true(c.last.side == SIDE_BUY && c.last.px == 101 && c.last.qty == 3 * LOT &&
		    c.last.tif == TIF_IOC);
	assert_int_equal(tick(&c, 80, 20, 2 * NS_PER_S), 0); /* one in flight */
	host_on_order(c.host,
		      &(struct order_event){
			      .order_id = 1, .state = ORDER_EXPIRED, .kind = ORDER_EV_CANCELED },
		      NS_PER_S, 0);
	assert_int_equal(tick(&c, 20, 80, NS_PER_S + 10 * NS_PER_MS - 1), 0); /* cooling down */
	assert_int_equal(tick(&c, 20, 80, NS_PER_S + 10 * NS_PER_MS), 1);
	assert_true(c.last.side == SIDE_SELL && c.last.px == 99);
	u8 kept[32];
	u64 orders;
	assert_int_equal(host_save(c.host, id, kept, sizeof kept), sizeof orders);
	memcpy(&orders, kept, sizeof orders);
	assert_int_equal(orders, 2);
	assert_int_equal(load(&c, "../../strategy/example.so", &why), ERR_EXISTS);
	arena_close(&c.arena);
}

static const struct {
	const char *name;
	err_t err;
	const char *why; /* its end */
} refused[] = {
	{ "wrong_major.so", ERR_UNSUPPORTED, "wrong_major.so: made for strategy ABI 2, this is 1" },
	{ "no_symbol.so", ERR_NOT_FOUND, "no_symbol.so: exports no saker_strategy_v1" },
	{ "bad_table.so", ERR_SYNTAX,
	  "bad_table.so: parameter table, row 1 (depth): name, type, bounds or default unsound" },
	{ "no_such_file.so", ERR_IO,
	  "no_such_file.so: cannot open shared object file: No such file or directory" },
	{ "test_plugin.o", ERR_IO,
	  NULL }, /* whatever the loader says of an object that is not shared */
};

static void test_refused(void **state)
{
	(void)state;
	struct core c;
	core_open(&c);
	for (size_t i = 0; i < ARRAY_LEN(refused); i++) {
		struct param_error why = { "" };
		assert_int_equal(load(&c, refused[i].name, &why), refused[i].err);
		size_t n = strlen(why.text), want = refused[i].why ? strlen(refused[i].why) : 0;
		if (!n || n < want || (want && strcmp(why.text + n - want, refused[i].why)))
			fail_msg("said \"%s\", expected \"...%s\"", why.text,
				 refused[i].why ? refused[i].why : "");
		assert_null(host_find(c.host, "bad_table"));
	}
	struct param_error why;
	assert_int_equal(host_load(c.host, "example.so", &why), ERR_ARGUMENT);
	assert_string_equal(why.text, "example.so: expected a path with a '/'");
	arena_close(&c.arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_example_trades),
		cmocka_unit_test(test_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
