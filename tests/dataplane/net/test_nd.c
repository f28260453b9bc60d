/* Neighbour discovery: asking, answering, refreshing, and who is believed (RFC 4861). */
#include "tests/cmocka_all.h"

#include "tests/dataplane/net/host6.h"

#define S NS_PER_S
#define MS NS_PER_MS

enum { SOLICITED = 0x40, OVERRIDE = 0x20 };

static const u8 other[6] = { 2, 0, 0, 0, 0, 0x77 };
static struct net_seg seg;

static void say(struct host *h, const struct nd_say *s, ns_t now)
{
	u8 f[FRAME_MAX];
	u32 n = host6_nd(f, s);
	assert_int_equal(host_rx(h, f, n, &seg, now), NET_NONE);
}

static void advertise(struct host *h, const struct ip_addr *who, u8 flags, const u8 *mac, ns_t now)
{
	say(h, &(struct nd_say){ 136, flags, *who, host6_ip, *who, mac }, now);
}

/* The nr-th frame sent is a question for `ip`: to its group, or to `mac`. */
static void asked(const struct host *h, u32 nr, const u8 *mac, const struct ip_addr *ip)
{
	const u8 *f = h->sent[nr], *p = f + 14, *m = p + 40;
	u8 group[6] = { 0x33, 0x33, 0xff, ip->b[13], ip->b[14], ip->b[15] };
	struct ip_addr dst = { { 0xff, 2, [11] = 1, [12] = 0xff, ip->b[13], ip->b[14], ip->b[15] } };
	assert_int_equal(h->n_sent, nr + 1);
	assert_int_equal(h->len[nr], 86);
	assert_memory_equal(f, mac ? mac : group, 6);
	assert_int_equal(be16(f + 12), 0x86dd);
	assert_int_equal(p[7], 255);
	assert_memory_equal(p + 8, host6_ip.b, 16);
	assert_memory_equal(p + 24, mac ? ip->b : dst.b, 16);
	assert_int_equal(host6_csum(p, 58, m, 32), 0);
	assert_int_equal(m[0], 135);
	assert_memory_equal(m + 8, ip->b, 16);
	assert_int_equal(be16(m + 24), 0x0101);
	assert_memory_equal(m + 26, host_mac, 6);
}

static void has(struct host *h, const struct ip_addr *dst, const u8 *want, ns_t now)
{
	u8 mac[6];
	assert_int_equal(net_resolve(&h->net, dst, mac, now), ERR_OK);
	assert_memory_equal(mac, want, 6);
}

/* The gateway is known and nothing else. */
static void open_quiet(struct host *h)
{
	host6_open(h);
	net_turn(&h->net, 0);
	asked(h, 0, NULL, &host6_gateway);
	advertise(h, &host6_gateway, SOLICITED | OVERRIDE, peer_mac, 1);
	h->n_sent = 0;
}

static void test_resolve(void **state)
{
	(void)state;
	struct host h;
	u8 mac[6];
	open_quiet(&h);
	assert_int_equal(net_resolve(&h.net, &host6_peer, mac, S), ERR_AGAIN);
	asked(&h, 0, NULL, &host6_peer);
	advertise(&h, &host6_peer, SOLICITED | OVERRIDE, other, S + MS);
	has(&h, &host6_peer, other, S + MS);
	has(&h, &host6_far, peer_mac, S + MS); /* by way of the gateway, a link-local address */
	static const struct ip_addr nobody[] = { H6_IP(1), { { 0xff, 2, [15] = 5 } }, { { [15] = 1 } }, { { 0 } },
						 { { [10] = 0xff, [11] = 0xff, 10, 0, 0, 1 } } };
	for (u32 i = 0; i < ARRAY_LEN(nobody); i++)
		assert_int_equal(net_resolve(&h.net, &nobody[i], mac, S), ERR_UNREACHABLE);
}

static void test_no_answer(void **state)
{
	(void)state;
	struct host h;
	u8 mac[6];
	open_quiet(&h);
	assert_int_equal(net_resolve(&h.net, &host6_peer, mac, S), ERR_AGAIN);
	for (u32 i = 0; i < 4; i++) {
		h.n_sent = 0;
		net_turn(&h.net, S + (200u << i) * MS - 100 * MS);
		asked(&h, 0, NULL, &host6_peer);
	}
	net_turn(&h.net, S + 3100 * MS);
	assert_int_equal(net_resolve(&h.net, &host6_peer, mac, S + 3100 * MS), ERR_UNREACHABLE);
	assert_int_equal(h.cnt[NET_CNT_neigh_failed], 1);
}

/* Before it expires it is asked by unicast; silent, by its group; meanwhile it is in use. */
static void test_refresh(void **state)
{
	(void)state;
	struct host h;
	open_quiet(&h);
	net_turn(&h.net, 1 + NEIGH_REFRESH_NS);
	asked(&h, 0, peer_mac, &host6_gateway);
	has(&h, &host6_far, peer_mac, 30 * S);
	advertise(&h, &host6_gateway, SOLICITED, NULL, 30 * S); /* without the option: it is still there */
	assert_int_equal(h.cnt[NET_CNT_rx_nd_advert], 2);
	h.n_sent = 0;
	for (ns_t t = 30 * S; t < 61 * S; t += 10 * MS)
		net_turn(&h.net, t);
	asked(&h, 3, NULL, &host6_gateway);
	has(&h, &host6_far, peer_mac, 61 * S);
}

/* RFC 4861 7.2.5, row by row of its appendix C. */
static void test_who_is_believed(void **state)
{
	(void)state;
	static const struct {
		const char *remark;
		u8 flags;
		bool verify, taken, asked;
	} rows[] = {
		{ "solicited, override", SOLICITED | OVERRIDE, false, true, false },
		{ "unsolicited, override: taken, and asked at once", OVERRIDE, false, true, true },
		{ "solicited, no override: the old one is asked", SOLICITED, false, false, true },
		{ "neither", 0, false, false, true },
		{ "to be verified", SOLICITED | OVERRIDE, true, false, true },
	};
	for (u32 i = 0; i < ARRAY_LEN(rows); i++) {
		struct host h;
		open_quiet(&h);
		h.net.cfg.neigh_verify = rows[i].verify;
		u32 epoch = h.net.mac_epoch;
		advertise(&h, &host6_gateway, rows[i].flags, other, S);
		print_message("%s\n", rows[i].remark);
		has(&h, &host6_far, rows[i].taken ? other : peer_mac, S);
		assert_int_equal(h.net.mac_epoch - epoch, rows[i].taken);
		assert_int_equal(h.cnt[NET_CNT_neigh_changed], rows[i].taken);
		assert_int_equal(h.cnt[NET_CNT_neigh_doubted], !rows[i].taken);
		assert_int_equal(h.n_sent, rows[i].asked);
		if (rows[i].asked)
			asked(&h, 0, rows[i].taken ? other : peer_mac, &host6_gateway);
	}
}

static void test_answers(void **state)
{
	(void)state;
	struct host h;
	open_quiet(&h);
	say(&h, &(struct nd_say){ 135, 0, host6_peer, host6_group, host6_ip, peer_mac }, S);
	const u8 *f = h.sent[0], *p = f + 14, *m = p + 40;
	assert_int_equal(h.n_sent, 1);
	assert_memory_equal(f, peer_mac, 6);
	assert_memory_equal(p + 24, host6_peer.b, 16);
	assert_int_equal(p[7], 255);
	assert_int_equal(host6_csum(p, 58, m, 32), 0);
	assert_int_equal(m[0], 136);
	assert_int_equal(m[4], SOLICITED | OVERRIDE);
	assert_memory_equal(m + 8, host6_ip.b, 16);
	assert_int_equal(be16(m + 24), 0x0201);
	assert_memory_equal(m + 26, host_mac, 6);
	has(&h, &host6_peer, peer_mac, S); /* it will talk to us next */
	h.n_sent = 0;
	say(&h, &(struct nd_say){ 135, 0, host6_peer, host6_group, H6_IP(2), peer_mac }, S);
	assert_int_equal(h.n_sent, 0); /* another's address with the same group */
	say(&h, &(struct nd_say){ 135, 0, host6_far, host6_ip, host6_ip, other }, S);
	assert_int_equal(h.n_sent, 1); /* answered, but not remembered: it is not of our link */
	has(&h, &host6_far, peer_mac, S);
	assert_int_equal(h.cnt[NET_CNT_rx_nd_solicit], 2);
}

/* Somebody wants to give itself our address: RFC 4862 5.4.3. */
static void test_defends(void **state)
{
	(void)state;
	struct host h;
	open_quiet(&h);
	say(&h, &(struct nd_say){ 135, 0, host6_none, host6_group, host6_ip, NULL }, S);
	const u8 *f = h.sent[0], *p = f + 14;
	static const u8 all_mac[6] = { 0x33, 0x33, 0, 0, 0, 1 };
	assert_int_equal(h.n_sent, 1);
	assert_memory_equal(f, all_mac, 6);
	assert_memory_equal(p + 24, host6_all.b, 16);
	assert_int_equal(p[44], OVERRIDE);
	assert_int_equal(h.cnt[NET_CNT_neigh_conflict], 1);
	say(&h, &(struct nd_say){ 136, OVERRIDE, host6_peer, host6_all, host6_ip, other }, S);
	assert_int_equal(h.cnt[NET_CNT_neigh_conflict], 2);
	assert_int_equal(h.n_sent, 1);
}

static void test_malformed(void **state)
{
	(void)state;
	static const u8 group_mac[6] = { 3 };
	static const struct {
		const char *remark;
		struct nd_say s;
		u32 at; /* this byte of the frame becomes `value`; 0: none */
		u8 value;
		enum net_cnt why;
	} rows[] = {
		{ "forwarded by a router", { 135, 0, H6_IP(9), H6_IP(1), H6_IP(1), peer_mac }, 21, 254, NET_CNT_rx_nd_bad },
		{ "a code", { 135, 0, H6_IP(9), H6_IP(1), H6_IP(1), peer_mac }, 55, 1, NET_CNT_rx_nd_bad },
		{ "an option of no length", { 135, 0, H6_IP(9), H6_IP(1), H6_IP(1), peer_mac }, 79, 0, NET_CNT_rx_nd_bad },
		{ "an option beyond the end", { 135, 0, H6_IP(9), H6_IP(1), H6_IP(1), peer_mac }, 79, 2, NET_CNT_rx_nd_bad },
		{ "a group's MAC", { 135, 0, H6_IP(9), H6_IP(1), H6_IP(1), group_mac }, 0, 0, NET_CNT_rx_nd_bad },
		{ "about a group", { 136, 0, H6_IP(9), H6_IP(1), { { 0xff, 2 } }, peer_mac }, 0, 0, NET_CNT_rx_nd_bad },
		{ "solicited, and to all", { 136, SOLICITED, H6_IP(9), { { 0xff, 2, [15] = 1 } }, H6_IP(9), peer_mac }, 0, 0,
		  NET_CNT_rx_nd_bad },
		{ "a probe to us alone", { 135, 0, { { 0 } }, H6_IP(1), H6_IP(1), NULL }, 0, 0, NET_CNT_rx_nd_bad },
		{ "a probe with a MAC", { 135, 0, { { 0 } }, { { 0xff, 2, [11] = 1, [12] = 0xff, 0xaa, 0xbb, 1 } },
		    H6_IP(1), peer_mac }, 0, 0, NET_CNT_rx_nd_bad },
		{ "an advertisement from nowhere", { 136, 0, { { 0 } }, H6_IP(1), H6_IP(9), peer_mac }, 0, 0, NET_CNT_rx_icmp_bad },
		{ "nobody asked", { 136, 0, H6_IP(9), H6_IP(1), H6_IP(9), peer_mac }, 0, 0, NET_CNT_neigh_unasked },
		{ "a router's", { 134, 0, H6_IP(9), H6_IP(1), H6_IP(9), NULL }, 0, 0, NET_CNT_rx_nd_router },
		{ "a redirect", { 137, 0, H6_IP(9), H6_IP(1), H6_IP(9), NULL }, 0, 0, NET_CNT_rx_nd_router },
	};
	for (u32 i = 0; i < ARRAY_LEN(rows); i++) {
		struct host h;
		u8 f[FRAME_MAX];
		open_quiet(&h);
		u32 n = host6_nd(f, &rows[i].s);
		if (rows[i].at) {
			f[rows[i].at] = rows[i].value;
			put_be16(f + 56, 0);
			put_be16(f + 56, host6_csum(f + 14, 58, f + 54, be16(f + 18)));
		}
		assert_int_equal(host_rx(&h, f, n, &seg, S), NET_NONE);
		if (h.cnt[rows[i].why] != 1 || h.n_sent)
			fail_msg("%s", rows[i].remark);
	}
}

/* TCP says that nothing arrives: asked at once, not when the entry is old. */
static void test_doubt(void **state)
{
	(void)state;
	struct host h;
	open_quiet(&h);
	net_doubt(&h.net, &host6_far, S);
	asked(&h, 0, peer_mac, &host6_gateway);
	net_doubt(&h.net, &host6_far, S);
	assert_int_equal(h.n_sent, 1);
	advertise(&h, &host6_gateway, SOLICITED | OVERRIDE, other, S + MS);
	has(&h, &host6_far, other, S + MS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_resolve),
		cmocka_unit_test(test_no_answer),
		cmocka_unit_test(test_refresh),
		cmocka_unit_test(test_who_is_believed),
		cmocka_unit_test(test_answers),
		cmocka_unit_test(test_defends),
		cmocka_unit_test(test_malformed),
		cmocka_unit_test(test_doubt),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
