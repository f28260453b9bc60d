/*
 * site.h - for the tests of sessions: the venue's end of one connection. Our own TCP in the
 * server's place, OpenSSL's server over memory, server WebSocket frames. It does what the test
 * tells it, and writes what it heard into a string.
 */
#ifndef TESTS_SITE_H
#define TESTS_SITE_H

#include "dataplane/nic/nic_mem.h"
#include "dataplane/session.h"
#include "tests/dataplane/tls/venue.h"

#define SITE_IP   0x0a4d0001u /* 10.77.0.1 */
#define SITE_PORT 9443
#define SITE_BUF  (256 << 10)
#define SITE_LOG  4096

struct site {
	struct port *port;
	struct net net;
	struct tcp *tcp;
	u64 net_cnt[NET_CNT_COUNT], tcp_cnt[TCP_CNT_COUNT], ws_cnt[WS_CNT_COUNT];
	struct tcp_conn *conn; /* NULL: nobody is connected */
	SSL_CTX *ctx;
	SSL *ssl;
	BIO *from_net; /* ciphertext on its way into ssl */
	u8 *plain;     /* what ssl gave, not yet taken */
	u32 plain_n;
	struct ws ws;
	bool upgraded;
	bool deaf;           /* takes no frame at all */
	bool mute_tls;       /* accepts TCP and then says nothing */
	bool mute_http;      /* no answer to the upgrade */
	bool mute_ws;        /* answers neither pings nor a close */
	const char *refusal; /* header of the answer instead of 101; NULL: upgrade */
	u32 chunk;           /* bytes of one segment at most; 0: as TCP likes */
	u32 accepted;        /* connections so far */
	ns_t now;
	char log[SITE_LOG];
	size_t log_n;
};

static inline void site_note(struct site *x, const char *what, const void *p, size_t n)
{
	assert_true(x->log_n + n + 32 < SITE_LOG);
	x->log_n += (size_t)sprintf(x->log + x->log_n, "%s%s%.*s", x->log_n ? " " : "", what,
				    (int)n, (const char *)p);
}

/* ---- out ---- */

static inline bool site_has_room(const struct site *x, u32 n)
{
	struct tcp_info i;
	tcp_info(x->conn, &i);
	return tcp_cfg_default.snd_ring_bytes - i.in_flight - i.queued >= n;
}

/* Ciphertext that waits goes to TCP, in segments of `chunk`; the rest with later turns. */
static inline void site_flush(struct site *x)
{
	u8 buf[16 << 10];
	int n;
	BIO *to_net = x->ssl ? SSL_get_wbio(x->ssl) : NULL;
	while (to_net && x->conn && site_has_room(x, sizeof buf) &&
	       (n = BIO_read(to_net, buf, sizeof buf)) > 0)
		for (u32 at = 0, k; at < (u32)n; at += k) {
			k = x->chunk ? u32_min(x->chunk, (u32)n - at) : (u32)n - at;
			assert_int_equal(tcp_write(x->conn, buf + at, k, x->now), ERR_OK);
		}
}

static inline void site_write(struct site *x, const void *p, u32 n)
{
	assert_int_equal(SSL_write(x->ssl, p, (int)n), n);
	site_flush(x);
}

static inline void site_frame(struct site *x, u8 opcode, const void *data, u32 n)
{
	u8 *f = malloc(n + WS_HEAD_MAX);
	memcpy(f + ws_head_len_plain(n), data, n);
	site_write(x, f, ws_frame_plain(f, n, opcode));
	free(f);
}

static inline void site_text(struct site *x, const char *t)
{
	site_frame(x, WS_OP_TEXT, t, (u32)strlen(t));
}

static inline void site_ws_close(struct site *x, u16 code)
{
	u8 f[WS_CONTROL_FRAME_MAX];
	u32 n = ws_close(&x->ws, f, code, (struct span){ 0 }, 0);
	if (n)
		site_write(x, f, n);
}

/* ---- in ---- */

static inline void site_upgrade(struct site *x)
{
	char out[512];
	u8 key[32], accept[WS_ACCEPT_LEN];
	x->plain[x->plain_n] = 0;
	char *end = strstr((char *)x->plain, "\r\n\r\n"),
	     *k = strstr((char *)x->plain, "Sec-WebSocket-Key: ");
	if (!end || x->mute_http)
		return;
	site_note(x, "", x->plain, strcspn((char *)x->plain, "\r"));
	x->plain_n = 0; /* a client sends no frame before it has the answer */
	if (x->refusal) {
		site_write(x, x->refusal, (u32)strlen(x->refusal));
		return;
	}
	assert_non_null(k);
	assert_true(EVP_DecodeBlock(key, (u8 *)k + strlen("Sec-WebSocket-Key: "), 24) >=
		    WS_KEY_LEN);
	assert_int_equal(ws_http_accept(key, accept), ERR_OK);
	int n = sprintf(
		out,
		"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
		"Sec-WebSocket-Accept: %.*s\r\n\r\n",
		WS_ACCEPT_LEN, accept);
	x->upgraded = true;
	site_write(x, out, (u32)n);
}

static inline void site_event(struct site *x, const struct ws_event *ev)
{
	static const char *const name[] = {
		[WS_TEXT] = "text:", [WS_BINARY] = "binary:", [WS_PING] = "ping:",
		[WS_PONG] = "pong:", [WS_CLOSE] = "close:",   [WS_FAILED] = "failed:"
	};
	u8 f[WS_CONTROL_FRAME_MAX];
	if (ev->kind == WS_NONE)
		return;
	site_note(x, name[ev->kind], ev->data.p, ev->data.n);
	if (ev->kind == WS_PING && !x->mute_ws)
		site_write(x, f, ws_pong(&x->ws, f, ev->data, 0));
	if (ev->kind == WS_CLOSE && !x->mute_ws)
		site_ws_close(x, ev->code);
}

static inline void site_frames(struct site *x)
{
	struct ws_event ev;
	u32 used;
	while ((used = ws_next(&x->ws, x->plain, x->plain_n, &ev))) {
		site_event(x, &ev);
		memmove(x->plain, x->plain + used, x->plain_n - used);
		x->plain_n -= used;
	}
}

static inline void site_read(struct site *x)
{
	int n;
	if (x->mute_tls)
		return;
	while ((n = SSL_read(x->ssl, x->plain + x->plain_n, (int)(SITE_BUF - 1 - x->plain_n))) >
	       0) {
		x->plain_n += (u32)n;
		if (!x->upgraded)
			site_upgrade(x);
		if (x->upgraded)
			site_frames(x);
	}
	if (SSL_get_error(x->ssl, n) == SSL_ERROR_ZERO_RETURN)
		site_note(x, "close_notify", "", 0);
	site_flush(x);
}

static inline void site_on_open(void *user, struct tcp_conn *c, ns_t now)
{
	struct site *x = user;
	SSL_free(x->ssl);
	x->now = now;
	x->conn = c;
	x->ssl = SSL_new(x->ctx);
	x->from_net = BIO_new(BIO_s_mem());
	BIO_set_mem_eof_return(x->from_net, -1);
	SSL_set_bio(x->ssl, x->from_net, BIO_new(BIO_s_mem()));
	SSL_set_accept_state(x->ssl);
	ws_reset(&x->ws);
	x->plain_n = 0;
	x->upgraded = false;
	x->accepted++;
}

static inline void site_on_data(void *user, struct tcp_conn *c, const u8 *p, u32 n, ns_t now)
{
	struct site *x = user;
	(void)c;
	x->now = now;
	assert_int_equal(BIO_write(x->from_net, p, (int)n), n);
	site_read(x);
}

static inline void site_on_fin(void *user, struct tcp_conn *c, ns_t now)
{
	struct site *x = user;
	site_note(x, "fin", "", 0);
	tcp_close(c, now);
}

static inline void site_on_down(void *user, struct tcp_conn *c, err_t why, ns_t now)
{
	struct site *x = user;
	(void)now;
	if (x->conn != c)
		return;
	x->conn = NULL;
	if (why != ERR_CLOSED)
		site_note(x, err_name(why), "", 0);
}

static const struct tcp_events site_events = {
	.open = site_on_open, .data = site_on_data, .fin = site_on_fin, .down = site_on_down
};

/* ---- life ---- */

static inline struct net_cfg site_net_cfg(const struct port *p, u32 ip)
{
	struct net_cfg n = { .ip = ip_addr_v4(ip), .prefix_len = 24, .mtu = p->mtu };
	memcpy(n.mac, p->mac, sizeof n.mac);
	return n;
}

static inline void site_open(struct site *x, struct arena *a, struct port *port, SSL_CTX *ctx)
{
	struct tcp_cfg t = tcp_cfg_default;
	struct net_cfg n = site_net_cfg(port, SITE_IP);
	t.secret[0] = 1;
	x->port = port;
	x->ctx = ctx;
	x->plain = malloc(SITE_BUF);
	assert_int_equal(net_init(&x->net, &n, &port->out, x->net_cnt), ERR_OK);
	x->tcp = tcp_new(a, &t, &x->net, &port->out, x->tcp_cnt);
	assert_non_null(x->tcp);
	assert_int_equal(tcp_listen(x->tcp, SITE_PORT, &site_events, x), ERR_OK);
	assert_int_equal(ws_init(&x->ws, a, WS_SERVER, SITE_BUF / 2, x->ws_cnt), ERR_OK);
}

static inline void site_close(struct site *x)
{
	SSL_free(x->ssl);
	free(x->plain);
}

static inline void site_turn(struct site *x, ns_t now)
{
	struct frame f[PORT_BURST_MAX];
	u32 n;
	x->now = now;
	while ((n = port_rx(x->port, f, PORT_BURST_MAX))) {
		for (u32 i = 0; i < n && !x->deaf; i++)
			tcp_rx(x->tcp, &f[i], now);
		port_rx_done(x->port);
	}
	tcp_turn(x->tcp, now);
	site_flush(x);
}

#endif
