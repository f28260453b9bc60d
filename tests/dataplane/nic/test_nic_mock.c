/*
 * Capabilities on a mock device: each offered or not, asked for or not, and refused when it comes to
 * it. Behind the port stands our TCP; at the other end of the wire another one, which verifies and
 * fills in everything in software.
 */
#include "tests/cmocka_all.h"

#include <stdio.h>
#include <unistd.h>

#include "dataplane/nic/nic_mem.h"
#include "dataplane/tcp/tcp.h"
#include "tests/dataplane/nic/mock.h"

#define RX_CSUM (RTE_ETH_RX_OFFLOAD_IPV4_CKSUM | RTE_ETH_RX_OFFLOAD_TCP_CKSUM)
#define TX_CSUM (RTE_ETH_TX_OFFLOAD_IPV4_CKSUM | RTE_ETH_TX_OFFLOAD_TCP_CKSUM)
#define ALL_RX	(RX_CSUM | RTE_ETH_RX_OFFLOAD_TIMESTAMP | RTE_ETH_RX_OFFLOAD_VLAN_STRIP)
#define ALL_TX	(TX_CSUM | RTE_ETH_TX_OFFLOAD_VLAN_INSERT | RTE_ETH_TX_OFFLOAD_MBUF_FAST_FREE)
#define TCI	(3u << 13 | 7) /* priority 3, VLAN 7 */
#define BYTES	3000

#define USED(cap) (1u << NIC_CAP_##cap)
#define ALL_USED \
	(USED(FAST_FREE) | USED(RX_CSUM) | USED(TX_CSUM) | USED(RX_STAMP) | USED(VLAN) | USED(STEERING))

static struct nic nic;
static char runtime[] = "/tmp/saker-mock-XXXXXX";

/* A host of the wire: its port, and our stack on it. */
struct host {
	struct port port;
	u64 port_cnt[PORT_CNT_COUNT], net_cnt[NET_CNT_COUNT], tcp_cnt[TCP_CNT_COUNT];
	struct net net;
	struct tcp *tcp;
	struct tcp_conn *conn;
	bool open;
	u32 got;
	u64 sum;
};

static struct world {
	struct arena arena;
	struct nic_port_info info;
	struct host us, peer;
	struct port far; /* the wire's end of the peer's port */
	u64 far_cnt[PORT_CNT_COUNT];
	ns_t now;
	u32 damage; /* frames from the peer with payload still to be damaged */
	u32 damaged;
} w;

/* ---- the wire ---- */

static void to_peer(void *user, const u8 *p, u32 n)
{
	(void)user;
	u8 *room = w.far.out.room(&w.far.out);
	assert_non_null(room);
	memcpy(room, p, n);
	assert_true(w.far.out.push(&w.far.out, n));
}

static void from_peer(void)
{
	struct frame f[PORT_BURST_MAX];
	u32 n = port_rx(&w.far, f, PORT_BURST_MAX);
	for (u32 i = 0; i < n; i++) {
		u8 p[FRAME_MAX];
		memcpy(p, f[i].p, f[i].n);
		if (w.damage && f[i].n > 200) {
			p[f[i].n - 1] ^= 1;
			w.damage--;
			w.damaged++;
		}
		mock_receive(&mock[0], p, f[i].n);
	}
	if (n)
		port_rx_done(&w.far);
}

static void turn(struct host *h)
{
	struct frame f[PORT_BURST_MAX];
	u32 n = port_rx(&h->port, f, PORT_BURST_MAX);
	for (u32 i = 0; i < n; i++)
		tcp_rx(h->tcp, &f[i], w.now);
	if (n)
		port_rx_done(&h->port);
	tcp_turn(h->tcp, w.now);
}

static void pass_time(u32 ms)
{
	for (u32 i = 0; i < ms; i++) {
		w.now += NS_PER_MS;
		from_peer();
		turn(&w.us);
		turn(&w.peer);
	}
}

/* ---- the hosts ---- */

static void on_open(void *user, struct tcp_conn *c, ns_t now)
{
	struct host *h = user;
	(void)now;
	h->conn = c;
	h->open = true;
}

static void on_data(void *user, struct tcp_conn *c, const u8 *p, u32 n, ns_t now)
{
	struct host *h = user;
	h->got += n;
	for (u32 i = 0; i < n; i++)
		h->sum += p[i];
	if (h == &w.peer)
		assert_int_equal(tcp_write(c, p, n, now), ERR_OK); /* the peer says it again */
}

static void on_fin(void *user, struct tcp_conn *c, ns_t now) { (void)user, (void)c, (void)now; }
static void on_down(void *user, struct tcp_conn *c, err_t why, ns_t now) { (void)user, (void)c, (void)why, (void)now; }

static const struct tcp_events events = { on_open, on_data, on_fin, on_down };

static const u8 ip4[2][4] = { { 10, 0, 0, 2 }, { 10, 0, 0, 1 } };
static const u8 ip6[2][16] = { { 0xfd, [15] = 2 }, { 0xfd, [15] = 1 } };

static void open_host(struct host *h, u32 who, u16 tci)
{
	struct net_cfg n = { .ip = ip_addr_of(ip4[who]),
			     .prefix_len = 24,
			     .ip6 = ip_addr_of6(ip6[who]),
			     .prefix6_len = 64,
			     .mtu = h->port.mtu,
			     .vlan = tci & 0xfff,
			     .vlan_priority = (u8)(tci >> 13) };
	struct tcp_cfg t = tcp_cfg_default;
	memcpy(n.mac, h->port.mac, 6);
	t.max_conns = 4;
	assert_int_equal(net_init(&h->net, &n, &h->port.out, h->net_cnt), ERR_OK);
	assert_non_null(h->tcp = tcp_new(&w.arena, &t, &h->net, &h->port.out, h->tcp_cnt));
}

static struct nic_port_cfg all_asked(void)
{
	struct nic_port_cfg c = { .device = "net_null0",
				  .rx_csum = true,
				  .tx_csum = true,
				  .rx_stamp = true,
				  .vlan_offload = true,
				  .steering = true,
				  .vlan_tci = TCI };
	memcpy(c.ip4, ip4[0], 4);
	memcpy(c.ip6, ip6[0], 16);
	return c;
}

static struct mock all_offered(void)
{
	return (struct mock){ .rx_offers = ALL_RX,
			      .tx_offers = ALL_TX,
			      .max_rx_queues = 4,
			      .max_mtu = 9000,
			      .rules = true,
			      .wire = to_peer };
}

static err_t open_port(const struct mock *device, const struct nic_port_cfg *cfg)
{
	memset(&w, 0, sizeof(w));
	w.now = NS_PER_S;
	assert_int_equal(arena_open(&w.arena, 16 << 20), ERR_OK);
	mock[0] = *device;
	nic.cfg[0] = *cfg;
	return nic_port_open(&nic, 0, &w.arena, &w.us.port, w.us.port_cnt, &w.info);
}

static void open_world(const struct mock *device, const struct nic_port_cfg *cfg)
{
	assert_int_equal(open_port(device, cfg), ERR_OK);
	assert_int_equal(port_mem_pair(&w.arena, &w.peer.port, &w.far, 64, w.peer.port_cnt, w.far_cnt), ERR_OK);
	bool tags = w.us.port.caps & PORT_CAP_VLAN; /* then our stack sees none */
	open_host(&w.us, 0, tags ? 0 : cfg->vlan_tci);
	open_host(&w.peer, 1, cfg->vlan_tci);
	assert_int_equal(tcp_listen(w.peer.tcp, 443, &events, &w.peer), ERR_OK);
}

static void drop_queues(void)
{
	for (u32 q = 0; q < 2; q++)
		for (u32 i = 0; i < mock[0].queue[q].n; i++)
			rte_pktmbuf_free(mock[0].queue[q].in[i]);
	mock[0].queue[0].n = mock[0].queue[1].n = 0;
}

static void close_world(void)
{
	drop_queues();
	port_close(&w.us.port);
	assert_int_equal(mock[0].n_rules, 0);
	assert_false(mock[0].running);
	arena_close(&w.arena);
}

/* A connection from us, bytes there and back. */
static void talk(bool v6)
{
	static u8 bytes[BYTES];
	struct ip_addr to = v6 ? ip_addr_of6(ip6[1]) : ip_addr_of(ip4[1]);
	u64 sum = 0;
	w.us.open = w.peer.open = false;
	w.us.got = w.peer.got = 0;
	w.us.sum = w.peer.sum = 0;
	for (u32 i = 0; i < BYTES; i++)
		sum += bytes[i] = (u8)(i * 7 + v6);
	assert_non_null(w.us.conn = tcp_connect(w.us.tcp, &to, 443, &events, &w.us, w.now));
	pass_time(20);
	assert_true(w.us.open && w.peer.open);
	assert_int_equal(tcp_write(w.us.conn, bytes, BYTES, w.now), ERR_OK);
	pass_time(w.damage ? 4000 : 100);
	assert_int_equal(w.us.got, BYTES);
	assert_int_equal(w.peer.got, BYTES);
	assert_true(w.us.sum == sum && w.peer.sum == sum);
}

static u32 used_mask(void)
{
	u32 mask = 0;
	for (u32 c = 0; c < NIC_CAP_OPTIONAL; c++)
		mask |= (u32)(w.info.cap[c].used != 0) << c;
	return mask;
}

/* ---- the tests ---- */

/* Each alone, all, none: the port opens, says what it uses, and both IP versions get through. */
static void offered_and_asked(void **state)
{
	const struct nic_port_cfg all = all_asked(), plain = { .device = "net_null0", .vlan_tci = TCI };
	struct nic_port_cfg no_tag = all;
	no_tag.vlan_tci = 0;
	const struct {
		u64 rx, tx;
		bool rules;
		u16 queues;
		const struct nic_port_cfg *cfg;
		u32 used;
		const char *remark;
	} rows[] = {
		{ ALL_RX, ALL_TX, true, 4, &all, ALL_USED, "all offered, all asked for" },
		{ 0, 0, false, 1, &all, 0, "nothing offered" },
		{ ALL_RX, ALL_TX, true, 4, &plain, USED(FAST_FREE), "nothing asked for" },
		{ RX_CSUM, 0, false, 1, &all, USED(RX_CSUM), "received checksums" },
		{ RTE_ETH_RX_OFFLOAD_TCP_CKSUM, 0, false, 1, &all, 0, "half of them are none" },
		{ 0, TX_CSUM, false, 1, &all, USED(TX_CSUM), "sent checksums" },
		{ 0, RTE_ETH_TX_OFFLOAD_IPV4_CKSUM, false, 1, &all, 0, "half of them likewise" },
		{ RTE_ETH_RX_OFFLOAD_TIMESTAMP, 0, false, 1, &all, USED(RX_STAMP), "stamps" },
		{ RTE_ETH_RX_OFFLOAD_VLAN_STRIP, RTE_ETH_TX_OFFLOAD_VLAN_INSERT, false, 1, &all, USED(VLAN), "tags" },
		{ RTE_ETH_RX_OFFLOAD_VLAN_STRIP, TX_CSUM, false, 1, &all, USED(TX_CSUM), "tags one way are none" },
		{ 0, ALL_TX & ~TX_CSUM, false, 1, &all, USED(FAST_FREE), "tags the other way" },
		{ 0, 0, true, 4, &all, USED(STEERING), "rules" },
		{ 0, 0, true, 1, &all, 0, "rules and one queue" },
		{ ALL_RX, ALL_TX, true, 4, &no_tag, ALL_USED & ~USED(VLAN), "no tag" },
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct mock m = all_offered();
		m.rx_offers = rows[i].rx, m.tx_offers = rows[i].tx, m.rules = rows[i].rules;
		m.max_rx_queues = rows[i].queues;
		open_world(&m, rows[i].cfg);
		if (used_mask() != rows[i].used)
			fail_msg("%s: %x is used, not %x", rows[i].remark, used_mask(), rows[i].used);
		for (u32 c = 0; c < NIC_CAPS; c++)
			assert_true(w.info.cap[c].name[0] && w.info.cap[c].offered[0] && w.info.cap[c].why[0]);
		assert_int_equal(mock[0].n_rx, rows[i].used & USED(STEERING) ? 2 : 1);
		assert_int_equal(mock[0].n_rules, rows[i].used & USED(STEERING) ? 2 : 0);
		assert_int_equal(w.us.port.out.tx_csum, !!(rows[i].used & USED(TX_CSUM)));
		talk(false);
		talk(true);
		assert_int_equal(w.us.port_cnt[PORT_CNT_rx_csum_bad], 0);
		assert_int_equal(!!w.us.port_cnt[PORT_CNT_rx_stamped], !!(rows[i].used & USED(RX_STAMP)));
		assert_int_equal(!!w.us.port_cnt[PORT_CNT_rx_steered], !!(rows[i].used & USED(STEERING)));
		close_world();
	}
}

/* The driver offers a thing and then does not start with it: the port opens without it, and says so. */
static void refused_late(void **state)
{
	static const struct {
		u64 rx, tx;
		bool two_queues, rule;
		u32 lost;
		const char *says, *remark;
	} rows[] = {
		{ RTE_ETH_RX_OFFLOAD_IPV4_CKSUM, 0, false, false, USED(RX_CSUM), "Operation not supported", "received" },
		{ 0, RTE_ETH_TX_OFFLOAD_TCP_CKSUM, false, false, USED(TX_CSUM), "Operation not supported", "sent" },
		{ RTE_ETH_RX_OFFLOAD_TIMESTAMP, 0, false, false, USED(RX_STAMP), "did not start with it", "stamps" },
		{ 0, RTE_ETH_TX_OFFLOAD_VLAN_INSERT, false, false, USED(VLAN), "did not start with it", "tags" },
		{ 0, RTE_ETH_TX_OFFLOAD_MBUF_FAST_FREE, false, false, USED(FAST_FREE), "did not start with it", "buffers" },
		{ 0, 0, true, false, USED(STEERING), "Invalid argument", "a second queue" },
		{ 0, 0, false, true, USED(STEERING), "table full", "the second rule" },
		{ RX_CSUM | RTE_ETH_RX_OFFLOAD_TIMESTAMP, 0, false, false, ALL_USED & ~USED(FAST_FREE),
		  "did not start with it", "two at once: all that comes behind the first goes with them" },
	};
	const struct nic_port_cfg cfg = all_asked();
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct mock m = all_offered();
		m.refuse_rx = rows[i].rx, m.refuse_tx = rows[i].tx;
		m.refuse_two_queues = rows[i].two_queues, m.refuse_rule = rows[i].rule;
		open_world(&m, &cfg);
		if (used_mask() != (ALL_USED & ~rows[i].lost))
			fail_msg("%s: %x is used", rows[i].remark, used_mask());
		for (u32 c = 0; c < NIC_CAP_OPTIONAL; c++)
			if (rows[i].lost >> c & 1 && !strstr(w.info.cap[c].why, rows[i].says))
				fail_msg("%s: %s", rows[i].remark, w.info.cap[c].why);
		assert_true(mock[0].n_configured > 1);
		assert_int_equal(mock[0].n_rx, rows[i].lost & USED(STEERING) ? 1 : 2);
		talk(false);
		talk(true);
		close_world();
	}
	struct mock m = all_offered();
	m.refuse_start = true;
	assert_int_equal(open_port(&m, &cfg), ERR_IO);
	assert_non_null(strstr(nic.error, "device net_null0: the driver did not start it (Input/output error)"));
	arena_close(&w.arena);
}

/* A damaged segment is dropped and counted, by the device's word where it gives one, else by our own sum. */
static void damaged(void **state)
{
	static const struct {
		bool asked, silent;
		u64 flagged, summed;
		const char *remark;
	} rows[] = {
		{ true, false, 3, 0, "the device flags it" },
		{ true, true, 0, 3, "it says nothing of frames after all" },
		{ false, false, 0, 3, "it is not asked" },
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		for (u32 v6 = 0; v6 < 2; v6++) {
			struct nic_port_cfg cfg = all_asked();
			struct mock m = all_offered();
			cfg.rx_csum = rows[i].asked;
			m.silent = rows[i].silent;
			open_world(&m, &cfg);
			w.damage = 3;
			talk(v6); /* retransmitted until it comes whole */
			assert_int_equal(w.damaged, 3);
			assert_int_equal(w.us.port_cnt[PORT_CNT_rx_csum_bad], rows[i].flagged);
			if (w.us.net_cnt[NET_CNT_rx_tcp_checksum] != rows[i].flagged + rows[i].summed)
				fail_msg("%s: IPv%u: %llu dropped", rows[i].remark, v6 ? 6 : 4,
					 (unsigned long long)w.us.net_cnt[NET_CNT_rx_tcp_checksum]);
			close_world();
		}
}

/* What the device is handed to complete: lengths, flags, a zero in the IP header, the tag. */
static void sent_fields(void **state)
{
	struct nic_port_cfg cfg = all_asked();
	struct mock m = all_offered();
	(void)state;
	for (u32 v6 = 0; v6 < 2; v6++) {
		open_world(&m, &cfg);
		talk(v6);
		u64 flags = RTE_MBUF_F_TX_VLAN | RTE_MBUF_F_TX_TCP_CKSUM |
			    (v6 ? RTE_MBUF_F_TX_IPV6 : RTE_MBUF_F_TX_IPV4 | RTE_MBUF_F_TX_IP_CKSUM);
		assert_int_equal(mock[0].last.ol_flags, flags);
		assert_int_equal(mock[0].last.l2_len, 14);
		assert_int_equal(mock[0].last.l3_len, v6 ? 40 : 20);
		assert_int_equal(mock[0].last.vlan_tci, TCI);
		close_world();
	}
}

/* Only frames with our tag come through where the device takes tags off. */
static void tags(void **state)
{
	struct nic_port_cfg cfg = all_asked();
	struct mock m = all_offered();
	struct frame f[PORT_BURST_MAX];
	static const u8 types[][6] = { { 0x81, 0, 0x60, 7, 0x08, 6 },
				       { 0x81, 0, 0, 8, 0x08, 6 },
				       { 0x08, 6, 0, 1, 8, 0 },
				       { 0x81, 0, 0, 7, 0x08, 6 } };
	(void)state;
	open_world(&m, &cfg);
	for (u32 i = 0; i < ARRAY_LEN(types); i++) {
		u8 p[64] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2 };
		memcpy(p + 12, types[i], sizeof(types[i]));
		mock_receive(&mock[0], p, sizeof(p));
	}
	assert_int_equal(port_rx(&w.us.port, f, PORT_BURST_MAX), 2);
	assert_int_equal(w.us.port_cnt[PORT_CNT_rx_vlan], 2);
	assert_int_equal(w.us.port_cnt[PORT_CNT_rx_frames], 2);
	assert_true(f[0].n == 60 && f[0].p[12] == 0x08 && f[1].p[12] == 0x08); /* without the tag */
	assert_true(f[0].flags & FRAME_STAMPED && f[1].device_stamp == f[0].device_stamp + 3);
	port_rx_done(&w.us.port);
	port_stats(&w.us.port);
	assert_int_equal(w.info.clock_device, mock[0].clock + 1000);
	assert_true(w.info.clock_tsc && w.info.clock_wall_ns && w.info.link_mbps == 25000);
	assert_int_equal(w.us.port_cnt[PORT_CNT_dev_rx_missed], 7);
	close_world();
}

/* Our flows first, whatever else waits; and the others are heard within sixteen polls, however much of ours comes. */
static void two_queues(void **state)
{
	struct nic_port_cfg cfg = all_asked();
	struct mock m = all_offered();
	struct frame f[PORT_BURST_MAX];
	u8 other[64] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, [12] = 0x08, 6 };
	u8 ours[64] = { [12] = 0x08, 0, 0x45, [17] = 50, [23] = 6, [30] = 10, 0, 0, 2 };
	u32 at = 0;
	(void)state;
	cfg.vlan_tci = 0;
	open_world(&m, &cfg);
	mock_receive(&mock[0], other, sizeof(other));
	for (u32 i = 0; i < 16 && !at; i++) {
		mock_receive(&mock[0], ours, sizeof(ours));
		assert_int_equal(port_rx(&w.us.port, f, PORT_BURST_MAX), 1);
		at = f[0].p[13] == 6 ? i + 1 : 0;
		port_rx_done(&w.us.port);
	}
	assert_in_range(at, 2, 16);
	close_world();
}

/* A card that cannot take our address sees all frames; one with a small MTU is used with that. */
static void what_is_not_a_capability(void **state)
{
	struct nic_port_cfg cfg = all_asked();
	struct mock m = all_offered();
	(void)state;
	m.no_mac = true;
	m.max_mtu = 1400;
	memcpy(cfg.mac, (u8[6]){ 2, 0, 0, 0, 0, 9 }, 6);
	open_world(&m, &cfg);
	assert_true(mock[0].promisc && w.us.port.caps & PORT_CAP_PROMISC);
	assert_int_equal(w.us.port.mtu, 1400);
	assert_int_equal(mock[0].conf.rxmode.mtu, 1400);
	assert_memory_equal(w.info.mac, cfg.mac, 6);
	assert_string_equal(w.info.driver, "mock");
	assert_string_equal(w.info.firmware, "mock 1.0");
	talk(false);
	mock[0].full = true; /* nothing leaves: counted, and sent later */
	u64 sent = w.us.port_cnt[PORT_CNT_tx_frames];
	assert_int_equal(tcp_write(w.us.conn, "late", 4, w.now), ERR_OK);
	pass_time(3);
	assert_true(w.us.port_cnt[PORT_CNT_tx_full] > 0 && w.us.port_cnt[PORT_CNT_tx_frames] == sent);
	mock[0].full = false;
	pass_time(1000);
	assert_int_equal(w.us.got, BYTES + 4);
	close_world();
}

static int start(void **state)
{
	struct nic_port_cfg port = { .device = "net_null0" };
	struct nic_cfg cfg = { .instance = "mock", .ports = &port, .n_ports = 1, .no_huge = true };
	(void)state;
	if (!mkdtemp(runtime))
		return -1;
	setenv("RUNTIME_DIRECTORY", runtime, 1);
	err_t e = nic_start(&nic, &cfg);
	if (e != ERR_OK)
		print_message("%s\n", nic.error);
	return e;
}

static int stop(void **state)
{
	char dpdk[64];
	(void)state;
	nic_stop(&nic);
	snprintf(dpdk, sizeof(dpdk), "%s/dpdk", runtime);
	rmdir(dpdk);
	return rmdir(runtime);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(offered_and_asked), cmocka_unit_test(refused_late),
		cmocka_unit_test(damaged),	     cmocka_unit_test(sent_fields),
		cmocka_unit_test(tags),		     cmocka_unit_test(two_queues),
		cmocka_unit_test(what_is_not_a_capability),
	};
	return cmocka_run_group_tests(tests, start, stop);
}
