/*
 * The store of sessions to resume.
 */
#include <stdio.h>

#include "dataplane/tls/tls_sessions.h"
#include "tests/cmocka_all.h"

static SSL_SESSION *session(int version)
{
	SSL_SESSION *s = SSL_SESSION_new();

	SSL_SESSION_set_protocol_version(s, version);
	return s;
}

static void test_once_or_kept(void **state)
{
	struct tls_sessions s = { .puts = 0 };
	SSL_SESSION *a = session(TLS1_3_VERSION), *b = session(TLS1_2_VERSION), *got;
	(void)state;

	assert_null(tls_sessions_take(&s, "a"));
	tls_sessions_put(&s, "a", a);
	tls_sessions_put(&s, "b", b);
	got = tls_sessions_take(&s, "a");
	assert_ptr_equal(got, a);
	assert_null(tls_sessions_take(&s, "a"));
	SSL_SESSION_free(got);
	for (int i = 0; i < 3; i++) {
		got = tls_sessions_take(&s, "b");
		assert_ptr_equal(got, b);
		SSL_SESSION_free(got);
	}
	tls_sessions_clear(&s);
	assert_null(tls_sessions_take(&s, "b"));
}

/* The newest of a host replaces the one before; the host filled longest ago gives way. */
static void test_replacement(void **state)
{
	struct tls_sessions s = { .puts = 0 };
	SSL_SESSION *newest = NULL, *got;
	char host[32];
	(void)state;

	for (int i = 0; i < TLS_SESSIONS_MAX; i++) {
		snprintf(host, sizeof host, "host%d", i);
		tls_sessions_put(&s, host, session(TLS1_3_VERSION));
	}
	newest = session(TLS1_3_VERSION);
	tls_sessions_put(&s, "host0", newest);
	tls_sessions_put(&s, "one more", session(TLS1_3_VERSION));
	got = tls_sessions_take(&s, "host0");
	assert_ptr_equal(got, newest);
	SSL_SESSION_free(got);
	assert_null(tls_sessions_take(&s, "host1"));
	got = tls_sessions_take(&s, "one more");
	assert_non_null(got);
	SSL_SESSION_free(got);
	tls_sessions_clear(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_once_or_kept),
		cmocka_unit_test(test_replacement),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
