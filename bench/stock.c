#include "bench/stock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dataplane/tcp/hdr.h"

#define SEGMENT 1460
#define SPARE 64 /* behind each frame: readers take whole vectors */

static void die(const char *what)
{
	fprintf(stderr, "bench: the stock: %s\n", what);
	exit(1);
}

static void *take(struct arena *a, size_t n)
{
	void *p = arena_alloc(a, n, CACHE_LINE);
	if (!p)
		die("no memory");
	return p;
}

/* ---- the port ---- */

static u32 stock_rx(struct port *port, struct frame *f, u32 max)
{
	struct stock *p = port->impl;
	u32 n = 0;
	if (p->next == p->released)
		return 0;
	u64 tsc = tsc_now();
	for (; n < max && p->next < p->released && p->frame[p->next].due_tsc <= tsc; n++) {
		const struct stock_frame *at = &p->frame[p->next++];
		f[n] = (struct frame){ .p = p->mem + at->at, .n = at->n, .rx_tsc = tsc };
	}
	if (n)
		p->rx_tsc = tsc;
	return n;
}

static void stock_rx_done(struct port *port) { (void)port; }

static const struct port_ops stock_ops = { .rx = stock_rx, .rx_done = stock_rx_done };

/* ---- start ---- */

void stock_open(struct stock *p, struct arena *a, const struct stock_room *room, struct peer *peer, u32 session)
{
	const struct tcp_conn *c = peer->conn[session];
	static_assert(sizeof p->hdr >= TCP_HDR_BYTES, "a header fits");
	*p = (struct stock){ .port = { .ops = &stock_ops, .impl = p },
			    .cap = room->cap,
			    .bytes = room->bytes,
			    .tx = &peer->tx[session],
			    .sums = c->sums,
			    .seq = c->snd_nxt,
			    .ack = c->rcv_nxt,
			    .ports = c->ports };
	p->stream_bytes = room->message_max + (room->message_max / TLS_PLAIN_MAX + 2) * TLS_OVERHEAD_MAX + SPARE;
	p->frame = take(a, room->cap * sizeof *p->frame);
	p->mem = take(a, room->bytes);
	p->stream = take(a, p->stream_bytes);
	memcpy(p->hdr, c->hdr, TCP_HDR_BYTES);
}

/* ---- laying down ---- */

static void add_segment(struct stock *p, const u8 *data, u32 n, u64 due_tsc)
{
	struct hdr_var v = { .seq = p->seq, .ack = p->ack, .flags = TCP_ACK | TCP_PSH, .wnd = 0xffff };
	if (p->n == p->cap || p->used + TCP_HDR_BYTES + n + SPARE + CACHE_LINE > p->bytes)
		die("full: a bench asked for too little room");
	u8 *f = p->mem + p->used;
	memcpy(f, p->hdr, TCP_HDR_BYTES);
	memcpy(f + TCP_HDR_BYTES, data, n);
	v.id = p->ip_id++;
	v.len = n;
	v.payload_sum = csum_bytes(data, n);
	p->seq += n;
	u32 len = hdr_patch(f, &v, hdr_usual, p->ports, &p->sums, false);
	p->frame[p->n++] = (struct stock_frame){ due_tsc, p->used, len };
	p->used += (len + SPARE + CACHE_LINE - 1) / CACHE_LINE * CACHE_LINE;
}

/* The WebSocket frame's bytes from `at` on as one record; returns the plaintext taken. */
static u32 seal_next(struct stock *p, const u8 *ws, u32 left, u32 *stream_n)
{
	u32 n = u32_min(left, TLS_PLAIN_MAX);
	u8 *rec = p->stream + *stream_n;
	memcpy(rec + tls_head(p->tx), ws, n);
	*stream_n += tls_seal(p->tx, rec, n, TLS_APPLICATION_DATA);
	return n;
}

void stock_add(struct stock *p, const char *text, u32 n, u64 due_tsc)
{
	u32 head = ws_head_len_plain(n), total = head + n, stream_n = 0;
	u8 *ws = malloc(total);
	if (!ws || total + (total / TLS_PLAIN_MAX + 1) * TLS_OVERHEAD_MAX > p->stream_bytes)
		die("a message is too long");
	memcpy(ws + head, text, n);
	ws_frame_plain(ws, n, WS_OP_TEXT);
	for (u32 at = 0; at < total;)
		at += seal_next(p, ws + at, total - at, &stream_n);
	for (u32 at = 0; at < stream_n; at += SEGMENT)
		add_segment(p, p->stream + at, u32_min(SEGMENT, stream_n - at), due_tsc);
	free(ws);
}

void stock_empty(struct stock *p)
{
	if (!stock_is_taken(p))
		die("frames were left over");
	p->n = p->next = p->released = p->used = 0;
}

/* ---- caches ---- */

void sweeper_open(struct sweeper *s)
{
	if (!(s->junk = calloc(1, STOCK_SWEEP_BYTES)))
		die("no memory to sweep");
	sweep(s);
}

void sweep(struct sweeper *s)
{
	for (u32 i = 0; i < STOCK_SWEEP_BYTES; i += CACHE_LINE)
		__atomic_store_n(&s->junk[i], (u8)(s->junk[i] + 1), __ATOMIC_RELAXED);
}

void sweeper_close(struct sweeper *s) { free(s->junk); }
