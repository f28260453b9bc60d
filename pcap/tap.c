#include "pcap/tap.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define IFS_MAX 64

char *tap_place_text(const struct tap *t, struct tap_place p, char *text, size_t n)
{
	if (t->n_files > 1)
		snprintf(text, n, "packet %llu of %s", (unsigned long long)p.packet, t->file[p.file].name);
	else
		snprintf(text, n, "packet %llu", (unsigned long long)p.packet);
	return text;
}

/* The first reason is the one that explains; it names the packet at hand. */
__attribute__((format(printf, 2, 3))) static void end(struct tap *t, const char *form, ...)
{
	va_list args;
	if (t->why[0])
		return;
	tap_place_text(t, t->at, t->why, sizeof t->why / 2);
	size_t n = strlen(t->why);
	memcpy(t->why + n, ": ", 3);
	va_start(args, form);
	vsnprintf(t->why + n + 2, sizeof t->why - n - 2, form, args);
	va_end(args);
}

static void tally(struct tap *t, enum tap_count what)
{
	if (!t->count[what].n++)
		t->count[what].first = t->at;
}

/* ---- files ---- */

typedef void packet_fn(struct tap *t, const struct pcapng_packet *p);

static void broken(struct tap *t, const struct pcapng_reader *r, err_t e)
{
	if (!t->broken[0])
		snprintf(t->broken, sizeof t->broken, "%.255s: byte %llu, behind packet %llu: %s",
			 t->file[t->at.file].name, (unsigned long long)r->offset,
			 (unsigned long long)t->at.packet, err_text(e));
}

static void walk_file(struct tap *t, packet_fn *take, bool first_time)
{
	struct pcapng_if ifs[IFS_MAX];
	struct pcapng_reader r;
	struct pcapng_block b;
	pcapng_read_init(&r, t->file[t->at.file].bytes, ifs, IFS_MAX);
	for (err_t e; (e = pcapng_next(&r, &b)) != ERR_NOT_FOUND && !r.broken;) {
		if (e != ERR_OK && first_time)
			broken(t, &r, e);
		if (e != ERR_OK)
			continue;
		if (b.kind == PCAPNG_PACKET) {
			t->at.packet++;
			take(t, &b.packet);
		}
		if (first_time && b.kind == PCAPNG_SECRETS && b.secrets.type == PCAPNG_SECRETS_TLS &&
		    t->n_logs < TAP_LOGS)
			t->log[t->n_logs++] = b.secrets.data;
	}
	if (r.broken && first_time)
		broken(t, &r, r.broken);
}

static void walk(struct tap *t, packet_fn *take, bool first_time)
{
	for (u32 i = 0; i < t->n_files; i++) {
		t->at = (struct tap_place){ .file = i };
		walk_file(t, take, first_time);
	}
}

/* ---- the scan ---- */

static void scan_packet(struct tap *t, const struct pcapng_packet *p)
{
	struct tcp_frame f;
	enum flow_side from;
	struct link_payload l;
	err_t e = tcp_frame_parse(p->link, p->data, &f);
	if (e == ERR_UNSUPPORTED && link_payload(p->link, p->data, &l) == ERR_UNSUPPORTED)
		tally(t, TAP_LINK);
	else if (e == ERR_UNSUPPORTED)
		tally(t, TAP_NOT_TCP);
	else if (e != ERR_OK)
		tally(t, TAP_MALFORMED);
	else if (!p->has_at)
		tally(t, TAP_NO_STAMP);
	else if (!flows_take(&t->flows, &f, t->at.packet, &from))
		tally(t, TAP_CROWD);
}

void tap_scan(struct tap *t) { walk(t, scan_packet, true); }

/* ---- the server's stream ---- */

static void on_opened(void *user, ns_t now)
{
	struct tap *t = user;
	t->ev->opened(t->ev->user, now);
}

static void on_text(void *user, const u8 *p, u32 n, ns_t now)
{
	struct tap *t = user;
	t->ev->text(t->ev->user, p, n, now);
}

static u8 *room(void *user, u32 n) { return tap_ws_room(&((struct tap *)user)->ws, n); }

static void took(void *user, u32 n, ns_t now)
{
	struct tap *t = user;
	tap_ws_took(&t->ws, n, now);
	if (t->ws.why)
		end(t, "%s", t->ws.why);
}

/* The server's first byte says what is spoken. */
static void begin(struct tap *t, u8 first)
{
	struct tap_tls_cfg cfg = {
		.crypto = t->crypto, .logs = t->log, .n_logs = t->n_logs, .room = room, .app = took, .user = t
	};
	t->begun = true;
	t->encrypted = first == TLS_HANDSHAKE || first == TLS_ALERT;
	if (!t->encrypted)
		return;
	if (!tap_tls_client_random((struct span){ t->hello, t->hello_n }, cfg.client_random))
		end(t, "the client's ClientHello is not in the capture, without which no key can be chosen");
	else if (tap_tls_init(&t->tls, t->arena, &cfg) != ERR_OK)
		end(t, "out of memory");
}

static void plain(struct tap *t, struct span data)
{
	while (data.n && !t->why[0]) {
		u32 n = (u32)(data.n < TLS_PLAIN_MAX ? data.n : TLS_PLAIN_MAX);
		u8 *to = tap_ws_room(&t->ws, n);
		if (!to) {
			end(t, "a message is too large");
			return;
		}
		memcpy(to, data.p, n);
		took(t, n, t->now);
		data.p += n, data.n -= n;
	}
}

static void serve(struct tap *t, const struct stream_piece *p)
{
	if (!t->begun)
		begin(t, p->data.p[0]);
	if (t->why[0] || t->ws.closed)
		return;
	if (!t->encrypted)
		plain(t, p->data);
	else if (tap_tls_rx(&t->tls, p->data, t->now) != ERR_OK && !t->ws.closed && t->tls.tls.why != ERR_CLOSED)
		end(t, "%s", t->tls.why);
}

/* ---- one connection ---- */

static void hole(struct tap *t)
{
	const struct stream_piece *p = stream_behind(&t->server);
	const struct tap_tally *cut = &t->count[TAP_USED_CUT];
	char place[TAP_TEXT / 2];
	if (p) {
		t->at.packet = p->packet;
		end(t, "%u bytes of the server's stream before it are not in the capture%s%s",
		    p->seq - t->server.next, cut->n ? "; the capture has cut packets (record with -s 0), first " : "",
		    cut->n ? tap_place_text(t, cut->first, place, sizeof place) : "");
	} else if (t->fin && t->fin_seq != t->server.next) {
		end(t, "the last %u bytes of the server's stream are not in the capture%s",
		    t->fin_seq - t->server.next, cut->n ? ": it has cut packets (record with -s 0)" : "");
	}
}

static void from_client(struct tap *t, const struct stream_piece *p)
{
	struct stream_piece next;
	if (t->hello_n == sizeof t->hello || !stream_put(&t->client, p))
		return;
	while (stream_next(&t->client, &next)) {
		u32 n = u32_min((u32)sizeof t->hello - t->hello_n, (u32)next.data.n);
		memcpy(t->hello + t->hello_n, next.data.p, n);
		t->hello_n += n;
	}
}

static void from_server(struct tap *t, const struct tcp_frame *f, const struct stream_piece *p)
{
	struct stream_piece next;
	if (f->flags & TCP_FRAME_FIN && !f->cut) {
		t->fin = true;
		t->fin_seq = f->seq + (u32)f->payload.n;
	}
	if (!stream_put(&t->server, p))
		hole(t);
	while (!t->why[0] && stream_next(&t->server, &next))
		serve(t, &next);
}

static void run_packet(struct tap *t, const struct pcapng_packet *p)
{
	struct tcp_frame f;
	enum flow_side from;
	if (tcp_frame_parse(p->link, p->data, &f) != ERR_OK || !p->has_at)
		return; /* the scan has counted it */
	const struct flow *w = flows_take(&t->flows, &f, t->at.packet, &from);
	if (w != t->flow) {
		if (w)
			tally(t, TAP_OTHERS);
		return;
	}
	if (t->why[0]) {
		tally(t, TAP_BEHIND);
		return;
	}
	t->frames++;
	if (f.cut)
		tally(t, TAP_USED_CUT);
	else if (!tcp_frame_sum_ok(&f))
		tally(t, TAP_USED_SUM);
	if (p->at_ns > t->now)
		t->now = p->at_ns; /* several interfaces may go back a little */
	struct stream_piece piece = { .seq = f.seq, .packet = t->at.packet, .data = f.payload };
	if (f.flags & TCP_FRAME_SYN)
		piece.seq++; /* it counts as a byte before the payload it may carry (RFC 7413) */
	t->ev->turn(t->ev->user, t->now);
	if (from == FLOW_CLIENT)
		from_client(t, &piece);
	else
		from_server(t, &f, &piece);
}

err_t tap_run(struct tap *t, u32 index, const struct tap_events *ev, struct arena *a,
	      const struct tls_crypto *crypto)
{
	const struct flow w = t->flows.flow[index];
	assert(index < t->flows.n);
	t->ev = ev;
	t->arena = a;
	t->crypto = crypto;
	err_t e = tap_ws_init(&t->ws, a);
	if (e != ERR_OK)
		return e;
	t->ws.opened = on_opened, t->ws.text = on_text, t->ws.user = t;
	if (!w.has_isn[FLOW_SERVER]) {
		t->at.packet = w.first_packet;
		end(t, "the connection's beginning (SYN) is not in the capture: begin to record before the program connects");
		return ERR_OK;
	}
	stream_begin(&t->client, w.isn[FLOW_CLIENT] + 1);
	stream_begin(&t->server, w.isn[FLOW_SERVER] + 1);
	t->flows.n = 0; /* the same packets lead to the same numbers */
	t->flow = &t->flows.flow[index];
	walk(t, run_packet, false);
	hole(t);
	if (t->encrypted)
		tap_tls_fini(&t->tls);
	if (!t->why[0] && !t->ws.up)
		end(t, "the connection ends before WebSocket begins");
	return ERR_OK;
}
