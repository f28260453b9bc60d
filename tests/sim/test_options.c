#include "tests/cmocka_all.h"

#include <string.h>

#include "sim/options.h"

#define LISTEN "--listen", "127.0.0.1:0"

static const struct {
	char *args[10];
	const char *error; /* NULL: accepted; else what the sentence names */
	const char *remark;
} rows[] = {
	{ { LISTEN }, NULL, "the least" },
	{ { LISTEN, "--recording", "a.gz", "b.gz", "--admin" }, NULL, "several recordings" },
	{ { LISTEN, "--balance", "BTC=1.5", "--balance", "USDT=7" }, NULL, "both balances" },
	{ { LISTEN, "--balance", "USDT=7", "BTC=1.5" },
	  NULL,
	  "in one option, the other way round" },
	{ { LISTEN, "--speed", "0.5", "--maker-fee-bps", "7.5" }, NULL, "decimals" },
	{ { "--help" }, NULL, "help needs nothing else" },
	{ { NULL }, "--listen", "nothing" },
	{ { "--listen" }, "--listen", "no value" },
	{ { "--listen", "127.0.0.1" }, "127.0.0.1", "no port" },
	{ { "--listen", "127.0.0.1:65536" }, "65536", "no such port" },
	{ { "--listen", "[::1]:80" }, NULL, "IPv6" },
	{ { "--listen", "[::1]" }, "[::1]", "no port" },
	{ { "--listen", "[::1:80" }, "[::1:80", "no closing bracket" },
	{ { "--listen", "::1:80" }, "::1:80", "no brackets" },
	{ { "--listen", "[127.0.0.1]:80" }, "[127.0.0.1]:80", "not IPv6" },
	{ { "--listen", "]:80" }, "]:80", "nothing" },
	{ { "--listen", "localhost:1" }, "localhost:1", "a name, not an address" },
	{ { LISTEN, "--speed", "0" }, "--speed", "too slow" },
	{ { LISTEN, "--speed", "1001" }, "--speed", "too fast" },
	{ { LISTEN, "--speed", "fast" }, "fast", "not a number" },
	{ { LISTEN, "--maker-fee-bps", "0.001" }, "0.001", "too fine" },
	{ { LISTEN, "--seed", "-1" }, "--seed", "negative" },
	{ { LISTEN, "--balance", "BTC" }, "BTC", "no amount" },
	{ { LISTEN, "--balance", "BTC=x" }, "BTC=x", "not an amount" },
	{ { LISTEN, "--balance", "ETH=1" }, "ETH=1", "not an asset of the symbol" },
	{ { LISTEN, "--symbol", "BTC" }, "BTC", "no quote asset" },
	{ { LISTEN, "--api-key", "K" }, "--public-key", "a key without its other half" },
	{ { LISTEN, "--host", "a b" }, "a b", "not a host name" },
	{ { LISTEN, "--ping-seconds", "0" }, "--ping-seconds", "no time" },
	{ { LISTEN, "extra" }, "extra", "a stray word" },
	{ { LISTEN, "--admim" }, "--admim", "a slip" },
};

static void test_table(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char *argv[12] = { "saker-venue" }, why[512] = "";
		int argc = 1;
		while (rows[i].args[argc - 1]) {
			argv[argc] = rows[i].args[argc - 1];
			argc++;
		}
		struct options o;
		err_t e = options_parse(&o, argc, argv, why, sizeof why);
		if ((e == ERR_OK) != !rows[i].error ||
		    (rows[i].error && !strstr(why, rows[i].error)))
			fail_msg("%s: %s", rows[i].remark, why);
	}
}

static void test_values(void **state)
{
	(void)state;
	char *argv[] = { "saker-venue",
			 LISTEN,
			 "--balance",
			 "USDT=0.00000001",
			 "--balance",
			 "BTC=3",
			 "--maker-fee-bps",
			 "7.5",
			 "--speed",
			 "2.5",
			 "--host",
			 "a.test",
			 "b.test",
			 "--state",
			 "/s" };
	char why[512];
	struct options o;
	assert_int_equal(options_parse(&o, (int)ARRAY_LEN(argv), argv, why, sizeof why), ERR_OK);
	assert_int_equal(o.quote, 1);
	assert_int_equal(o.base, 3 * SIM_ONE);
	assert_int_equal(o.fees.maker_ppm, 750);
	assert_int_equal(o.fees.taker_ppm, 1000);
	assert_int_equal(o.speed_milli, 2500);
	assert_int_equal(o.hosts_n, 2);
	assert_string_equal(o.dir, "/s");
	assert_string_equal(o.ip, "127.0.0.1");
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_table),
					    cmocka_unit_test(test_values) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
