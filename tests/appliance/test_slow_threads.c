/*
 * The slow thread and a core on two threads: signatures asked for and sent, addresses, a ring that
 * is full, files that are no keys.
 */
#include "appliance/slow.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/arena.h"
#include "tests/dataplane/tls/venue.h"

#define SIGNATURES 300
#define TAG SESSION_TAG(1, 9)

struct fixture {
	struct arena arena;
	struct slow s;
	char key_file[64], api_key_file[64], ca_file[64];
	pthread_t thread;
};

static void write_file(char path[64], const char *text)
{
	strcpy(path, "/tmp/saker-test-slow-XXXXXX");
	int fd = mkstemp(path);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

static void write_key(char path[64])
{
	EVP_PKEY *key = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	strcpy(path, "/tmp/saker-test-slow-XXXXXX");
	FILE *f = fdopen(mkstemp(path), "w");
	assert_int_equal(PEM_write_PrivateKey(f, key, NULL, NULL, 0, NULL, NULL), 1);
	fclose(f);
	EVP_PKEY_free(key);
}

static struct fixture *new_fixture(bool with_key)
{
	struct fixture *f = calloc(1, sizeof *f);
	struct identity ca = identity_new("test authority", NULL, 365, false);
	char why[TLS_WHY_MAX] = "";
	write_pem(&ca, f->ca_file);
	identity_free(&ca);
	write_key(f->key_file);
	write_file(f->api_key_file, "the-api-key\n");
	assert_int_equal(arena_open(&f->arena, 8 << 20), ERR_OK);
	struct slow_cfg cfg = { .tls = { .ca_file = f->ca_file },
				.private_key_file = with_key ? f->key_file : "",
				.api_key_file = with_key ? f->api_key_file : "",
				.recv_window_ms = 5000 };
	f->s.n_cores = 1;
	f->s.core[0] = (struct slow_core){ .in = ring_new(&f->arena, 1 << 14),
					   .out = ring_new(&f->arena, 1 << 14),
					   .n_targets = 2 };
	f->s.core[0].target[0] = (struct slow_target){ "venue.test", "10.77.0.1", "/ws", 443 };
	f->s.core[0].target[1] = (struct slow_target){ "venue.invalid", "", "/ws", 443 };
	assert_int_equal(slow_init(&f->s, &cfg, why), ERR_OK);
	return f;
}

static void start(struct fixture *f)
{
	assert_int_equal(pthread_create(&f->thread, NULL, slow_thread, &f->s), 0);
}

static void stop(struct fixture *f)
{
	__atomic_store_n(&f->s.stop, true, __ATOMIC_RELAXED);
	pthread_join(f->thread, NULL);
}

static void free_fixture(struct fixture *f)
{
	slow_close(&f->s);
	unlink(f->key_file);
	unlink(f->api_key_file);
	unlink(f->ca_file);
	arena_close(&f->arena);
	free(f);
}

static void ask(struct fixture *f, u16 type, u64 tag, const void *p, u32 n)
{
	while (!ring_put(f->s.core[0].in, type, tag, p, n))
		usleep(100);
}

/* The next answer, which stays in the ring. */
static const struct ring_msg *next(struct fixture *f)
{
	const struct ring_msg *m;
	while (!(m = ring_peek(f->s.core[0].out)))
		usleep(100);
	return m;
}

static void signs_while_the_core_goes_on(void **state)
{
	struct fixture *f = new_fixture(true);
	u32 got = 0;
	(void)state;
	start(f);
	for (u32 i = 0; got < SIGNATURES;) {
		struct msg_sign q = { .venue_ms = 1723161255000 + i };
		const struct ring_msg *m;
		i += i < SIGNATURES && ring_put(f->s.core[0].in, MSG_SIGN, TAG, &q, sizeof q);
		for (; (m = ring_peek(f->s.core[0].out));
		     ring_release(f->s.core[0].out, m), got++) {
			char text[1024], stamp[32];
			snprintf(text, sizeof text, "%.*s", (int)m->n, (const char *)m->data);
			snprintf(stamp, sizeof stamp, "\"timestamp\":%llu", 1723161255000ull + got);
			assert_int_equal(m->type, MSG_SEND);
			assert_int_equal(m->tag, TAG);
			assert_non_null(strstr(text, "session.logon"));
			assert_non_null(strstr(text, "\"the-api-key\""));
			assert_non_null(strstr(text, stamp));
		}
	}
	stop(f);
	free_fixture(f);
}

static void prepares_a_connection(void **state)
{
	struct fixture *f = new_fixture(false);
	(void)state;
	start(f);
	ask(f, MSG_SESSION_PREPARE, SESSION_TAG(0, 1), NULL, 0);
	const struct ring_msg *m = next(f);
	const struct msg_ready *r = (const void *)m->data;
	static const u8 ip[16] = { [10] = 0xff, [11] = 0xff, [12] = 10, [13] = 77, [15] = 1 };
	assert_int_equal(m->type, MSG_SESSION_READY);
	assert_memory_equal(r->ip, ip, 16);
	assert_int_equal(r->port, 443);
	assert_int_equal(m->n, sizeof *r + r->request_n);
	assert_memory_equal(r->request, "GET /ws HTTP/1.1\r\nHost: venue.test\r\n", 36);
	ring_release(f->s.core[0].out, m);
	m = next(f);
	assert_int_equal(m->type, MSG_TLS_SEND);
	assert_int_equal(m->data[0], 22); /* a ClientHello */
	ring_release(f->s.core[0].out, m);
	/* of an earlier attempt: dropped */
	ask(f, MSG_TLS_RECORD, SESSION_TAG(0, 0), "nonsense", 8);
	/* a ServerHello without a body */
	ask(f, MSG_TLS_RECORD, SESSION_TAG(0, 1), "\x16\x03\x03\x00\x04\x02\x00\x00\x00", 9);
	for (m = next(f); m->type == MSG_TLS_SEND; m = next(f)) /* an alert, maybe */
		ring_release(f->s.core[0].out, m);
	assert_int_equal(m->type, MSG_SESSION_FAILED);
	assert_true(((const struct msg_failed *)(const void *)m->data)->why[0]);
	ring_release(f->s.core[0].out, m);
	ask(f, MSG_SESSION_GONE, SESSION_TAG(0, 1), NULL, 0);
	ask(f, MSG_SIGN, SESSION_TAG(0, 1), "12345678", 8); /* no key: observe */
	m = next(f);
	assert_int_equal(m->type, MSG_SESSION_FAILED);
	assert_non_null(strstr(((const struct msg_failed *)(const void *)m->data)->why,
			       "venue.private_key_file"));
	stop(f);
	free_fixture(f);
}

static void a_name_that_does_not_resolve(void **state)
{
	struct fixture *f = new_fixture(false);
	(void)state;
	start(f);
	ask(f, MSG_SESSION_PREPARE, TAG, NULL, 0);
	const struct ring_msg *m = next(f);
	const struct msg_failed *why = (const void *)m->data;
	assert_int_equal(m->type, MSG_SESSION_FAILED);
	assert_int_equal(why->err, ERR_NOT_FOUND);
	assert_true(why->why[0]);
	stop(f);
	free_fixture(f);
}

/* A core that takes nothing: the thread waits for room, and yet ends when it is told to. */
static void ends_while_the_ring_is_full(void **state)
{
	struct fixture *f = new_fixture(true);
	struct msg_sign q = { .venue_ms = 1723161255000 };
	(void)state;
	while (ring_put(f->s.core[0].in, MSG_SIGN, TAG, &q, sizeof q))
		;
	start(f);
	while (ring_put(f->s.core[0].in, MSG_SIGN, TAG, &q, 0) || !ring_peek(f->s.core[0].out))
		;
	usleep(50000);
	stop(f);
	free_fixture(f);
}

static void files_that_are_no_keys(void **state)
{
	static const struct {
		const char *key, *api_key; /* NULL: a good one; "-": no such file */
		const char *why;
	} rows[] = {
		{ "-", NULL, "is not there" },
		{ "", NULL, "is empty" },
		{ "-----BEGIN PRIVATE KEY-----\nMC4C\n-----END PRIVATE KEY-----\n", NULL,
		  "openssl genpkey" },
		{ NULL, "-", "is not there" },
		{ NULL, "", "is empty" },
	};
	(void)state;
	for (u32 i = 0; i < ARRAY_LEN(rows); i++) {
		struct slow s = { .n_cores = 0 };
		char key[64] = "/tmp/saker-no-such-file", api[64] = "/tmp/saker-no-such-file",
		     why[TLS_WHY_MAX] = "";
		if (!rows[i].key)
			write_key(key);
		else if (rows[i].key[0] != '-' || rows[i].key[1])
			write_file(key, rows[i].key);
		if (!rows[i].api_key)
			write_file(api, "k");
		else if (rows[i].api_key[0] != '-')
			write_file(api, rows[i].api_key);
		struct slow_cfg cfg = { .private_key_file = key, .api_key_file = api };
		assert_int_not_equal(slow_init(&s, &cfg, why), ERR_OK);
		assert_non_null(strstr(why, rows[i].why));
		assert_non_null(strstr(why, rows[i].key ? key : api));
		slow_close(&s);
		unlink(key);
		unlink(api);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(signs_while_the_core_goes_on),
		cmocka_unit_test(prepares_a_connection),
		cmocka_unit_test(a_name_that_does_not_resolve),
		cmocka_unit_test(ends_while_the_ring_is_full),
		cmocka_unit_test(files_that_are_no_keys),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
