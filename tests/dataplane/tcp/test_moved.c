/*
 * A gateway or neighbour gets another MAC (fail-over): each live connection's ready header follows,
 * whether it is announced or found out because nothing arrives any more.
 */
#include "tests/cmocka_all.h"

#include "tests/dataplane/tcp/script.h"

#define OLD_MAC 9
#define NEW_MAC 0x77

/* What went out since it was last looked at: questions to a group, segments to either MAC. */
static struct {
	u32 group_asked, to_old, to_new;
} out;

static bool watch_push(struct frame_out *o, u32 n)
{
	struct script *s = (struct script *)o;
	const u8 *ip = s->buf + eth_bytes(&s->net.cfg);
	bool segment = be16(ip - 2) != ETH_ARP && ip[s->v6 ? IP6_OFF_NEXT : IP_OFF_PROTO] == IP_TCP;
	out.group_asked += s->buf[0] & 1;
	out.to_old += segment && s->buf[5] == OLD_MAC;
	out.to_new += segment && s->buf[5] == NEW_MAC;
	return script_push(o, n);
}

/* ARP reply, or neighbour advertisement; unsolicited ones go to all. */
static void announce4(struct script *s, u8 mac)
{
	u8 f[64] = { 0 }, *p = f + eth_bytes(&s->net.cfg);
	static const u8 fixed[8] = { 0, 1, 8, 0, 6, 4, 0, 2 };
	script_eth(s, f, s->net.cfg.mac, ETH_ARP);
	memcpy(p, fixed, sizeof fixed);
	p[8] = 2, p[13] = mac;
	put_be32(p + 14, 0x0a000009);
	memcpy(p + 18, s->net.cfg.mac, 6);
	put_be32(p + 24, 0x0a000009);
	script_frame(s, f, 60);
}

static void announce6(struct script *s, u8 mac, bool solicited)
{
	u8 f[FRAME_MAX] = { 0 }, *ip = f + eth_bytes(&s->net.cfg), *p = ip + 40;
	script_eth(s, f, s->net.cfg.mac, ETH_IPV6);
	script_ip6(s, ip, IP6_ICMP, 32);
	p[0] = 136, p[4] = solicited ? 0x60 : 0x20;
	memcpy(p + 8, script_peer6.b, 16);
	p[24] = 2, p[25] = 1, p[26] = 2, p[31] = mac;
	put_be16(p + 2, slow_pseudo_csum(ip, IP6_ICMP, 32));
	script_frame(s, f, (u32)(p - f) + 32);
}

static void announce(struct script *s, u8 mac, bool solicited)
{
	if (s->v6)
		announce6(s, mac, solicited);
	else
		announce4(s, mac);
	tcp_turn(s->tcp, s->now);
}

struct pair {
	struct script s;
	struct tcp_conn *c[2];
};

static void pair_open(struct pair *x, bool v6, u16 vlan, bool verify)
{
	struct tcp_cfg cfg = script_cfg();
	struct net_cfg nc = script_net(v6);
	nc.vlan = vlan;
	nc.neigh_verify = verify;
	script_open_over(&x->s, "moved", &cfg, nc);
	for (u32 i = 0; i < 2; i++) {
		x->s.peer_port = (u16)(SCRIPT_PORT + i);
		x->s.edge = 0;
		script_run(&x->s, (const char *const[]){ OPENED, NULL });
		x->c[i] = x->s.c;
	}
	assert_ptr_not_equal(x->c[0], x->c[1]);
	x->s.out.push = watch_push;
	memset(&out, 0, sizeof out);
}

static void send_both(struct pair *x)
{
	memset(&out, 0, sizeof out);
	for (u32 i = 0; i < 2; i++) {
		u8 *room = tcp_tx_room(x->c[i], 100);
		assert_non_null(room);
		memset(room, 0x55, 100);
		tcp_tx_fire(x->c[i], 100, x->s.now);
	}
}

static void both_go(struct pair *x, bool to_new)
{
	send_both(x);
	assert_int_equal(out.to_new, to_new ? 2 : 0);
	assert_int_equal(out.to_old, to_new ? 0 : 2);
}

static void test_announced(void **state)
{
	(void)state;
	for (u32 k = 0; k < 4; k++) {
		struct pair x;
		pair_open(&x, k & 1, k & 2 ? 7 : 0, false);
		both_go(&x, false);
		announce(&x.s, NEW_MAC, false);
		both_go(&x, true);
		announce(&x.s, OLD_MAC, false); /* and back */
		both_go(&x, false);
		script_close(&x.s);
	}
}

/* To be verified: a lie changes nothing while the old one answers. */
static void test_lie(void **state)
{
	(void)state;
	for (u32 v6 = 0; v6 < 2; v6++) {
		struct pair x;
		pair_open(&x, v6, 0, true);
		announce(&x.s, NEW_MAC, true);
		announce(&x.s, OLD_MAC, true);
		both_go(&x, false);
		script_close(&x.s);
	}
}

/*
 * Nobody says anything: the old MAC is dead. Time-outs make TCP doubt it, probes stay without answer,
 * who asks everybody finds the new one.
 */
static void test_found_out(void **state)
{
	(void)state;
	for (u32 k = 0; k < 4; k++) {
		struct pair x;
		pair_open(&x, k & 1, 0, k & 2);
		both_go(&x, false);
		ns_t begin = x.s.now;
		while (!out.group_asked && x.s.now < begin + 20 * NS_PER_S) {
			x.s.now += NS_PER_MS;
			tcp_turn(x.s.tcp, x.s.now);
		}
		assert_int_equal(out.to_new, 0);
		assert_true(x.s.now < begin + 4 * NS_PER_S); /* long before the entry is old */
		announce(&x.s, NEW_MAC, true);
		memset(&out, 0, sizeof out);
		for (ns_t end = x.s.now + 4 * NS_PER_S; x.s.now < end; x.s.now += NS_PER_MS)
			tcp_turn(x.s.tcp, x.s.now);
		assert_int_equal(out.to_old, 0);
		assert_true(out.to_new >= 2); /* both have sent again */
		assert_int_equal(x.s.net_cnt[NET_CNT_neigh_changed], 1);
		script_close(&x.s);
	}
}

/* The neighbour was given up and forgotten before it came back elsewhere. */
static void test_forgotten(void **state)
{
	(void)state;
	for (u32 v6 = 0; v6 < 2; v6++) {
		struct pair x;
		pair_open(&x, v6, 0, false);
		both_go(&x, false);
		for (ns_t end = x.s.now + 12 * NS_PER_S; x.s.now < end; x.s.now += NS_PER_MS)
			tcp_turn(x.s.tcp, x.s.now);
		assert_true(x.s.net_cnt[NET_CNT_neigh_failed] >= 1);
		for (u32 i = 0; i < 20000 && !out.to_new; i++) {
			out.group_asked = 0;
			x.s.now += NS_PER_MS;
			tcp_turn(x.s.tcp, x.s.now);
			if (out.group_asked)
				announce(&x.s, NEW_MAC, true);
		}
		assert_true(out.to_new > 0);
		script_close(&x.s);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_announced),
		cmocka_unit_test(test_lie),
		cmocka_unit_test(test_found_out),
		cmocka_unit_test(test_forgotten),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
