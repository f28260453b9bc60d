/*
 * Another configuration, step by step: what ctl asks of the io thread and of the trade core, what it
 * tells who asked, what holds after each refusal.
 */
#include "tests/appliance/ctl_world.h"

static int setup(void **state)
{
	(void)state;
	world_open("risk: { max_loss: 10 }\nmode: observe\n" CTL_STRATEGY);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	world_close();
	return 0;
}

static union {
	struct msg_epoch m;
	u8 bytes[1 << 16];
} got;

/* The core's turn: true where it was told an epoch, which it answers so. */
static bool core(err_t result, u32 target, const char *why)
{
	const struct ring_msg *m = ring_peek(w.ctl.trade.to);
	struct msg_command a = { .verb = CMD_EPOCH, .result = result, .target = target };
	if (!m)
		return false;
	assert_int_equal(m->type, MSG_EPOCH);
	assert_true(m->n <= sizeof got);
	memcpy(&got, m->data, m->n);
	assert_int_equal(m->n, msg_epoch_bytes(got.m.n_limits, got.m.n_strategies));
	ring_release(w.ctl.trade.to, m);
	a.id = got.m.id;
	snprintf(a.why, sizeof a.why, "%s", why);
	ctl_on_answer(&w.ctl, &a);
	return true;
}

/* All of it, the core agreeing; whether it was asked. */
static bool all(void)
{
	bool told = false;
	for (u32 i = 0; i < 6; i++) {
		turn();
		told |= core(ERR_OK, 0, "in force");
	}
	return told;
}

static void test_a_parameter(void **state)
{
	struct epoch_row row;
	(void)state;
	ask(500, "set q instrument=ETHUSDT");
	assert_string_equal(said(), "");
	assert_true(all());
	assert_string_equal(said(), "OK: epoch 2 is in force");
	assert_int_equal(got.m.n_limits, 2);
	assert_int_equal(got.m.number, 2);
	assert_string_equal(msg_epoch_strategies(&got.m)[0].type, "null");
	assert_string_equal(msg_epoch_strategies(&got.m)[0].params, "instrument=ETHUSDT ");
	assert_true(msg_epoch_strategies(&got.m)[0].enabled);
	assert_true(msg_epoch_limits(&got.m)[1].limits.max_loss > 0 && got.m.hash);
	assert_string_equal(w.ctl.cfg->strategy[0].param[0].text, "instrument=ETHUSDT");
	assert_true(row_read(&w.cell.seq, w.cell.w, &row, sizeof row));
	assert_int_equal(row.epoch.number, 2);
	assert_int_equal(row.epoch.uid, 500);
	assert_string_equal(row.epoch.how, "set q instrument=ETHUSDT");
	assert_string_equal(row.epoch.role, "admin");
}

static void test_what_the_core_refuses(void **state)
{
	(void)state;
	ask(500, "set q instrument=ETHUSDT");
	turn(); /* prepared */
	assert_true(core(ERR_ARGUMENT, 1, "instrument=ETHUSDT: no"));
	turn(); /* dropped */
	assert_string_equal(said(), "ARGUMENT: q: instrument=ETHUSDT: no; nothing was changed");
	assert_int_equal(w.desk.store.newest, 1);
	assert_string_equal(w.ctl.cfg->strategy[0].param[0].text, "instrument=BTCUSDT");
	ask(500, "disable q");
	assert_true(all());
	assert_string_equal(said(), "OK: epoch 2 is in force"); /* the number was not used up */
	assert_false(msg_epoch_strategies(&got.m)[0].enabled);
}

static void test_one_at_a_time(void **state)
{
	(void)state;
	ask(500, "disable q");
	ask(500, "enable q");
	assert_string_equal(said(), "AGAIN: another change is under way; try again");
	assert_true(all());
	assert_false(w.ctl.cfg->strategy[0].enabled);
}

static void test_a_core_that_hangs(void **state)
{
	(void)state;
	ask(500, "disable q");
	turn();
	ctl_epoch_turn(&w.ctl, clock_ns(&w.clock, tsc_now()) + 4 * NS_PER_S);
	assert_string_equal(said(), "");
	ctl_epoch_turn(&w.ctl, clock_ns(&w.clock, tsc_now()) + 6 * NS_PER_S);
	assert_memory_equal(said(), "TIMEOUT: the trade core does not answer", 39);
	ask(500, "enable q");
	assert_memory_equal(said(), "AGAIN: ", 7);
	assert_true(core(ERR_OK, 0, "in force")); /* it comes back */
	turn();
	assert_int_equal(w.ctl.epoch.row.epoch.number, 2);
	assert_false(w.ctl.cfg->strategy[0].enabled);
}

static void test_a_disk_that_takes_nothing(void **state)
{
	(void)state;
	snprintf(w.desk.store.dir, sizeof w.desk.store.dir, "%s/gone", w.dir);
	ask(500, "disable q");
	assert_false(all());
	assert_non_null(strstr(said(), "/gone: the epoch cannot be written: No such file"));
	assert_true(w.ctl.cfg->strategy[0].enabled);
}

static void test_one_more(void **state)
{
	(void)state;
	ask(500, "add more maker instrument=BTCUSDT size=1");
	assert_true(all());
	assert_string_equal(said(), "OK: epoch 2 is in force");
	assert_int_equal(got.m.n_strategies, 2);
	assert_string_equal(w.names, "more maker\n");
	assert_int_equal(w.rows[0].strategy, 0); /* ids are the order of showing: this world showed none before */
	assert_int_equal(w.ctl.cfg->n_strategies, 2);
	assert_true(w.ctl.cfg->strategy[1].enabled);
}

static void test_commands_that_are_wrong(void **state)
{
	static const struct {
		const char *words, *said;
	} rows[] = {
		{ "set", "ARGUMENT: expected set STRATEGY PARAMETER=VALUE ..." },
		{ "set q", "ARGUMENT: expected set STRATEGY PARAMETER=VALUE ..." },
		{ "set q size", "ARGUMENT: size: expected PARAMETER=VALUE" },
		{ "set q size=", "ARGUMENT: size=: expected PARAMETER=VALUE" },
		{ "set q =1", "ARGUMENT: =1: expected PARAMETER=VALUE" },
		{ "set x size=1", "NOT_FOUND: no strategy x; hostctl strategy list names them" },
		{ "set q instrument=BTCUSDT", "OK: nothing differs from what is in force, epoch 1" },
		{ "enable", "ARGUMENT: expected enable STRATEGY" },
		{ "enable q now", "ARGUMENT: expected enable STRATEGY" },
		{ "enable q", "OK: nothing differs from what is in force, epoch 1" },
		{ "add q", "ARGUMENT: expected add NAME TYPE PARAMETER=VALUE ..." },
		{ "add q maker", "EXISTS: q: there is a strategy of that name" },
		{ "add a/b maker", "ARGUMENT: strategies[].name: found a/b, expected a name of at most 31" },
		{ "apply x /y", "ARGUMENT: expected apply SHA-256 PATH" },
		{ "apply", "ARGUMENT: expected apply SHA-256 PATH" },
	};
	(void)state;
	for (u32 i = 0; i < ARRAY_LEN(rows); i++) {
		ask(500, rows[i].words);
		assert_false(all());
		const char *text = said();
		if (strncmp(text, rows[i].said, strlen(rows[i].said)))
			fail_msg("%s: %s", rows[i].words, text);
	}
	assert_int_equal(w.desk.store.newest, 1);
}

/* A file as hostctl sends it: its own words, or another hash. */
static void ask_file(u32 uid, const char *more, bool other_hash)
{
	char path[96], text[2048], words[DOOR_LINE], hash[EPOCH_HASH_MAX];
	int n = snprintf(text, sizeof text, "%sfiles: { state_dir: %s, socket: %s/ctl.sock }\n%s", CONFIG_LEAST, w.dir, w.dir, more);
	snprintf(path, sizeof path, "%s/new.yaml", w.dir);
	FILE *f = fopen(path, "w");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
	epoch_hash(text, (size_t)n - other_hash, hash);
	snprintf(words, sizeof words, "apply %s %s", hash, path);
	ask(uid, words);
}

static void test_files(void **state)
{
	static const struct {
		u32 uid;
		const char *more, *said, *remark;
	} rows[] = {
		{ 1001, "risk: { max_loss: 11 }\n" CTL_STRATEGY,
		  "AUTH: more risk is not for role operator, but for risk and admin: risk.max_loss", "" },
		{ 1001, "risk: { max_loss: 9 }\n" CTL_STRATEGY, "OK: epoch 2 is in force", "less risk is anybody's" },
		{ 1002, "risk: { max_loss: 12 }\n" CTL_STRATEGY, "OK: epoch 3 is in force", "" },
		{ 1002, "risk: { max_loss: 12 }\nstrategies: [{ name: q, type: null, params: { instrument: ETHUSDT } }]\n",
		  "AUTH: set is not for role risk, but for operator admin", "" },
		{ 500, "risk: { max_loss: 12 }\nvenue.: 1\n" CTL_STRATEGY, "SYNTAX: ", "" },
		{ 500, "risk: { max_loss: 12 }\nmode: live\nsession: { idle_ms: 900 }\n" CTL_STRATEGY, "ARGUMENT: ", "live without keys" },
		{ 500, "risk: { max_loss: 12 }\nsession: { idle_ms: 900 }\ntape: { slots: 1024 }\n" CTL_STRATEGY,
		  "STATE: cannot change while it runs: session.idle_ms, tape.slots; nothing was changed: stop, and start", "" },
		{ 500, "risk: { max_loss: 12.123456789 }\n" CTL_STRATEGY, "ARGUMENT: ", "no exact amount" },
	};
	(void)state;
	for (u32 i = 0; i < ARRAY_LEN(rows); i++) {
		ask_file(rows[i].uid, rows[i].more, false);
		bool told = all();
		const char *text = said();
		if (strncmp(text, rows[i].said, strlen(rows[i].said)))
			fail_msg("row %u: %s", i, text);
		assert_int_equal(told, !strncmp(text, "OK", 2));
	}
	ask_file(500, CTL_STRATEGY, true);
	assert_false(all());
	assert_non_null(strstr(said(), "CHECKSUM: "));
	ask(500, "apply 0123456789012345678901234567890123456789012345678901234567890123 /nowhere.yaml");
	assert_false(all());
	assert_string_equal(said(), "NOT_FOUND: /nowhere.yaml: the user saker runs as cannot read it; put it where that user may, "
				    "with chmod and chown");
	assert_int_equal(w.desk.store.newest, 3);
}

static void test_stopping(void **state)
{
	(void)state;
	w.ctl.stop_id = 9;
	ask(500, "disable q");
	assert_string_equal(said(), "STATE: stopping");
}

int main(void)
{
#define CASE(t) cmocka_unit_test_setup_teardown(t, setup, teardown)
	const struct CMUnitTest tests[] = {
		CASE(test_a_parameter), CASE(test_what_the_core_refuses), CASE(test_one_at_a_time),
		CASE(test_a_core_that_hangs), CASE(test_a_disk_that_takes_nothing), CASE(test_one_more),
		CASE(test_commands_that_are_wrong), CASE(test_files), CASE(test_stopping),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
