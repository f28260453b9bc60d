/*
 * How a session ends, in every state, and what comes next: reconnecting, waiting, staying closed.
 */
#include "dataplane/tcp/conn.h"
#include "tests/dataplane/session_world.h"

/* All of TCP's connections are free again. */
static void assert_nothing_left(const struct world *w)
{
	assert_int_equal(w->tcp->conns.n_free, w->tcp->conns.n);
}

static struct world *world_in(u32 state)
{
	struct world *w = world_new(TLS_1_3);
	w->slow_mute = state == SESSION_PREPARING;
	w->site.deaf = state == SESSION_CONNECTING;
	w->site.mute_tls = state == SESSION_HANDSHAKE;
	w->site.mute_http = state == SESSION_UPGRADING;
	session_open(&w->s, w->now);
	run_to(w, state == SESSION_CLOSING ? SESSION_OPEN : state, STEP_NS);
	run(w, 5 * TURN_NS);
	if (state == SESSION_CLOSING) {
		w->site.mute_ws = true;
		session_close(&w->s, w->now);
	}
	assert_int_equal(w->s.state, state);
	w->log_n = 0;
	w->log[0] = 0;
	return w;
}

static void be_well(struct world *w)
{
	w->slow_mute = w->slow_unable = w->site.deaf = w->site.mute_tls = w->site.mute_http =
		w->site.mute_ws = false;
	w->site.refusal = NULL;
}

/* ---- closing in good order ---- */

static void closes_by_command(void **state)
{
	struct world *w = world_open(TLS_1_3);
	(void)state;
	session_close(&w->s, w->now);
	assert_int_equal(w->s.state, SESSION_CLOSING);
	assert_false(session_fire(&w->s, (const u8 *)"x", 1, w->now));
	run_to(w, SESSION_IDLE, STEP_NS);
	run(w, 10 * TURN_NS);
	assert_string_equal(w->log, "down:CLOSED");
	assert_string_equal(w->site.log, "close: close_notify fin");
	run(w, 3 * RETRY_MAX_NS);
	assert_int_equal(w->s.state, SESSION_IDLE);
	assert_int_equal(w->site.accepted, 1);
	assert_null(w->hs);
	assert_nothing_left(w);
	world_free(w);
}

/* close is said again, and in every state it ends in IDLE and stays there. */
static void closes_from_every_state(void **state)
{
	static const u8 from[] = { SESSION_PREPARING, SESSION_CONNECTING, SESSION_HANDSHAKE,
				   SESSION_UPGRADING, SESSION_OPEN,       SESSION_CLOSING };
	(void)state;
	for (u32 i = 0; i < ARRAY_LEN(from); i++) {
		struct world *w = world_in(from[i]);
		session_close(&w->s, w->now);
		session_close(&w->s, w->now);
		run_to(w, SESSION_IDLE, STEP_NS + 10 * TURN_NS);
		be_well(w);
		run(w, 3 * RETRY_MAX_NS);
		assert_int_equal(w->s.state, SESSION_IDLE);
		assert_string_equal(w->log, from[i] == SESSION_OPEN      ? "down:CLOSED"
					    : from[i] == SESSION_CLOSING ? "down:TIMEOUT"
									 : "");
		run(w, 120 * NS_PER_S);
		assert_nothing_left(w);
		session_open(&w->s, w->now);
		run_to(w, SESSION_OPEN, STEP_NS);
		world_free(w);
	}
}

static void open_while_closing_opens_again(void **state)
{
	struct world *w = world_open(TLS_1_3);
	(void)state;
	session_close(&w->s, w->now);
	session_open(&w->s, w->now);
	run(w, 2 * RETRY_MIN_NS);
	assert_int_equal(w->s.state, SESSION_OPEN);
	assert_string_equal(w->log, "down:CLOSED up");
	world_free(w);
}

static void a_prepared_message_too_late_does_not_reset(void **state)
{
	struct world *w = world_open(TLS_1_3);
	(void)state;
	session_close(&w->s, w->now);
	answer(w, MSG_SEND, SESSION_TAG(3, w->s.attempt), "logon", 5);
	run_to(w, SESSION_IDLE, STEP_NS);
	run(w, 5 * TURN_NS);
	assert_string_equal(w->log, "down:CLOSED");
	assert_string_equal(w->site.log, "close: close_notify fin");
	world_free(w);
}

/* ---- the peer ends it ---- */

static void end_ws(struct world *w) { site_ws_close(&w->site, WS_GOING_AWAY); }

static void end_tls(struct world *w)
{
	SSL_shutdown(w->site.ssl);
	site_flush(&w->site);
}

static void end_fin(struct world *w) { tcp_close(w->site.conn, w->now); }

static void end_rst(struct world *w)
{
	tcp_abort(w->site.conn, w->now);
	w->site.conn = NULL;
}

static void end_badly(struct world *w)
{
	u8 record[64] = { 23, 3, 3, 0, 40 }; /* no key fits this */
	assert_int_equal(tcp_write(w->site.conn, record, 45, w->now), ERR_OK);
}

static void end_ws_badly(struct world *w) { site_write(&w->site, "\xff\xff\r\n\r\n", 6); }

static void the_peer_ends_it(void **state)
{
	static const struct {
		u8 in;
		void (*end)(struct world *w);
		const char *log;
		err_t why;
	} rows[] = {
		{ SESSION_OPEN, end_ws, "down:CLOSED", ERR_OK },
		{ SESSION_OPEN, end_tls, "down:CLOSED", ERR_OK },
		{ SESSION_OPEN, end_fin, "down:CLOSED", ERR_OK },
		{ SESSION_OPEN, end_rst, "down:RESET", ERR_OK },
		{ SESSION_OPEN, end_badly, "down:CHECKSUM", ERR_OK },
		{ SESSION_OPEN, end_ws_badly, "down:PROTOCOL", ERR_OK },
		{ SESSION_HANDSHAKE, end_fin, "", ERR_CLOSED },
		{ SESSION_HANDSHAKE, end_rst, "", ERR_RESET },
		{ SESSION_HANDSHAKE, end_badly, "",
		  ERR_PROTOCOL }, /* OpenSSL: no such record now */
		{ SESSION_UPGRADING, end_tls, "", ERR_CLOSED },
		{ SESSION_UPGRADING, end_fin, "", ERR_CLOSED },
		{ SESSION_UPGRADING, end_rst, "", ERR_RESET },
		{ SESSION_UPGRADING, end_badly, "", ERR_CHECKSUM },
		{ SESSION_UPGRADING, end_ws_badly, "", ERR_SYNTAX },
		{ SESSION_CLOSING, end_ws, "down:CLOSED", ERR_OK },
		{ SESSION_CLOSING, end_tls, "down:CLOSED", ERR_OK },
		{ SESSION_CLOSING, end_fin, "down:CLOSED", ERR_OK },
		{ SESSION_CLOSING, end_rst, "down:RESET", ERR_OK },
	};
	(void)state;
	for (u32 i = 0; i < ARRAY_LEN(rows); i++) {
		struct world *w = world_in(rows[i].in);
		rows[i].end(w);
		/* what was open is opened again at once */
		run_to(w,
		       rows[i].in == SESSION_CLOSING ? SESSION_IDLE :
		       rows[i].in == SESSION_OPEN    ? SESSION_PREPARING :
						       SESSION_WAITING,
		       50 * TURN_NS);
		assert_string_equal(w->log, rows[i].log);
		if (rows[i].why)
			assert_string_equal(err_name(w->s.fail_why), err_name(rows[i].why));
		assert_true(rows[i].why == ERR_OK || w->s.why[0]);
		if (rows[i].in != SESSION_OPEN)
			assert_null(w->hs);
		be_well(w);
		if (rows[i].in != SESSION_CLOSING) {
			run(w, 2 * RETRY_MIN_NS);
			assert_int_equal(w->s.state, SESSION_OPEN);
		}
		run(w, 120 * NS_PER_S);
		world_free(w);
	}
}

static void a_refused_connection_is_tried_again(void **state)
{
	struct world *w = world_new(TLS_1_3);
	struct tcp_listener *l = w->site.tcp->listeners;
	(void)state;
	l->port++; /* nobody listens: RST */
	session_open(&w->s, w->now);
	run_to(w, SESSION_WAITING, STEP_NS);
	assert_int_equal(w->s.fail_why, ERR_REFUSED);
	l->port--;
	run_to(w, SESSION_OPEN, 2 * RETRY_MIN_NS);
	world_free(w);
}

static void the_user_gives_it_up(void **state)
{
	struct world *w = world_open(TLS_1_3);
	(void)state;
	w->doom_at = "two";
	site_text(&w->site, "one");
	site_text(&w->site, "two");
	site_text(&w->site, "three");
	run_to(w, SESSION_PREPARING, 10 * TURN_NS);
	assert_string_equal(w->log, "text:one text:two down:PROTOCOL");
	assert_string_equal(w->s.why, "the test has had enough");
	run_to(w, SESSION_OPEN, STEP_NS);
	session_fail(&w->s, ERR_TIMEOUT, "a channel gone silent", w->now);
	assert_string_equal(w->log, "text:one text:two down:PROTOCOL up down:TIMEOUT");
	session_fail(&w->s, ERR_TIMEOUT, "again", w->now); /* nothing is there to fail */
	assert_string_equal(w->s.why, "a channel gone silent");
	world_free(w);
}

/* ---- the upgrade is refused ---- */

static void refused_upgrades(void **state)
{
	static const struct {
		const char *answer;
		err_t why;
		ns_t at_least, at_most; /* until the next attempt */
	} rows[] = {
		{ "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", ERR_REFUSED,
		  RETRY_MIN_NS * 3 / 4, RETRY_MIN_NS * 5 / 4 },
		{ "HTTP/1.1 403 Forbidden\r\n\r\n", ERR_AUTH, RETRY_MIN_NS * 3 / 4,
		  RETRY_MIN_NS * 5 / 4 },
		{ "HTTP/1.1 429 Too Many\r\nRetry-After: 37\r\n\r\n", ERR_LIMIT, 37 * NS_PER_S,
		  38 * NS_PER_S },
		{ "HTTP/1.1 418 Teapot\r\nRetry-After: 120\r\n\r\n", ERR_LIMIT, 120 * NS_PER_S,
		  121 * NS_PER_S },
		{ "HTTP/1.1 503 Busy\r\nRetry-After: 5\r\n\r\n", ERR_LIMIT, 5 * NS_PER_S,
		  6 * NS_PER_S },
		{ "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: "
		  "Upgrade\r\n"
		  "Sec-WebSocket-Accept: AAAAAAAAAAAAAAAAAAAAAAAAAAA=\r\n\r\n",
		  ERR_PROTOCOL, RETRY_MIN_NS * 3 / 4, RETRY_MIN_NS * 5 / 4 },
		{ "SSH-2.0-OpenSSH_9.2\r\n\r\n", ERR_SYNTAX, RETRY_MIN_NS * 3 / 4,
		  RETRY_MIN_NS * 5 / 4 },
	};
	(void)state;
	for (u32 i = 0; i < ARRAY_LEN(rows); i++) {
		struct world *w = world_new(TLS_1_3);
		w->site.refusal = rows[i].answer;
		session_open(&w->s, w->now);
		run_to(w, SESSION_WAITING, STEP_NS);
		assert_string_equal(err_name(w->s.fail_why), err_name(rows[i].why));
		be_well(w);
		ns_t waited = run_to(w, SESSION_PREPARING, 200 * NS_PER_S);
		assert_in_range(waited, rows[i].at_least - TURN_NS, rows[i].at_most + TURN_NS);
		run_to(w, SESSION_OPEN, STEP_NS);
		assert_string_equal(w->log, "up");
		/* What an earlier answer asked for does not hold for the next failure. */
		end_rst(w);
		run_to(w, SESSION_WAITING, STEP_NS);
		assert_in_range(run_to(w, SESSION_PREPARING, 200 * NS_PER_S), 0, RETRY_MAX_NS);
		world_free(w);
	}
}

/* ---- the slow thread ---- */

static void messages_of_an_earlier_attempt_are_dropped(void **state)
{
	struct world *w = world_open(TLS_1_3);
	u32 last = w->s.attempt;
	(void)state;
	answer(w, MSG_SEND, SESSION_TAG(3, last - 1), "old", 3);
	slow_failed(w, SESSION_TAG(3, last - 1), ERR_TIMEOUT, "old");
	run(w, 3 * TURN_NS);
	assert_int_equal(w->cnt[SESSION_CNT_stale_messages], 2);
	assert_string_equal(w->log, "");
	assert_string_equal(w->site.log, "");
	answer(w, MSG_SEND, SESSION_TAG(3, last), "new", 3);
	run(w, 3 * TURN_NS);
	assert_string_equal(w->site.log, "text:new");
	session_close(&w->s, w->now);
	run_to(w, SESSION_IDLE, STEP_NS);
	answer(w, MSG_SEND, SESSION_TAG(3, last), "late", 4); /* nobody is connected */
	run(w, 3 * TURN_NS);
	assert_int_equal(w->cnt[SESSION_CNT_stale_messages], 3);
	world_free(w);
}

static void the_slow_thread_fails(void **state)
{
	struct world *w = world_new(TLS_1_3);
	(void)state;
	w->slow_unable = true;
	session_open(&w->s, w->now);
	run_to(w, SESSION_WAITING, STEP_NS);
	assert_int_equal(w->s.fail_why, ERR_NOT_FOUND);
	assert_string_equal(w->s.why, "no such host");
	be_well(w);
	run_to(w, SESSION_OPEN, 2 * RETRY_MIN_NS);
	world_free(w);
}

/* What makes no sense from the slow thread ends the attempt, and is no crash. */
static void the_slow_thread_talks_nonsense(void **state)
{
	static const struct {
		u8 in;
		u16 type;
		u32 n;
	} rows[] = {
		{ SESSION_PREPARING, MSG_SESSION_READY, 3 },
		{ SESSION_PREPARING, MSG_TLS_KEYS, sizeof(struct tls_keys) },
		{ SESSION_PREPARING, MSG_TLS_SEND, 4097 },
		{ SESSION_CONNECTING, MSG_SESSION_READY, sizeof(struct msg_ready) },
		{ SESSION_HANDSHAKE, MSG_TLS_KEYS, 7 },
		{ SESSION_HANDSHAKE, MSG_TLS_KEYS,
		  sizeof(struct tls_keys) }, /* of no known version */
		{ SESSION_HANDSHAKE, MSG_SEND, 3 },
		{ SESSION_UPGRADING, MSG_TLS_KEYS, sizeof(struct tls_keys) },
	};
	static const u8 zero[5000];
	(void)state;
	for (u32 i = 0; i < ARRAY_LEN(rows); i++) {
		struct world *w = world_in(rows[i].in);
		answer(w, rows[i].type, SESSION_TAG(3, w->s.attempt), zero, rows[i].n);
		run(w, 2 * TURN_NS);
		assert_int_equal(w->s.state, SESSION_WAITING);
		be_well(w);
		run_to(w, SESSION_OPEN, 2 * RETRY_MIN_NS);
		world_free(w);
	}
}

static void a_full_ring_to_the_slow_thread_is_an_attempt_lost(void **state)
{
	struct world *w = world_new(TLS_1_3);
	u8 big[1 << 16] = { 0 };
	(void)state;
	while (ring_put(w->to_slow, MSG_SIGN, 0, big, sizeof big) ||
	       ring_put(w->to_slow, MSG_SIGN, 0, NULL, 0))
		;
	session_open(&w->s, w->now);
	assert_int_equal(w->s.state, SESSION_WAITING);
	assert_int_equal(w->s.fail_why, ERR_FULL);
	assert_int_equal(w->cnt[SESSION_CNT_slow_ring_full], 1);
	run_to(w, SESSION_OPEN, 2 * RETRY_MIN_NS); /* the slow thread has taken what was there */
	world_free(w);
}

/* ---- time ---- */

/*
 * What worked and is lost is opened again in the same turn. That was the row's first wait: where it
 * fails, the second follows.
 */
static void the_first_attempt_after_a_loss_goes_at_once(void **state)
{
	struct world *w = world_open(TLS_1_3);
	(void)state;
	w->slow_unable = true;
	end_rst(w);
	run_to(w, SESSION_PREPARING, 3 * TURN_NS);
	run_to(w, SESSION_WAITING, 2 * TURN_NS);
	assert_in_range(run_to(w, SESSION_PREPARING, 3 * RETRY_MIN_NS), RETRY_MIN_NS * 6 / 4 - TURN_NS,
			RETRY_MIN_NS * 10 / 4 + TURN_NS);
	world_free(w);
}

static void each_step_has_its_time(void **state)
{
	static const u8 in[] = { SESSION_PREPARING, SESSION_CONNECTING, SESSION_HANDSHAKE,
				 SESSION_UPGRADING, SESSION_CLOSING };
	(void)state;
	for (u32 i = 0; i < ARRAY_LEN(in); i++) {
		struct world *w = world_in(in[i]);
		ns_t took = run_to(w, in[i] == SESSION_CLOSING ? SESSION_IDLE : SESSION_WAITING,
				   2 * STEP_NS);
		assert_in_range(took, STEP_NS - 10 * TURN_NS, STEP_NS + TURN_NS);
		assert_int_equal(w->s.fail_why, ERR_TIMEOUT);
		assert_int_equal(w->cnt[SESSION_CNT_timeouts], 1);
		be_well(w);
		if (in[i] != SESSION_CLOSING)
			run_to(w, SESSION_OPEN,
			       /* a neighbour that was silent is asked again after a while */
			       4 * RETRY_MAX_NS);
		world_free(w);
	}
}

/* Waits double from min to max, each within a quarter of it, and not all alike. */
static void waits_double_with_jitter(void **state)
{
	struct world *w = world_new(TLS_1_3);
	ns_t want = RETRY_MIN_NS;
	u32 exact = 0;
	(void)state;
	w->slow_unable = true;
	session_open(&w->s, w->now);
	for (int i = 0; i < 10; i++) {
		run_to(w, SESSION_WAITING, STEP_NS);
		ns_t waited = run_to(w, SESSION_PREPARING, 2 * RETRY_MAX_NS);
		assert_in_range(waited, want - want / 4 - TURN_NS, want + want / 4 + 2 * TURN_NS);
		exact += waited == want;
		want = u64_min(2 * want, RETRY_MAX_NS);
	}
	assert_true(exact < 3);
	assert_int_equal(w->cnt[SESSION_CNT_failed], 10);
	world_free(w);
}

/*
 * Opens and is thrown out at once, as for a wrong API key: such an opening does not begin the waits
 * anew. One that lasted does.
 */
static void a_short_success_does_not_hurry(void **state)
{
	struct world *w = world_new(TLS_1_3);
	ns_t waited = 0;
	(void)state;
	session_open(&w->s, w->now);
	for (int i = 0; i < 5; i++) {
		run_to(w, SESSION_OPEN, STEP_NS);
		session_fail(&w->s, ERR_AUTH, "refused", w->now);
		waited = run_to(w, SESSION_PREPARING, 2 * RETRY_MAX_NS);
	}
	assert_true(waited >= RETRY_MAX_NS * 3 / 4);
	run_to(w, SESSION_OPEN, STEP_NS);
	run(w, RETRY_MAX_NS);
	session_fail(&w->s, ERR_TIMEOUT, "once", w->now);
	assert_true(run_to(w, SESSION_PREPARING, 2 * RETRY_MAX_NS) <= 2 * RETRY_MIN_NS);
	world_free(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(closes_by_command),
		cmocka_unit_test(closes_from_every_state),
		cmocka_unit_test(open_while_closing_opens_again),
		cmocka_unit_test(a_prepared_message_too_late_does_not_reset),
		cmocka_unit_test(the_peer_ends_it),
		cmocka_unit_test(a_refused_connection_is_tried_again),
		cmocka_unit_test(the_user_gives_it_up),
		cmocka_unit_test(refused_upgrades),
		cmocka_unit_test(messages_of_an_earlier_attempt_are_dropped),
		cmocka_unit_test(the_slow_thread_fails),
		cmocka_unit_test(the_slow_thread_talks_nonsense),
		cmocka_unit_test(a_full_ring_to_the_slow_thread_is_an_attempt_lost),
		cmocka_unit_test(the_first_attempt_after_a_loss_goes_at_once),
		cmocka_unit_test(each_step_has_its_time),
		cmocka_unit_test(waits_double_with_jitter),
		cmocka_unit_test(a_short_success_does_not_hurry),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
