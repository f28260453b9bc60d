/* Neighbours: asking, answering, refreshing, forgetting, and who is believed. */
#include "tests/cmocka_all.h"

#include "tests/dataplane/net/host.h"

#define S NS_PER_S
#define MS NS_PER_MS

static struct net_seg seg;

static err_t resolve(struct host *h, u32 ip, u8 mac[6], ns_t now)
{
	struct ip_addr a = ip_addr_v4(ip);
	return net_resolve(&h->net, &a, mac, now);
}

static void say(struct host *h, u16 op, const u8 *sha, u32 spa, u32 tpa, ns_t now)
{
	u8 f[FRAME_MAX];
	u32 n = host_arp(f, op, sha, spa, tpa);
	assert_int_equal(host_rx(h, f, n, &seg, now), NET_NONE);
}

static void asked(struct host *h, u32 nr, const u8 *to, u32 ip)
{
	static const u8 all[6] = { 255, 255, 255, 255, 255, 255 };
	assert_int_equal(h->n_sent, nr + 1);
	const u8 *f = h->sent[nr];
	assert_int_equal(h->len[nr], 60);
	assert_memory_equal(f, to ? to : all, 6);
	assert_int_equal(be16(f + 20), 1);
	assert_memory_equal(f + 22, host_mac, 6);
	assert_int_equal(be32(f + 28), HOST_IP);
	assert_int_equal(be32(f + 38), ip);
}

static void open_quiet(struct host *h)
{
	host_open(h);
	net_turn(&h->net, 0); /* the gateway is asked for at once */
	asked(h, 0, NULL, HOST_GATEWAY);
	say(h, 2, peer_mac, HOST_GATEWAY, HOST_IP, 1);
	h->n_sent = 0;
}

static void test_resolve(void **state)
{
	(void)state;
	struct host h;
	u8 mac[6];
	open_quiet(&h);
	assert_int_equal(resolve(&h, HOST_PEER, mac, S), ERR_AGAIN);
	asked(&h, 0, NULL, HOST_PEER);
	assert_int_equal(resolve(&h, HOST_PEER, mac, S), ERR_AGAIN);
	assert_int_equal(h.n_sent, 1);
	say(&h, 2, peer_mac, HOST_PEER, HOST_IP, S + MS);
	assert_int_equal(resolve(&h, HOST_PEER, mac, S + MS), ERR_OK);
	assert_memory_equal(mac, peer_mac, 6);
	assert_int_equal(resolve(&h, 0x08080808, mac, S), ERR_OK); /* by way of the gateway */
}

static void test_no_answer(void **state)
{
	(void)state;
	struct host h;
	u8 mac[6];
	open_quiet(&h);
	assert_int_equal(resolve(&h, HOST_PEER, mac, S), ERR_AGAIN);
	static const u32 at_ms[] = { 100, 300, 700, 1500 };
	for (u32 i = 0; i < 4; i++) {
		net_turn(&h.net, S + at_ms[i] * MS - 1);
		assert_int_equal(h.n_sent, i + 1);
		net_turn(&h.net, S + at_ms[i] * MS);
		asked(&h, i + 1, NULL, HOST_PEER);
	}
	net_turn(&h.net, S + 3100 * MS - 1);
	assert_int_equal(resolve(&h, HOST_PEER, mac, S + 3100 * MS - 1), ERR_AGAIN);
	net_turn(&h.net, S + 3100 * MS);
	assert_int_equal(resolve(&h, HOST_PEER, mac, S + 3100 * MS), ERR_UNREACHABLE);
	assert_int_equal(h.cnt[NET_CNT_neigh_failed], 1);
	assert_int_equal(h.n_sent, 5);
	net_turn(&h.net, S + 4100 * MS);
	assert_int_equal(resolve(&h, HOST_PEER, mac, S + 4100 * MS), ERR_AGAIN); /* anew */
}

static void test_refresh(void **state)
{
	(void)state;
	struct host h;
	u8 mac[6];
	static const u8 other[6] = { 2, 0, 0, 0, 0, 0x77 };
	open_quiet(&h);
	net_turn(&h.net, NEIGH_REFRESH_NS);
	assert_int_equal(h.net.neigh.next_ns, 1 + NEIGH_REFRESH_NS);
	assert_int_equal(h.n_sent, 0);
	net_turn(&h.net, 1 + NEIGH_REFRESH_NS);
	asked(&h, 0, peer_mac, HOST_GATEWAY); /* by unicast, and it stays usable */
	assert_int_equal(resolve(&h, 0x08080808, mac, 31 * S), ERR_OK);
	say(&h, 2, peer_mac, HOST_GATEWAY, HOST_IP, 31 * S);
	u32 epoch = h.net.mac_epoch;
	say(&h, 2, other, HOST_GATEWAY, HOST_IP, 32 * S); /* fail-over */
	assert_int_equal(h.net.mac_epoch, epoch + 1);
	assert_int_equal(h.cnt[NET_CNT_neigh_changed], 1);
	assert_int_equal(resolve(&h, 0x08080808, mac, 32 * S), ERR_OK);
	assert_memory_equal(mac, other, 6);
	h.n_sent = 0; /* silent: three by unicast, two to all, then from the beginning */
	static const u32 at_ms[] = { 0, 100, 300, 700, 1500 };
	for (u32 i = 0; i < 5; i++) {
		net_turn(&h.net, 62 * S + at_ms[i] * MS);
		asked(&h, i, i < 3 ? other : NULL, HOST_GATEWAY);
		assert_int_equal(resolve(&h, 0x08080808, mac, 62 * S), ERR_OK);
	}
	net_turn(&h.net, 62 * S + 3100 * MS);
	assert_int_equal(resolve(&h, 0x08080808, mac, 66 * S), ERR_UNREACHABLE);
	net_turn(&h.net, 62 * S + 4100 * MS);
	asked(&h, 5, NULL, HOST_GATEWAY);
}

static void test_answers(void **state)
{
	(void)state;
	struct host h;
	u8 mac[6];
	open_quiet(&h);
	say(&h, 1, peer_mac, HOST_PEER, HOST_IP, S);
	assert_int_equal(h.n_sent, 1);
	const u8 *f = h.sent[0];
	assert_memory_equal(f, peer_mac, 6);
	assert_int_equal(be16(f + 20), 2);
	assert_memory_equal(f + 22, host_mac, 6);
	assert_int_equal(be32(f + 28), HOST_IP);
	assert_memory_equal(f + 32, peer_mac, 6);
	assert_int_equal(be32(f + 38), HOST_PEER);
	assert_int_equal(resolve(&h, HOST_PEER, mac, S), ERR_OK); /* known from its question */
	say(&h, 1, peer_mac, 0, HOST_IP, S); /* an address probe: answered, not learned */
	assert_int_equal(h.n_sent, 2);
	say(&h, 1, peer_mac, HOST_PEER, 0x0a000055, S); /* not about us */
	assert_int_equal(h.n_sent, 2);
	/* Linux asks with any of its addresses (arp_announce 0): answered, not learned */
	say(&h, 1, peer_mac, 0xc0a80001, HOST_IP, S);
	assert_int_equal(h.n_sent, 3);
	assert_int_equal(h.cnt[NET_CNT_rx_arp_bad], 0);
}

static void test_forgets(void **state)
{
	(void)state;
	struct host h;
	u8 mac[6];
	open_quiet(&h);
	say(&h, 1, peer_mac, HOST_PEER, HOST_IP, S);
	net_turn(&h.net, S + NEIGH_EXPIRE_NS);
	h.n_sent = 0;
	assert_int_equal(resolve(&h, HOST_PEER, mac, S + NEIGH_EXPIRE_NS), ERR_AGAIN);
}

/* Strangers fill the table; whom we talk to stays. */
static void test_full(void **state)
{
	(void)state;
	struct host h;
	u8 mac[6];
	open_quiet(&h);
	assert_int_equal(resolve(&h, HOST_PEER, mac, S), ERR_AGAIN);
	say(&h, 2, peer_mac, HOST_PEER, HOST_IP, S);
	for (u32 i = 10; i < 200; i++) {
		h.n_sent = 0;
		say(&h, 1, peer_mac, 0x0a000000 + i, HOST_IP, S + i);
	}
	assert_int_equal(resolve(&h, HOST_PEER, mac, S + 200), ERR_OK);
	assert_int_equal(resolve(&h, 0x08080808, mac, S + 200), ERR_OK);
	assert_int_equal(resolve(&h, 0x0a000000 + 199, mac, S + 200), ERR_OK);
}

static void test_not_believed(void **state)
{
	(void)state;
	struct host h;
	u8 mac[6], f[FRAME_MAX];
	static const u8 group[6] = { 3, 0, 0, 0, 0, 1 };
	open_quiet(&h);
	say(&h, 2, peer_mac, HOST_PEER, HOST_IP, S); /* nobody asked */
	assert_int_equal(h.cnt[NET_CNT_neigh_unasked], 1);
	say(&h, 1, peer_mac, HOST_IP, HOST_IP, S); /* it says it is us */
	assert_int_equal(h.cnt[NET_CNT_neigh_conflict], 1);
	say(&h, 2, peer_mac, 0x0b000001, HOST_IP, S); /* of another network */
	say(&h, 1, peer_mac, 0x0a0000ff, HOST_IP, S); /* the broadcast address */
	say(&h, 1, group, HOST_PEER, HOST_IP, S);
	assert_int_equal(h.cnt[NET_CNT_rx_arp_bad], 3);
	for (u32 at = 14; at < 22; at++) { /* hardware, protocol, sizes, operation */
		u32 n = host_arp(f, 1, peer_mac, HOST_PEER, HOST_IP);
		f[at] ^= 0x40;
		assert_int_equal(host_rx(&h, f, n, &seg, S), NET_NONE);
	}
	for (u32 n = 14; n < 42; n++) {
		host_arp(f, 1, peer_mac, HOST_PEER, HOST_IP);
		assert_int_equal(host_rx(&h, f, n, &seg, S), NET_NONE);
	}
	assert_int_equal(h.cnt[NET_CNT_rx_arp_bad], 3 + 8 + 28);
	assert_int_equal(h.n_sent, 0);
	assert_int_equal(resolve(&h, HOST_PEER, mac, S), ERR_AGAIN);
}

static void test_no_room(void **state)
{
	(void)state;
	struct host h;
	u8 mac[6];
	open_quiet(&h);
	h.refuse = true;
	assert_int_equal(resolve(&h, HOST_PEER, mac, S), ERR_AGAIN);
	say(&h, 1, peer_mac, 0x0a000044, HOST_IP, S);
	assert_int_equal(h.cnt[NET_CNT_tx_no_room], 2);
	h.refuse = false;
	net_turn(&h.net, S + 100 * MS);
	asked(&h, 0, NULL, HOST_PEER);
}

/* Gratuitous ARP for a gateway, where a change is to be verified: the old MAC is asked first. */
static void test_change_verified(void **state)
{
	(void)state;
	static const u8 other[6] = { 2, 0, 0, 0, 0, 0x66 };
	struct host h;
	u8 mac[6];
	open_quiet(&h);
	h.net.cfg.neigh_verify = true;
	u32 epoch = h.net.mac_epoch;
	say(&h, 2, other, HOST_GATEWAY, HOST_GATEWAY, S);
	asked(&h, 0, peer_mac, HOST_GATEWAY);
	assert_int_equal(resolve(&h, HOST_GATEWAY, mac, S), ERR_OK);
	assert_memory_equal(mac, peer_mac, 6);
	say(&h, 2, peer_mac, HOST_GATEWAY, HOST_IP, S + MS); /* it is still there: a lie */
	say(&h, 2, other, HOST_GATEWAY, HOST_GATEWAY, 2 * S);
	asked(&h, 1, peer_mac, HOST_GATEWAY);
	for (ns_t t = 2 * S; t < 2 * S + 300 * MS; t += 10 * MS)
		net_turn(&h.net, t);
	say(&h, 2, other, HOST_GATEWAY, HOST_GATEWAY, 2 * S + 300 * MS); /* not silent long enough */
	assert_int_equal(h.cnt[NET_CNT_neigh_doubted], 3);
	assert_int_equal(h.cnt[NET_CNT_neigh_changed], 0);
	net_turn(&h.net, 2 * S + 301 * MS);
	net_turn(&h.net, 2 * S + 701 * MS); /* three times asked in vain: everybody is asked */
	asked(&h, 4, NULL, HOST_GATEWAY);
	say(&h, 2, other, HOST_GATEWAY, HOST_IP, 2 * S + 702 * MS);
	assert_int_equal(resolve(&h, HOST_GATEWAY, mac, 3 * S), ERR_OK);
	assert_memory_equal(mac, other, 6);
	assert_int_equal(h.cnt[NET_CNT_neigh_changed], 1);
	assert_int_equal(h.net.mac_epoch, epoch + 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_resolve),	 cmocka_unit_test(test_no_answer),
		cmocka_unit_test(test_change_verified),
		cmocka_unit_test(test_refresh),	 cmocka_unit_test(test_answers),
		cmocka_unit_test(test_forgets),	 cmocka_unit_test(test_full),
		cmocka_unit_test(test_not_believed), cmocka_unit_test(test_no_room),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
