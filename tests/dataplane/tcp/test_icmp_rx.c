/* ICMP errors: only about bytes in flight, and never the end of an open connection (RFC 5927). */
#include "tests/cmocka_all.h"

#include "tests/dataplane/tcp/script.h"

/* The router quotes the segment that carried `seq` (relative). */
static void icmp(struct script *s, u8 type, u8 code, u16 mtu, u32 seq)
{
	u8 f[70] = { 0 }, *ip = f + 14, *ic = ip + 20, *q = ic + 8, *tcp = q + 20;
	memcpy(f, s->net.cfg.mac, 6);
	f[6] = 2;
	put_be16(f + 12, ETH_IPV4);
	ip[0] = q[0] = 0x45;
	ip[8] = 64, ip[9] = 1, q[8] = 64, q[9] = 6;
	put_be16(ip + 2, 56);
	put_be16(q + 2, 1500);
	put_be32(ip + 12, 0x0a0000fe);
	put_be32(ip + 16, s->net.ip);
	put_be32(q + 12, s->net.ip);
	put_be32(q + 16, 0x0a000009);
	put_be16(ip + 10, slow_csum(ip, 20, 0));
	put_be16(tcp, s->local_port);
	put_be16(tcp + 2, s->peer_port);
	put_be32(tcp + 4, s->iss + seq);
	ic[0] = type, ic[1] = code;
	put_be16(ic + 6, mtu);
	put_be16(ic + 2, slow_csum(ic, 36, 0));
	script_frame(s, f, sizeof f);
	tcp_turn(s->tcp, s->now);
}

/* The same by ICMPv6. */
static void icmp6(struct script *s, u8 type, u8 code, u32 mtu, u32 seq)
{
	u8 f[FRAME_MAX] = { 0 }, *ip = f + 14, *ic = ip + 40, *q = ic + 8, *tcp = q + 40;
	script_eth(s, f, s->net.cfg.mac, ETH_IPV6);
	script_ip6(s, ip, IP6_ICMP, 56);
	q[0] = 0x60, q[6] = 6;
	memcpy(q + 8, s->net.cfg.ip6.b, 16);
	memcpy(q + 24, script_peer6.b, 16);
	put_be16(tcp, s->local_port);
	put_be16(tcp + 2, s->peer_port);
	put_be32(tcp + 4, s->iss + seq);
	ic[0] = type, ic[1] = code;
	put_be32(ic + 4, mtu);
	put_be16(ic + 2, slow_pseudo_csum(ip, IP6_ICMP, 56));
	script_frame(s, f, 14 + 40 + 56);
	tcp_turn(s->tcp, s->now);
}

struct row {
	const char *remark;
	bool open;
	u8 type, code;
	u16 mtu;
	u32 seq;
	const char *after[8];
};

static const struct row rows[] = {
	{ "port unreachable while opening", false, 3, 3, 0, 0, { "ev down(UNREACHABLE)", NULL } },
	{ "prohibited while opening", false, 3, 13, 0, 0, { "ev down(UNREACHABLE)", NULL } },
	{ "host unreachable is soft", false, 3, 1, 0, 0, { "ev", "state SYN-SENT", NULL } },
	{ "time exceeded is soft", false, 11, 0, 0, 0, { "ev", "state SYN-SENT", NULL } },
	{ "a number never sent", false, 3, 3, 0, 1, { "ev", "state SYN-SENT", NULL } },
	{ "hard, but open", true, 3, 3, 0, 1, { "ev", "state ESTABLISHED", NULL } },
	{ "too big: smaller segments at once", true, 3, 4, 1000, 1,
	  { "> A 1 1 960", "> A 961 1 960", "> PA 1921 1 80", "> none", NULL } },
	{ "no smaller than 552", true, 3, 4, 68, 1,
	  { "> A 1 1 512", "> A 513 1 512", "> A 1025 1 512", "> PA 1537 1 464", NULL } },
	{ "a router that does not say", true, 3, 4, 0, 1, { "> A 1 1 512", NULL } },
	{ "not smaller than it is", true, 3, 4, 1500, 1, { "> none", NULL } },
	{ "about bytes not in flight", true, 3, 4, 600, 2001, { "> none", NULL } },
	{ "about bytes long acknowledged", true, 3, 4, 600, -5, { "> none", NULL } },
};

static void test_table(void **state)
{
	(void)state;
	struct tcp_cfg cfg = script_cfg();
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct script s;
		script_open(&s, rows[i].remark, &cfg);
		if (rows[i].open)
			script_run(&s, (const char *const[]){ OPENED, "write 2000", "> A 1 1 1460",
							      "> PA 1461 1 540", NULL });
		else
			script_run(&s, (const char *const[]){ "connect", "> S 0 0 0 ws 3 sackok",
							      NULL });
		icmp(&s, rows[i].type, rows[i].code, rows[i].mtu, rows[i].seq);
		script_run(&s, rows[i].after);
		script_close(&s);
	}
}

static const struct row rows6[] = {
	{ "port unreachable while opening", false, 1, 4, 0, 0, { "ev down(UNREACHABLE)", NULL } },
	{ "prohibited while opening", false, 1, 1, 0, 0, { "ev down(UNREACHABLE)", NULL } },
	{ "no TCP there, while opening", false, 4, 1, 0, 0, { "ev down(UNREACHABLE)", NULL } },
	{ "no route is soft", false, 1, 0, 0, 0, { "ev", "state SYN-SENT", NULL } },
	{ "so is address unreachable", false, 1, 3, 0, 0, { "ev", "state SYN-SENT", NULL } },
	{ "time exceeded is soft", false, 3, 0, 0, 0, { "ev", "state SYN-SENT", NULL } },
	{ "a number never sent", false, 1, 4, 0, 1, { "ev", "state SYN-SENT", NULL } },
	{ "hard, but open", true, 1, 4, 0, 1, { "ev", "state ESTABLISHED", NULL } },
	{ "too big: smaller segments at once", true, 2, 0, 1400, 1,
	  { "> A 1 1 1340", "> PA 1341 1 660", "> none", NULL } },
	{ "1280 is the least", true, 2, 0, 1280, 1, { "> A 1 1 1220", "> PA 1221 1 780", NULL } },
	{ "below is ignored", true, 2, 0, 1279, 1, { "> none", NULL } },
	{ "not smaller than it is", true, 2, 0, 1500, 1, { "> none", NULL } },
	{ "about bytes not in flight", true, 2, 0, 1400, 2001, { "> none", NULL } },
};

static void test_table6(void **state)
{
	(void)state;
	struct tcp_cfg cfg = script_cfg();
	for (size_t i = 0; i < ARRAY_LEN(rows6); i++) {
		struct script s;
		script_open_over(&s, rows6[i].remark, &cfg, script_net(true));
		if (rows6[i].open)
			script_run(&s, (const char *const[]){ OPENED, "write 2000", "> A 1 1 1440",
							      "> PA 1441 1 560", NULL });
		else
			script_run(&s, (const char *const[]){ "connect", "> S 0 0 0 ws 3 sackok", NULL });
		icmp6(&s, rows6[i].type, rows6[i].code, rows6[i].mtu, rows6[i].seq);
		script_run(&s, rows6[i].after);
		script_close(&s);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_table), cmocka_unit_test(test_table6) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
