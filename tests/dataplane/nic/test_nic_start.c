/* What nic_start says where it cannot start, and several instances side by side. */
#include "tests/dataplane/nic/ns.h"

#include <signal.h>

#include "dataplane/nic/nic.h"
#include "tests/dataplane/nic/peer.h"

static struct nic_cfg config(const char *instance, const struct nic_port_cfg *port)
{
	return (struct nic_cfg){ .instance = instance, .ports = port, .n_ports = 1, .no_huge = true };
}

/* Each row starts DPDK in a process of its own. */
static const struct row {
	const char *setup, *runtime, *device;
	bool huge;
	u32 memory_mb, cpu;
	err_t want;
	const char *says, *remark;
} rows[] = {
	{ NULL, NULL, "net_nosuch0,iface=x", false, 0, 0, ERR_NOT_FOUND,
		"device net_nosuch0,iface=x: DPDK has no driver of that name", "an unknown driver" },
	{ NULL, NULL, "0000:ff:1f.7", false, 0, 0, ERR_NOT_FOUND,
		"device 0000:ff:1f.7: the machine has no such PCI device", "an absent card" },
	{ NULL, NULL, "net_af_packet0,iface=v9", false, 0, 0, ERR_NOT_FOUND, "this network namespace has no interface \"v9\"",
		"a missing interface" },
	{ "ip tuntap add dev plain mode tap", NULL, "net_tap0,iface=plain", false, 0, 0, ERR_NOT_FOUND, "needs multi_queue",
		"a TAP of the wrong kind" },
	{ NULL, NULL, "net_tap0,iface=saker0", true, 1 << 20, 0, ERR_NO_MEMORY, "1048576 MB of huge pages wanted", "no huge pages" },
	{ NULL, NULL, "net_tap0,iface=saker0", false, 0, 9999, ERR_ARGUMENT, "CPU 9999 cannot be used", "an absent CPU" },
	{ NULL, NULL, "net_af_packet0,iface=lo,framesz=1", false, 0, 0, ERR_NOT_FOUND, "DPDK said: ", "an argument the driver refuses" },
	{ NULL, "/proc", "net_tap0,iface=saker0", false, 0, 0, ERR_IO, "RUNTIME_DIRECTORY", "nowhere to put run-time files" },
};

static void refusals(void)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct row *r = &rows[i];
		fflush(stdout);
		pid_t pid = fork();
		if (pid == 0) {
			struct nic nic;
			struct nic_port_cfg port = { .device = r->device };
			struct nic_cfg cfg = config("refusals", &port);
			cfg.no_huge = !r->huge;
			cfg.memory_mb = r->memory_mb;
			cfg.cpu = r->cpu;
			if (r->runtime)
				setenv("RUNTIME_DIRECTORY", r->runtime, 1);
			if (r->setup)
				ns_shell(r->setup);
			err_t e = nic_start(&nic, &cfg);
			printf("%s: %s: %s\n", r->remark, err_name(e), nic.error);
			CHECK(e == r->want && strstr(nic.error, r->says));
			CHECK(!*nic.runtime_dir || access(nic.runtime_dir, F_OK) != 0);
			exit(0);
		}
		int status;
		CHECK(waitpid(pid, &status, 0) == pid && status == 0);
	}
}

/* A port that opens where there is too little memory for its buffers: told so, and nothing is left. */
static void little_memory(void)
{
	struct nic nic;
	struct arena arena;
	struct port port;
	struct nic_port_info info = { 0 };
	u64 counters[PORT_CNT_COUNT] = { 0 };
	struct nic_port_cfg tap = { .device = "net_tap0,iface=saker0" };
	struct nic_cfg cfg = config("little", &tap);
	cfg.memory_mb = 4;
	CHECK(arena_open(&arena, 1 << 16) == ERR_OK);
	CHECK(nic_start(&nic, &cfg) == ERR_OK);
	CHECK(nic_port_open(&nic, 0, &arena, &port, counters, &info) == ERR_NO_MEMORY);
	printf("%s\n", nic.error);
	CHECK(strstr(nic.error, "device net_tap0,iface=saker0") && strstr(nic.error, "memory_mb"));
	nic_stop(&nic);
}

static void run_instance(const char *instance, const char *device, u8 net, int ready, int go)
{
	static struct nic nic;
	static u64 counters[PORT_CNT_COUNT];
	struct arena arena;
	struct port port;
	struct nic_port_info info = { 0 };
	char byte = 'r';
	struct nic_port_cfg tap = { .device = device };
	struct nic_cfg cfg = config(instance, &tap);
	CHECK(arena_open(&arena, 1 << 16) == ERR_OK);
	CHECK(nic_start(&nic, &cfg) == ERR_OK);
	CHECK(nic_port_open(&nic, 0, &arena, &port, counters, &info) == ERR_OK);
	CHECK(write(ready, &byte, 1) == 1 && read(go, &byte, 1) == 1);
	struct peer peer = { .port = &port, .ours = { 10, 9, net, 2 }, .theirs = { 10, 9, net, 1 } };
	CHECK(peer_ask_arp(&peer) && peer_ask_echo(&peer, 1));
	port_close(&port);
	nic_stop(&nic);
	exit(0);
}

/* Two instances live at once and both work; the same name a second time is told what is wrong. */
static void side_by_side(void)
{
	int ready[2], go[2], status;
	pid_t pid[2];
	char bytes[2];
	CHECK(pipe(ready) == 0 && pipe(go) == 0);
	ns_shell("for i in 0 1; do ip tuntap add dev saker$i mode tap multi_queue && ip addr add 10.9.$i.1/24 dev saker$i && "
		"ip link set saker$i up || exit 1; done");
	fflush(stdout);
	if ((pid[0] = fork()) == 0)
		run_instance("left", "net_tap0,iface=saker0", 0, ready[1], go[0]);
	if ((pid[1] = fork()) == 0)
		run_instance("right", "net_tap0,iface=saker1", 1, ready[1], go[0]);
	CHECK(read(ready[0], bytes, 1) == 1 && read(ready[0], bytes + 1, 1) == 1);

	struct nic nic;
	struct nic_port_cfg tap = { .device = "net_tap0,iface=saker2" };
	struct nic_cfg cfg = config("left", &tap);
	err_t e = nic_start(&nic, &cfg);
	printf("%s: %s\n", err_name(e), nic.error);
	CHECK(e == ERR_EXISTS && strstr(nic.error, "instance left is running"));

	CHECK(write(go[1], "gg", 2) == 2);
	for (int i = 0; i < 2; i++)
		CHECK(waitpid(pid[i], &status, 0) == pid[i] && status == 0);
}

/* What a killed instance leaves behind does not stand in the way of the next. */
static void after_a_kill(void)
{
	int ready[2], go[2], status;
	char byte = 'g';
	CHECK(pipe(ready) == 0 && pipe(go) == 0);
	ns_shell("ip tuntap add dev saker0 mode tap multi_queue && ip addr add 10.9.0.1/24 dev saker0 && "
		"ip link set saker0 up");
	for (int life = 0; life < 2; life++) {
		fflush(stdout);
		pid_t pid = fork();
		if (pid == 0)
			run_instance("phoenix", "net_tap0,iface=saker0", 0, ready[1], go[0]);
		CHECK(read(ready[0], &byte, 1) == 1);
		if (life == 0)
			CHECK(kill(pid, SIGKILL) == 0);
		else
			CHECK(write(go[1], &byte, 1) == 1);
		CHECK(waitpid(pid, &status, 0) == pid);
		CHECK(life == 0 ? WIFSIGNALED(status) : status == 0);
	}
}

static const struct scenario scenarios[] = {
	{ "refusals", refusals },
	{ "little_memory", little_memory },
	{ "side_by_side", side_by_side },
	{ "after_a_kill", after_a_kill },
};

static void test_scenario(void **state)
{
	if (!ns_permitted())
		skip();
	assert_int_equal(ns_run(*state, false), 0);
}

int main(int argc, char **argv)
{
	if (ns_main(argc, argv, scenarios, ARRAY_LEN(scenarios)))
		return 0;
	struct CMUnitTest tests[ARRAY_LEN(scenarios)];
	for (size_t i = 0; i < ARRAY_LEN(scenarios); i++)
		tests[i] = (struct CMUnitTest){ scenarios[i].name, test_scenario, NULL, NULL,
						(void *)scenarios[i].name };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
