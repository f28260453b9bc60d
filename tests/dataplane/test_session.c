/*
 * A session that works: opening, texts both ways, pings, key updates, messages in pieces of any
 * size.
 */
#include "tests/dataplane/session_world.h"

static void opens_and_talks(void **state)
{
	static const u16 versions[] = { TLS_1_2, TLS_1_3 };
	(void)state;
	for (u32 i = 0; i < ARRAY_LEN(versions); i++) {
		struct world *w = world_new(versions[i]);
		session_open(&w->s, w->now);
		run_to(w, SESSION_OPEN, STEP_NS);
		assert_string_equal(w->log, "up");
		assert_string_equal(w->site.log, "GET /ws HTTP/1.1");
		site_text(&w->site, "hello");
		assert_true(hot_send(w, "hot", 3));
		assert_int_equal(session_send(&w->s, "queued", 6, w->now), ERR_OK);
		run(w, 5 * TURN_NS);
		assert_string_equal(w->log, "up text:hello");
		assert_string_equal(w->site.log, "GET /ws HTTP/1.1 text:hot text:queued");
		assert_int_equal(w->cnt[SESSION_CNT_opened], 1);
		assert_int_equal(w->cnt[SESSION_CNT_fired], 1);
		assert_int_equal(w->cnt[SESSION_CNT_sent], 1);
		world_free(w);
	}
}

/* The user answers from within the callback: the hot path under tls_rx and tcp_rx. */
static void answers_from_within_the_callback(void **state)
{
	struct world *w = world_open(TLS_1_3);
	char want[256] = "";
	(void)state;
	w->echo = true;
	for (int i = 0; i < 8; i++) {
		site_text(&w->site, "abc"); /* several frames in one burst */
		strcat(want, i ? " text:abc" : "text:abc");
	}
	run(w, 5 * TURN_NS);
	assert_string_equal(w->log, want);
	assert_string_equal(w->site.log, want);
	world_free(w);
}

static void what_cannot_leave_changes_nothing(void **state)
{
	static const u8 text[1460];
	struct world *w = world_open(TLS_1_3);
	(void)state;
	for (int i = 0; i < 3; i++) /* with its heads it is more than a segment */
		assert_false(session_fire(&w->s, text, sizeof text, w->now));
	assert_true(hot_send(w, "after", 5));
	run(w, 3 * TURN_NS);
	assert_string_equal(w->site.log, "text:after");
	world_free(w);
}

static void answers_pings(void **state)
{
	struct world *w = world_open(TLS_1_3);
	(void)state;
	site_frame(&w->site, WS_OP_PING, "1723161255208", 13);
	site_frame(&w->site, WS_OP_PING, "", 0);
	run(w, 3 * TURN_NS);
	assert_string_equal(w->site.log, "pong:1723161255208 pong:");
	assert_int_equal(w->cnt[SESSION_CNT_pings_rx], 2);
	world_free(w);
}

/*
 * Silence: a ping after idle_ns; the pong keeps the session, and only silence after another idle_ns
 * ends it.
 */
static void pings_a_silent_peer(void **state)
{
	struct world *w = world_open(TLS_1_3);
	(void)state;
	run(w, IDLE_NS + 100 * TURN_NS);
	assert_string_equal(w->site.log, "ping:");
	run(w, 3 * IDLE_NS);
	assert_int_equal(w->s.state, SESSION_OPEN);
	assert_int_equal(w->cnt[SESSION_CNT_pings_tx], 4);
	w->site.deaf = true;
	run(w, IDLE_NS / 2);
	assert_int_equal(w->s.state, SESSION_OPEN);
	run_to(w, SESSION_PREPARING, 2 * IDLE_NS); /* and the next attempt begins at once */
	assert_string_equal(w->log, "down:TIMEOUT");
	assert_int_equal(w->cnt[SESSION_CNT_timeouts], 1);
	world_free(w);
}

/* The pong was here long ago; that the core looks later than the next silence is over is not the peer's fault. */
static void a_late_look_takes_no_answered_ping_for_silence(void **state)
{
	struct world *w = world_open(TLS_1_3);
	(void)state;
	run(w, IDLE_NS + 100 * TURN_NS);
	assert_string_equal(w->site.log, "ping:");
	run(w, IDLE_NS / 2);
	w->now += IDLE_NS;
	run(w, 10 * TURN_NS);
	assert_int_equal(w->s.state, SESSION_OPEN);
	assert_int_equal(w->cnt[SESSION_CNT_pings_tx], 2);
	assert_int_equal(w->cnt[SESSION_CNT_timeouts], 0);
	w->site.deaf = true;
	run_to(w, SESSION_PREPARING, 3 * IDLE_NS);
	assert_int_equal(w->cnt[SESSION_CNT_timeouts], 1);
	world_free(w);
}

static void binary_messages_are_counted_and_dropped(void **state)
{
	struct world *w = world_open(TLS_1_3);
	(void)state;
	site_frame(&w->site, WS_OP_BINARY, "xx", 2);
	site_text(&w->site, "after");
	run(w, 3 * TURN_NS);
	assert_string_equal(w->log, "text:after");
	assert_int_equal(w->cnt[SESSION_CNT_binaries_dropped], 1);
	world_free(w);
}

/* One message of MESSAGE_OWN bytes and small ones around it, in segments of every awkward size. */
static void messages_arrive_in_pieces(void **state)
{
	static const struct {
		u32 chunk, n;
	} rows[] = {
		{ 1, 1500 }, /* byte by byte: heads of every layer are split everywhere */
		{ 2, 3000 },        { 7, 20000 },
		{ 536, 40000 },     { 1460, 100000 }, /* many records, each over segments */
		{ 0, MESSAGE_OWN },                   /* the largest in the session's own memory */
	};
	(void)state;
	for (u32 i = 0; i < ARRAY_LEN(rows); i++) {
		struct world *w = world_open(TLS_1_3);
		char *t = malloc(rows[i].n + 1);
		u64 sum = 0;
		for (u32 k = 0; k < rows[i].n; k++) {
			t[k] = (char)('a' + k % 26);
			sum += (u8)t[k] * (u64)(k + 1);
		}
		t[rows[i].n] = 0;
		w->site.chunk = rows[i].chunk;
		site_text(&w->site, "before");
		site_text(&w->site, t);
		run(w, 300 * TURN_NS);
		site_text(&w->site, "after");
		run(w, 20 * TURN_NS);
		assert_string_equal(w->log, "text:before big text:after");
		assert_int_equal(w->big_n, rows[i].n);
		assert_int_equal(w->big_sum, sum);
		free(t);
		world_free(w);
	}
}

static void a_message_too_long_ends_the_session(void **state)
{
	struct world *w = world_open(TLS_1_3);
	char *t = malloc(MESSAGE_MAX + 2);
	(void)state;
	memset(t, 'x', MESSAGE_MAX + 1);
	t[MESSAGE_MAX + 1] = 0;
	site_text(&w->site, t);
	run(w, 20 * TURN_NS);
	assert_string_equal(w->log, "down:PROTOCOL up");
	free(t);
	world_free(w);
}

/* ---- KeyUpdate (RFC 8446 section 4.6.3) ---- */

/*
 * The peer changes its keys, and wants ours changed, again and again; texts go both ways meanwhile.
 */
static void keys_change_while_texts_flow(void **state)
{
	struct world *w = world_open(TLS_1_3);
	char text[16];
	(void)state;
	for (int i = 0; i < 20; i++) {
		assert_int_equal(SSL_key_update(w->site.ssl, i % 2 ? SSL_KEY_UPDATE_REQUESTED
								   : SSL_KEY_UPDATE_NOT_REQUESTED),
				 1);
		sprintf(text, "%d", i);
		w->log_n = w->site.log_n = 0;
		site_text(&w->site, text);
		assert_true(hot_send(w, text, (u32)strlen(text)));
		run(w, 4 * TURN_NS);
		assert_memory_equal(w->log, "text:", 5);
		assert_string_equal(w->log + 5, text);
		assert_string_equal(w->site.log + 5, text);
	}
	assert_int_equal(w->tls_cnt[TLS_CNT_rx_key_updates], 20);
	assert_int_equal(w->tls_cnt[TLS_CNT_tx_key_updates], 10);
	assert_int_equal(w->s.state, SESSION_OPEN);
	world_free(w);
}

/*
 * The next generation of our keys is not there yet: nothing may leave before our KeyUpdate, so a
 * hot send is refused; a ping of the peer is no reason to give up, it is answered when the keys
 * have come.
 */
static void sends_wait_for_keys_and_pings_survive(void **state)
{
	struct world *w = world_open(TLS_1_3);
	(void)state;
	w->hold_refill = true;
	for (int i = 0; i < 2; i++) { /* the first uses up the generation that was ready */
		assert_int_equal(SSL_key_update(w->site.ssl, SSL_KEY_UPDATE_REQUESTED), 1);
		site_text(&w->site, "k");
		run(w, 3 * TURN_NS);
	}
	assert_int_equal(w->s.state, SESSION_OPEN);
	assert_false(hot_send(w, "no", 2));
	assert_int_equal(session_send(&w->s, "no", 2, w->now), ERR_STATE);
	w->hold_refill = false; /* the receiving side's keys, and ours */
	run(w, 3 * TURN_NS);
	assert_true(hot_send(w, "yes", 3));
	run(w, 2 * TURN_NS);
	assert_string_equal(w->site.log, "text:yes");
	world_free(w);
}

static void a_ping_while_keys_are_missing_is_answered_later(void **state)
{
	struct world *w = world_open(TLS_1_3);
	(void)state;
	w->hold_refill = true;
	/*
	 * Our own updates use up both generations of the sending side; the receiving side goes on.
	 */
	for (int i = 0; i < 2; i++) {
		assert_int_equal(tls_update_keys(&w->s.tls), ERR_OK);
		run(w, TURN_NS);
		session_send(&w->s, "x", 1, w->now);
		run(w, 2 * TURN_NS);
	}
	assert_false(tls_can_send(&w->s.tls));
	w->site.log_n = 0;
	site_frame(&w->site, WS_OP_PING, "late", 4);
	run(w, 3 * TURN_NS);
	assert_int_equal(w->s.state, SESSION_OPEN);
	w->hold_refill = false;
	run(w, 3 * TURN_NS);
	assert_int_equal(w->s.state, SESSION_OPEN);
	assert_string_equal(w->site.log, "pong:late");
	world_free(w);
}

/* ---- the neighbour ---- */

/* It says by ARP, unasked, that its address now has another MAC: a gateway's fail-over. */
static void announce(struct world *w, u8 last_byte)
{
	u8 f[60] = { 0 };
	u8 *mac = w->site.net.cfg.mac;
	mac[5] = last_byte;
	memset(f, 0xff, 6);
	memcpy(f + 6, mac, 6);
	memcpy(f + 12, "\x08\x06\x00\x01\x08\x00\x06\x04\x00\x02", 10);
	memcpy(f + 22, mac, 6);
	memcpy(f + 28, "\x0a\x4d\x00\x01", 4);
	memcpy(f + 32, w->net.cfg.mac, 6);
	memcpy(f + 38, "\x0a\x4d\x00\x02", 4);
	tcp_rx(w->tcp, &(struct frame){ .p = f, .n = sizeof f }, w->now);
}

static void the_neighbour_gets_another_mac(void **state)
{
	struct world *w = world_open(TLS_1_3);
	(void)state;
	assert_true(hot_send(w, "before", 6));
	run(w, 3 * TURN_NS);
	announce(w, 0x77);
	run(w, TURN_NS);
	assert_true(hot_send(w, "after", 5)); /* the ready header has the new one */
	run(w, TURN_NS);
	site_text(&w->site, "and back");
	run(w, 2 * TURN_NS);
	assert_string_equal(w->site.log, "text:before text:after");
	assert_string_equal(w->log, "text:and back");
	assert_int_equal(w->site.net_cnt[NET_CNT_rx_other_mac], 0);
	assert_int_equal(w->net_cnt[NET_CNT_neigh_changed], 1);
	world_free(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(opens_and_talks),
		cmocka_unit_test(answers_from_within_the_callback),
		cmocka_unit_test(what_cannot_leave_changes_nothing),
		cmocka_unit_test(answers_pings),
		cmocka_unit_test(pings_a_silent_peer),
		cmocka_unit_test(a_late_look_takes_no_answered_ping_for_silence),
		cmocka_unit_test(binary_messages_are_counted_and_dropped),
		cmocka_unit_test(messages_arrive_in_pieces),
		cmocka_unit_test(a_message_too_long_ends_the_session),
		cmocka_unit_test(keys_change_while_texts_flow),
		cmocka_unit_test(sends_wait_for_keys_and_pings_survive),
		cmocka_unit_test(the_neighbour_gets_another_mac),
		cmocka_unit_test(a_ping_while_keys_are_missing_is_answered_later),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
