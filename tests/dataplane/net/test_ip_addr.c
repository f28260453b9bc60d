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

/* RFC 4291 2.2 in, RFC 5952 out. */
static void test_v6(void **state)
{
	(void)state;
	static const struct {
		const char *in, *out; /* NULL: no address */
	} rows6[] = {
		{ "2001:DB8:0:0:8:800:200C:417A", "2001:db8::8:800:200c:417a" },
		{ "::1", "::1" },
		{ "::", "::" },
		{ "fe80::", "fe80::" },
		{ "1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8" },
		{ "64:ff9b::1.2.3.4", "64:ff9b::102:304" },
		{ "::ffff:1.2.3.4", NULL },
		{ "1:2:3:4:5:6:7", NULL },
		{ "1:2:3:4:5:6:7:8:9", NULL },
		{ "1::2::3", NULL },
		{ "12345::", NULL },
		{ "fe80::1%eth0", NULL },
		{ "[::1]", NULL },
		{ "::1/64", NULL },
		{ ":", NULL },
		{ "::1 ", NULL },
	};
	for (size_t i = 0; i < ARRAY_LEN(rows6); i++) {
		struct ip_addr a, again;
		char text[IP_ADDR_TEXT_MAX];
		err_t e = ip_addr_parse(rows6[i].in, &a);
		if ((e == ERR_OK) != !!rows6[i].out)
			fail_msg("%s", rows6[i].in);
		if (e != ERR_OK)
			continue;
		assert_int_equal(ip_addr_print(&a, text), strlen(rows6[i].out));
		assert_string_equal(text, rows6[i].out);
		assert_int_equal(ip_addr_parse(text, &again), ERR_OK);
		assert_true(ip_addr_eq(&a, &again));
	}
}

static void test_scopes(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		bool unicast, link_local;
	} rows6[] = {
		{ "10.0.0.1", true, false },	{ "0.1.2.3", false, false }, { "127.0.0.1", false, false },
		{ "224.0.0.1", false, false },	{ "255.255.255.255", false, false }, { "::", false, false },
		{ "::1", false, false },	{ "::1.2.3.4", false, false }, { "ff02::1", false, false },
		{ "2001:db8::1", true, false }, { "fe80::1", true, true }, { "febf::1", true, true },
		{ "fec0::1", true, false },
	};
	for (size_t i = 0; i < ARRAY_LEN(rows6); i++) {
		struct ip_addr a;
		assert_int_equal(ip_addr_parse(rows6[i].text, &a), ERR_OK);
		if (ip_addr_is_unicast(&a) != rows6[i].unicast || ip_addr_is_link_local(&a) != rows6[i].link_local)
			fail_msg("%s", rows6[i].text);
	}
	/* Prefixes bit by bit. */
	struct ip_addr a = { { 0x20, 1, 0xd, 0xb8 } };
	for (u32 bit = 0; bit < 128; bit++) {
		struct ip_addr b = a;
		b.b[bit / 8] ^= (u8)(0x80 >> bit % 8);
		for (u32 bits = 0; bits <= 128; bits++)
			assert_int_equal(ip_addr_same_prefix(&a, &b, bits), bits <= bit);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse),
		cmocka_unit_test(test_print),
		cmocka_unit_test(test_kinds),
		cmocka_unit_test(test_v6),
		cmocka_unit_test(test_scopes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
