/*
 * trade_venue.h - the venue of trade_engine.h on the wire: real frames, TLS records and WebSocket
 * frames. Connections are adopted, there is no handshake.
 */
#ifndef TESTS_TRADE_VENUE_H
#define TESTS_TRADE_VENUE_H

#include "tests/gateway/trade_engine.h"

static inline u32 take_frame(struct venue *v, struct vconn *c, u8 *f, u32 n)
{
	char text[2048];
	u32 mask, len = n >= 2 ? f[1] & 0x7f : 0, head = 2;
	if (len == 126) {
		len = (u32)f[2] << 8 | f[3];
		head = 4;
	}
	assert_true(n >= head + 4 + len && len < sizeof text);
	memcpy(&mask, f + head, sizeof mask);
	ws_mask(f + head + 4, len, mask, 0);
	memcpy(text, f + head + 4, len);
	text[len] = 0;
	if ((f[0] & 15) == WS_OP_TEXT)
		take_request(v, c->session, text);
	return head + 4 + len;
}

static inline void venue_on_data(void *user, struct tcp_conn *t, const u8 *p, u32 n, ns_t now)
{
	struct venue *v = user;
	struct vconn *c = &v->conn[v->n_conns - 1]; /* newest first: handles come again */
	u8 plain[TLS_INNER_MAX], type;
	u32 rec_n, plain_n;
	v->now = now;
	while (c->tcp != t)
		c--;
	memcpy(c->in + c->in_n, p, n);
	c->in_n += n;
	while (c->in_n > TLS_HEADER_LEN &&
	       (rec_n = TLS_HEADER_LEN + ((u32)c->in[3] << 8 | c->in[4])) <= c->in_n) {
		assert_int_equal(tls_open(&c->rx, c->in, rec_n, plain, &plain_n, &type), ERR_OK);
		for (u32 at = 0; type == TLS_APPLICATION_DATA && at < plain_n;)
			at += take_frame(v, c, plain + at, plain_n - at);
		memmove(c->in, c->in + rec_n, c->in_n - rec_n);
		c->in_n -= rec_n;
	}
}

static inline void venue_gone(struct venue *v, const struct tcp_conn *t)
{
	for (u32 s = 0; s < 2; s++)
		if (v->at[s] && v->conn[v->at[s] - 1].tcp == t)
			v->at[s] = 0;
}

static inline void venue_on_open(void *user, struct tcp_conn *c, ns_t now)
{
	(void)user, (void)c, (void)now;
}

static inline void venue_on_fin(void *user, struct tcp_conn *c, ns_t now)
{
	venue_gone(user, c);
	tcp_close(c, now);
}

static inline void venue_on_down(void *user, struct tcp_conn *c, err_t why, ns_t now)
{
	(void)why, (void)now;
	venue_gone(user, c);
}

static const struct tcp_events venue_events = {
	.open = venue_on_open, .data = venue_on_data, .fin = venue_on_fin, .down = venue_on_down
};

static inline struct net_cfg net_cfg_of(const struct port *p, u32 ip)
{
	struct net_cfg n = { .ip = ip_addr_v4(ip), .prefix_len = 24, .mtu = p->mtu };
	memcpy(n.mac, p->mac, sizeof n.mac);
	return n;
}

static inline void venue_open(struct venue *v, struct arena *a, struct port *port)
{
	struct tcp_cfg t = tcp_cfg_default;
	struct net_cfg n = net_cfg_of(port, VENUE_IP);
	t.secret[0] = 1;
	t.max_conns = VENUE_CONNS;
	v->port = port;
	assert_int_equal(net_init(&v->net, &n, &port->out, v->net_cnt), ERR_OK);
	v->tcp = tcp_new(a, &t, &v->net, &port->out, v->tcp_cnt);
	assert_non_null(v->tcp);
}

/* What our end of a connection from local port `port` takes over. */
static inline void venue_adopted(struct session *s, u16 port, const u8 venue_mac[6], ns_t now)
{
	struct tls_keys k = { .now = { { .version = TLS_1_3, .suite = TLS_AES_128_GCM_SHA256 },
				       { .version = TLS_1_3, .suite = TLS_AES_128_GCM_SHA256 } } };
	struct tcp_adopt us = { .dst = ip_addr_v4(VENUE_IP),
				.port = VENUE_PORT,
				.local_port = port,
				.snd_nxt = 1000,
				.rcv_nxt = 5000,
				.snd_wnd = 1 << 20,
				.snd_scale = 7,
				.rcv_scale = 7,
				.mss = 1460,
				.sack = true };
	k.now[TLS_TX].key[0] = (u8)port;
	memcpy(us.peer_mac, venue_mac, 6);
	assert_int_equal(session_adopt(s, &us, &k, now), ERR_OK);
}

/* The venue's end of session `i` by a new connection; returns our local port. */
static inline u16 venue_accept(struct venue *v, u32 i, const struct port *ours,
			       const struct tls_crypto *crypto)
{
	struct vconn *c = &v->conn[v->n_conns];
	u16 port = (u16)(40001 + v->n_conns);
	struct tls_dir_keys rx = { .version = TLS_1_3, .suite = TLS_AES_128_GCM_SHA256 }, tx = rx;
	struct tcp_adopt them = { .dst = ip_addr_v4(OUR_IP),
				  .port = port,
				  .local_port = VENUE_PORT,
				  .snd_nxt = 5000,
				  .rcv_nxt = 1000,
				  .snd_wnd = 1 << 20,
				  .snd_scale = 7,
				  .rcv_scale = 7,
				  .mss = 1460,
				  .sack = true };
	assert_true(v->n_conns < VENUE_CONNS);
	v->at[i] = ++v->n_conns;
	c->session = i;
	rx.key[0] = (u8)port;
	memcpy(them.peer_mac, ours->mac, 6);
	c->tcp = tcp_adopt(v->tcp, &them, &venue_events, v, v->now);
	assert_non_null(c->tcp);
	assert_int_equal(tls_rx_open(&c->rx, crypto), ERR_OK);
	assert_int_equal(tls_tx_open(&c->tx, crypto), ERR_OK);
	assert_int_equal(tls_dir_set(&c->rx, &rx), ERR_OK);
	assert_int_equal(tls_dir_set(&c->tx, &tx), ERR_OK);
	return port;
}

/* Joins session `i` of the core by a new connection. */
static inline void venue_join(struct venue *v, u32 i, struct session *s, const struct port *ours,
			      const struct tls_crypto *crypto)
{
	venue_adopted(s, venue_accept(v, i, ours, crypto), v->port->mac, v->now);
}

/* Resets the connection of session `i`. */
static inline void venue_cut(struct venue *v, u32 i)
{
	tcp_abort(v->conn[v->at[i] - 1].tcp, v->now);
	v->at[i] = 0;
}

static inline void venue_turn(struct venue *v, ns_t now)
{
	struct frame f[PORT_BURST_MAX];
	u32 n;
	v->now = now;
	while ((n = port_rx(v->port, f, PORT_BURST_MAX))) {
		for (u32 i = 0; i < n; i++)
			tcp_rx(v->tcp, &f[i], now);
		port_rx_done(v->port);
	}
	tcp_turn(v->tcp, now);
}

static inline void venue_close(struct venue *v)
{
	for (u32 i = 0; i < v->n_conns; i++) {
		tls_dir_close(&v->conn[i].rx);
		tls_dir_close(&v->conn[i].tx);
	}
}

#endif
