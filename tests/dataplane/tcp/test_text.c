/*
 * Reassembly, the peer's FIN, and when an ACK goes: RFC 9293 3.10.7.4 steps 7 and 8, RFC 5681 4.2,
 * RFC 2018, RFC 2883.
 */
#include "tests/cmocka_all.h"

#include "tests/dataplane/tcp/script.h"

static void test_reassembly(void **state)
{
	(void)state;
	SCRIPT("a gap, filled", OPENED, "< A 11 1 10", "> A 1 1 0 sack 11-21", "ev", "< A 1 1 10",
	       "> A 1 21 0", "ev data(20)");
	SCRIPT("the block heard of last comes first", OPENED, "< A 11 1 10", "> A 1 1 0 sack 11-21",
	       "< A 31 1 10", "> A 1 1 0 sack 31-41 11-21", "< A 51 1 10",
	       "> A 1 1 0 sack 51-61 31-41 11-21", "< A 71 1 10",
	       "> A 1 1 0 sack 71-81 51-61 31-41 11-21", "< A 21 1 10",
	       "> A 1 1 0 sack 11-41 71-81 51-61", "< A 1 1 10", "> A 1 41 0 sack 71-81 51-61",
	       "ev data(40)");
	SCRIPT("out of order around what is held", OPENED, "< A 11 1 10", "> A 1 1 0 sack 11-21",
	       "< A 6 1 20", "> A 1 1 0 sack 11-21 6-26", "< A 1 1 30",
	       "> A 1 31 0 sack 6-26", "ev data(30)");
	SCRIPT("what overlaps is taken once", OPENED, "< A 11 1 10", "> A 1 1 0 sack 11-21",
	       "< A 1 1 15", "> A 1 21 0 sack 11-16", "ev data(20)");
	SCRIPT("in order, but the held copy wins", OPENED, "< A 11 1 10", "> A 1 1 0 sack 11-21",
	       "< A 1 1 10", "> A 1 21 0", "ev data(20)", "< A 11 1 20 bad",
	       "> A 1 31 0 sack 11-21", "ev data(10!)");
	SCRIPT("old and new in one segment: the new part", OPENED, "< A 1 1 10", "> A 1 11 0",
	       "ev data(10)", "< A 6 1 10", "> A 1 16 0 sack 6-11", "ev data(5)");
	SCRIPT("beyond the window: trimmed", OPENED, "< A 262140 1 20",
	       "> A 1 1 0 sack 262140-262145");
	SCRIPT("a peer without SACK gets plain duplicates", OPENED_PLAIN, "< A 11 1 10", "> A 1 1 0",
	       "< A 21 1 10", "> A 1 1 0", "< A 1 1 10", "> A 1 31 0", "ev data(30)");
	SCRIPT("within a burst each gap is told of", OPENED, "<< A 11 1 10", "<< A 21 1 10",
	       "> A 1 1 0 sack 11-21", "> A 1 1 0 sack 11-31", "< A 1 1 10", "> A 1 31 0",
	       "ev data(30)");
}

static void test_fin(void **state)
{
	(void)state;
	SCRIPT("alone", OPENED, "< FA 1 1 0", "> A 1 2 0", "ev fin", "state CLOSE-WAIT");
	SCRIPT("with data", OPENED, "< FA 1 1 10", "> A 1 12 0", "ev data(10) fin");
	SCRIPT("out of order", OPENED, "< FA 11 1 10", "> A 1 1 0 sack 11-21", "ev", "< A 1 1 10",
	       "> A 1 22 0", "ev data(20) fin");
	SCRIPT("alone, before the data it follows", OPENED, "< FA 11 1 0", "> A 1 1 0", "ev",
	       "< A 1 1 10", "> A 1 12 0", "ev data(10) fin");
	SCRIPT("again", OPENED, "< FA 1 1 0", "> A 1 2 0", "< FA 1 1 0", "> A 1 2 0", "ev fin");
	SCRIPT("data beyond it is cut off", OPENED, "< FA 11 1 0", "> A 1 1 0", "< A 1 1 20",
	       "> A 1 12 0", "ev data(10) fin");
	SCRIPT("data after it", OPENED, "< FA 1 1 0", "> A 1 2 0", "< PA 2 1 10", "> none",
	       "ev fin", "state CLOSE-WAIT");
	SCRIPT("one below what is held is not believed", OPENED, "< A 21 1 10",
	       "> A 1 1 0 sack 21-31", "< FA 11 1 0", "> A 1 1 0 sack 21-31", "< A 1 1 20",
	       "> A 1 31 0", "ev data(30)");
	SCRIPT("beyond the window is not seen", OPENED, "< FA 262140 1 20",
	       "> A 1 1 0 sack 262140-262145", "state ESTABLISHED");
}

static void test_ack_policy(void **state)
{
	(void)state;
	struct tcp_cfg cfg = script_cfg();
	struct script s;
	script_open(&s, "sixteen at once, then every second one or after 40 ms", &cfg);
	script_run(&s, (const char *const[]){ OPENED, NULL });
	char in[40], out[40];
	u32 at = 1;
	for (; at < 1 + 16 * 10; at += 10) {
		snprintf(in, sizeof in, "< PA %u 1 10", at);
		snprintf(out, sizeof out, "> A 1 %u 0", at + 10);
		script_run(&s, (const char *const[]){ in, out, NULL });
	}
	assert_int_equal(at, 161);
	s.events[0] = '\0';
	script_run(&s, (const char *const[]){
		"< PA 161 1 10", "> none", "+ 39", "> none", "+ 2", "> A 1 171 0",
		"< PA 171 1 10", "> none", "< PA 181 1 10", "> A 1 191 0", "+ 100", "> none",
		"<< PA 191 1 10", "<< PA 201 1 10", "<< PA 211 1 10", "> none", "< PA 221 1 10",
		"> A 1 231 0", /* one a burst */
		"< PA 231 1 10", "hot 5", "> PA 1 241 5", "+ 50", "> PA 1 241 5", "> none",
		NULL });
	script_close(&s);
}

/* The user does what it likes in the middle of a segment. */
static void on_open(void *user, struct tcp_conn *c, ns_t now) { script_on_open(user, c, now); }

static void on_data_answer(void *user, struct tcp_conn *c, const u8 *p, u32 n, ns_t now)
{
	struct script *s = user;
	script_on_data(user, c, p, n, now);
	if (n == 1) {
		tcp_abort(c, now);
		s->c = NULL;
	} else if (n == 2) {
		tcp_close(c, now);
	} else {
		script_write(s, "hot", 5);
	}
}

static void test_user_acts_within(void **state)
{
	(void)state;
	static const struct tcp_events ev = { on_open, on_data_answer, script_on_fin,
					      script_on_down };
	static const struct {
		const char *name, *lines[8];
	} rows[] = {
		{ "answers", { "<< PA 1 1 10", "> PA 1 11 5", "< A 11 6 0", "> none", NULL } },
		{ "answers what came out of order",
		  { "< PA 11 1 10", "> A 1 1 0 sack 11-21", "< PA 1 1 10", "> PA 1 21 5",
		    "> none", NULL } },
		{ "closes", { "< PA 1 1 2", "> FA 1 3 0", "state FIN-WAIT-1", NULL } },
		{ "aborts", { "< PA 1 1 1", "> RA 1 2 0", "> none", "ev data(1)", NULL } },
		{ "aborts before the FIN of the same segment",
		  { "< FA 1 1 1", "> RA 1 2 0", "> none", "ev data(1)", NULL } },
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct tcp_cfg cfg = script_cfg();
		struct script s;
		script_open(&s, rows[i].name, &cfg);
		script_run(&s, (const char *const[]){ OPENED, NULL });
		tcp_set_user(s.c, &ev, &s);
		script_run(&s, rows[i].lines);
		script_close(&s);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reassembly),
		cmocka_unit_test(test_fin),
		cmocka_unit_test(test_ack_policy),
		cmocka_unit_test(test_user_acts_within),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
