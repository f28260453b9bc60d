#include "tests/cmocka_all.h"

#include "dataplane/net/ip_addr.h"

static const struct {
	const char *text;
	err_t err;
	u32 ip;
	const char *remark;
} rows[] = {
	{ "10.0.0.1", ERR_OK, 0x0a000001, "plain" },
	{ "0.0.0.0", ERR_OK, 0, "zeros" },
	{ "255.255.255.255", ERR_OK, 0xffffffff, "the largest" },
	{ "256.0.0.1", ERR_SYNTAX, 0, "one more" },
	{ "10.0.0", ERR_SYNTAX, 0, "three numbers" },
	{ "10.0.0.1.2", ERR_SYNTAX, 0, "five" },
	{ "10.0.0.", ERR_SYNTAX, 0, "an empty one" },
	{ "", ERR_SYNTAX, 0, "nothing" },
	{ "10.0.0.01", ERR_SYNTAX, 0, "a leading zero is octal to some" },
	{ "10.0.0.1 ", ERR_SYNTAX, 0, "a blank behind" },
	{ " 10.0.0.1", ERR_SYNTAX, 0, "a blank before" },
	{ "10.0.0.1111", ERR_SYNTAX, 0, "four digits" },
	{ "10,0,0,1", ERR_SYNTAX, 0, "commas" },
	{ "0x0a.0.0.1", ERR_SYNTAX, 0, "hexadecimal" },
	{ "-1.0.0.1", ERR_SYNTAX, 0, "a sign" },
};

static void test_parse(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct ip_addr a = { { 0 } }, want = ip_addr_v4(rows[i].ip);
		err_t e = ip_addr_parse(rows[i].text, &a);
		if (e != rows[i].err || (e == ERR_OK && !ip_addr_eq(&a, &want)))
			fail_msg("\"%s\": %s", rows[i].text, rows[i].remark);
	}
}

static void test_print(void **state)
{
	(void)state;
	static const u32 ips[] = { 0, 0xffffffff, 0x0a000001, 0x7f640a63, 0x01020304 };
	for (size_t i = 0; i < ARRAY_LEN(ips); i++) {
		struct ip_addr a = ip_addr_v4(ips[i]), b;
		char text[IP_ADDR_TEXT_MAX];
		u32 n = ip_addr_print(&a, text);
		assert_int_equal(n, strlen(text));
		assert_int_equal(ip_addr_parse(text, &b), ERR_OK);
		assert_true(ip_addr_eq(&a, &b));
		assert_int_equal(ip_addr_u32(&b), ips[i]);
	}
}

static void test_kinds(void **state)
{
	(void)state;
	struct ip_addr none = { { 0 } }, v4 = ip_addr_v4(0), v6 = { { 0x20, 1 } };
	assert_true(ip_addr_is_none(&none) && !ip_addr_is_v4(&none));
	assert_true(!ip_addr_is_none(&v4) && ip_addr_is_v4(&v4));
	assert_false(ip_addr_is_v4(&v6));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse),
		cmocka_unit_test(test_print),
		cmocka_unit_test(test_kinds),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
