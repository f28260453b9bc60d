#include "sim/streams.h"

#include <jansson.h>
#include <stdarg.h>
#include <string.h>

#include "sim/json.h"
#include "sim/wsconn.h"

#define RECEIVED_MAX_PER_S 5

static size_t find(const struct streams_session *s, const char *name)
{
	size_t i = 0;
	while (i < s->n && strcmp(s->names[i], name))
		i++;
	return i;
}

static bool add(struct streams_session *s, const char *name, size_t n)
{
	char text[STREAM_NAME_MAX];
	if (!n || n >= sizeof text || s->n == CONN_STREAMS_MAX || memchr(name, 0, n))
		return false;
	memcpy(text, name, n);
	text[n] = 0;
	if (find(s, text) < s->n)
		return true;
	s->names = vec_grow(s->names, s->n, &s->cap, sizeof *s->names);
	memcpy(s->names[s->n++], text, n + 1);
	return true;
}

static void drop(struct streams_session *s, const char *name)
{
	size_t i = find(s, name);
	if (i == s->n)
		return;
	s->n--;
	memmove(s->names[i], s->names[s->n], sizeof *s->names);
}

bool streams_subscribe_all(struct conn *c, const char *names)
{
	while (*names) {
		size_t n = strcspn(names, "/");
		if (!add(&c->streams, names, n))
			return false;
		names += n + (names[n] == '/');
	}
	return true;
}

void streams_count(struct conn *c, u32 frames, ns_t now)
{
	struct streams_session *s = &c->streams;
	if (now - s->second_ns >= NS_PER_S) {
		s->second_ns = now;
		s->received = 0;
	}
	s->received += frames;
	if (s->received > RECEIVED_MAX_PER_S && !c->closing)
		wsconn_close(c, WS_POLICY, "Too many requests");
}

static void reply(struct conn *c, json_t *j)
{
	struct buf out = { 0 };
	json_write(&out, j);
	wsconn_text(c, buf_p(&out), buf_n(&out));
	buf_free(&out);
}

static void refuse(struct conn *c, json_t *id, int code, const char *fmt, ...) PRINTF_LIKE(4, 5);
static void refuse(struct conn *c, json_t *id, int code, const char *fmt, ...)
{
	char text[256];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	reply(c, json_pack("{s:{s:i, s:s}, s:O}", "error", "code", code, "msg", text, "id", id));
}

static void accept_result(struct conn *c, json_t *id, json_t *result)
{
	reply(c, json_pack("{s:o, s:O}", "result", result, "id", id));
}

/* SUBSCRIBE and UNSUBSCRIBE: a list of stream names, all good or none taken. */
static void change(struct conn *c, json_t *id, const json_t *params, bool subscribe)
{
	size_t i;
	json_t *name;
	if (!json_array_size(params) || json_array_size(params) > CONN_STREAMS_MAX) {
		refuse(c, id, 2, "Invalid request: params must be a non-empty list of streams");
		return;
	}
	json_array_foreach(params, i, name) if (!json_is_string(name) ||
						!json_string_length(name) ||
						json_string_length(name) >= STREAM_NAME_MAX)
	{
		refuse(c, id, 2, "Invalid request: invalid stream");
		return;
	}
	json_array_foreach(params, i, name)
	{
		if (!subscribe) {
			drop(&c->streams, json_string_value(name));
		} else if (!add(&c->streams, json_string_value(name), json_string_length(name))) {
			refuse(c, id, 2, "Invalid request: too many streams");
			return;
		}
	}
	accept_result(c, id, json_null());
}

static void list(struct conn *c, json_t *id)
{
	json_t *names = json_array();
	for (size_t i = 0; i < c->streams.n; i++)
		json_array_append_new(names, json_string(c->streams.names[i]));
	accept_result(c, id, names);
}

/* The one property there is: "combined". */
static void property(struct conn *c, json_t *id, const json_t *params, bool set)
{
	const char *name = json_string_value(json_array_get(params, 0));
	const json_t *value = json_array_get(params, 1);
	if (!name)
		refuse(c, id, 2, "Invalid request: property name must be a string");
	else if (json_array_size(params) > (set ? 2 : 1))
		refuse(c, id, 2, "Invalid request: too many parameters");
	else if (strcmp(name, "combined"))
		refuse(c, id, 0, "Unknown property");
	else if (set && !json_is_boolean(value))
		refuse(c, id, 1, "Invalid value type: expected Boolean");
	else if (!set)
		accept_result(c, id, json_boolean(!c->streams.raw));
	else {
		c->streams.raw = json_is_false(value);
		accept_result(c, id, json_null());
	}
}

static void run(struct conn *c, json_t *id, const char *method, const json_t *params)
{
	if (!method)
		refuse(c, id, 2, "Invalid request: missing field `method`");
	else if (!strcmp(method, "SUBSCRIBE") || !strcmp(method, "UNSUBSCRIBE"))
		change(c, id, params, *method == 'S');
	else if (!strcmp(method, "LIST_SUBSCRIPTIONS"))
		list(c, id);
	else if (!strcmp(method, "SET_PROPERTY") || !strcmp(method, "GET_PROPERTY"))
		property(c, id, params, *method == 'S');
	else
		refuse(c, id, 2,
		       "Invalid request: unknown variant `%.64s`, expected one of `SUBSCRIBE`, "
		       "`UNSUBSCRIBE`, "
		       "`LIST_SUBSCRIPTIONS`, `SET_PROPERTY`, `GET_PROPERTY`",
		       method);
}

static bool good_id(const json_t *id)
{
	return json_is_integer(id) || json_is_null(id) ||
	       (json_is_string(id) && json_string_length(id) <= 36);
}

void streams_on_text(struct conn *c, const void *text, size_t n)
{
	json_t *request = json_loadb(text, n, JSON_REJECT_DUPLICATES, NULL),
	       *id = json_object_get(request, "id");
	if (!json_is_object(request))
		wsconn_close(c, WS_POLICY, "Invalid request");
	else if (!good_id(id))
		refuse(c, json_null(), 2,
		       "Invalid request: request ID must be an unsigned integer");
	else
		run(c, id, json_string_value(json_object_get(request, "method")),
		    json_object_get(request, "params"));
	json_decref(request);
}

void streams_send(struct venue *v, const struct message *m)
{
	struct buf frames[2] = { 0 }; /* combined, raw: each made once, for whoever wants it */
	for (size_t i = 0; i < v->conns_n; i++) {
		struct conn *c = v->conns[i];
		if (c->kind != CONN_STREAMS || v->now_ns < v->silent_until_ns ||
		    find(&c->streams, m->stream) == c->streams.n)
			continue;
		struct buf *f = &frames[c->streams.raw];
		const struct span *body = c->streams.raw ? &m->data : &m->text;
		if (!buf_n(f))
			ws_encode(f, WS_TEXT, body->p, body->n);
		conn_send(c, buf_p(f), buf_n(f));
		c->sent++;
	}
	buf_free(&frames[0]);
	buf_free(&frames[1]);
}
