/* Where a connection begins and ends, and whose hello it was. */
#include "appliance/capture_sessions.h"

#include <stdlib.h>
#include <string.h>

#include "common/record.h"
#include "tests/cmocka_all.h"

static struct tcp_frame frame(bool sent, u16 port, u8 flags, const u8 *payload, size_t n)
{
	struct tcp_frame_end us = { .ip = { 10 }, .port = port }, them = { .ip = { 20 }, .port = 443 };
	return (struct tcp_frame){ .from = sent ? us : them,
				   .to = sent ? them : us,
				   .flags = flags,
				   .payload = { payload, n } };
}

static struct capture_session *take(struct capture_sessions *c, bool sent, u16 port, u8 flags)
{
	struct tcp_frame f = frame(sent, port, flags, NULL, 0);
	return capture_sessions_take(c, RECORD_MD, sent, &f);
}

static void hello(u8 out[43], u8 random)
{
	static const u8 head[11] = { 22, 3, 1, 0, 200, 1, 0, 0, 196, 3, 3 };
	memcpy(out, head, sizeof head);
	memset(out + sizeof head, random, CLIENT_RANDOM);
}

static void from_syn_to_fin(void **state)
{
	struct capture_sessions *c = calloc(1, sizeof *c);
	u8 text[43];
	(void)state;
	assert_null(take(c, true, 1000, TCP_FRAME_ACK)); /* its beginning was not seen */
	assert_null(take(c, false, 1000, TCP_FRAME_SYN)); /* somebody else's attempt */
	struct capture_session *s = take(c, true, 1000, TCP_FRAME_SYN);
	assert_non_null(s);
	assert_ptr_equal(take(c, true, 1000, TCP_FRAME_SYN), s); /* sent again */
	assert_int_equal(c->begun, 1);
	assert_ptr_equal(take(c, false, 1000, TCP_FRAME_SYN | TCP_FRAME_ACK), s);
	struct tcp_frame f = frame(false, 1000, TCP_FRAME_ACK, text, sizeof text);
	hello(text, 5);
	capture_sessions_take(c, RECORD_MD, false, &f);
	assert_false(s->has_random); /* not ours */
	f = frame(true, 1000, TCP_FRAME_ACK, text, sizeof text - 1);
	capture_sessions_take(c, RECORD_MD, true, &f);
	assert_false(s->has_random); /* cut */
	f.payload.n++;
	capture_sessions_take(c, RECORD_MD, true, &f);
	assert_true(s->has_random);
	assert_int_equal(s->random[0], 5);
	assert_int_equal(s->random[CLIENT_RANDOM - 1], 5);
	assert_null(capture_sessions_find(c, RECORD_TRADE, true, &f)); /* of another core */
	take(c, false, 1000, TCP_FRAME_FIN | TCP_FRAME_ACK);
	assert_true(s->ended);
	assert_ptr_equal(take(c, true, 1000, TCP_FRAME_SYN), s); /* the same ports again */
	assert_false(s->ended || s->has_random);
	take(c, true, 1000, TCP_FRAME_RST);
	assert_true(s->ended);
	free(c);
}

static void the_oldest_makes_room(void **state)
{
	struct capture_sessions *c = calloc(1, sizeof *c);
	struct tcp_frame first = frame(true, 1, TCP_FRAME_ACK, NULL, 0),
			 second = frame(true, 2, TCP_FRAME_ACK, NULL, 0);
	(void)state;
	for (u16 port = 1; port <= CAPTURE_SESSIONS + 1; port++)
		assert_non_null(take(c, true, port, TCP_FRAME_SYN));
	assert_null(capture_sessions_find(c, RECORD_MD, true, &first));
	assert_non_null(capture_sessions_find(c, RECORD_MD, true, &second));
	free(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(from_syn_to_fin),
		cmocka_unit_test(the_oldest_makes_room),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
