/*
 * Key log lines of a handshake come out of the slow thread ahead of the core's keys, of either version of
 * TLS; where nobody may have them there are none.
 */
#include "appliance/slow.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/arena.h"
#include "tests/dataplane/tls/venue.h"

#define TAG SESSION_TAG(0, 1)

struct fixture {
	struct arena arena;
	struct venue venue;
	struct slow s;
	struct ring *keylog;
	u64 lost;
	SSL *srv;
	BIO *to_srv, *from_srv; /* owned by srv */
	bool keys;              /* have come */
};

static struct fixture *new_fixture(u16 version, bool kept)
{
	struct fixture *f = calloc(1, sizeof *f);
	char why[TLS_WHY_MAX] = "";
	venue_open(&f->venue, &(struct venue_cfg){ .version = version });
	assert_int_equal(arena_open(&f->arena, 8 << 20), ERR_OK);
	f->keylog = ring_new(&f->arena, 1 << 14);
	f->s.n_cores = 1;
	f->s.core[0] = (struct slow_core){ .in = ring_new(&f->arena, 1 << 17),
					   .out = ring_new(&f->arena, 1 << 17),
					   .keylog = kept ? f->keylog : NULL,
					   .keylog_lost = &f->lost,
					   .n_targets = 1,
					   .target[0] = { VENUE_HOST, "10.77.0.1", "/ws", 443 } };
	struct slow_cfg cfg = { .tls = { .ca_file = f->venue.ca_file },
				.private_key_file = "",
				.api_key_file = "" };
	assert_int_equal(slow_init(&f->s, &cfg, why), ERR_OK);
	f->srv = SSL_new(f->venue.ctx);
	f->to_srv = BIO_new(BIO_s_mem());
	f->from_srv = BIO_new(BIO_s_mem());
	SSL_set_bio(f->srv, f->to_srv, f->from_srv);
	SSL_set_accept_state(f->srv);
	return f;
}

static void free_fixture(struct fixture *f)
{
	SSL_free(f->srv);
	slow_close(&f->s);
	venue_close(&f->venue);
	arena_close(&f->arena);
	free(f);
}

/* What the thread says to the core: bytes go to the venue; the keys, and then the lines must be here. */
static void take_answers(struct fixture *f, bool kept)
{
	const struct ring_msg *m;
	while ((m = ring_peek(f->s.core[0].out))) {
		assert_int_not_equal(m->type, MSG_SESSION_FAILED);
		if (m->type == MSG_TLS_SEND)
			assert_int_equal(BIO_write(f->to_srv, m->data, (int)m->n), (int)m->n);
		if (m->type == MSG_TLS_KEYS) {
			f->keys = true;
			assert_int_equal(ring_peek(f->keylog) != NULL, kept);
		}
		ring_release(f->s.core[0].out, m);
	}
}

/* The venue's next record, as the core frames it; false: there is none. */
static bool pass_a_record(struct fixture *f)
{
	u8 rec[17000];
	if (BIO_read(f->from_srv, rec, 5) != 5)
		return false;
	int n = rec[3] << 8 | rec[4];
	assert_int_equal(BIO_read(f->from_srv, rec + 5, n), n);
	return ring_put(f->s.core[0].in, MSG_TLS_RECORD, TAG, rec, (u32)n + 5);
}

static void shake_hands(struct fixture *f, bool kept)
{
	assert_true(ring_put(f->s.core[0].in, MSG_SESSION_PREPARE, TAG, NULL, 0));
	for (int i = 0; i < 40 && !f->keys; i++) {
		slow_step(&f->s);
		take_answers(f, kept);
		SSL_do_handshake(f->srv);
		pass_a_record(f);
	}
	assert_true(f->keys);
}

static const struct {
	u16 version;
	bool kept;
	const char *labels[5];
} rows[] = {
	{ TLS_1_3,
	  true,
	  { "CLIENT_HANDSHAKE_TRAFFIC_SECRET ", "SERVER_HANDSHAKE_TRAFFIC_SECRET ", "CLIENT_TRAFFIC_SECRET_0 ",
	    "SERVER_TRAFFIC_SECRET_0 " } },
	{ TLS_1_2, true, { "CLIENT_RANDOM " } },
	{ TLS_1_3, false, { NULL } },
	{ TLS_1_2, false, { NULL } },
};

/* Each line: a label, the random of our hello as the venue got it, a secret. */
static void assert_lines(const struct fixture *f, const struct ring_msg *m, const char *const *labels)
{
	char text[8192], random[2 * 32 + 3] = " ";
	u8 r[32];
	assert_true(m->n < sizeof text);
	snprintf(text, sizeof text, "%.*s", (int)m->n, (const char *)m->data);
	assert_int_equal(SSL_get_client_random(f->srv, r, sizeof r), sizeof r);
	for (u32 i = 0; i < sizeof r; i++)
		snprintf(random + strlen(random), 3, "%02x", r[i]);
	strcat(random, " ");
	for (; *labels; labels++) {
		const char *line = strstr(text, *labels);
		assert_non_null(line);
		assert_memory_equal(line + strlen(*labels) - 1, random, strlen(random));
	}
}

static void lines_come_before_keys(void **state)
{
	(void)state;
	for (u32 i = 0; i < ARRAY_LEN(rows); i++) {
		struct fixture *f = new_fixture(rows[i].version, rows[i].kept);
		shake_hands(f, rows[i].kept);
		const struct ring_msg *m = ring_peek(f->keylog);
		if (rows[i].kept)
			assert_lines(f, m, rows[i].labels);
		else
			assert_null(m);
		free_fixture(f);
	}
}

/* The io thread hangs: the handshake goes on, and it is counted that no capture will open the session. */
static void lines_that_find_no_room_are_counted(void **state)
{
	struct fixture *f = new_fixture(TLS_1_3, true);
	u32 n = 0;
	(void)state;
	while (ring_put(f->keylog, 0, 0, "full", 4))
		n++;
	shake_hands(f, true);
	assert_int_equal(f->lost, 1);
	for (const struct ring_msg *m; (m = ring_peek(f->keylog)); n--)
		ring_release(f->keylog, m);
	assert_int_equal(n, 0);
	free_fixture(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_come_before_keys),
		cmocka_unit_test(lines_that_find_no_room_are_counted),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
