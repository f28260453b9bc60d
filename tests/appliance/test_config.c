/*
 * Reading: what the file says arrives exactly, and what is wrong is named with its line, what was
 * found, and what was expected.
 */
#include "tests/cmocka_all.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "appliance/config.h"
#include "appliance/config_tree.h"
#include "tests/appliance/config_least.h"

#define LEAST CONFIG_LEAST

static struct config c;
static char error[CONFIG_ERROR];

static err_t parse(const char *text)
{
	return config_parse(&c, "t.yaml", text, strlen(text), error);
}

static void test_defaults(void **state)
{
	(void)state;
	assert_int_equal(parse(LEAST), ERR_OK);
	assert_string_equal(error, "");
	assert_string_equal(c.instance, "saker");
	assert_int_equal(c.mode, MODE_OBSERVE);
	assert_int_equal(c.layout, LAYOUT_FUSED);
	assert_int_equal(c.trade_cpu, 1);
	assert_string_equal(c.shared_cpus, "0");
	assert_string_equal(c.state_dir, "/var/lib/saker/saker");
	assert_string_equal(c.socket, "/var/lib/saker/saker/ctl.sock");
	assert_string_equal(c.log_file, "");
	assert_false(c.nic_no_huge);
	assert_true(c.md_port.tx_checksum && c.md_port.rx_checksum);
	assert_string_equal(c.md_port.mac, "");
	assert_int_equal(c.stream.port, 443);
	assert_int_equal(c.n_instruments, 2);
	assert_string_equal(c.instrument[1], "ETHUSDT");
	assert_int_equal(c.n_strategies, 0);
	assert_string_equal(c.risk.max_quantity, "");
	assert_int_equal(c.on_stale, ON_LOSS_CANCEL);
	assert_false(c.arm_at_start);
	assert_int_equal(c.tape_slots, 65536);
}

static void test_everything_given(void **state)
{
	(void)state;
	assert_int_equal(
		parse("instance: demo-1\nmode: live\nlayout: split\n"
		      "cpus: { md: 2, trade: 3, shared: '0,4-5' }\n"
		      "nic: { no_huge: true, memory_mb: 128 }\n"
		      "ports:\n"
		      "  md: { device: 'net_tap0,iface=a', mac: 02:00:00:00:00:01, ip: "
		      "10.1.0.2/30, gateway: 10.1.0.1, tx_checksum: false }\n"
		      "  trade: { device: 'net_tap1,iface=b', ip: 10.2.0.2/16, "
		      "rx_checksum: false }\n"
		      "venue:\n"
		      "  stream: { host: s.test, address: 10.1.0.1, port: 9443 }\n"
		      "  api: { host: a.test, port: 65535 }\n"
		      "  rest: { host: r.test, port: 1 }\n"
		      "  ca_file: ca.pem\n  api_key_file: k\n  private_key_file: p\n  "
		      "recv_window_ms: 60000\n"
		      "instruments:\n  - BTCUSDT\n"
		      "strategies:\n"
		      "  - { name: one, type: maker, params: { size: 0.0010, instrument: BTCUSDT, "
		      "post_only: true } }\n"
		      "  - name: two\n    type: own\n    plugin: ./own.so\n"
		      "risk: { max_quantity: 0.00100000, min_notional: '10', max_notional: "
		      "99999999999999999999.5, collar_bps: 1 }\n"
		      "safety: { on_stale: hold, on_session_loss: hold, arm_at_start: true }\n"
		      "session: { idle_ms: 100, timeout_ms: 200, retry_min_ms: 3, retry_max_ms: 4 "
		      "}\n"
		      "tape: { slots: 1024 }\nbook: { depth: 16 }\ntrace: { profile_every: 1 }\n"
		      "files: { state_dir: /tmp/x, log: /tmp/l }\n"),
		ERR_OK);
	assert_int_equal(c.mode, MODE_LIVE);
	assert_int_equal(c.layout, LAYOUT_SPLIT);
	assert_int_equal(c.md_cpu, 2);
	assert_int_equal(c.nic_memory_mb, 128);
	assert_string_equal(c.md_port.device, "net_tap0,iface=a");
	assert_string_equal(c.md_port.gateway, "10.1.0.1");
	assert_false(c.md_port.tx_checksum);
	assert_true(c.trade_port.tx_checksum && !c.trade_port.rx_checksum && c.md_port.rx_checksum);
	assert_int_equal(c.api.port, 65535);
	assert_int_equal(c.recv_window_ms, 60000);
	assert_int_equal(c.n_strategies, 2);
	assert_int_equal(c.strategy[0].n_params, 3);
	assert_string_equal(c.strategy[0].param[0].text, "size=0.0010"); /* as written */
	assert_string_equal(c.strategy[1].plugin, "./own.so");
	assert_string_equal(c.risk.max_quantity, "0.00100000");
	assert_string_equal(c.risk.max_notional,
			    "99999999999999999999.5"); /* no floating point, no rounding */
	assert_int_equal(c.on_session_loss, ON_LOSS_HOLD);
	assert_true(c.arm_at_start);
	assert_string_equal(c.socket, "/tmp/x/ctl.sock"); /* follows the folder */
	assert_int_equal(c.profile_every, 1);
}

/* Behind LEAST, which has 9 lines, comes `text`; the error is exactly `expected`. */
static const struct {
	const char *text, *expected;
} wrong_behind[] = {
	/* unknown and repeated names */
	{ "mod: live\n", "t.yaml:10: found \"mod\", which is no option; nearest: mode" },
	{ "risk:\n  colar_bps: 5\n",
	  "t.yaml:11: risk: found \"colar_bps\", which is no option; nearest: risk.collar_bps" },
	{ "recv_window_ms: 5\n", "t.yaml:10: found \"recv_window_ms\", which is no option; "
				 "nearest: venue.recv_window_ms" },
	{ "risk:\n  quite_unlike_anything: 5\n",
	  "t.yaml:11: risk: found \"quite_unlike_anything\", which is no option; `hostctl config "
	  "help` lists them" },
	{ "risk.collar_bps: 5\n", "t.yaml:10: found \"risk.collar_bps\", which is no option; "
				  "`hostctl config help` lists them" },
	{ "mode: live\nmode: observe\n",
	  "t.yaml:11: \"mode\" is given twice, first in line 10; leave one out" },
	{ "cpus: { trade: 2 }\n",
	  "t.yaml:10: \"cpus\" is given twice, first in line 1; leave one out" },
	{ "? [a]\n: 5\n", "t.yaml:10: found a list as a name, expected a word" },
	{ "<<: { mode: live }\n",
	  "t.yaml:10: found \"<<\", which is no option; `hostctl config help` lists them" },
	/* types */
	{ "mode: Live\n", "t.yaml:10: mode: found \"Live\", expected one of observe, live; or "
			  "leave it out for the default" },
	{ "mode: liv\n", "t.yaml:10: mode: found \"liv\", expected one of observe, live; or leave "
			 "it out for the default" },
	{ "mode: [live]\n", "t.yaml:10: mode: found a list, expected one of observe, live; or "
			    "leave it out for the default" },
	{ "mode:\n", "t.yaml:10: mode: found nothing, expected one of observe, live; or leave it "
		     "out for the default" },
	{ "risk: 5\n", "t.yaml:10: risk: found \"5\", expected a group of options" },
	{ "nic:\n", "t.yaml:10: nic: found nothing, expected a group of options" },
	{ "nic: { no_huge: yes }\n", "t.yaml:10: nic.no_huge: found \"yes\", expected true or "
				     "false; or leave it out for the default" },
	/* numbers: bounds, signs, exponents, other bases */
	{ "book: { depth: 15 }\n", "t.yaml:10: book.depth: found \"15\", expected an integer from "
				   "16 to 65536 (levels); or leave it out for the default" },
	{ "book: { depth: 65537 }\n",
	  "t.yaml:10: book.depth: found \"65537\", expected an integer from 16 to 65536 (levels); "
	  "or leave it out for the default" },
	{ "book: { depth: 18446744073709551632 }\n", /* 2^64 + 16 */
	  "t.yaml:10: book.depth: found \"18446744073709551632\", expected an integer from 16 to "
	  "65536 (levels); or leave it out for the "
	  "default" },
	{ "book: { depth: 0x100 }\n",
	  "t.yaml:10: book.depth: found \"0x100\", expected an integer from 16 to 65536 (levels); "
	  "or leave it out for the default" },
	{ "book: { depth: 1e3 }\n", "t.yaml:10: book.depth: found \"1e3\", expected an integer "
				    "from 16 to 65536 (levels); or leave it out for the default" },
	{ "tape: { slots: 3000 }\n",
	  "t.yaml:10: tape.slots: found \"3000\", expected a power of two from 1024 to 16777216 "
	  "(events); or leave it out for the default" },
	{ "risk: { max_quantity: 1e-3 }\n",
	  "t.yaml:10: risk.max_quantity: found \"1e-3\", expected a decimal number above 0 without "
	  "exponent, such as 0.001; or leave it out for the default" },
	{ "risk: { max_quantity: -1 }\n",
	  "t.yaml:10: risk.max_quantity: found \"-1\", expected a decimal number above 0 without "
	  "exponent, such as 0.001; or leave it out for the default" },
	{ "risk: { max_quantity: 0.000 }\n",
	  "t.yaml:10: risk.max_quantity: found \"0.000\", expected a decimal number above 0 "
	  "without "
	  "exponent, such as 0.001; or leave it out for the default" },
	{ "risk: { max_quantity: 1. }\n",
	  "t.yaml:10: risk.max_quantity: found \"1.\", expected a decimal number above 0 without "
	  "exponent, such as 0.001; or leave it out for the default" },
	{ "risk: { max_quantity: .5 }\n",
	  "t.yaml:10: risk.max_quantity: found \".5\", expected a decimal number above 0 without "
	  "exponent, such as 0.001; or leave it out for the default" },
	/* texts */
	{ "instance: a.b\n", "t.yaml:10: instance: found \"a.b\", expected a name of at most 31 "
			     "letters, digits, '-' or '_'; or leave it "
			     "out for the default" },
	{ "instance: ''\n", "t.yaml:10: instance: found \"\", expected a name of at most 31 "
			    "letters, digits, '-' or '_'; or leave it "
			    "out for the default" },
	{ "files: { log: \"a\\nb\" }\n", "t.yaml:10: files.log: found \"a?b\", expected text of 0 "
					 "to 255 characters; or leave it out for the default" },
	{ "files: { log: \"a\\0b\" }\n", "t.yaml:10: files.log: found \"a?b\", expected text of 0 "
					 "to 255 characters; or leave it out for the default" },
	/* strategies */
	{ "strategies: {}\n", "t.yaml:10: strategies: found a group of options, expected a list of "
			      "at most 16 strategies, each with name "
			      "and type; or leave it out for the default" },
	{ "strategies: [maker]\n", "t.yaml:10: strategies: found \"maker\", expected a list of at "
				   "most 16 strategies, each with name and "
				   "type; or leave it out for the default" },
	{ "strategies:\n  - name: a\n    type: maker\n  - name: b\n",
	  "t.yaml:13: strategies[1].type: is missing, expected a name of at most 31 letters, "
	  "digits, '-' or '_'" },
	{ "strategies:\n  - name: a\n    typ: maker\n",
	  "t.yaml:12: strategies[0]: found \"typ\", which is no option; nearest: "
	  "strategies[0].type" },
	{ "strategies: [{ name: a, type: b, params: { x: 1, x: 2 } }]\n",
	  "t.yaml:10: strategies[0].params: \"x\" is given twice, first in line 10; leave one "
	  "out" },
	{ "strategies: [{ name: a, type: b, params: { x: 'a b' } }]\n",
	  "t.yaml:10: strategies[0].params: x: found \"a b\", expected a value without blanks and "
	  "commas" },
	{ "strategies: [{ name: a, type: b, params: { x=1: 2 } }]\n",
	  "t.yaml:10: strategies[0].params: found \"x=1\", expected the name of a parameter" },
	{ "strategies: [{ name: a, type: b, params: [x] }]\n",
	  "t.yaml:10: strategies[0].params: found a list, expected at most 32 lines of the form "
	  "`name: value`, no value with blanks or "
	  "commas; or leave it out for the default" },
	/* the document */
	{ "mode: [live\n",
	  "t.yaml:11: no YAML: did not find expected ',' or ']', while parsing a flow sequence" },
	{ "---\nmode: live\n",
	  "t.yaml:11: found a second document, expected one; remove the line `---` before it" },
	{ "mode: *x\n", "t.yaml:10: no YAML: found undefined alias" },
};

static void test_what_is_wrong_is_named(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(wrong_behind); i++) {
		char text[2048];
		snprintf(text, sizeof text, "%s%s", LEAST, wrong_behind[i].text);
		assert_int_equal(parse(text), ERR_SYNTAX);
		assert_string_equal(error, wrong_behind[i].expected);
	}
}

static const struct {
	const char *text, *expected;
} wrong_alone[] = {
	{ "", "t.yaml:1: the file is empty; `hostctl config help` lists what it may hold" },
	{ "# nothing\n",
	  "t.yaml:1: the file is empty; `hostctl config help` lists what it may hold" },
	{ "\n\nlive\n", "t.yaml:3: found \"live\", expected options of the form `name: value`" },
	{ "- a\n", "t.yaml:1: found a list, expected options of the form `name: value`" },
	{ "mode: live\n",
	  "t.yaml:1: cpus.trade: is missing, expected an integer from 0 to 1023 (CPU number)" },
	{ "cpus: { trade: 1 }\n",
	  "t.yaml:1: cpus.shared: is missing, expected CPU numbers such as 0 or 0,2-3" },
	{ "cpus: { trade: 1, shared: 0-x }\n",
	  "t.yaml:1: cpus.shared: found \"0-x\", expected CPU numbers such as 0 or 0,2-3" },
	{ "ports:\n  md:\n    ip: 10.0.0.256/24\n",
	  "t.yaml:3: ports.md.ip: found \"10.0.0.256/24\", expected an IPv4 address and prefix "
	  "length such as 10.77.0.2/24; or leave it out for the default" },
	{ "ports: { md: { ip6: 10.0.0.1/24 } }\n",
	  "t.yaml:1: ports.md.ip6: found \"10.0.0.1/24\", expected an IPv6 address and prefix length "
	  "such as 2001:db8::2/64; or leave it out for the default" },
	{ "ports: { md: { gateway6: fe80::1%eth0 } }\n",
	  "t.yaml:1: ports.md.gateway6: found \"fe80::1%eth0\", expected an IPv6 address such as "
	  "2001:db8::1 or fe80::1; or leave it out for the default" },
	{ "ports: { md: { vlan: 4095 } }\n",
	  "t.yaml:1: ports.md.vlan: found \"4095\", expected an integer from 0 to 4094; or leave it "
	  "out for the default" },
	{ "ports: { md: { ip: 10.0.0.1 } }\n",
	  "t.yaml:1: ports.md.ip: found \"10.0.0.1\", expected an IPv4 address and prefix length "
	  "such as 10.77.0.2/24; or leave it out for the default" },
	{ "ports: { md: { mac: 01:00:00:00:00:01 } }\n", /* a group address */
	  "t.yaml:1: ports.md.mac: found \"01:00:00:00:00:01\", expected the MAC address of one "
	  "device, such as 02:00:00:00:00:01; or "
	  "leave it out for the default" },
	{ "instruments: []\n", "t.yaml:1: instruments: found 0 elements, expected a list of 1 to "
			       "64 symbols in upper case, such as [BTCUSDT, ETHUSDT]" },
	{ "instruments: BTCUSDT\n", "t.yaml:1: instruments: found \"BTCUSDT\", expected a list of "
				    "1 to 64 symbols in upper case, such as [BTCUSDT, ETHUSDT]" },
	{ "instruments: [btcusdt]\n", "t.yaml:1: instruments: found \"btcusdt\", expected a symbol "
				      "in upper case such as BTCUSDT" },
	{ "instruments: [ABCDEFGHIJKLMNOPQRST]\n", /* 20: no room for the end */
	  "t.yaml:1: instruments: found \"ABCDEFGHIJKLMNOPQRST\", expected a symbol in upper case "
	  "such as BTCUSDT" },
	{ "instruments: [A, B,\n  A]\n",
	  "t.yaml:2: instruments: \"A\" is given twice; leave one out" },
	{ "a: &x\n  b: *x\n",
	  "t.yaml:1: found \"a\", which is no option; `hostctl config help` lists them" },
	{ "risk: &x\n  risk: *x\n",
	  "t.yaml:2: risk: found \"risk\", which is no option; nearest: access.risk" },
};

static void test_what_is_missing_or_no_configuration_at_all(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(wrong_alone); i++) {
		assert_int_equal(parse(wrong_alone[i].text), ERR_SYNTAX);
		assert_string_equal(error, wrong_alone[i].expected);
	}
}

static void test_long_values_stay_one_line(void **state)
{
	(void)state;
	char text[4096] = "instance: ";
	memset(text + strlen(text), 'x', 3000);
	assert_int_equal(parse(text), ERR_SYNTAX);
	assert_non_null(strstr(error, "...\", expected a name"));
	memset(text, 'k', 500);
	memcpy(text + 500, ": 1\n", 5);
	assert_int_equal(parse(text), ERR_SYNTAX);
	assert_non_null(strstr(error, "t.yaml:1: found \"kkkk"));
	assert_true(strlen(error) < 200);
}

static void test_lists_are_bounded(void **state)
{
	(void)state;
	char text[32768] = LEAST "strategies:\n";
	for (u32 i = 0; i < CONFIG_STRATEGIES + 1; i++)
		snprintf(text + strlen(text), 64, "  - { name: s%u, type: maker }\n", i);
	assert_int_equal(parse(text), ERR_SYNTAX);
	assert_string_equal(error, "t.yaml:11: strategies: found 17 elements, expected a list of "
				   "at most 16 strategies, each with name and type");
	strcpy(text, LEAST "strategies:\n  - name: a\n    type: b\n    params:\n");
	for (u32 i = 0; i < CONFIG_PARAMS; i++)
		snprintf(text + strlen(text), 64, "      p%u: %u\n", i, i);
	assert_int_equal(parse(text), ERR_OK);
	assert_int_equal(c.strategy[0].n_params, CONFIG_PARAMS);
	strcat(text, "      more: 1\n");
	assert_int_equal(parse(text), ERR_SYNTAX);
	strcpy(text, "instruments: [");
	for (u32 i = 0; i < INSTRUMENTS_MAX + 1; i++)
		snprintf(text + strlen(text), 64, "S%u, ", i);
	strcat(text, "]\n");
	assert_int_equal(parse(text), ERR_SYNTAX);
	assert_non_null(strstr(error, "found 65 elements"));
}

static void test_lines_are_kept(void **state)
{
	(void)state;
	assert_int_equal(parse(LEAST "strategies:\n  - name: a\n    type: b\n"), ERR_OK);
	assert_int_equal(c.line[option_find("cpus.trade") - config_options], 1);
	assert_int_equal(c.line[option_find("venue.rest.host") - config_options], 8);
	assert_int_equal(c.line[option_find("mode") - config_options], 0);
	assert_int_equal(c.strategy[0].line, 11);
}

static void test_default_made_of_others_may_be_too_long(void **state)
{
	(void)state;
	char text[2048];
	snprintf(text, sizeof text, LEAST "files: { state_dir: /%0105d }\n", 0);
	assert_int_equal(parse(text), ERR_TOO_LONG);
	assert_string_equal(error, "t.yaml:10: files.socket: its default, made of files.state_dir, "
				   "is too long; give it by name");
}

static void test_files(void **state)
{
	(void)state;
	char name[] = "/tmp/test_config-XXXXXX";
	assert_int_equal(config_load(&c, "/nowhere/at.all", error), ERR_NOT_FOUND);
	assert_string_equal(error, "/nowhere/at.all: cannot be read: No such file or directory");
	assert_int_equal(config_load(&c, "/tmp", error), ERR_IO);
	assert_string_equal(error, "/tmp: cannot be read: Is a directory");
	assert_int_equal(config_load(&c, "/dev/zero", error), ERR_IO);
	int fd = mkstemp(name);
	assert_int_equal(write(fd, LEAST, sizeof LEAST - 1), sizeof LEAST - 1);
	assert_int_equal(config_load(&c, name, error), ERR_OK);
	assert_string_equal(c.file, name);
	assert_int_equal(ftruncate(fd, CONFIG_BYTES_MAX + 1), 0);
	assert_int_equal(config_load(&c, name, error), ERR_TOO_LONG);
	close(fd);
	unlink(name);
}

static void test_the_example_is_good(void **state)
{
	(void)state;
	assert_int_equal(config_load(&c, "appliance/example.yaml", error), ERR_OK);
	assert_string_equal(c.strategy[0].param[2].text, "size=0.001");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_everything_given),
		cmocka_unit_test(test_what_is_wrong_is_named),
		cmocka_unit_test(test_what_is_missing_or_no_configuration_at_all),
		cmocka_unit_test(test_long_values_stay_one_line),
		cmocka_unit_test(test_lists_are_bounded),
		cmocka_unit_test(test_lines_are_kept),
		cmocka_unit_test(test_default_made_of_others_may_be_too_long),
		cmocka_unit_test(test_files),
		cmocka_unit_test(test_the_example_is_good),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
