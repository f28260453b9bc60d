/*
 * Frames of any kind into a stack with a listening, an opening and an established connection. Each
 * record of the input is a byte of what to do, and mostly a segment whose checksums and ports are
 * put right so that it gets through to where it matters.
 */
#include <stdlib.h>
#include <string.h>

#include "common/cursor.h"
#include "dataplane/net/csum.h"
#include "dataplane/tcp/conn.h"

#define PEER 0x0a000009

struct host {
	struct frame_out out; /* first */
	struct arena arena;
	struct net net;
	struct tcp *tcp;
	struct tcp_conn *c;
	u64 net_cnt[NET_CNT_COUNT], tcp_cnt[TCP_CNT_COUNT];
	u8 buf[FRAME_MAX];
	bool refuse;
	ns_t now;
};

int LLVMFuzzerTestOneInput(const u8 *data, size_t n);

static u8 *host_room(struct frame_out *o) { return ((struct host *)o)->buf; }

static bool host_push(struct frame_out *o, u32 n)
{
	struct host *h = (struct host *)o;
	assert(n >= ETH_FRAME_MIN && n <= FRAME_MAX);
	memset(h->buf, 0xee, sizeof h->buf);
	return !h->refuse;
}

static void on_open(void *user, struct tcp_conn *c, ns_t now)
{
	(void)now;
	((struct host *)user)->c = c;
}

/* What the first byte says: answer, close, abort, or nothing. */
static void on_data(void *user, struct tcp_conn *c, const u8 *p, u32 n, ns_t now)
{
	struct host *h = user;
	u8 *room;
	assert(n > 0);
	if (p[0] == 'a' && (room = tcp_tx_room(c, n)) != NULL) {
		memcpy(room, p, n);
		tcp_tx_fire(c, n, now);
	} else if (p[0] == 'c') {
		tcp_close(c, now);
	} else if (p[0] == 'x') {
		tcp_abort(c, now);
		h->c = h->c == c ? NULL : h->c;
	}
}

static void on_fin(void *user, struct tcp_conn *c, ns_t now)
{
	(void)user;
	if (now & 1)
		tcp_close(c, now);
}

static void on_down(void *user, struct tcp_conn *c, err_t why, ns_t now)
{
	struct host *h = user;
	(void)now;
	assert(why != ERR_OK);
	if (h->c == c)
		h->c = NULL;
}

static const struct tcp_events events = { on_open, on_data, on_fin, on_down };

static const struct ip_addr peer6 = { { 0x20, 1, 0xd, 0xb8, [15] = 9 } };

static void host_open(struct host *h, u8 how_set)
{
	static const struct net_cfg v4 = { .mac = { 2, 0, 0, 0, 0, 1 }, .prefix_len = 24, .mtu = 1500,
					   .ip = { { [10] = 0xff, [11] = 0xff, 10, 0, 0, 1 } } };
	static const struct net_cfg v6 = { .mac = { 2, 0, 0, 0, 0, 1 }, .prefix6_len = 64, .mtu = 1500,
					   .ip6 = { { 0x20, 1, 0xd, 0xb8, [15] = 1 } } };
	const struct net_cfg nc = how_set & 4 ? v6 : v4;
	struct tcp_cfg cfg = tcp_cfg_default;
	cfg.max_conns = 4;
	cfg.snd_ring_bytes = cfg.rcv_wnd_bytes = 4096;
	cfg.timestamps = how_set & 1;
	cfg.keepalive_ns = how_set & 2 ? NS_PER_S : 0;
	*h = (struct host){ .out = { host_room, host_push, false }, .now = 100 * NS_PER_S };
	if (arena_open(&h->arena, tcp_arena_bytes(&cfg)) != ERR_OK ||
	    net_init(&h->net, &nc, &h->out, h->net_cnt) != ERR_OK)
		abort();
	h->tcp = tcp_new(&h->arena, &cfg, &h->net, &h->out, h->tcp_cnt);
	static const u8 mac[6] = { 2, 0, 0, 0, 0, 9 };
	u8 found[6];
	struct ip_addr dst = h->net.has_ip6 ? peer6 : ip_addr_v4(PEER);
	(void)net_resolve(&h->net, &dst, found, h->now);
	(void)neigh_heard(&h->net, &dst, mac, NEIGH_OVERRIDES | NEIGH_CONFIRMS, h->now);
	(void)tcp_listen(h->tcp, 80, &events, h);
	(void)tcp_connect(h->tcp, &dst, 443, &events, h, h->now);
	struct tcp_adopt how = { .dst = dst, .port = 1, .local_port = 2, .snd_nxt = 0xfffff000,
				 .rcv_nxt = 0xffffff00, .snd_wnd = 3000, .mss = 500, .sack = true };
	memcpy(how.peer_mac, mac, 6);
	h->c = tcp_adopt(h->tcp, &how, &events, h, h->now);
	tcp_turn(h->tcp, h->now);
}

/* The IP header of a segment to us; returns its bytes. */
static u32 put_ip(const struct host *h, u8 *ip, u32 tcp_len)
{
	if (h->net.has_ip6) {
		put_be16(ip - 2, ETH_IPV6);
		ip[0] = 0x60;
		put_be16(ip + IP6_OFF_LEN, (u16)tcp_len);
		ip[IP6_OFF_NEXT] = IP_TCP;
		memcpy(ip + IP6_OFF_SRC, peer6.b, 16);
		memcpy(ip + IP6_OFF_DST, h->net.cfg.ip6.b, 16);
		return IP6_BYTES;
	}
	put_be16(ip - 2, ETH_IPV4);
	ip[0] = 0x45;
	put_be16(ip + IP_OFF_LEN, (u16)(IP_BYTES + tcp_len));
	ip[IP_OFF_TTL] = 64;
	ip[IP_OFF_PROTO] = IP_TCP;
	put_be32(ip + IP_OFF_SRC, PEER);
	put_be32(ip + IP_OFF_DST, h->net.ip);
	return IP_BYTES;
}

/* A segment near what the connection expects: small differences come from the input. */
static void segment(struct host *h, struct rd *r)
{
	u8 f[FRAME_MAX] = { 2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 9 };
	u8 which = rd_u8(r), flags = rd_u8(r), opts = rd_u8(r) % 11 * 4;
	u32 seq = (u32)(int16_t)rd_u16(r), ack = (u32)(int16_t)rd_u16(r), len = rd_u16(r) % 1200;
	struct tcp_conn *c = pool_at(&h->tcp->conns, which >> 2 & 3);
	u32 ports = which & 1 ? c->ports : ports_of(5, which & 2 ? 80 : 81);
	u32 tcp_len = TCP_BYTES + opts + len, ip_n = put_ip(h, f + ETH_BYTES, tcp_len);
	u8 *tcp = f + ETH_BYTES + ip_n;
	for (u32 i = 0; i < opts + u32_min(len, 4); i++)
		tcp[TCP_BYTES + i] = rd_u8(r);
	memcpy(tcp, &ports, 4);
	put_be32(tcp + 4, c->rcv_nxt + seq);
	put_be32(tcp + 8, c->snd_nxt + ack);
	tcp[12] = (u8)((TCP_BYTES + opts) / 4 << 4);
	tcp[13] = flags;
	put_be16(tcp + 14, (u16)(which << 4));
	struct frame frame = { .p = f, .n = ETH_BYTES + ip_n + tcp_len, .flags = FRAME_CSUM_GOOD };
	tcp_rx(h->tcp, &frame, h->now);
}

static void raw(struct host *h, struct rd *r)
{
	u32 n = rd_u16(r) % FRAME_MAX;
	n = (u32)u64_min(n, rd_left(r));
	struct frame f = { .p = rd_bytes(r, n), .n = n };
	if (f.p)
		tcp_rx(h->tcp, &f, h->now);
}

static void act(struct host *h, struct rd *r)
{
	static const u8 bytes[3000];
	u8 what = rd_u8(r);
	u8 *room;
	if (!h->c)
		return;
	if (what % 8 == 0)
		tcp_close(h->c, h->now);
	else if (what % 8 < 5)
		(void)tcp_write(h->c, bytes, what * 11u, h->now);
	else if ((room = tcp_tx_room(h->c, what + 1u)) != NULL) {
		memset(room, what, what + 1u);
		tcp_tx_fire(h->c, what + 1u, h->now);
	}
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t n)
{
	static struct host h;
	struct rd r = rd_of(data, n);
	host_open(&h, n ? data[n - 1] : 0);
	while (!r.bad && rd_left(&r)) {
		u8 what = rd_u8(&r);
		h.refuse = what >> 7;
		if (what % 8 < 4)
			segment(&h, &r);
		else if (what % 8 == 4)
			raw(&h, &r);
		else if (what % 8 == 5)
			act(&h, &r);
		else
			h.now += (ns_t)rd_u16(&r) << (what >> 4 & 7) << 10;
		if (what & 8)
			tcp_turn(h.tcp, h.now);
		for (u32 i = 0; i < h.tcp->conns.n; i++) {
			struct tcp_conn *c = pool_at(&h.tcp->conns, i);
			if (c->state != TCP_CLOSED)
				conn_check(c);
		}
	}
	tcp_turn(h.tcp, h.now);
	arena_close(&h.arena);
	return 0;
}
