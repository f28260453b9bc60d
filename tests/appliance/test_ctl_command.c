/* Commands from the door to the trade core and back: who may, what is told and answered; what the audit is left. */
#include "appliance/audit_chain.h"
#include "appliance/capture.h"
#include "tests/appliance/ctl_world.h"

static struct fitness fit; /* nothing is red */

static int setup(void **state)
{
	(void)state;
	world_open("mode: live\n" CTL_STRATEGY);
	w.ctl.door.answered = ctl_on_answered;
	w.ctl.door.answered_user = &w.ctl;
	fit = (struct fitness){ 0 };
	w.ctl.fitness = &fit;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	world_close();
	return 0;
}

/* What the trade core was told; false: nothing. */
static bool told(struct msg_command *m)
{
	const struct ring_msg *r = ring_peek(w.ctl.trade.to);
	if (!r)
		return false;
	assert_int_equal(r->type, MSG_COMMAND);
	assert_int_equal(r->n, sizeof *m);
	memcpy(m, r->data, sizeof *m);
	ring_release(w.ctl.trade.to, r);
	return true;
}

static void reply(struct msg_command m, err_t e, const char *why)
{
	m.result = e;
	snprintf(m.why, sizeof m.why, "%s", why);
	ctl_on_answer(&w.ctl, &m);
}

static struct audit_entry audited(void)
{
	struct audit_entry a;
	const struct ring_msg *m = ring_peek(w.ctl.audit);
	assert_non_null(m);
	assert_int_equal(m->n, sizeof a);
	memcpy(&a, m->data, sizeof a);
	ring_release(w.ctl.audit, m);
	return a;
}

static void test_to_the_core_and_back(void **state)
{
	static const struct {
		const char *words;
		u32 verb, target;
	} rows[] = {
		{ "arm", CMD_ARM, 0 },		 { "pause", CMD_PAUSE, 0 },   { "pause q", CMD_PAUSE, 1 },
		{ "resume q", CMD_RESUME, 1 },	 { "flatten", CMD_FLATTEN, 0 }, { "cancel-all", CMD_CANCEL_ALL, 0 },
	};
	struct msg_command m;
	(void)state;
	for (u32 i = 0; i < ARRAY_LEN(rows); i++) {
		ask(500, rows[i].words);
		assert_true(told(&m));
		assert_int_equal(m.verb, rows[i].verb);
		assert_int_equal(m.target, rows[i].target);
		assert_int_equal(m.id, w.id);
		assert_string_equal(said(), "");
		reply(m, i % 2 ? ERR_STATE : ERR_OK, "as the core says");
		assert_string_equal(said(), i % 2 ? "STATE: as the core says" : "OK: as the core says");
		struct audit_entry a = audited();
		assert_string_equal(a.what, "command");
		assert_true(a.by_somebody && a.uid == 500);
		assert_string_equal(a.role, "admin");
		assert_string_equal(a.why, "as the core says");
		assert_string_equal(a.result, i % 2 ? "STATE" : "OK");
	}
	assert_int_equal(counter_get(&w.cnt[APP_CNT_commands]), ARRAY_LEN(rows));
}

static void test_refused_at_once(void **state)
{
	static const struct {
		u32 uid;
		const char *words, *said;
	} rows[] = {
		{ 500, "pause nobody", "NOT_FOUND: no strategy of that name; status lists them" },
		{ 500, "reformat", "UNSUPPORTED: no such command: arm, pause" },
		{ 500, "capture", "ARGUMENT: expected capture start or capture stop" },
		{ 500, "whoami", "OK: admin" },
		{ 1001, "whoami", "OK: operator" },
		{ 1003, "pause", "AUTH: pause is not for role viewer, but for operator risk admin" },
		{ 1002, "resume", "AUTH: resume is not for role risk, but for operator admin" },
		{ 1001, "stop", "AUTH: stop is not for role operator, but for risk admin" },
		{ 77, "arm", "AUTH: you have no role here" },
	};
	struct msg_command m;
	(void)state;
	for (u32 i = 0; i < ARRAY_LEN(rows); i++) {
		ask(rows[i].uid, rows[i].words);
		const char *text = said();
		if (strncmp(text, rows[i].said, strlen(rows[i].said)))
			fail_msg("%s: %s", rows[i].words, text);
		assert_false(told(&m));
		audited();
	}
	assert_int_equal(counter_get(&w.cnt[APP_CNT_commands_refused]), 4);
}

static void test_a_core_that_takes_nothing(void **state)
{
	u8 fill[4096] = { 0 };
	(void)state;
	while (ring_put(w.ctl.trade.to, MSG_CLOCK, 0, fill, sizeof fill))
		;
	while (ring_put(w.ctl.trade.to, MSG_CLOCK, 0, fill, 64))
		;
	ask(500, "pause");
	assert_string_equal(said(), "FULL: the trade core does not take messages");
	assert_int_equal(counter_get(&w.cnt[APP_CNT_core_ring_full]), 1);
	ask(500, "stop"); /* nothing more can be done in order */
	assert_true(w.ctl.done);
	assert_int_equal(w.ctl.exit_code, 1);
}

/* The kill word goes down by an arm of risk or admin alone. */
static void test_arm_after_a_kill(void **state)
{
	struct msg_command m;
	(void)state;
	w.kill.kill = KILL_CANCEL_ONLY;
	ask(1001, "arm");
	assert_string_equal(said(), "AUTH: arm after kill is not for role operator, but for risk admin");
	assert_int_equal(w.kill.kill, KILL_CANCEL_ONLY);
	assert_false(told(&m));
	ask(1002, "arm");
	assert_int_equal(w.kill.kill, KILL_NONE);
	assert_true(told(&m) && m.verb == CMD_ARM);
	ask(1001, "pause"); /* any other command leaves it alone */
	w.kill.kill = KILL_HALT;
	ask(500, "resume");
	assert_int_equal(w.kill.kill, KILL_HALT);
}

static void test_an_unfit_machine_is_not_armed(void **state)
{
	struct msg_command m;
	(void)state;
	fit.n[SEVERITY_RED] = 1;
	ask(500, "arm");
	assert_non_null(strstr(said(), "hostctl arm --override REASON"));
	assert_false(told(&m));
	ask(500, "arm override=");
	assert_string_equal(said(), "ARGUMENT: expected arm, or arm override=REASON");
	ask(1001, "arm override=hurry");
	assert_memory_equal(said(), "AUTH: ", 6);
	assert_false(told(&m));
	ask(1002, "arm override=hurry");
	assert_true(told(&m) && m.verb == CMD_ARM);
}

static void test_stop_ends_it(void **state)
{
	static const struct {
		err_t e;
		int code;
	} rows[] = { { ERR_OK, 0 }, { ERR_TIMEOUT, 1 } };
	struct msg_command m;
	(void)state;
	for (u32 i = 0; i < ARRAY_LEN(rows); i++) {
		w.ctl.stop_id = 0;
		w.ctl.done = false;
		ask(500, "stop");
		assert_true(told(&m) && m.verb == CMD_STOP);
		assert_false(w.ctl.done);
		u32 id = w.id;
		ask(500, "pause");
		assert_string_equal(said(), "STATE: stopping");
		m.id = id;
		reply(m, rows[i].e, "");
		assert_true(w.ctl.done);
		assert_int_equal(w.ctl.exit_code, rows[i].code);
	}
}

static void test_captures_are_the_io_threads(void **state)
{
	struct capture_answer a = { .err = ERR_STATE, .text = "it runs already" };
	(void)state;
	ask(500, "capture start");
	const struct ring_msg *m = ring_peek(w.ctl.capture_ask);
	assert_non_null(m);
	assert_int_equal(m->type, CAPTURE_START);
	assert_int_equal(m->tag, w.id);
	ring_release(w.ctl.capture_ask, m);
	ring_put(w.ctl.capture_answers, 0, w.id, &a, sizeof a);
	ctl_capture_turn(&w.ctl);
	assert_string_equal(said(), "STATE: it runs already");
}

/* ---- what else the audit is left ---- */

static void test_kills_are_audited_once(void **state)
{
	(void)state;
	ctl_audit_kill(&w.ctl);
	assert_null(ring_peek(w.ctl.audit));
	w.kill.kill = KILL_CANCEL_ONLY;
	w.kill.by_pid = (u32)getpid();
	ctl_audit_kill(&w.ctl);
	ctl_audit_kill(&w.ctl);
	struct audit_entry a = audited();
	assert_string_equal(a.what, "kill");
	assert_string_equal(a.text, "cancel only");
	assert_true(a.by_somebody && a.uid == getuid() && a.pid == (u32)getpid());
	assert_null(ring_peek(w.ctl.audit));
	w.kill.kill = KILL_HALT; /* further */
	w.kill.by_pid = 0;
	ctl_audit_kill(&w.ctl);
	a = audited();
	assert_string_equal(a.text, "halt");
	assert_false(a.by_somebody); /* nobody knows */
	w.kill.kill = KILL_NONE;
	ctl_audit_kill(&w.ctl);
	assert_null(ring_peek(w.ctl.audit));
	w.kill.kill = KILL_CANCEL_ONLY; /* anew */
	ctl_audit_kill(&w.ctl);
	audited();
}

static void test_what_finds_the_ring_full_is_counted(void **state)
{
	u32 n = 0;
	(void)state;
	while (!counter_get(&w.cnt[APP_CNT_audit_lost])) {
		ctl_audit(&w.ctl, "signal", "asked to stop", ERR_OK, "");
		n++;
	}
	assert_true(n > 50);
	struct audit_entry a = audited();
	assert_string_equal(a.what, "signal");
	assert_string_equal(a.text, "asked to stop");
	assert_false(a.by_somebody);
	w.ctl.audit = NULL; /* nobody keeps it */
	ctl_audit(&w.ctl, "signal", "", ERR_OK, "");
	assert_int_equal(counter_get(&w.cnt[APP_CNT_audit_lost]), 1);
}

int main(void)
{
#define CASE(t) cmocka_unit_test_setup_teardown(t, setup, teardown)
	const struct CMUnitTest tests[] = {
		CASE(test_to_the_core_and_back), CASE(test_refused_at_once),
		CASE(test_a_core_that_takes_nothing), CASE(test_arm_after_a_kill),
		CASE(test_an_unfit_machine_is_not_armed), CASE(test_stop_ends_it),
		CASE(test_captures_are_the_io_threads),
		CASE(test_kills_are_audited_once), CASE(test_what_finds_the_ring_full_is_counted),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
