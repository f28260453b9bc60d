/*
 * The market-data core from text to tape: events, book images, states, snapshots, liveness, the
 * kill word.
 */
#include "tests/dataplane/md_world.h"

/* ---- from text to tape ---- */

static void texts_become_events(void **state)
{
	struct world *w = world_valid();
	(void)state;
	ticker(w, 11, 100, 101);
	text(w, "{\"stream\":\"btcusdt@trade\",\"data\":{\"e\":\"trade\",\"E\":1,\"s\":\"BTCUSDT\","
		"\"t\":5,\"p\":\"1.01\",\"q\":\"0.50\","
		"\"T\":1723161255208,\"m\":true,\"M\":true}}");
	diff(w, 11, 12, "[\"1.00\",\"3\"],[\"0.99\",\"0\"]", "[\"1.01\",\"1\"]");
	ticker(w, 11, 90, 91); /* known already */
	assert_string_equal(w->log,
			    "bbo 100/101, trade 101 sold, bid 100:300, bid 99:0, ask 101:100.");
	assert_true(tape_imaged(w->l.tape) < w->seq); /* the image is the next turn's work, */
	turn(w);
	assert_int_equal(tape_imaged(w->l.tape), w->seq); /* and then holds all of it */
	assert_int_equal(top_of(w).bid_px, 100);
	assert_int_equal(top_of(w).trade_px, 101);
	assert_int_equal(top_of(w).tape_seq, w->seq);
	assert_int_equal(w->l.cnt[MD_CNT_bbo], 1);
	assert_int_equal(w->l.cnt[MD_CNT_levels], 3);
	world_free(w);
}

static void bad_texts_are_counted(void **state)
{
	static const struct {
		const char *text;
		enum md_cnt counted;
	} rows[] = {
		{ "", MD_CNT_bad_messages },
		{ "{", MD_CNT_bad_messages },
		{ "{\"stream\":\"btcusdt@bookTicker\",\"data\":{\"u\":1}}", MD_CNT_bad_messages },
		{ "{\"stream\":\"btcusdt@bookTicker\",\"data\":{\"u\":11,\"s\":\"BTCUSDT\",\"b\":"
		  "\"1.005\",\"B\":\"1\",\"a\":\"2\",\"A\":\"1\"}}",
		  MD_CNT_bad_messages }, /* no multiple of the tick */
		{ "{\"error\":{\"code\":3,\"msg\":\"Invalid JSON\"}}", MD_CNT_venue_errors },
	};
	(void)state;
	for (u32 i = 0; i < ARRAY_LEN(rows); i++) {
		struct world *w = world_valid();
		text(w, rows[i].text);
		assert_int_equal(w->l.cnt[rows[i].counted], 1);
		assert_string_equal(w->log, "");
		assert_int_equal(w->c.session.state, SESSION_OPEN);
		world_free(w);
	}
}

static void a_venue_that_shuts_down_is_left(void **state)
{
	struct world *w = world_valid();
	(void)state;
	text(w, "{\"e\":\"serverShutdown\",\"E\":1770123456789}");
	assert_int_equal(w->l.cnt[MD_CNT_shutdowns], 1);
	assert_true(w->c.session.fail_due); /* the session takes itself down behind the callback */
	world_free(w);
}

/* ---- snapshots ---- */

static void a_gap_asks_for_a_snapshot(void **state)
{
	struct world *w = world_valid();
	(void)state;
	u32 before = w->n_wanted;
	diff(w, 12, 13, "[\"1.00\",\"3\"]", ""); /* 11 is missing */
	turn(w);
	assert_string_equal(w->log, "RESYNC");
	assert_int_equal(w->n_wanted, before + 1);
	diff(w, 14, 14, "[\"0.98\",\"7\"]", "");
	snapshot(w, 12); /* joins on: 13 and 14 were kept */
	assert_string_equal(w->log, "RESYNC, reset 14, VALID");
	assert_int_equal(book_ladder_id(w->c.book[0]), 14);
	assert_int_equal(top_of(w).state, BOOK_VALID);
	assert_int_equal(w->l.cnt[MD_CNT_resets], 2);
	world_free(w);
}

/* What a snapshot publishes is nobody's latency: the frame polled last has nothing to do with it. */
static void a_snapshot_has_no_frame(void **state)
{
	struct world *w = world_new();
	struct tape_event e = { 0 };
	(void)state;
	open_session(w);
	diff(w, 20, 21, "", "");
	w->c.rx_tsc = 12345; /* as while a frame's text is taken */
	turn(w);
	u64 seq = tape_head(w->c.tape) + 1;
	snapshot(w, 20);
	assert_int_equal(tape_read(w->c.tape, seq, &e), TAPE_OK);
	assert_true(e.poll_tsc == 0 && e.publish_tsc);
	world_free(w);
}

static void a_snapshot_too_old_is_asked_for_again(void **state)
{
	struct world *w = world_new();
	(void)state;
	open_session(w);
	diff(w, 20, 21, "", "");
	turn(w);
	u32 asked = w->n_wanted;
	snapshot(w, 10); /* 11 to 19 are nowhere */
	assert_int_equal(w->l.cnt[MD_CNT_snapshot_too_old], 1);
	assert_int_equal(w->n_wanted, asked + 1);
	run(w, SNAPSHOT_NS + 30 * TURN_NS); /* nobody answers */
	assert_int_equal(w->n_wanted, asked + 2);
	snapshot(w, 20);
	assert_int_equal(book_state(w->c.book[0]), BOOK_VALID);
	world_free(w);
}

/*
 * Messages no ctl would send: none of them is read beyond its end, and the book stays what it was.
 */
static void malformed_inbox_messages(void **state)
{
	static const struct {
		u16 type;
		u32 n;
	} rows[] = {
		{ MSG_SNAPSHOT_BEGIN, 8 },
		{ MSG_SNAPSHOT_LEVELS, 4 },
		{ MSG_SNAPSHOT_END, 0 },
		{ MSG_INSTRUMENT, 3 },
		{ MSG_ENTROPY, 2 },
		{ 999, 4 },
	};
	struct world *w = world_valid();
	struct { struct msg_levels m; struct msg_level l[2]; } cut = { .m = { .n = 200 } };
	struct msg_snapshot other = { .instrument = 60 };
	(void)state;
	for (u32 i = 0; i < ARRAY_LEN(rows); i++)
		tell(w, rows[i].type, "12345678", rows[i].n);
	tell(w, MSG_SNAPSHOT_LEVELS, &cut, sizeof cut); /* says more than it holds */
	tell(w, MSG_SNAPSHOT_BEGIN, &other, sizeof other);
	turn(w);
	assert_string_equal(w->log, "");
	assert_int_equal(book_state(w->c.book[0]), BOOK_VALID);
	assert_int_equal(w->l.cnt[MD_CNT_inbox_unknown], 1);
	world_free(w);
}

/* ---- liveness ---- */

static void silence_makes_stale(void **state)
{
	struct world *w = world_valid();
	(void)state;
	run(w, STALE_NS - 20 * TURN_NS);
	assert_string_equal(w->log, "");
	run(w, 40 * TURN_NS);
	assert_string_equal(w->log, "STALE");
	assert_int_equal(top_of(w).state, BOOK_STALE);
	ticker(w, 12, 100, 101);
	assert_string_equal(w->log, "STALE, bbo 100/101, VALID");
	world_free(w);
}

static void a_lost_session_makes_stale_and_a_new_one_begins_anew(void **state)
{
	struct world *w = world_valid();
	(void)state;
	session_fail(&w->c.session, ERR_RESET, "test", w->now);
	read_tape(w);
	assert_string_equal(w->log, "STALE");
	run(w, 10 * TURN_NS);
	session_close(&w->c.session, w->now);
	open_session(w);
	assert_string_equal(w->log, "STALE, EMPTY");
	diff(w, 30, 31, "", "");
	snapshot(w, 30);
	assert_string_equal(w->log, "STALE, EMPTY, RESYNC, reset 31, VALID");
	world_free(w);
}

/* ---- the kill word ---- */

static void kill_word(struct world *w, u32 level)
{
	__atomic_store_n(&w->kill.kill, level, __ATOMIC_RELAXED);
	turn(w);
}

static void halt_stops_the_feed(void **state)
{
	struct world *w = world_valid();
	(void)state;
	kill_word(w, KILL_CANCEL_ONLY);
	assert_string_equal(w->log, ""); /* data goes on: cancels need it */
	kill_word(w, KILL_HALT);
	assert_string_equal(w->log, "STALE");
	assert_int_equal(w->l.status->halted, 1);
	assert_int_equal(w->l.cnt[MD_CNT_halts], 1);
	assert_int_equal(w->c.session.state, SESSION_CLOSING);
	ticker(w, 12, 100, 101); /* it still talks */
	snapshot(w, 12);
	assert_string_equal(w->log, "STALE");
	run(w, 3 * NS_PER_S);
	assert_int_equal(w->c.session.state, SESSION_IDLE);
	u32 begun = w->n_prepare;
	tell(w, MSG_SESSION_CONNECT, NULL, 0); /* not now */
	run(w, 3 * NS_PER_S);
	assert_int_equal(w->n_prepare, begun);
	kill_word(w, KILL_NONE);
	run(w, 10 * TURN_NS);
	assert_int_equal(w->n_prepare, begun + 1);
	assert_int_equal(w->l.status->halted, 0);
	world_free(w);
}

/*
 * Halted before anybody wanted a connection, or after ctl has closed it: nothing is opened by
 * lowering the word.
 */
static void lowering_the_word_opens_only_what_is_wanted(void **state)
{
	struct world *w = world_new();
	(void)state;
	kill_word(w, KILL_HALT);
	kill_word(w, KILL_NONE);
	run(w, 10 * TURN_NS);
	assert_int_equal(w->n_prepare, 0);
	kill_word(w, KILL_HALT);
	tell(w, MSG_SESSION_CONNECT, NULL, 0);
	run(w, 10 * TURN_NS);
	tell(w, MSG_SESSION_CLOSE, NULL, 0);
	run(w, 10 * TURN_NS);
	kill_word(w, KILL_NONE);
	run(w, 10 * TURN_NS);
	assert_int_equal(w->n_prepare, 0);
	world_free(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts_become_events),
		cmocka_unit_test(bad_texts_are_counted),
		cmocka_unit_test(a_venue_that_shuts_down_is_left),
		cmocka_unit_test(a_gap_asks_for_a_snapshot),
		cmocka_unit_test(a_snapshot_has_no_frame),
		cmocka_unit_test(a_snapshot_too_old_is_asked_for_again),
		cmocka_unit_test(malformed_inbox_messages),
		cmocka_unit_test(silence_makes_stale),
		cmocka_unit_test(a_lost_session_makes_stale_and_a_new_one_begins_anew),
		cmocka_unit_test(halt_stops_the_feed),
		cmocka_unit_test(lowering_the_word_opens_only_what_is_wanted),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
