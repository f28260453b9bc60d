/* Secrets out of key logs as programs write them, and out of those that are damaged. */
#include <string.h>

#include "pcap/keylog.h"
#include "tests/cmocka_all.h"

#define R "000102030405060708090a0b0c0d0e0f101112131415161718191A1B1C1D1E1F"
#define S32 "11223344556677889900aabbccddeeff11223344556677889900aabbccddeeff"
#define S48 S32 "ffeeddccbbaa00998877665544332211"

static const struct {
	const char *remark, *log;
	err_t want;
	u8 n;
} rows[] = {
	{ "32 bytes", "SECRET " R " " S32 "\n", ERR_OK, 32 },
	{ "48 bytes, no end of line", "SECRET " R " " S48, ERR_OK, 48 },
	{ "behind others, with CR LF", "# made by x\r\nOTHER " R " " S48 "\r\nSECRET " R " " S32 "\r\n", ERR_OK, 32 },
	{ "another client random", "SECRET " S32 " " S32 "\n", ERR_NOT_FOUND, 0 },
	{ "a label that begins alike", "SECRET_0 " R " " S32 "\n", ERR_NOT_FOUND, 0 },
	{ "empty", "", ERR_NOT_FOUND, 0 },
	{ "random too short", "SECRET 0001 " S32 "\n", ERR_NOT_FOUND, 0 },
	{ "odd number of digits", "SECRET " R " " S32 "1\n", ERR_SYNTAX, 0 },
	{ "no hex", "SECRET " R " zz" S32 "\n", ERR_SYNTAX, 0 },
	{ "too long", "SECRET " R " " S48 "00\n", ERR_SYNTAX, 0 },
	{ "no secret", "SECRET " R "\n", ERR_SYNTAX, 0 },
	{ "a word too many", "SECRET " R " " S32 " x\n", ERR_SYNTAX, 0 },
};

static void test_rows(void **state)
{
	(void)state;
	u8 random[KEYLOG_RANDOM];
	for (u32 i = 0; i < KEYLOG_RANDOM; i++)
		random[i] = (u8)i;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct keylog_secret s = { 0 };
		struct span log = { (const u8 *)rows[i].log, strlen(rows[i].log) };
		err_t e = keylog_find(log, "SECRET", random, &s);
		if (e != rows[i].want)
			print_message("%s\n", rows[i].remark);
		assert_int_equal(e, rows[i].want);
		if (e != ERR_OK)
			continue;
		assert_int_equal(s.n, rows[i].n);
		assert_int_equal(s.bytes[0], 0x11);
		assert_int_equal(s.bytes[s.n - 1], s.n == 32 ? 0xff : 0x11);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_rows) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
