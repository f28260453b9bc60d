/*
 * How often an address may fail, against a virtual clock; addresses as text. Certificates and
 * tokens: test_gate.
 */
#include "hostctl/login.h"

#include <arpa/inet.h>
#include <string.h>

#include "tests/cmocka_all.h"

static struct login_limit limit;

static struct sockaddr_storage address(const char *text)
{
	struct sockaddr_storage a = { 0 };
	struct sockaddr_in *in = (void *)&a;
	struct sockaddr_in6 *in6 = (void *)&a;
	if (inet_pton(AF_INET, text, &in->sin_addr) == 1) {
		in->sin_family = AF_INET;
		in->sin_port = htons(4711);
	} else {
		assert_int_equal(inet_pton(AF_INET6, text, &in6->sin6_addr), 1);
		in6->sin6_family = AF_INET6;
		in6->sin6_port = htons(4711);
	}
	return a;
}

static void fail_times(const char *text, u32 n, u64 at_ms)
{
	struct sockaddr_storage a = address(text);
	for (u32 i = 0; i < n; i++)
		login_failed(&limit, &a, at_ms);
}

static bool may(const char *text, u64 at_ms)
{
	struct sockaddr_storage a = address(text);
	return login_may_try(&limit, &a, at_ms);
}

static int setup(void **state)
{
	(void)state;
	memset(&limit, 0, sizeof limit);
	return 0;
}

static void so_often_and_no_more(void **state)
{
	(void)state;
	assert_true(may("10.0.0.1", 0));
	fail_times("10.0.0.1", LOGIN_FAILURES - 1, 1000);
	assert_true(may("10.0.0.1", 1000));
	fail_times("10.0.0.1", 1, 2000);
	assert_false(may("10.0.0.1", 2000));
	assert_true(may("10.0.0.2", 2000)); /* only that address */
	assert_false(may("10.0.0.1", 1000 + LOGIN_WINDOW_MS - 1));
	assert_true(may("10.0.0.1", 1000 + LOGIN_WINDOW_MS));
	/* and then anew from the first */
	fail_times("10.0.0.1", LOGIN_FAILURES - 1, 1000 + LOGIN_WINDOW_MS);
	assert_true(may("10.0.0.1", 1000 + LOGIN_WINDOW_MS));
}

static void the_network_counts_in_version_6(void **state)
{
	(void)state;
	fail_times("2001:db8:1:2::5", LOGIN_FAILURES, 1);
	assert_false(may("2001:db8:1:2:ffff::6", 1));
	assert_true(may("2001:db8:1:3::5", 1));
	/* an address of version 4 is itself in either form, and no network of all of them */
	fail_times("::ffff:10.0.0.9", LOGIN_FAILURES, 1);
	assert_false(may("10.0.0.9", 1));
	assert_true(may("10.0.0.8", 1));
	assert_true(may("::ffff:10.0.0.8", 1));
}

/*
 * More addresses than are remembered: the newest still are, and none that did not fail is
 * refused.
 */
static void more_addresses_than_places(void **state)
{
	char text[32];
	(void)state;
	for (u32 i = 0; i < 3 * LOGIN_ADDRESSES; i++) {
		snprintf(text, sizeof text, "10.1.%u.%u", i >> 8, i & 255);
		fail_times(text, LOGIN_FAILURES, 1 + i);
		assert_false(may(text, 1 + i));
	}
	for (u32 i = 0; i < 3 * LOGIN_ADDRESSES; i++) {
		snprintf(text, sizeof text, "10.1.%u.%u", i >> 8, i & 255);
		assert_int_equal(may(text, 3 * LOGIN_ADDRESSES), i < 2 * LOGIN_ADDRESSES);
		snprintf(text, sizeof text, "10.2.%u.%u", i >> 8, i & 255);
		assert_true(may(text, 3 * LOGIN_ADDRESSES));
	}
}

static void addresses_as_text(void **state)
{
	static const struct {
		const char *in, *out;
	} rows[] = {
		{ "10.0.0.5", "10.0.0.5:4711" },
		{ "2001:db8::5", "[2001:db8::5]:4711" },
		{ "2001:db8:1111:2222:3333:4444:5555:6666", "[2001:db8:1111:2222:3333:4444:5555:6666]:4711" },
	};
	char out[LOGIN_ADDRESS_MAX];
	(void)state;
	for (u32 i = 0; i < ARRAY_LEN(rows); i++) {
		struct sockaddr_storage a = address(rows[i].in);
		login_address(&a, out);
		assert_string_equal(out, rows[i].out);
	}
}

static void nobody_without_papers(void **state)
{
	struct sockaddr_storage a = address("10.0.0.5");
	struct access none = { 0 };
	struct login l;
	char why[TOKEN_WHY];
	(void)state;
	assert_int_equal(login_check(&l, &none, &(struct login_papers){ "/nowhere", "", NULL }, &a, why), ERR_AUTH);
	assert_string_equal(l.who, "tls:nobody@10.0.0.5:4711");
	assert_int_equal(login_check(&l, &none, &(struct login_papers){ "/nowhere", "x.y", NULL }, &a, why), ERR_AUTH);
	assert_string_equal(l.who, "tls:token@10.0.0.5:4711"); /* what a wrong token says of its name is not believed */
	assert_int_equal(l.role, ACCESS_NONE);
	assert_int_equal(login_check(&l, &none, &(struct login_papers){ "/dev/null", "x.y", NULL }, &a, why), ERR_IO);
	assert_non_null(strstr(why, "/dev/null"));
	assert_int_equal(l.role, ACCESS_NONE);
}

#define CASE(t) cmocka_unit_test_setup(t, setup)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(so_often_and_no_more), CASE(the_network_counts_in_version_6), CASE(more_addresses_than_places),
		CASE(addresses_as_text),    CASE(nobody_without_papers),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
