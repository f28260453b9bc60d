/*
 * lws_echo.c - libwebsockets as a server over TLS: `lws_echo PORT KEY CERT`. Built by the test that starts it.
 *
 * What a connection does depends on its path: /echo sends each message back, whole; /pieces/SIZE/N/KIND
 * sends one message in N frames; /ping/DATA sends a ping, and the pong it gets as text; /close/CODE/REASON;
 * /abort drops the connection. How each ended is printed: "over CODE REASON".
 */
#include <libwebsockets.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PATH_BYTES 256
#define LARGEST (64u << 20)

struct peer {
	char path[PATH_BYTES];
	unsigned char *buf; /* LWS_PRE bytes before the message */
	size_t n, cap;
	int binary, due;    /* due: what it holds is to be sent */
	int pieces, sent;   /* of /pieces: frames, and those that left */
	size_t size;
	int code;
	char reason[128], pong[128];
};

static int begins(const struct peer *p, const char *what) { return !strncmp(p->path, what, strlen(what)); }

static int grow(struct peer *p, size_t n)
{
	if (n > LARGEST)
		return -1;
	if (n > p->cap) {
		unsigned char *buf = realloc(p->buf, LWS_PRE + 2 * n);
		if (!buf)
			return -1;
		p->buf = buf;
		p->cap = 2 * n;
	}
	return 0;
}

/* "%20" and the like, in place. */
static void unquote(char *s)
{
	char *to = s;
	for (; *s; s++, to++) {
		unsigned v;
		if (*s == '%' && sscanf(s + 1, "%2x", &v) == 1) {
			*to = (char)v;
			s += 2;
		} else {
			*to = *s;
		}
	}
	*to = 0;
}

static int prepare_pieces(struct peer *p)
{
	char kind[16];
	if (sscanf(p->path, "/pieces/%zu/%d/%15s", &p->size, &p->pieces, kind) != 3 || grow(p, p->size + 1))
		return -1;
	for (size_t i = 0; i < p->size; i++)
		p->buf[LWS_PRE + i] = (unsigned char)('a' + i % 26);
	p->binary = !strcmp(kind, "binary");
	return 0;
}

/* One frame a time that there is room: the library counts what of a frame it could not send. */
static int send_piece(struct lws *wsi, struct peer *p)
{
	size_t from = p->size * (size_t)p->sent / (size_t)p->pieces;
	size_t to = p->size * (size_t)(p->sent + 1) / (size_t)p->pieces;
	enum lws_write_protocol how = (enum lws_write_protocol)lws_write_ws_flags(
		p->binary ? LWS_WRITE_BINARY : LWS_WRITE_TEXT, p->sent == 0, p->sent + 1 == p->pieces);
	unsigned char *piece = malloc(LWS_PRE + to - from + 1); /* the head is written before it */
	if (!piece)
		return -1;
	memcpy(piece + LWS_PRE, p->buf + LWS_PRE + from, to - from);
	int n = lws_write(wsi, piece + LWS_PRE, to - from, how);
	free(piece);
	if (n < 0)
		return -1;
	if (++p->sent < p->pieces)
		lws_callback_on_writable(wsi);
	return 0;
}

static int close_as_asked(struct lws *wsi, struct peer *p)
{
	int code = 0, at = 0;
	if (sscanf(p->path, "/close/%d/%n", &code, &at) != 1)
		return -1;
	unquote(p->path + at);
	lws_close_reason(wsi, (enum lws_close_status)code, (unsigned char *)p->path + at, strlen(p->path + at));
	return -1;
}

static int send_ping(struct lws *wsi, struct peer *p)
{
	unsigned char b[LWS_PRE + 125];
	size_t n = strlen(p->path + 6);
	memcpy(b + LWS_PRE, p->path + 6, n);
	p->sent = 1;
	return lws_write(wsi, b + LWS_PRE, n, LWS_WRITE_PING) < 0 ? -1 : 0;
}

static int send_text(struct lws *wsi, const char *a, const char *b)
{
	unsigned char t[LWS_PRE + 300];
	int n = snprintf((char *)t + LWS_PRE, sizeof t - LWS_PRE, "%s%s", a, b);
	return lws_write(wsi, t + LWS_PRE, (size_t)n, LWS_WRITE_TEXT) < 0 ? -1 : 0;
}

static int write_next(struct lws *wsi, struct peer *p)
{
	if (p->pong[0]) {
		int rc = send_text(wsi, "pong ", p->pong);
		p->pong[0] = 0;
		return rc;
	}
	if (begins(p, "/pieces/") && p->sent < p->pieces)
		return send_piece(wsi, p);
	if (begins(p, "/ping/") && !p->sent)
		return send_ping(wsi, p);
	if (begins(p, "/close/"))
		return close_as_asked(wsi, p);
	if (begins(p, "/abort"))
		return -1;
	if (!p->due)
		return 0;
	p->due = 0;
	int rc = lws_write(wsi, p->buf + LWS_PRE, p->n, p->binary ? LWS_WRITE_BINARY : LWS_WRITE_TEXT);
	p->n = 0;
	lws_rx_flow_control(wsi, 1);
	return rc < 0 ? -1 : 0;
}

static int take(struct lws *wsi, struct peer *p, const void *in, size_t n)
{
	if (grow(p, p->n + n + 1))
		return -1;
	if (lws_is_first_fragment(wsi))
		p->binary = lws_frame_is_binary(wsi);
	memcpy(p->buf + LWS_PRE + p->n, in, n);
	p->n += n;
	if (lws_is_final_fragment(wsi) && !lws_remaining_packet_payload(wsi)) {
		p->due = 1;
		lws_rx_flow_control(wsi, 0); /* the next message waits for this one's echo */
		lws_callback_on_writable(wsi);
	}
	return 0;
}

static void note_close(struct peer *p, const unsigned char *in, size_t n)
{
	p->code = n >= 2 ? in[0] << 8 | in[1] : 1005;
	if (n > 2)
		snprintf(p->reason, sizeof p->reason, "%.*s", (int)(n - 2), (const char *)in + 2);
}

static int serve(struct lws *wsi, enum lws_callback_reasons why, void *user, void *in, size_t n)
{
	struct peer *p = user;
	switch (why) {
	case LWS_CALLBACK_ESTABLISHED:
		memset(p, 0, sizeof *p);
		lws_hdr_copy(wsi, p->path, sizeof p->path, WSI_TOKEN_GET_URI);
		if (begins(p, "/pieces/") && prepare_pieces(p))
			return -1;
		lws_callback_on_writable(wsi);
		return 0;
	case LWS_CALLBACK_SERVER_WRITEABLE: return write_next(wsi, p);
	case LWS_CALLBACK_RECEIVE: return take(wsi, p, in, n);
	case LWS_CALLBACK_RECEIVE_PONG:
		snprintf(p->pong, sizeof p->pong, "%.*s", (int)n, (const char *)in);
		lws_callback_on_writable(wsi);
		return 0;
	case LWS_CALLBACK_WS_PEER_INITIATED_CLOSE: note_close(p, in, n); return 0;
	case LWS_CALLBACK_CLOSED:
		printf("over %d %s\n", p->code, p->reason);
		fflush(stdout);
		free(p->buf);
		return 0;
	default: return 0;
	}
}

int main(int argc, char **argv)
{
	static const struct lws_protocols protocols[] = { { "", serve, sizeof(struct peer), 65536, 0, NULL, 0 },
							  { NULL, NULL, 0, 0, 0, NULL, 0 } };
	struct lws_context_creation_info info = { .protocols = protocols,
						  .iface = "lo",
						  .options = LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT };
	if (argc != 4)
		return 2;
	info.port = atoi(argv[1]);
	info.ssl_private_key_filepath = argv[2];
	info.ssl_cert_filepath = argv[3];
	lws_set_log_level(LLL_ERR, NULL);
	struct lws_context *c = lws_create_context(&info);
	if (!c)
		return 1;
	while (lws_service(c, 0) >= 0)
		;
	lws_context_destroy(c);
	return 0;
}
