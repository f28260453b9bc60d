#include "sim/dispatch.h"

#include <string.h>

#include "sim/admin.h"
#include "sim/api.h"
#include "sim/rest.h"
#include "sim/streams.h"
#include "sim/wsconn.h"

#define WS_KEY_LENGTH 24 /* 16 bytes in base64 */

static void send_status(struct conn *c, int status, const char *extra)
{
	struct buf out = { 0 };
	http_answer(&out, status, "text/plain", extra, http_reason(status),
		    strlen(http_reason(status)));
	conn_send(c, buf_p(&out), buf_n(&out));
	buf_free(&out);
}

static bool is_streams(const char *path)
{
	return !strcmp(path, "/stream") || !strcmp(path, "/ws") || !strncmp(path, "/ws/", 4);
}

/* What the path and query ask for, taken into the connection; false where they make no sense. */
static bool begin_session(struct conn *c, const struct http_request *r)
{
	char text[8192];
	if (!strcmp(r->path, "/ws-api/v3")) {
		c->kind = CONN_API;
		c->api.rate_limits = !http_param(r->query, "returnRateLimits", text, sizeof text) ||
				     strcmp(text, "false");
		return true;
	}
	c->kind = CONN_STREAMS;
	c->streams.raw = !strncmp(r->path, "/ws", 3);
	if (c->streams.raw)
		return streams_subscribe_all(c, r->path[3] ? r->path + 4 : "");
	return !http_param(r->query, "streams", text, sizeof text) ||
	       streams_subscribe_all(c, text);
}

static void upgrade(struct venue *v, struct conn *c, const struct http_request *r)
{
	struct buf out = { 0 };
	char accept[WS_ACCEPT_MAX];
	if (strcmp(r->method, "GET") || strlen(r->ws_key) != WS_KEY_LENGTH || r->body_n) {
		send_status(c, 400, "");
		return;
	}
	if (r->ws_version != 13) {
		send_status(c, 426, "Sec-WebSocket-Version: 13\r\n");
		return;
	}
	if (!begin_session(c, r)) {
		c->kind = CONN_HTTP;
		send_status(c, 400, "");
		return;
	}
	v->limits.weight.count += c->kind == CONN_API ? 2 : 0;
	c->heard_ns = c->ping_ns = v->now_ns;
	ws_accept(r->ws_key, accept);
	buf_fmt(&out,
		"HTTP/1.1 101 Switching Protocols\r\nServer: saker-venue\r\nUpgrade: "
		"websocket\r\nConnection: Upgrade\r\n"
		"Sec-WebSocket-Accept: %s\r\n\r\n",
		accept);
	conn_send(c, buf_p(&out), buf_n(&out));
	buf_free(&out);
}

static void answer(struct venue *v, struct conn *c, const struct http_request *r)
{
	struct buf out = { 0 };
	bool ws_path = is_streams(r->path) || !strcmp(r->path, "/ws-api/v3");
	if (ws_path && r->upgrade) {
		upgrade(v, c, r);
	} else if (ws_path) {
		send_status(c, 426, "Upgrade: websocket\r\n");
	} else if (!strncmp(r->path, "/api/v3/", 8)) {
		rest_answer(v, r, &out);
	} else if (!strncmp(r->path, "/sim/", 5) && v->options->admin) {
		admin_answer(v, c, r, (struct span){ buf_p(&c->in) + r->head_n, r->body_n }, &out);
	} else {
		send_status(c, 404, "");
	}
	conn_send(c, buf_p(&out), buf_n(&out));
	buf_free(&out);
	if (r->close && c->kind == CONN_HTTP)
		conn_close(c);
}

static int status_of(err_t e) { return e == ERR_TOO_LONG ? 431 : e == ERR_UNSUPPORTED ? 501 : 400; }

/* One request; false where there is none yet, or no more. */
static bool http_input(struct venue *v, struct conn *c)
{
	struct http_request r;
	err_t e = http_parse(&r, buf_p(&c->in), buf_n(&c->in));
	if (e == ERR_AGAIN || (e == ERR_OK && buf_n(&c->in) < r.head_n + r.body_n))
		return false;
	if (e != ERR_OK) {
		send_status(c, status_of(e), "Connection: close\r\n");
		conn_close(c);
		return false;
	}
	c->heard_ns = v->now_ns;
	answer(v, c, &r);
	buf_eat(&c->in, r.head_n + r.body_n);
	return true;
}

static bool ws_input(struct venue *v, struct conn *c)
{
	u32 frames = 0;
	err_t e = wsconn_next(c, v->now_ns, &frames);
	if (c->kind == CONN_STREAMS)
		streams_count(c, frames, v->now_ns);
	if (e != ERR_OK || c->closing)
		return false;
	if (c->kind == CONN_STREAMS)
		streams_on_text(c, buf_p(&c->message), buf_n(&c->message));
	else
		api_on_text(v, c, buf_p(&c->message), buf_n(&c->message));
	return true;
}

void dispatch(struct venue *v, struct conn *c)
{
	bool more = true;
	while (more && buf_n(&c->in) && !c->dead && !c->closing && !v->stop)
		more = c->kind == CONN_HTTP ? http_input(v, c) : ws_input(v, c);
}
