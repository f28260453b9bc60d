#include "bench/peer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define VENUE_PORT 9443

static void die(const char *what, err_t e)
{
	fprintf(stderr, "bench: %s: %s\n", what, err_text(e));
	exit(1);
}

struct net_cfg peer_net_cfg(const struct port *own, u32 ip)
{
	struct net_cfg n = { .ip = ip_addr_v4(ip), .prefix_len = 24, .mtu = own->mtu };
	memcpy(n.mac, own->mac, sizeof n.mac);
	return n;
}

static void open_tcp(struct peer *p, struct arena *a, struct port *port, u32 ip,
		     const struct tcp_cfg *cfg)
{
	struct tcp_cfg t = *cfg;
	*p = (struct peer){ .port = port };
	struct net_cfg n = peer_net_cfg(port, ip);
	t.secret[0] = 1;
	err_t e = net_init(&p->net, &n, &port->out, p->net_cnt);
	p->tcp = e == ERR_OK ? tcp_new(a, &t, &p->net, &port->out, p->tcp_cnt) : NULL;
	if (!p->tcp)
		die("the peer's TCP", e == ERR_OK ? ERR_NO_MEMORY : e);
}

void peer_open(struct peer *p, struct arena *a, struct port *port) { peer_open_at(p, a, port, PEER_IP); }

void peer_open_at(struct peer *p, struct arena *a, struct port *port, u32 ip)
{
	struct tcp_cfg t = tcp_cfg_default;
	t.max_conns = 8;
	t.snd_ring_bytes = 1 << 20; /* the answers to a burst of hundreds of orders */
	open_tcp(p, a, port, ip, &t);
}

void peer_open_many(struct peer *p, struct arena *a, struct port *port, u32 conns)
{
	struct tcp_cfg t = tcp_cfg_default;
	t.max_conns = conns;
	t.snd_ring_bytes = 1 << 16;
	open_tcp(p, a, port, PEER_IP, &t);
}

/* ---- the client's bytes ---- */

/* Client frames are masked; the bench's texts are short and whole. */
static void take_frame(struct peer *p, u32 i, u8 *f, u32 n)
{
	u32 len = n >= 2 ? f[1] & 0x7f : 0, head = 2;
	if (len == 126) {
		len = (u32)f[2] << 8 | f[3];
		head = 4;
	}
	if (n < head + 4 + len || (f[0] & 0x0f) != WS_OP_TEXT)
		return;
	u32 mask;
	memcpy(&mask, f + head, sizeof mask);
	ws_mask(f + head + 4, len, mask, 0);
	if (p->text)
		p->text(p->user, i, f + head + 4, len);
}

static u32 index_of(const struct peer *p, const struct tcp_conn *c)
{
	u32 i = 0;
	while (p->conn[i] != c)
		i++;
	return i;
}

static void on_data(void *user, struct tcp_conn *c, const u8 *rec, u32 n, ns_t now)
{
	struct peer *p = user;
	u8 plain[TLS_INNER_MAX], type;
	u32 plain_n, i = index_of(p, c);
	(void)now;
	while (n > TLS_HEADER_LEN) {
		u32 rec_n = TLS_HEADER_LEN + ((u32)rec[3] << 8 | rec[4]);
		err_t e =
			rec_n <= n ? tls_open(&p->rx[i], rec, rec_n, plain, &plain_n, &type) : ERR_TRUNCATED;
		if (e != ERR_OK)
			die("a record of the client", e);
		take_frame(p, i, plain, plain_n);
		rec += rec_n;
		n -= rec_n;
	}
}

static void on_open(void *user, struct tcp_conn *c, ns_t now) { (void)user, (void)c, (void)now; }
static void on_fin(void *user, struct tcp_conn *c, ns_t now)
{
	(void)user, (void)c, (void)now;
	die("the client closed", ERR_CLOSED);
}
static void on_down(void *user, struct tcp_conn *c, err_t why, ns_t now)
{
	(void)user, (void)c, (void)now;
	die("the connection ended", why);
}

static const struct tcp_events events = { .open = on_open, .data = on_data, .fin = on_fin, .down = on_down };

/* ---- joining ---- */

static struct tls_dir_keys keys_of(u8 seed)
{
	struct tls_dir_keys k = { .version = TLS_1_3, .suite = TLS_AES_128_GCM_SHA256 };
	for (u32 i = 0; i < sizeof k.key; i++)
		k.key[i] = (u8)(seed + i);
	for (u32 i = 0; i < sizeof k.iv; i++)
		k.iv[i] = (u8)(seed * 3 + i);
	return k;
}

void peer_keys(struct peer *p, u32 i, const struct tls_dir_keys *rx, const struct tls_dir_keys *tx)
{
	err_t e = tls_dir_set(&p->rx[i], rx);
	if (e == ERR_OK)
		e = tls_dir_set(&p->tx[i], tx);
	if (e != ERR_OK)
		die("the keys of a session", e);
}

void peer_take(struct peer *p, struct tcp_conn *c, const struct tls_crypto *crypto,
	       const struct tls_dir_keys *rx, const struct tls_dir_keys *tx)
{
	u32 i = p->n_conns++;
	p->conn[i] = c;
	tcp_set_user(c, &events, p);
	err_t e = tls_rx_open(&p->rx[i], crypto);
	if (e == ERR_OK)
		e = tls_tx_open(&p->tx[i], crypto);
	if (e != ERR_OK)
		die("the peer's end of a session", e);
	peer_keys(p, i, rx, tx);
}

struct peer_end peer_accept(struct peer *p, const struct port *client, const struct tls_crypto *crypto,
			    u16 local_port, ns_t now)
{
	struct peer_end us = { .tcp = { .dst = ip_addr_v4(PEER_IP),
					.port = VENUE_PORT,
					.local_port = local_port,
					.snd_nxt = 1000,
					.rcv_nxt = 5000,
					.snd_wnd = 1 << 20,
					.snd_scale = 7,
					.rcv_scale = 7,
					.mss = 1460,
					.sack = true },
			       .keys = { .now = { keys_of((u8)(local_port + 1)),
						  keys_of((u8)(local_port + 77)) } } };
	struct tcp_adopt them = us.tcp;
	them.dst = ip_addr_v4(CLIENT_IP);
	them.port = local_port;
	them.local_port = VENUE_PORT;
	them.snd_nxt = us.tcp.rcv_nxt;
	them.rcv_nxt = us.tcp.snd_nxt;
	memcpy(us.tcp.peer_mac, p->port->mac, 6);
	memcpy(them.peer_mac, client->mac, 6);
	struct tcp_conn *c = tcp_adopt(p->tcp, &them, &events, p, now);
	if (!c)
		die("the peer's end of a session", ERR_FULL);
	peer_take(p, c, crypto, &us.keys.now[TLS_TX], &us.keys.now[TLS_RX]);
	return us;
}

void peer_join(struct peer *p, struct session *s, const struct port *client, const struct tls_crypto *crypto,
	       u16 local_port, ns_t now)
{
	struct peer_end us = peer_accept(p, client, crypto, local_port, now);
	err_t e = session_adopt(s, &us.tcp, &us.keys, now);
	if (e != ERR_OK)
		die("the client's end of a session", e);
}

/* ---- running ---- */

void peer_turn(struct peer *p, ns_t now)
{
	struct frame f[PORT_BURST_MAX];
	u32 n = port_rx(p->port, f, PORT_BURST_MAX);
	p->now = now;
	for (u32 i = 0; i < n; i++)
		tcp_rx(p->tcp, &f[i], now);
	if (n)
		port_rx_done(p->port);
	tcp_turn(p->tcp, now);
}

void peer_send(struct peer *p, u32 i, const char *text, u32 n, ns_t now)
{
	u8 queued[8192];
	struct tls_dir *tx = &p->tx[i];
	u32 head = ws_head_len_plain(n), most = tls_overhead(tx) + head + n;
	u8 *room = tcp_tx_room(p->conn[i], most), *at = room ? room : queued;
	if (most > sizeof queued)
		die("a text too long for the peer", ERR_TOO_LONG);
	memcpy(at + tls_head(tx) + head, text, n);
	u32 framed = ws_frame_plain(at + tls_head(tx), n, WS_OP_TEXT);
	u32 rec_n = tls_seal(tx, at, framed, TLS_APPLICATION_DATA);
	if (room)
		tcp_tx_fire(p->conn[i], rec_n, now);
	else if (tcp_write(p->conn[i], at, rec_n, now) != ERR_OK)
		die("no room at the peer", ERR_FULL);
}
