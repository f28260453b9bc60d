#include "bench/peers/user.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/place.h"
#include "dataplane/net/wire.h"
#include "dataplane/ws/ws.h"

#define MARKET_PORT 40001
#define ORDER_PORT 40002

static void die(const char *what)
{
	fprintf(stderr, "bench: peer.user: %s\n", what);
	exit(1);
}

/* ---- frame to text ---- */

static u64 load64(const u8 *p)
{
	u64 v;
	memcpy(&v, p, sizeof v);
	return v;
}

static u32 load32(const u8 *p)
{
	u32 v;
	memcpy(&v, p, sizeof v);
	return v;
}

/* As in bench/limit.c: the next segment in order, checksums verified. */
static bool take_segment(struct user *u, const struct frame *f)
{
	const u8 *p = f->p, *ip = p + ETH_BYTES, *tcp = ip + IP_BYTES;
	struct user_conn *c = &u->md;
	u32 len = f->n >= TCP_HDR_BYTES ? be16(ip + IP_OFF_LEN) : 0;
	if (len < IP_BYTES + TCP_BYTES || len > f->n - ETH_BYTES)
		return false;
	u64 odd = (load64(p) ^ u->mac) << 16;
	odd |= (load32(p + ETH_OFF_TYPE) & 0x00ffffff) ^ (0x450000 | __builtin_bswap16(ETH_IPV4));
	odd |= (u64)(be16(ip + IP_OFF_FRAG) & IP_FRAG_MASK) | (ip[IP_OFF_PROTO] ^ IP_TCP);
	odd |= (load32(ip + IP_OFF_DST) ^ u->ip) | (load32(ip + IP_OFF_SRC) ^ c->rem_ip);
	odd |= (load32(tcp) ^ c->ports) | (be32(tcp + 4) ^ c->rcv_nxt);
	odd |= (tcp[12] ^ 0x50) | ((tcp[13] & ~TCP_PSH) ^ TCP_ACK);
	odd |= be32(tcp + 8) - c->snd_una > c->snd_nxt - c->snd_una;
	u64 sum = csum_bytes(ip + IP_OFF_SRC, len - IP_OFF_SRC) + csum_word(IP_TCP) +
		  csum_word((u16)(len - IP_BYTES));
	if (odd | csum_finish(sum) | csum_finish(csum_bytes(ip, IP_BYTES)))
		return false;
	c->ends.in = tcp + TCP_BYTES;
	c->ends.in_n = len - IP_BYTES - TCP_BYTES;
	c->rcv_nxt += c->ends.in_n;
	c->ack_due = c->ends.in_n > 0;
	return c->ack_due;
}

/* One whole record to one whole text: what the venue sends; anything else makes no order. */
static u32 open_text(struct user *u, const char **text)
{
	int n = SSL_read(u->md.ssl, u->text, USER_TEXT_MAX);
	const u8 *p = u->text;
	if (n < 4 || p[0] != (0x80 | WS_OP_TEXT) || p[1] > 126)
		return 0;
	u32 head = p[1] == 126 ? 4 : 2, len = p[1] == 126 ? be16(p + 2) : p[1];
	*text = (const char *)p + head;
	return (u32)n == head + len ? len : 0;
}

/* ---- text to frame ---- */

static u32 next_mask(struct user *u)
{
	u->mask_seed ^= u->mask_seed << 13;
	u->mask_seed ^= u->mask_seed >> 17;
	return u->mask_seed ^= u->mask_seed << 5;
}

/* The order's text stands behind the head's room. */
static u32 frame_text(struct user *u, u32 n)
{
	static_assert(DESK_ORDER_MAX < 65536, "two bytes of length");
	u32 head = ws_head_len(n), gap = 8 - head;
	return ws_frame(u->frame + gap, n, WS_OP_TEXT, next_mask(u));
}

struct turn {
	u64 *stamp;
	bool all;
};

static inline void passed(const struct turn *t, enum user_stamp at)
{
	if (t->all)
		t->stamp[at] = tsc_now();
}

/* Sealed into the frame behind the header, copied for retransmission, and sent. */
static inline bool send_order(struct user *u, const struct turn *t, u32 n)
{
	struct user_conn *c = &u->trade;
	struct frame_out *o = &u->trade_port->out;
	u8 *f = o->room(o);
	if (!f || c->snd_nxt - c->snd_una + USER_SLOT_BYTES > c->snd_wnd)
		return false;
	memcpy(f, c->hdr, TCP_HDR_BYTES);
	c->ends.out = f + TCP_HDR_BYTES;
	c->ends.out_n = 0;
	u32 framed = frame_text(u, n);
	if (SSL_write(c->ssl, u->frame + 8 - ws_head_len(n), (int)framed) != (int)framed)
		return false;
	passed(t, USER_SEAL);
	struct hdr_var v = { .seq = c->snd_nxt,
			     .ack = c->rcv_nxt,
			     .flags = TCP_ACK | TCP_PSH,
			     .wnd = 0xffff,
			     .id = c->ip_id++,
			     .len = c->ends.out_n };
	v.payload_sum = csum_copy(u->slot[u->orders % USER_SLOTS], c->ends.out, c->ends.out_n);
	c->snd_nxt += c->ends.out_n;
	u32 len = hdr_patch(f, &v, hdr_usual, c->ports, &c->sums, false);
	t->stamp[USER_SENT] = tsc_fenced();
	o->push(o, len);
	u->orders++;
	return true;
}

static inline bool turn(struct user *u, ns_t now, const struct turn *t)
{
	struct frame f;
	const char *text;
	bool sent = false;
	if (!port_rx(u->md_rx, &f, 1))
		return false;
	t->stamp[USER_POLL] = f.rx_tsc;
	u32 n = take_segment(u, &f) ? open_text(u, &text) : 0;
	passed(t, USER_OPEN);
	if (n) {
		u64 wall_ms = (now + u->wall_ns) / NS_PER_MS;
		n = (u32)desk_order(u->desk, text, n, wall_ms, (char *)u->frame + 8);
		passed(t, USER_ORDER);
		sent = n && send_order(u, t, n);
	}
	port_rx_done(u->md_rx);
	return sent;
}

bool user_turn(struct user *u, ns_t now, u64 stamp[USER_STAMPS])
{
	return turn(u, now, &(struct turn){ stamp, false });
}

bool user_turn_stamped(struct user *u, ns_t now, u64 stamp[USER_STAMPS])
{
	return turn(u, now, &(struct turn){ stamp, true });
}

/* ---- between ticks ---- */

static void acknowledge(struct user_conn *c, struct frame_out *out)
{
	struct hdr_var v = {
		.seq = c->snd_nxt, .ack = c->rcv_nxt, .flags = TCP_ACK, .wnd = 0xffff, .id = c->ip_id++
	};
	u8 *f = out->room(out);
	if (!f)
		die("no room for an ACK");
	memcpy(f, c->hdr, TCP_HDR_BYTES);
	out->push(out, hdr_patch(f, &v, hdr_usual, c->ports, &c->sums, false));
}

static void take_answers(struct user *u)
{
	struct user_conn *c = &u->trade;
	struct frame f[PORT_BURST_MAX];
	u32 n = port_rx(u->trade_port, f, PORT_BURST_MAX), data = 0;
	for (u32 i = 0; i < n; i++) {
		const u8 *ip = f[i].p + ETH_BYTES, *tcp = ip + IP_BYTES;
		u32 payload = be16(ip + IP_OFF_LEN) - IP_BYTES - (tcp[12] >> 4) * 4u;
		c->snd_una = be32(tcp + 8);
		c->snd_wnd = (u32)be16(tcp + 14) << 7;
		if (be32(tcp + 4) == c->rcv_nxt)
			c->rcv_nxt += payload;
		data += payload;
	}
	if (n)
		port_rx_done(u->trade_port);
	if (data)
		acknowledge(c, &u->trade_port->out);
}

void user_idle(struct user *u)
{
	take_answers(u);
	if (u->md.ack_due)
		acknowledge(&u->md, &u->md_port->out);
	u->md.ack_due = false;
}

/* ---- start ---- */

/* Both ends shake hands in memory; the venue's records are its record layer's from then on. */
static void shake_hands(struct user *u, struct user_conn *c, struct peer *p)
{
	struct far f;
	u8 there[8192], back[8192];
	int ready = 0;
	bool done = false;
	c->ssl = bio_join(u->client, &c->ends);
	far_open(&f, u->server);
	for (u32 round = 0; round < 8 && !done; round++) {
		c->ends.out = there;
		c->ends.out_n = 0;
		ready = SSL_connect(c->ssl);
		BIO_write(f.in, there, (int)c->ends.out_n);
		done = far_step(&f);
		int n = BIO_read(f.out, back, sizeof back);
		c->ends.in = back;
		c->ends.in_n = n > 0 ? (u32)n : 0;
	}
	if (!done || ready != 1)
		die("the handshake came to no end");
	peer_keys(p, 0, &f.rx, &f.tx);
	far_close(&f);
	c->ends = (struct bio_ends){ .in = NULL };
}

static void open_conn(struct user *u, struct user_conn *c, struct port *port, struct peer *p,
		      const struct peer_end *us)
{
	struct net n = { .cfg = peer_net_cfg(port, CLIENT_IP), .ip = CLIENT_IP };
	struct hdr_addr to = { .rem = ip_addr_v4(PEER_IP),
			       .ports = ports_of(us->tcp.port, us->tcp.local_port) };
	memcpy(to.mac, us->tcp.peer_mac, sizeof to.mac);
	*c = (struct user_conn){ .rem_ip = __builtin_bswap32(PEER_IP),
				 .ports = to.ports,
				 .snd_nxt = us->tcp.snd_nxt,
				 .snd_una = us->tcp.snd_nxt,
				 .snd_wnd = us->tcp.snd_wnd,
				 .rcv_nxt = us->tcp.rcv_nxt };
	c->sums = hdr_make(c->hdr, &n, &to);
	shake_hands(u, c, p);
}

void user_open(struct user *u, struct peer *md, struct peer *trade, const struct tls_crypto *crypto, ns_t now)
{
	struct peer_end ends[2] = { peer_accept(md, u->md_port, crypto, MARKET_PORT, now),
				    peer_accept(trade, u->trade_port, crypto, ORDER_PORT, now) };
	memcpy(&u->mac, u->md_port->mac, sizeof u->md_port->mac);
	u->ip = __builtin_bswap32(CLIENT_IP);
	u->mask_seed = 1;
	u->wall_ns = clock_wall_ns() - now;
	u->server = far_ctx();
	u->client = far_client_ctx();
	u->desk = desk_open();
	open_conn(u, &u->md, u->md_port, md, &ends[0]);
	open_conn(u, &u->trade, u->trade_port, trade, &ends[1]);
}

void user_close(struct user *u)
{
	SSL_free(u->md.ssl);
	SSL_free(u->trade.ssl);
	SSL_CTX_free(u->client);
	SSL_CTX_free(u->server);
	desk_close(u->desk);
}
