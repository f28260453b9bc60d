#include "tests/cmocka_all.h"

#include <string.h>

#include "dataplane/nic/nic_args.h"

#define TAP0 "net_tap0,iface=saker0"

static const char *joined(const struct nic_args *args)
{
	static char text[sizeof(args->text) + 64];
	text[0] = 0;
	for (int i = 0; i < args->argc; i++) {
		strcat(text, i ? " " : "");
		strcat(text, args->argv[i]);
	}
	return text;
}

static void argument_vectors(void **state)
{
	static const struct nic_port_cfg tap[] = { { .device = TAP0 } };
	static const struct nic_port_cfg pci[] = { { .device = "0000:01:00.0" }, { .device = "0000:01:00.1" } };
	static const struct nic_port_cfg mixed[] = { { .device = TAP0 }, { .device = "0000:01:00.0" } };
	static const struct {
		struct nic_cfg cfg;
		const char *want, *remark;
	} rows[] = {
		{ { .instance = "a", .ports = tap, .n_ports = 1, .no_huge = true },
			"saker --lcores=0@0 --file-prefix=a --no-telemetry --log-level=error -m64 --no-huge --vdev=" TAP0
			" --no-pci --iova-mode=va", "as in tests" },
		{ { .instance = "b", .ports = pci, .n_ports = 2, .memory_mb = 256, .cpu = 200 },
			"saker --lcores=0@200 --file-prefix=b --no-telemetry --log-level=error -m256 --in-memory "
			"--allow=0000:01:00.0 --allow=0000:01:00.1", "two functions of a card, a big machine" },
		{ { .instance = "c", .ports = mixed, .n_ports = 2 },
			"saker --lcores=0@0 --file-prefix=c --no-telemetry --log-level=error -m64 --in-memory --vdev=" TAP0
			" --allow=0000:01:00.0", "PCI is looked at where any device needs it" },
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct nic_args args;
		char error[NIC_ERROR_MAX];
		assert_int_equal(nic_args_check(&rows[i].cfg, error), ERR_OK);
		nic_args_build(&rows[i].cfg, &args);
		assert_string_equal(joined(&args), rows[i].want);
		assert_null(args.argv[args.argc]);
	}
}

static void the_largest_configuration_fits(void **state)
{
	static char devices[NIC_PORTS_MAX][NIC_DEVICE_MAX];
	struct nic_port_cfg ports[NIC_PORTS_MAX];
	char instance[NIC_NAME_MAX], error[NIC_ERROR_MAX];
	struct nic_args args;
	(void)state;
	memset(instance, 'x', sizeof(instance) - 1);
	instance[sizeof(instance) - 1] = 0;
	for (u32 i = 0; i < NIC_PORTS_MAX; i++) {
		memset(devices[i], 'a' + (int)i, NIC_DEVICE_MAX - 1);
		memcpy(devices[i], "net_", 4);
		ports[i] = (struct nic_port_cfg){ .device = devices[i] };
	}
	struct nic_cfg cfg = { .instance = instance, .ports = ports, .n_ports = NIC_PORTS_MAX,
		.memory_mb = ~0u, .cpu = ~0u };
	assert_int_equal(nic_args_check(&cfg, error), ERR_OK);
	nic_args_build(&cfg, &args);
	assert_int_equal(args.argc, 7 + NIC_PORTS_MAX + 2);
}

static void refused_configurations(void **state)
{
	static const struct {
		const char *instance, *device[2];
		u8 mac0;
		const char *want, *remark;
	} rows[] = {
		{ "", { TAP0 }, 0, "instance \"\": expected", "no name" },
		{ NULL, { TAP0 }, 0, "instance \"\": expected", "none at all" },
		{ "../x", { TAP0 }, 0, "instance \"../x\": expected", "a name becomes a path" },
		{ "a/b", { TAP0 }, 0, "instance \"a/b\": expected", "a name becomes a path" },
		{ "a", { NULL }, 0, "0 ports: expected 1 to 16", "no port" },
		{ "a", { "eth0" }, 0, "port 0: device \"eth0\" is neither a PCI address", "a kernel name is no device of DPDK" },
		{ "a", { "01:00.0" }, 0, "port 0: device \"01:00.0\" is neither a PCI address", "the domain is missing" },
		{ "a", { "0000:01:00.0 " }, 0, "is neither a PCI address", "something behind it" },
		{ "a", { TAP0, "" }, 0, "port 1: device \"\" is neither", "the second one is named" },
		{ "a", { TAP0, TAP0 }, 0, "device " TAP0 " is given twice (ports 0 and 1)", "the same" },
		{ "a", { TAP0, "net_tap0,iface=saker1" }, 0, "is given twice", "the same name" },
		{ "a", { TAP0, "net_tap1,iface=saker0" }, 0, "is given twice", "the same interface" },
		{ "a", { "0000:0a:00.0", "0000:0A:00.0" }, 0, "is given twice", "the same address" },
		{ "a", { TAP0 }, 0x01, "device " TAP0 ": the MAC address is a multicast address", "nobody would hear us" },
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct nic_port_cfg ports[2] = {
			{ .device = rows[i].device[0], .mac = { rows[i].mac0 } },
			{ .device = rows[i].device[1] },
		};
		u32 n = !rows[i].device[0] ? 0 : rows[i].device[1] ? 2 : 1;
		struct nic_cfg cfg = { .instance = rows[i].instance, .ports = ports, .n_ports = n };
		char error[NIC_ERROR_MAX] = "";
		assert_int_equal(nic_args_check(&cfg, error), ERR_ARGUMENT);
		if (!strstr(error, rows[i].want))
			print_message("row %zu (%s): %s\n", i, rows[i].remark, error);
		assert_non_null(strstr(error, rows[i].want));
	}
}

static void parts_of_a_device(void **state)
{
	static const struct {
		const char *device, *name, *iface, *remark;
		bool is_virtual;
	} rows[] = {
		{ TAP0, "net_tap0", "saker0", "the usual", true },
		{ "net_af_packet0,framesz=2048,iface=v0,framecnt=512", "net_af_packet0", "v0", "among others", true },
		{ "net_null0", "net_null0", "", "none", true },
		{ "0000:01:00.0", "0000:01:00.0", "", "PCI", false },
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char text[NIC_DEVICE_MAX];
		assert_string_equal(nic_device_name(rows[i].device, text), rows[i].name);
		assert_string_equal(nic_device_iface(rows[i].device, text), rows[i].iface);
		assert_int_equal(nic_device_is_virtual(rows[i].device), rows[i].is_virtual);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(argument_vectors),
		cmocka_unit_test(the_largest_configuration_fits),
		cmocka_unit_test(refused_configurations),
		cmocka_unit_test(parts_of_a_device),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
