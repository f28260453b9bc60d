/* What can only be wrong together. */
#include "tests/cmocka_all.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "appliance/config_check.h"
#include "common/cpus.h"

static struct config c;
static char error[CONFIG_ERROR];
static char dir[] = "/tmp/test_check-XXXXXX";

static void load(const char *text)
{
	assert_int_equal(config_parse(&c, "t.yaml", text, strlen(text), error), ERR_OK);
}

static char *path(const char *name)
{
	static char p[128];
	snprintf(p, sizeof p, "%s/%s", dir, name);
	return p;
}

static void write_file(const char *name, const char *text, mode_t mode)
{
	FILE *f = fopen(path(name), "w");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
	chmod(path(name), mode);
}

/* A sound configuration for `cpus` and what else is given. */
static void base(const char *head, const char *venue_files)
{
	char text[2048];
	snprintf(text, sizeof text,
		 "%s\n"
		 "ports:\n"
		 "  md: { device: 'net_tap0,iface=a', ip: 10.77.0.2/24, gateway: 10.77.0.1 }\n"
		 "  trade: { device: 'net_tap1,iface=b', ip: 10.77.0.3/24 }\n"
		 "venue:\n  stream: { host: s }\n  api: { host: a }\n  rest: { host: r }\n%s"
		 "instruments: [BTCUSDT]\n"
		 "files: { state_dir: %s }\n",
		 head, venue_files, dir);
	load(text);
}

static cpu_set_t cpus(const char *list)
{
	cpu_set_t s;
	assert_int_equal(cpus_parse(list, &s), ERR_OK);
	return s;
}

static const struct {
	const char *head, *online, *expected; /* NULL: good */
} cpu_rows[] = {
	{ "cpus: { trade: 1, shared: '0' }", "0-1", NULL },
	{ "cpus: { trade: 0, shared: '0' }", "0", NULL }, /* one CPU: there is no other way */
	{ "cpus: { trade: 0, shared: '0' }", "0-1",
	  "t.yaml:1: cpus.trade: CPU 0 is in cpus.shared, too (0); a hot core needs one of its "
	  "own: take it out of cpus.shared" },
	{ "cpus: { trade: 2, shared: '0' }", "0-1",
	  "t.yaml:1: cpus.trade: CPU 2 is not on this machine, which has 2; choose one that "
	  "/sys/devices/system/cpu/online lists" },
	{ "cpus: { trade: 1, shared: '0,2' }", "0-1",
	  "t.yaml:1: cpus.shared: CPU 2 is not on this machine, which has 2; choose one that "
	  "/sys/devices/system/cpu/online lists" },
	{ "cpus: { trade: 1, shared: '0' }\nlayout: fused", "0,3",
	  "t.yaml:1: cpus.trade: CPU 1 is not on this machine, which has 2; choose one that "
	  "/sys/devices/system/cpu/online lists" },
	{ "cpus: { md: 1, trade: 1, shared: '0' }", "0-3", NULL }, /* fused: md is unused */
	/* split */
	{ "cpus: { md: 2, trade: 3, shared: '0-1' }\nlayout: split", "0-3", NULL },
	{ "cpus: { md: 0, trade: 1, shared: '0' }\nlayout: split", "0-1",
	  NULL }, /* two CPUs: works, shows no latency */
	{ "cpus: { md: 0, trade: 0, shared: '0' }\nlayout: split", "0",
	  "t.yaml:2: layout: split needs two CPUs for its hot cores and a third for all else, this "
	  "machine has one; use `layout: fused`" },
	{ "cpus: { trade: 3, shared: '0' }\nlayout: split", "0-3",
	  "t.yaml:1: cpus.md: is missing; layout split needs a CPU for each core: give cpus.md and "
	  "cpus.trade" },
	{ "cpus: { md: 3, trade: 3, shared: '0' }\nlayout: split", "0-3",
	  "t.yaml:1: cpus.md: CPU 3 is cpus.trade, too; give each core its own, or use `layout: "
	  "fused`" },
	{ "cpus: { md: 1, trade: 3, shared: '0-1' }\nlayout: split", "0-3",
	  "t.yaml:1: cpus.md: CPU 1 is in cpus.shared, too (0-1); a hot core needs one of its own: "
	  "take it out of cpus.shared" },
	{ "cpus: { md: 2, trade: 1, shared: '0-1' }\nlayout: split", "0-3",
	  "t.yaml:1: cpus.trade: CPU 1 is in cpus.shared, too (0-1); a hot core needs one of its "
	  "own: take it out of cpus.shared" },
	{ "cpus: { md: 9, trade: 1, shared: '0' }\nlayout: split", "0-3",
	  "t.yaml:1: cpus.md: CPU 9 is not on this machine, which has 4; choose one that "
	  "/sys/devices/system/cpu/online lists" },
};

static void test_cpus(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cpu_rows); i++) {
		cpu_set_t online = cpus(cpu_rows[i].online);
		base(cpu_rows[i].head, "");
		err_t e = check_cpus(&c, &online, error);
		assert_int_equal(e, cpu_rows[i].expected ? ERR_ARGUMENT : ERR_OK);
		if (cpu_rows[i].expected)
			assert_string_equal(error, cpu_rows[i].expected);
	}
}

static const struct {
	const char *md, *trade, *expected; /* of "t.yaml:N: ports." the rest; NULL: good */
} port_rows[] = {
	{ "device: '0000:01:00.0', ip: 10.0.0.1/24", "device: '0000:01:00.1', ip: 10.0.0.2/24",
	  NULL },
	{ "device: '0000:01:00.a', ip: 10.0.0.1/24", "device: '0000:01:00.A', ip: 10.0.0.2/24",
	  "trade.device: found 0000:01:00.A, which ports.md has already (0000:01:00.a); give each "
	  "port a device of its own" },
	{ "device: 'net_tap0,iface=a', ip: 10.0.0.1/24",
	  "device: 'net_tap0,iface=b', ip: 10.0.0.2/24",
	  "trade.device: found net_tap0,iface=b, which ports.md has already (net_tap0,iface=a); "
	  "give each port a device of its own" },
	{ "device: 'net_tap0,iface=a,x=1', ip: 10.0.0.1/24",
	  "device: 'net_tap1,iface=a', ip: 10.0.0.2/24",
	  "trade.device: found net_tap1,iface=a, which ports.md has already "
	  "(net_tap0,iface=a,x=1); give each port a device of its own" },
	{ "device: a, ip: 10.0.0.1/24", "device: b, ip: 10.0.0.1/16",
	  "trade.ip: found 10.0.0.1/16, which ports.md has already; give each port an address of "
	  "its own" },
	{ "device: a, ip: 10.0.0.0/24", "device: b, ip: 10.0.0.1/24",
	  "md.ip: found 10.0.0.0/24, which no host can have; expected an address of its network "
	  "such as 10.77.0.2/24" },
	{ "device: a, ip: 10.0.0.255/24", "device: b, ip: 10.0.0.1/24",
	  "md.ip: found 10.0.0.255/24, which no host can have; expected an address of its network "
	  "such as 10.77.0.2/24" },
	{ "device: a, ip: 224.0.0.1/24", "device: b, ip: 10.0.0.1/24",
	  "md.ip: found 224.0.0.1/24, which no host can have; expected an address of its network "
	  "such as 10.77.0.2/24" },
	{ "device: a, ip: 10.0.0.0/31, gateway: 10.0.0.1", "device: b, ip: 10.0.0.9/32", NULL },
	{ "device: a, ip: 10.0.0.1/24, gateway: 10.0.1.1", "device: b, ip: 10.0.0.2/24",
	  "md.gateway: found 10.0.1.1, which is not in our network 10.0.0.1/24; a router must be "
	  "in reach without a router" },
	{ "device: a, ip: 10.0.0.1/24", "device: b, ip: 10.0.0.2/24, gateway: 10.0.0.2",
	  "trade.gateway: found 10.0.0.2, which is our own address; expected the router's" },
	{ "device: a", "device: b, ip: 10.0.0.2/24", "md.device: has no address; give ports.md.ip, ports.md.ip6, or both" },
	{ "device: a, ip6: '2001:db8::1/64'",
	  "device: b, ip6: '2001:db8::2/64', gateway6: 'fe80::1', vlan: 4094", NULL },
	{ "device: a, ip6: '2001:db8::1/64', ip: 10.0.0.1/24", "device: b, ip6: '2001:DB8:0::1/48'",
	  "trade.ip6: found 2001:DB8:0::1/48, which ports.md has already; give each port an address "
	  "of its own" },
	{ "device: a, ip6: 'ff02::1/64'", "device: b, ip: 10.0.0.1/24",
	  "md.ip6: found ff02::1/64, which no host can have; expected an address of its network such "
	  "as 2001:db8::2/64" },
	{ "device: a, ip6: '2001:db8::1/64', gateway6: '2001:db9::1'", "device: b, ip: 10.0.0.1/24",
	  "md.gateway6: found 2001:db9::1, which is neither link-local nor in our network "
	  "2001:db8::1/64; a router must be in reach without a router" },
	{ "device: a, ip6: '2001:db8::1/64', gateway6: '2001:db8::1'", "device: b, ip: 10.0.0.1/24",
	  "md.gateway6: found 2001:db8::1, which is our own address; expected the router's" },
	{ "device: a, ip6: '2001:db8::1/64', gateway: 10.0.0.9", "device: b, ip: 10.0.0.1/24",
	  "md.gateway: is a router for a port without address of its kind; give ports.md.ip for "
	  "gateway, ports.md.ip6 for gateway6" },
	{ "device: a, ip: 10.0.0.1/24, mac: 02:00:00:00:00:0a",
	  "device: b, ip: 10.0.0.2/24, mac: 02:00:00:00:00:0A",
	  "trade.mac: found 02:00:00:00:00:0A, which ports.md has already; give each port a MAC of "
	  "its own" },
};

static void test_ports(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(port_rows); i++) {
		char text[1024], expected[512];
		snprintf(text, sizeof text,
			 "cpus: { trade: 1, shared: '0' }\nports:\n  md: { %s }\n  trade: { %s }\n"
			 "venue:\n  stream: { host: s }\n  api: { host: a }\n  rest: { host: r "
			 "}\ninstruments: [BTCUSDT]\n",
			 port_rows[i].md, port_rows[i].trade);
		load(text);
		assert_int_equal(check_ports(&c, error),
				 port_rows[i].expected ? ERR_ARGUMENT : ERR_OK);
		if (!port_rows[i].expected)
			continue;
		snprintf(expected, sizeof expected, "t.yaml:%d: ports.%s",
			 port_rows[i].expected[0] == 'm' ? 3 : 4, port_rows[i].expected);
		assert_string_equal(error, expected);
	}
}

#define PEM "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIA==\n-----END PRIVATE KEY-----\n"

/* One file for each option, and what is said of it behind its name. */
static const struct {
	const char *option, *text;
	mode_t mode;
	const char *expected; /* NULL: good */
} file_rows[] = {
	{ "ca_file", "# bundle\n-----BEGIN CERTIFICATE-----\n", 0644, NULL },
	{ "ca_file", "0\x82\x03", 0644,
	  " holds no certificate, expected PEM (-----BEGIN CERTIFICATE-----)" },
	{ "ca_file", NULL, 0, " cannot be read: No such file or directory" },
	{ "api_key_file", "abcDEF123\n", 0600, NULL },
	{ "api_key_file", "abcDEF123", 0400, NULL },
	{ "api_key_file", "abc\n", 0640, " has mode 640, so others can read it; chmod 600 it" },
	{ "api_key_file", "abc\n", 0604, " has mode 604, so others can read it; chmod 600 it" },
	{ "api_key_file", "", 0600,
	  " does not hold one line, expected the API key and nothing else" },
	{ "api_key_file", "a\nb\n", 0600,
	  " does not hold one line, expected the API key and nothing else" },
	{ "api_key_file", "key: abc\n", 0600,
	  " does not hold one line, expected the API key and nothing else" },
	{ "private_key_file", PEM, 0600, NULL },
	{ "private_key_file", PEM, 0644, " has mode 644, so others can read it; chmod 600 it" },
	{ "private_key_file", "-----BEGIN ENCRYPTED PRIVATE KEY-----\n", 0600,
	  " holds no unencrypted private key in PEM form (openssl genpkey -algorithm ed25519 makes "
	  "one)" },
};

static void test_files(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(file_rows); i++) {
		char venue[256], expected[512];
		if (file_rows[i].text)
			write_file("f", file_rows[i].text, file_rows[i].mode);
		snprintf(venue, sizeof venue, "  %s: %s\n", file_rows[i].option, path("f"));
		base("cpus: { trade: 1, shared: '0' }", venue);
		err_t e = check_files(&c, error);
		if (!file_rows[i].expected) {
			assert_int_equal(e, ERR_OK);
		} else {
			assert_int_not_equal(e, ERR_OK);
			snprintf(expected, sizeof expected, "t.yaml:9: venue.%s: %s%s",
				 file_rows[i].option, path("f"), file_rows[i].expected);
			assert_string_equal(error, expected);
		}
		unlink(path("f"));
	}
}

/* What access.tcp needs, where it is to listen. */
static void test_control_by_the_network(void **state)
{
	(void)state;
	base("cpus: { trade: 1, shared: '0' }\naccess: { tcp: { port: 7443 } }", "");
	assert_int_equal(check_files(&c, error), ERR_ARGUMENT);
	assert_string_equal(error, "t.yaml:2: access.tcp.port: found 7443 without access.tcp.certificate and "
				   "access.tcp.key; name both, or set 0");
	write_file("f", "-----BEGIN CERTIFICATE-----\n-----BEGIN PRIVATE KEY-----\n", 0600);
	snprintf(c.access.tcp_certificate, sizeof c.access.tcp_certificate, "%s", path("f"));
	snprintf(c.access.tcp_key, sizeof c.access.tcp_key, "%s", path("f"));
	assert_int_equal(check_files(&c, error), ERR_OK);
	strcpy(c.access.tcp_key, "secret:none");
	assert_int_not_equal(check_files(&c, error), ERR_OK);
	assert_non_null(strstr(error, "access.tcp.key: "));
	snprintf(c.access.tcp_key, sizeof c.access.tcp_key, "%s", path("f"));
	strcpy(c.access.tcp_client_ca, "/nowhere/ca.pem");
	assert_int_not_equal(check_files(&c, error), ERR_OK);
	assert_non_null(strstr(error, "access.tcp.client_ca: /nowhere/ca.pem cannot be read"));
	unlink(path("f"));
}

static void test_folders(void **state)
{
	(void)state;
	base("cpus: { trade: 1, shared: '0' }", "");
	assert_int_equal(check_files(&c, error), ERR_OK);
	snprintf(c.state_dir, sizeof c.state_dir, "%s/new", dir); /* is made at start */
	snprintf(c.socket, sizeof c.socket, "%s/new/ctl.sock", dir);
	assert_int_equal(check_files(&c, error), ERR_OK);
	snprintf(c.log_file, sizeof c.log_file, "%s/logs/saker.log", dir); /* is not */
	assert_int_equal(check_files(&c, error), ERR_ARGUMENT);
	assert_non_null(strstr(error, "files.log: the folder "));
	c.log_file[0] = 0;
	snprintf(c.state_dir, sizeof c.state_dir, "%s/no/where", dir);
	assert_int_equal(check_files(&c, error), ERR_ARGUMENT);
	assert_non_null(strstr(error, "t.yaml:10: files.state_dir: the folder "));
	assert_non_null(strstr(error, " is not there and cannot be made; mkdir -p it"));
	write_file("plain", "", 0600);
	snprintf(c.state_dir, sizeof c.state_dir, "%s", path("plain"));
	assert_int_equal(check_files(&c, error), ERR_ARGUMENT);
	assert_non_null(strstr(error, " is no folder"));
	unlink(path("plain"));
}

static void test_telemetry(void **state)
{
	static const struct {
		const char *text;
		mode_t mode;
		const char *expected; /* NULL: sound */
	} rows[] = {
		{ "token\n", 0600, NULL },
		{ "token\n", 0644, "has mode 644, so others can read it; chmod 600 it" },
		{ "", 0600, "does not hold one line" },
		{ "two\nlines\n", 0600, "does not hold one line" },
		{ NULL, 0, "cannot be read: No such file" },
	};
	static const char *const options[] = { "influxdb", "redis" };
	(void)state;
	for (size_t i = 0; i < 2 * ARRAY_LEN(rows); i++) {
		char head[256];
		if (rows[i / 2].text)
			write_file("f", rows[i / 2].text, rows[i / 2].mode);
		snprintf(head, sizeof head, "cpus: { trade: 1, shared: '0' }\ntelemetry: { %s: { secret_file: %s } }",
			 options[i % 2], path("f"));
		base(head, "");
		bool sound = check_telemetry(&c, error) == ERR_OK;
		assert_int_equal(sound, !rows[i / 2].expected);
		if (!sound) {
			assert_non_null(strstr(error, options[i % 2]));
			assert_non_null(strstr(error, rows[i / 2].expected));
		}
		unlink(path("f"));
	}
	base("cpus: { trade: 1, shared: '0' }\ntelemetry: { influxdb: { url: 'http://x', spool_dir: /proc/no/where } }", "");
	assert_int_equal(check_telemetry(&c, error), ERR_ARGUMENT);
	assert_non_null(strstr(error, "telemetry.influxdb.spool_dir: the folder /proc/no/where is not there"));
}

static void test_a_capture_needs_its_folder(void **state)
{
	(void)state;
	base("cpus: { trade: 1, shared: '0' }\ncapture: { at_start: true }", "");
	assert_int_equal(check_capture(&c, error), ERR_ARGUMENT);
	assert_string_equal(error, "t.yaml:2: capture.at_start: found true without capture.dir; name the "
				   "folder of the files, or remove it");
	snprintf(c.capture_dir, sizeof c.capture_dir, "%s/captures", dir); /* is made when begun */
	assert_int_equal(check_capture(&c, error), ERR_OK);
	snprintf(c.capture_dir, sizeof c.capture_dir, "%s/no/where", dir);
	assert_int_equal(check_capture(&c, error), ERR_ARGUMENT);
	assert_non_null(strstr(error, "capture.dir: the folder "));
}

static void test_key_files_must_be_plain(void **state)
{
	(void)state;
	char venue[256];
	snprintf(venue, sizeof venue, "  api_key_file: %s\n", dir);
	base("cpus: { trade: 1, shared: '0' }", venue);
	assert_int_equal(check_files(&c, error), ERR_IO);
	assert_non_null(strstr(error, " is no plain file"));
}

/* config_check as a whole, on the machine at hand. */
static const struct {
	const char *head, *venue, *expected;
} whole_rows[] = {
	{ "", "", NULL },
	{ "safety: { arm_at_start: true }\n", "",
	  "t.yaml:2: safety.arm_at_start: found true in mode observe, which never sends; remove "
	  "it, or set `mode: live`" },
	{ "mode: live\n", "",
	  "t.yaml:1: venue.api_key_file: is missing; mode live needs the account's keys: name the "
	  "file, or set `mode: observe`" },
	{ "mode: live\n", "  api_key_file: k\n",
	  "t.yaml:1: venue.private_key_file: is missing; mode live needs the account's keys: name "
	  "the file, or set `mode: observe`" },
	{ "session: { retry_min_ms: 20, retry_max_ms: 10 }\n", "",
	  "t.yaml:2: session.retry_min_ms: found 20, expected at most session.retry_max_ms, which "
	  "is 10" },
	{ "risk: { min_notional: 10.1, max_notional: 10 }\n", "",
	  "t.yaml:2: risk.min_notional: found 10.1, expected at most risk.max_notional, which is "
	  "10: no order could pass" },
	{ "risk: { max_notional: 11, max_open_notional: 10.999 }\n", "",
	  "t.yaml:2: risk.max_notional: found 11, expected at most risk.max_open_notional, which "
	  "is 10.999" },
	{ "strategies: [{ name: a, type: x },\n  { name: a, type: y }]\n", "",
	  "t.yaml:2: strategies: a is the name of two (lines 2 and 3); each needs its own" },
	{ "strategies: [{ name: a, type: x, plugin: /nowhere.so }]\n", "",
	  "t.yaml:2: strategies: /nowhere.so cannot be read: No such file or directory" },
};

static void test_the_whole(void **state)
{
	(void)state;
	cpu_set_t online;
	u32 n = cpus_online(&online), last = 0;
	for (u32 i = 0; i < CPU_SETSIZE; i++)
		last = CPU_ISSET(i, &online) ? i : last;
	for (size_t i = 0; i < ARRAY_LEN(whole_rows); i++) {
		char head[512];
		snprintf(head, sizeof head, "cpus: { trade: %u, shared: '0' }\n%s",
			 n > 1 ? last : 0, whole_rows[i].head);
		base(head, whole_rows[i].venue);
		err_t e = config_check(&c, error);
		if (whole_rows[i].expected)
			assert_string_equal(error, whole_rows[i].expected);
		assert_int_equal(e == ERR_OK, !whole_rows[i].expected);
	}
}

static int setup(void **state)
{
	(void)state;
	return mkdtemp(dir) ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	return rmdir(dir);
}

/* Whom nobody knows has no role: said at start, with the line. */
static void test_access(void **state)
{
	struct access a;
	(void)state;
	base("cpus: { trade: 1, shared: '0' }\naccess: { viewer: '0, @0', risk: '1001' }", "");
	assert_int_equal(check_access(&c, &a, error), ERR_OK);
	assert_int_equal(a.n, 3);
	assert_int_equal(a.own_uid, geteuid());
	assert_int_equal(a.entry[2].role, ACCESS_RISK);
	base("cpus: { trade: 1, shared: '0' }\naccess: { viewer: '0',\n  admin: 'nobody-of-that-name' }", "");
	assert_int_equal(check_access(&c, &a, error), ERR_ARGUMENT);
	assert_string_equal(error, "t.yaml:3: access.admin: found nobody-of-that-name, expected a user of this "
				   "machine, @ and a group, their numbers, or cert: and a name in a client certificate");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cpus),
		cmocka_unit_test(test_ports),
		cmocka_unit_test(test_files),
		cmocka_unit_test(test_control_by_the_network),
		cmocka_unit_test(test_folders),
		cmocka_unit_test(test_key_files_must_be_plain),
		cmocka_unit_test(test_telemetry),
		cmocka_unit_test(test_a_capture_needs_its_folder),
		cmocka_unit_test(test_the_whole),
		cmocka_unit_test(test_access),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
