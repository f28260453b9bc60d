#include "appliance/paper_wire.h"

#include <string.h>

#include "dataplane/nic/nic_mem.h"

#define CORE_IP 0xc6336402u  /* 198.51.100.2, PAPER_ADDRESS */
#define VENUE_IP 0xc6336401u
#define VENUE_PORT 9443
#define CORE_PORT 40001      /* of the first session */
#define DEPTH 1024           /* frames on the wire */
#define SND_RING (4u << 20)  /* of the venue: a mass cancel's answers */
#define WINDOW (1u << 20)
#define SCALE 7

static void fail(struct paper_wire *w, const char *why)
{
	if (!w->why)
		w->why = why;
}

/* ---- what the core has sent ---- */

static void write_frame(struct paper_end *e, u8 *rec, u32 framed, ns_t now)
{
	u32 n = tls_seal(&e->tx, rec, framed, TLS_APPLICATION_DATA);
	if (tcp_write(e->conn, rec, n, now) != ERR_OK)
		fail(e->wire, "the order session's queue is full");
}

static void pong(struct paper_end *e, struct span data, ns_t now)
{
	u8 rec[TLS_OVERHEAD_MAX + WS_CONTROL_FRAME_MAX];
	write_frame(e, rec, ws_pong(&e->ws, rec + tls_head(&e->tx), data, 0), now);
}

static void on_frame(struct paper_end *e, const struct ws_event *ev, ns_t now)
{
	switch (ev->kind) {
	case WS_TEXT: e->wire->request(e->wire->user, e->index, ev->data.p, (u32)ev->data.n, now); break;
	case WS_PING: pong(e, ev->data, now); break;
	case WS_CLOSE: fail(e->wire, "the core closed an order session"); break;
	case WS_FAILED: fail(e->wire, "the core sent what is no WebSocket frame"); break;
	default: break;
	}
}

static void take_frames(struct paper_end *e, ns_t now)
{
	struct ws_event ev;
	u32 at = 0, n;
	while (at < e->plain_n && !e->wire->why && (n = ws_next(&e->ws, e->plain + at, e->plain_n - at, &ev))) {
		on_frame(e, &ev, now);
		at += n;
	}
	memmove(e->plain, e->plain + at, e->plain_n - at);
	e->plain_n -= at;
}

/* Returns its bytes; 0: it is not whole yet, or no record. */
static u32 take_record(struct paper_end *e, const u8 *rec, u32 n, ns_t now)
{
	u8 type;
	u32 rec_n = n < TLS_HEADER_LEN ? 0 : TLS_HEADER_LEN + ((u32)rec[3] << 8 | rec[4]), plain_n = 0;
	if (!rec_n || rec_n > n)
		return 0;
	if (e->plain_n + tls_inner_len(&e->rx, rec_n) > PAPER_IN ||
	    tls_open(&e->rx, rec, rec_n, e->plain + e->plain_n, &plain_n, &type) != ERR_OK) {
		fail(e->wire, "a record of the core does not open");
		return 0;
	}
	if (type == TLS_APPLICATION_DATA)
		e->plain_n += plain_n;
	else
		fail(e->wire, "the core sent a TLS alert or message: more records than one key may seal?");
	take_frames(e, now);
	return rec_n;
}

static void on_data(void *user, struct tcp_conn *c, const u8 *p, u32 n, ns_t now)
{
	struct paper_end *e = user;
	u32 at = 0, took;
	(void)c;
	if (n > PAPER_IN - e->in_n) {
		fail(e->wire, "a record of the core is too long");
		return;
	}
	memcpy(e->in + e->in_n, p, n);
	e->in_n += n;
	while (!e->wire->why && (took = take_record(e, e->in + at, e->in_n - at, now)))
		at += took;
	memmove(e->in, e->in + at, e->in_n - at);
	e->in_n -= at;
}

static void on_open(void *user, struct tcp_conn *c, ns_t now) { (void)user, (void)c, (void)now; }

static void on_fin(void *user, struct tcp_conn *c, ns_t now)
{
	struct paper_end *e = user;
	fail(e->wire, "the core closed an order session");
	tcp_close(c, now);
}

static void on_down(void *user, struct tcp_conn *c, err_t why, ns_t now)
{
	struct paper_end *e = user;
	(void)c, (void)why, (void)now;
	e->conn = NULL;
	fail(e->wire, "the core's order session went down");
}

static const struct tcp_events events = { .open = on_open, .data = on_data, .fin = on_fin, .down = on_down };

u32 paper_wire_turn(struct paper_wire *w, ns_t now)
{
	struct frame f[PORT_BURST_MAX];
	u32 n, all = 0;
	while ((n = port_rx(&w->far, f, PORT_BURST_MAX))) {
		for (u32 i = 0; i < n; i++)
			tcp_rx(w->tcp, &f[i], now);
		port_rx_done(&w->far);
		all += n;
	}
	tcp_turn(w->tcp, now);
	return all;
}

void paper_wire_say(struct paper_wire *w, u32 i, const u8 *text, u32 n, ns_t now)
{
	struct paper_end *e = &w->end[i];
	u8 rec[TLS_REC_MAX];
	u32 head = tls_head(&e->tx), framed = ws_head_len_plain(n) + n;
	if (!e->conn || framed > TLS_PLAIN_MAX) {
		fail(w, e->conn ? "an answer is longer than a record" : "an answer has no session any more");
		return;
	}
	memcpy(rec + head + ws_head_len_plain(n), text, n);
	write_frame(e, rec, ws_frame_plain(rec + head, n, WS_OP_TEXT), now);
}

/* ---- life ---- */

/* Of session `i`, in the direction `to_venue`: nobody has to keep them. */
static struct tls_dir_keys keys_of(u32 i, bool to_venue)
{
	struct tls_dir_keys k = { .version = TLS_1_3, .suite = TLS_AES_128_GCM_SHA256 };
	for (u32 b = 0; b < sizeof k.key; b++)
		k.key[b] = (u8)(b + 16 * i + 77 * to_venue);
	for (u32 b = 0; b < sizeof k.iv; b++)
		k.iv[b] = (u8)(3 * b + 5 * i + 111 * to_venue);
	return k;
}

static err_t open_end(struct paper_wire *w, struct arena *a, u32 i)
{
	struct paper_end *e = &w->end[i];
	struct tls_dir_keys rx = keys_of(i, true), tx = keys_of(i, false);
	err_t err;
	e->wire = w;
	e->index = i;
	e->in = arena_alloc(a, PAPER_IN, CACHE_LINE);
	e->plain = arena_alloc(a, PAPER_IN, CACHE_LINE);
	if (!e->in || !e->plain)
		return ERR_NO_MEMORY;
	if ((err = ws_init(&e->ws, a, WS_SERVER, PAPER_IN / 2, e->ws_cnt)) != ERR_OK ||
	    (err = tls_rx_open(&e->rx, w->crypto)) != ERR_OK || (err = tls_tx_open(&e->tx, w->crypto)) != ERR_OK ||
	    (err = tls_dir_set(&e->rx, &rx)) != ERR_OK)
		return err;
	return tls_dir_set(&e->tx, &tx);
}

err_t paper_wire_open(struct paper_wire *w, struct arena *a, struct port *near)
{
	struct tcp_cfg t = tcp_cfg_default;
	err_t e = port_mem_pair(a, near, &w->far, DEPTH, near->counters, w->port_cnt);
	t.max_conns = PAPER_SESSIONS;
	t.snd_ring_bytes = SND_RING;
	t.secret[0] = 1;
	struct net_cfg n = { .ip = ip_addr_v4(VENUE_IP), .prefix_len = 24, .mtu = w->far.mtu };
	memcpy(n.mac, w->far.mac, sizeof n.mac);
	w->up = true;
	if (e == ERR_OK)
		e = net_init(&w->net, &n, &w->far.out, w->net_cnt);
	if (e == ERR_OK && !(w->tcp = tcp_new(a, &t, &w->net, &w->far.out, w->tcp_cnt)))
		e = ERR_NO_MEMORY;
	for (u32 i = 0; i < PAPER_SESSIONS && e == ERR_OK; i++)
		e = open_end(w, a, i);
	return e;
}

void paper_wire_close(struct paper_wire *w)
{
	for (u32 i = 0; i < PAPER_SESSIONS && w->up; i++) {
		tls_dir_close(&w->end[i].rx);
		tls_dir_close(&w->end[i].tx);
	}
	w->up = false;
}

err_t paper_wire_join(struct paper_wire *w, u32 i, struct session *s, const struct port *near, ns_t now)
{
	struct tls_keys keys = { .now = { [TLS_RX] = keys_of(i, false), [TLS_TX] = keys_of(i, true) } };
	struct tcp_adopt ours = { .dst = ip_addr_v4(VENUE_IP),
				  .port = VENUE_PORT,
				  .local_port = (u16)(CORE_PORT + i),
				  .snd_nxt = 1000,
				  .rcv_nxt = 5000,
				  .snd_wnd = WINDOW,
				  .snd_scale = SCALE,
				  .rcv_scale = SCALE,
				  .mss = 1460,
				  .sack = true },
			 theirs = ours;
	theirs.dst = ip_addr_v4(CORE_IP);
	theirs.port = ours.local_port;
	theirs.local_port = VENUE_PORT;
	theirs.snd_nxt = ours.rcv_nxt;
	theirs.rcv_nxt = ours.snd_nxt;
	memcpy(ours.peer_mac, w->far.mac, sizeof ours.peer_mac);
	memcpy(theirs.peer_mac, near->mac, sizeof theirs.peer_mac);
	w->end[i].conn = tcp_adopt(w->tcp, &theirs, &events, &w->end[i], now);
	return w->end[i].conn ? session_adopt(s, &ours, &keys, now) : ERR_FULL;
}
