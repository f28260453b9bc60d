/* DPDK's virtual devices against the kernel, each in a network namespace of its own. */
#include "tests/dataplane/nic/ns.h"

#include <pthread.h>
#include <signal.h>
#include <sched.h>
#include <sys/socket.h>

#include "dataplane/nic/nic.h"
#include "tests/dataplane/nic/peer.h"

#define ASKS 2000

struct box {
	struct nic nic;
	struct arena arena;
	struct clock clock;
	struct port port[2];
	u64 counters[2][PORT_CNT_COUNT];
	struct nic_port_info info[2];
	struct peer peer[2];
};

static struct nic_cfg config(const char *instance, const struct nic_port_cfg *ports, u32 n)
{
	return (struct nic_cfg){ .instance = instance, .ports = ports, .n_ports = n, .no_huge = true,
		.cpu = (u32)sysconf(_SC_NPROCESSORS_ONLN) - 1 };
}

static void make_tap(u32 i)
{
	char command[256];
	snprintf(command, sizeof(command), "ip tuntap add dev saker%u mode tap multi_queue && "
		"ip addr add 10.9.%u.1/24 dev saker%u && ip link set saker%u up", i, i, i, i);
	ns_shell(command);
}

static void open_box(struct box *b, const struct nic_cfg *cfg)
{
	CHECK(clock_calibrate(&b->clock) == ERR_OK);
	CHECK(arena_open(&b->arena, 1 << 20) == ERR_OK);
	u64 t0 = tsc_now();
	if (nic_start(&b->nic, cfg) != ERR_OK)
		printf("%s\n", b->nic.error);
	CHECK(!*b->nic.error);
	for (u32 i = 0; i < cfg->n_ports; i++) {
		if (nic_port_open(&b->nic, i, &b->arena, &b->port[i], b->counters[i], &b->info[i]) != ERR_OK)
			printf("%s\n", b->nic.error);
		CHECK(!*b->nic.error);
		b->peer[i] = (struct peer){ .port = &b->port[i] };
		memcpy(b->peer[i].ours, (u8[4]){ 10, 9, (u8)i, 2 }, 4);
		memcpy(b->peer[i].theirs, (u8[4]){ 10, 9, (u8)i, 1 }, 4);
	}
	printf("start-up: %.0f ms\n", (double)tsc_to_ns(&b->clock, tsc_now() - t0) / 1e6);
	for (u32 i = 0; i < cfg->n_ports; i++)
		for (u32 c = 0; c < NIC_CAPS; c++)
			printf("%s (%s): %s: %s; %s\n", b->info[i].device, b->info[i].driver, b->info[i].cap[c].name,
				b->info[i].cap[c].offered, b->info[i].cap[c].why);
}

static void close_box(struct box *b)
{
	for (u32 i = 0; i < b->nic.n_ports; i++)
		port_close(&b->port[i]);
	nic_stop(&b->nic);
	CHECK(access(b->nic.runtime_dir, F_OK) != 0);
	arena_close(&b->arena);
}

static int by_size(const void *a, const void *b)
{
	u64 x = *(const u64 *)a, y = *(const u64 *)b;
	return x < y ? -1 : x > y;
}

static void print_rtt(const char *what, struct box *b, u64 *tsc, u32 n)
{
	qsort(tsc, n, sizeof(*tsc), by_size);
	printf("%s: round trip min %.1f, p50 %.1f, p99 %.1f us\n", what, (double)tsc_to_ns(&b->clock, tsc[0]) / 1e3,
		(double)tsc_to_ns(&b->clock, tsc[n / 2]) / 1e3, (double)tsc_to_ns(&b->clock, tsc[n * 99 / 100]) / 1e3);
}

/* We ask, the kernel answers. */
static void ask_kernel(struct box *b, u32 i, const char *what)
{
	static u64 arp[ASKS], echo[ASKS];
	CHECK(peer_ask_arp(&b->peer[i]));
	for (u32 k = 0; k < ASKS; k++) {
		u64 t0 = tsc_now();
		CHECK(peer_ask_arp(&b->peer[i]));
		u64 t1 = tsc_now();
		CHECK(peer_ask_echo(&b->peer[i], (u16)k));
		arp[k] = t1 - t0;
		echo[k] = tsc_now() - t1;
	}
	printf("%s, ", what);
	print_rtt("ARP", b, arp, ASKS);
	printf("%s, ", what);
	print_rtt("ICMP echo", b, echo, ASKS);
}

/* The kernel asks, we answer: first its ARP, then its echo requests. */
static void answer_kernel(struct box *b, u32 i)
{
	struct sockaddr_in to = { .sin_family = AF_INET };
	u8 packet[64] = { 8, 0, 0, 0, 0x43, 0x21 }, in[256];
	int s = socket(AF_INET, SOCK_RAW | SOCK_NONBLOCK, IPPROTO_ICMP);
	CHECK(s >= 0);
	memcpy(&to.sin_addr, b->peer[i].ours, 4);
	for (u8 k = 0; k < 50; k++) {
		bool answered = false;
		packet[7] = k;
		peer_put16(packet + 2, 0);
		peer_put16(packet + 2, (u16)~peer_sum(packet, sizeof(packet), 0));
		CHECK(sendto(s, packet, sizeof(packet), 0, (struct sockaddr *)&to, sizeof(to)) == sizeof(packet));
		for (u64 t0 = tsc_now(); !answered && tsc_now() - t0 < PEER_WAIT_TSC;) {
			peer_poll(&b->peer[i]);
			ssize_t n = recv(s, in, sizeof(in), 0);
			answered = n == 84 && in[20] == 0 && in[24] == 0x43 && in[27] == k;
		}
		CHECK(answered);
	}
	close(s);
	CHECK(b->peer[i].echo_answered == 50);
}

static void print_idle_poll(struct box *b)
{
	struct frame f[PORT_BURST_MAX];
	u64 t0 = tsc_now(), best = ~0ULL;
	for (u32 round = 0; round < 200; round++, t0 = tsc_now()) {
		u32 got = 0;
		for (u32 i = 0; i < 1000 && !got; i++)
			if ((got = port_rx(&b->port[0], f, PORT_BURST_MAX)))
				port_rx_done(&b->port[0]);
		if (!got)
			best = u64_min(best, tsc_now() - t0);
	}
	printf("idle poll: %.1f ns\n", (double)tsc_to_ns(&b->clock, best) / 1e3);
}

static void tap(void)
{
	static struct box b;
	cpu_set_t before, after;
	struct nic_port_cfg port = { .device = "net_tap0,iface=saker0" };
	struct nic_cfg cfg = config("tap", &port, 1);
	make_tap(0);
	CHECK(sched_getaffinity(0, sizeof(before), &before) == 0);
	open_box(&b, &cfg);
	CHECK(sched_getaffinity(0, sizeof(after), &after) == 0 && CPU_EQUAL(&before, &after));
	CHECK(b.port[0].mac[0] == 0x02 && b.port[0].mtu == 1500 && b.port[0].caps == 0 && !b.port[0].out.tx_csum);
	CHECK(nic_thread_begin() == ERR_OK);

	answer_kernel(&b, 0);
	CHECK(b.peer[0].arp_answered >= 1);
	CHECK(memcmp(b.peer[0].their_mac, b.port[0].mac, 6) != 0); /* the kernel's side keeps its own */
	ask_kernel(&b, 0, "net_tap");
	print_idle_poll(&b);

	const u64 *c = b.counters[0];
	port_stats(&b.port[0]);
	CHECK(c[PORT_CNT_tx_frames] == 2 * ASKS + 1 + b.peer[0].echo_answered + b.peer[0].arp_answered);
	CHECK(c[PORT_CNT_rx_frames] >= c[PORT_CNT_tx_frames] && c[PORT_CNT_rx_bytes] > 42 * c[PORT_CNT_rx_frames]);
	CHECK(c[PORT_CNT_tx_full] == 0 && c[PORT_CNT_no_buffer] == 0 && c[PORT_CNT_rx_oversize] == 0);
	CHECK(c[PORT_CNT_link_up] == 1);
	nic_thread_end();
	close_box(&b);
	CHECK(nic_start(&b.nic, &cfg) == ERR_STATE && strstr(b.nic.error, "once"));
}

static void kernel_asks_in_one_frame(struct box *b, u16 icmp_bytes)
{
	u8 big[3000] = { 8 };
	struct sockaddr_in to = { .sin_family = AF_INET };
	CHECK(icmp_bytes <= sizeof(big));
	memcpy(&to.sin_addr, b->peer[0].ours, 4);
	int s = socket(AF_INET, SOCK_RAW, IPPROTO_ICMP);
	peer_put16(big + 2, (u16)~peer_sum(big, icmp_bytes, 0));
	CHECK(sendto(s, big, icmp_bytes, 0, (struct sockaddr *)&to, sizeof(to)) == icmp_bytes);
	close(s);
}

static void oversize(void)
{
	static const struct {
		u16 icmp_bytes;
		u32 answered, oversize, dev_errors;
		const char *remark;
	} rows[] = {
		{ 1480, 1, 0, 0, "1514 bytes: the largest untagged frame" },
		{ 1484, 2, 0, 0, "1518 bytes: FRAME_MAX, a tagged one's size" },
		{ 1485, 2, 1, 0, "1519 bytes: one more is ours to drop" },
		{ 3000, 2, 1, 1, "3034 bytes: more than a buffer holds: the driver drops it" },
	};
	static struct box b;
	struct nic_port_cfg port = { .device = "net_tap0,iface=saker0" };
	struct nic_cfg cfg = config("oversize", &port, 1);
	make_tap(0);
	open_box(&b, &cfg);
	CHECK(peer_ask_arp(&b.peer[0]));
	ns_shell("ip link set saker0 mtu 4000");
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		kernel_asks_in_one_frame(&b, rows[i].icmp_bytes);
		CHECK(peer_ask_echo(&b.peer[0], 1)); /* all before it have come by then, and the port goes on */
		port_stats(&b.port[0]);
		printf("%s\n", rows[i].remark);
		CHECK(b.peer[0].echo_answered == rows[i].answered);
		CHECK(b.counters[0][PORT_CNT_rx_oversize] == rows[i].oversize);
		CHECK(b.counters[0][PORT_CNT_dev_rx_errors] == rows[i].dev_errors);
	}
	close_box(&b);
}

/* With the device's checksums the kernel still takes our SYN, and its answer comes marked as verified. */
static void checksums(void)
{
	static struct box b;
	struct nic_port_cfg port = { .device = "net_tap0,iface=saker0", .rx_csum = true, .tx_csum = true };
	struct nic_cfg cfg = config("checksums", &port, 1);
	make_tap(0);
	open_box(&b, &cfg);
	CHECK(b.port[0].out.tx_csum && b.port[0].caps == (PORT_CAP_RX_CSUM | PORT_CAP_TX_CSUM));
	CHECK(peer_ask_arp(&b.peer[0]));
	CHECK(peer_syn(&b.peer[0], 9) && peer_await(&b.peer[0], &b.peer[0].rst_seen));
	CHECK(b.peer[0].rst_flags == FRAME_CSUM_GOOD);
	CHECK(peer_ask_echo(&b.peer[0], 1));
	close_box(&b);
}

/* A device that takes nothing leaves the frame with us, and takes it later. */
static void refused(void)
{
	static struct box b;
	struct nic_port_cfg port = { .device = "net_tap0,iface=saker0" };
	struct nic_cfg cfg = config("refused", &port, 1);
	struct frame_out *out = &b.port[0].out;
	const u64 *c = b.counters[0];
	make_tap(0);
	open_box(&b, &cfg);
	CHECK(peer_ask_arp(&b.peer[0]));
	ns_shell("ip link set saker0 down");
	u64 sent = c[PORT_CNT_tx_frames];
	CHECK(!peer_arp(&b.peer[0], 1));
	CHECK(c[PORT_CNT_tx_full] == 1 && c[PORT_CNT_tx_frames] == sent);
	u8 *room = out->room(out);
	CHECK(room && room[13] == 0x06 && memcmp(room + 28, b.peer[0].ours, 4) == 0); /* still there */
	ns_shell("ip link set saker0 up");
	b.peer[0].arp_seen = false;
	CHECK(out->push(out, 42) && peer_await(&b.peer[0], &b.peer[0].arp_seen));
	CHECK(c[PORT_CNT_tx_frames] == sent + 1 && c[PORT_CNT_tx_full] == 1);
	close_box(&b);
}

static void *second_core(void *arg)
{
	struct box *b = arg;
	sigset_t all;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, NULL); /* nic.h: one thread takes net_tap's signals */
	CHECK(nic_thread_begin() == ERR_OK);
	ask_kernel(b, 1, "second thread");
	nic_thread_end();
	return NULL;
}

static void two_ports(void)
{
	static struct box b;
	pthread_t t;
	struct nic_port_cfg ports[] = {
		{ .device = "net_tap0,iface=saker0" },
		{ .device = "net_tap1,iface=saker1", .mac = { 0x02, 0, 0, 0xab, 0xcd, 0xef } },
	};
	struct nic_cfg cfg = config("two", ports, 2);
	make_tap(0);
	make_tap(1);
	open_box(&b, &cfg);
	CHECK(memcmp(b.port[0].mac, b.port[1].mac, 6) != 0 && b.port[1].mac[5] == 0xef);
	CHECK(pthread_create(&t, NULL, second_core, &b) == 0);
	answer_kernel(&b, 0);
	pthread_join(t, NULL);
	answer_kernel(&b, 1);
	close_box(&b);
}

static void make_veth(void)
{
	ns_shell("ip link add v0 type veth peer name v1 && ip addr add 10.9.0.1/24 dev v1 && "
		"ip link set v0 up && ip link set v1 up && ethtool -K v1 tx off >/dev/null");
}

static void run_veth(const char *device, bool no_huge)
{
	static struct box b;
	struct nic_port_cfg port = { .device = device, .mac = { 0x02, 0, 0, 0, 0, 0x77 } };
	struct nic_cfg cfg = config("veth", &port, 1);
	cfg.no_huge = no_huge;
	make_veth();
	open_box(&b, &cfg);
	CHECK(b.port[0].mac[5] == 0x77);
	answer_kernel(&b, 0);
	ask_kernel(&b, 0, device);
	port_stats(&b.port[0]);
	CHECK(b.counters[0][PORT_CNT_link_up] == 1);
	close_box(&b);
}

static void af_packet(void) { run_veth("net_af_packet0,iface=v0", true); }
static void huge_pages(void) { run_veth("net_af_packet0,iface=v0", false); }
static void af_xdp(void) { run_veth("net_af_xdp0,iface=v0", true); }

static const struct scenario scenarios[] = {
	{ "tap", tap },
	{ "oversize", oversize },
	{ "checksums", checksums },
	{ "refused", refused },
	{ "two_ports", two_ports },
	{ "af_packet", af_packet },
	{ "huge_pages", huge_pages },
	{ "af_xdp", af_xdp },
};

static u64 free_huge_pages(void)
{
	unsigned long long n = 0;
	FILE *f = fopen("/sys/kernel/mm/hugepages/hugepages-2048kB/free_hugepages", "r");
	if (f && fscanf(f, "%llu", &n) != 1)
		n = 0;
	if (f)
		fclose(f);
	return n;
}

static void test_scenario(void **state)
{
	bool as_root = strcmp(*state, "af_xdp") == 0;
	if (as_root && geteuid() != 0) {
		print_message("skipped: AF_XDP needs root\n");
		skip();
	}
	if (strcmp(*state, "huge_pages") == 0 && free_huge_pages() < 32) {
		print_message("skipped: 64 MB of 2 MB huge pages are not free (sysctl vm.nr_hugepages)\n");
		skip();
	}
	if (!ns_permitted())
		skip();
	assert_int_equal(ns_run(*state, as_root), 0);
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
