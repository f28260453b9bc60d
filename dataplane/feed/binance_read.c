#include "dataplane/feed/binance_int.h"

#define KEY(s) { s, sizeof(s) - 1 }

enum { TOP_STREAM, TOP_DATA, TOP_EVENT, TOP_RESULT, TOP_ERROR, TOP_CODE, TOP_MSG, TOP_ID, TOP_U, TOP_KEYS };
static const struct json_key top_keys[TOP_KEYS] = {
	KEY("stream"), KEY("data"), KEY("e"), KEY("result"), KEY("error"), KEY("code"), KEY("msg"), KEY("id"), KEY("u"),
};

u32 binance_json_reason(enum json_fail fail)
{
	switch (fail) {
	case JSON_TRUNCATED: return FEED_CNT_truncated;
	case JSON_TOO_DEEP: return FEED_CNT_too_deep;
	case JSON_DUPLICATE: return FEED_CNT_duplicate_field;
	default: return FEED_CNT_bad_json;
	}
}

static u32 read_int(const struct json_value *v, i64 *out)
{
	if (v->type != JSON_NUMBER)
		return FEED_CNT_wrong_type;
	err_t e = dec_parse(v->p, v->n, 0, out);
	return e == ERR_OK ? FEED_READ_OK : e == ERR_OVERFLOW ? FEED_CNT_number_range : FEED_CNT_wrong_type;
}

/* -1 where the request had none, or the venue answers with a text or null. */
static u32 read_id(const struct json_value *v, struct feed_msg *m)
{
	m->id = -1;
	return v->type == JSON_NUMBER ? read_int(v, &m->id) : FEED_READ_OK;
}

/* {"result":null,"id":1}: any result is an answer to what was asked. */
static u32 read_reply(const struct json_value *top, struct feed_msg *m)
{
	m->kind = FEED_REPLY;
	return read_id(&top[TOP_ID], m);
}

/* {"code":2,"msg":"..."}, or the same within {"error":{...},"id":1}. */
static u32 read_error(const struct json_value *top, struct feed_msg *m)
{
	static const struct json_key keys[] = { KEY("code"), KEY("msg") };
	struct json_value inner[2] = { top[TOP_CODE], top[TOP_MSG] };
	m->kind = FEED_ERROR;
	if (top[TOP_ERROR].type == JSON_OBJECT) {
		struct json j = json_of(top[TOP_ERROR].p, top[TOP_ERROR].n);
		if (!json_members(&j, keys, 2, inner))
			return binance_json_reason(j.fail);
	} else if (top[TOP_ERROR].type != JSON_ABSENT) {
		return FEED_CNT_wrong_type;
	}
	if (inner[0].type == JSON_ABSENT)
		return FEED_CNT_missing_field;
	bool has_text = inner[1].type == JSON_STRING;
	m->text = has_text ? inner[1].p : "";
	m->text_n = has_text ? (u32)inner[1].n : 0;
	u32 why = read_int(&inner[0], &m->code);
	return why == FEED_READ_OK ? read_id(&top[TOP_ID], m) : why;
}

/* "serverShutdown": E is the time. */
static u32 read_shutdown(struct json_value data, struct feed_msg *m)
{
	static const struct json_key keys[] = { KEY("E") };
	struct json_value at;
	struct json j = json_of(data.p, data.n);
	i64 t = 0;
	m->kind = FEED_SHUTDOWN;
	if (!json_members(&j, keys, 1, &at))
		return binance_json_reason(j.fail);
	u32 why = at.type == JSON_ABSENT ? FEED_READ_OK : read_int(&at, &t);
	m->venue_time_us = t > 0 ? binance_time_us((u64)t) : 0;
	return why;
}

static bool kind_of_event(const struct json_value *e, u8 *kind)
{
	static const struct { struct json_key name; u8 kind; } events[] = {
		{ KEY("bookTicker"), FEED_BBO }, { KEY("trade"), FEED_TRADE }, { KEY("depthUpdate"), FEED_DEPTH },
		{ KEY("serverShutdown"), FEED_SHUTDOWN },
	};
	for (u32 i = 0; i < ARRAY_LEN(events); i++)
		if (json_is(e, events[i].name.name, events[i].name.n)) {
			*kind = events[i].kind;
			return true;
		}
	return false;
}

static bool kind_of_stream(const char *p, size_t n, u8 *kind)
{
	static const struct { struct json_key name; u8 kind; } streams[] = {
		{ KEY("bookTicker"), FEED_BBO }, { KEY("trade"), FEED_TRADE }, { KEY("depth"), FEED_DEPTH },
		{ KEY("depth@100ms"), FEED_DEPTH }, { KEY("depth@1000ms"), FEED_DEPTH },
	};
	for (u32 i = 0; i < ARRAY_LEN(streams); i++)
		if (n == streams[i].name.n && !memcmp(p, streams[i].name.name, n)) {
			*kind = streams[i].kind;
			return true;
		}
	return false;
}

static u32 read_combined(struct feed *f, const struct json_value *top, struct feed_msg *m)
{
	struct json_value name = top[TOP_STREAM];
	if (name.type != JSON_STRING)
		return FEED_CNT_wrong_type;
	if (top[TOP_DATA].type == JSON_ABSENT)
		return FEED_CNT_missing_field;
	if (json_is(&name, "!serverShutdown", 15))
		return top[TOP_DATA].type == JSON_OBJECT ? read_shutdown(top[TOP_DATA], m) : FEED_CNT_wrong_type;
	const char *at = name.n ? memchr(name.p, '@', name.n) : NULL;
	if (!at || !kind_of_stream(at + 1, (size_t)(name.p + name.n - at - 1), &m->kind)) {
		m->kind = FEED_OTHER;
		return FEED_READ_OK;
	}
	name.n = (size_t)(at - name.p);
	return binance_read_market(f, top[TOP_DATA], name, m);
}

u32 binance_read(struct feed *f, const char *text, size_t n, struct feed_msg *m)
{
	struct json j = json_of(text, n);
	struct json_value whole, top[TOP_KEYS], none = { .type = JSON_ABSENT };
	if (!json_value(&j, &whole) || !json_end(&j))
		return binance_json_reason(j.fail);
	*m = (struct feed_msg){ .kind = FEED_OTHER };
	if (whole.type != JSON_OBJECT)
		return FEED_READ_OK;
	j = json_of(whole.p, whole.n);
	if (!json_members(&j, top_keys, TOP_KEYS, top))
		return binance_json_reason(j.fail);
	if (top[TOP_STREAM].type != JSON_ABSENT)
		return read_combined(f, top, m);
	if (kind_of_event(&top[TOP_EVENT], &m->kind))
		return m->kind == FEED_SHUTDOWN ? read_shutdown(whole, m) : binance_read_market(f, whole, none, m);
	if (top[TOP_EVENT].type != JSON_ABSENT)
		return FEED_READ_OK;
	if (top[TOP_ERROR].type != JSON_ABSENT || top[TOP_CODE].type != JSON_ABSENT)
		return read_error(top, m);
	if (top[TOP_RESULT].type != JSON_ABSENT)
		return read_reply(top, m);
	if (top[TOP_U].type == JSON_ABSENT)
		return FEED_READ_OK;
	m->kind = FEED_BBO; /* the one raw event without a type: told by its update id */
	return binance_read_market(f, whole, none, m);
}
