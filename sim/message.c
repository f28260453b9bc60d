#include "sim/message.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "common/decimal.h"
#include "sim/buf.h"
#include "sim/rules.h"

void levels_add(struct levels *l, i64 price, i64 qty)
{
	l->v = vec_grow(l->v, l->n, &l->cap, sizeof *l->v);
	l->v[l->n++] = (struct level){ price, qty };
}

static bool decimal(const json_t *j, i64 *out)
{
	return json_is_string(j) &&
	       dec_parse(json_string_value(j), json_string_length(j), SIM_DECIMALS, out) ==
		       ERR_OK &&
	       *out >= 0;
}

static bool id(const json_t *o, const char *key, u64 *out)
{
	const json_t *j = json_object_get(o, key);
	*out = (u64)json_integer_value(j);
	return json_is_integer(j) && json_integer_value(j) >= 0;
}

static bool level(const json_t *o, const char *price, const char *qty, struct level *out)
{
	return decimal(json_object_get(o, price), &out->price) &&
	       decimal(json_object_get(o, qty), &out->qty);
}

static bool side(const json_t *o, const char *key, struct levels *out)
{
	const json_t *a = json_object_get(o, key), *pair;
	size_t i;
	out->n = 0;
	json_array_foreach(a, i, pair)
	{
		struct level l;
		if (!decimal(json_array_get(pair, 0), &l.price) ||
		    !decimal(json_array_get(pair, 1), &l.qty) || !l.price)
			return false;
		levels_add(out, l.price, l.qty);
	}
	return json_is_array(a);
}

static const char *parse_snapshot(struct message *m, const json_t *o)
{
	m->kind = MESSAGE_SNAPSHOT;
	bool ok = id(o, "lastUpdateId", &m->last_id) && side(o, "bids", &m->bids) &&
		  side(o, "asks", &m->asks);
	return ok ? NULL : "snapshot: expected lastUpdateId, bids and asks";
}

static const char *parse_data(struct message *m, const json_t *o, const char *symbol)
{
	const char *s = json_string_value(json_object_get(o, "s")),
		   *e = json_string_value(json_object_get(o, "e"));
	if (!s || strcmp(s, symbol))
		return "the message is not of the symbol this venue trades (--symbol)";
	if (e && !strcmp(e, "trade")) {
		m->kind = MESSAGE_TRADE;
		m->buyer_maker = json_is_true(json_object_get(o, "m"));
		return id(o, "t", &m->last_id) && level(o, "p", "q", &m->trade) && m->trade.price &&
				       m->trade.qty
			       ? NULL
			       : "trade: expected t, p and q";
	}
	if (e && !strcmp(e, "depthUpdate")) {
		m->kind = MESSAGE_DEPTH;
		return id(o, "U", &m->first_id) && id(o, "u", &m->last_id) &&
				       m->first_id <= m->last_id && side(o, "b", &m->bids) &&
				       side(o, "a", &m->asks)
			       ? NULL
			       : "depthUpdate: expected U <= u, b and a";
	}
	m->kind = MESSAGE_TICKER;
	return !e && id(o, "u", &m->last_id) && level(o, "b", "B", &m->bid) &&
			       level(o, "a", "A", &m->ask)
		       ? NULL
		       : "expected a trade, a depthUpdate or a bookTicker";
}

/*
 * The raw stream's payload is cut out of the combined message byte for byte, so the envelope
 * must be the venue's own.
 */
static const char *parse_envelope(struct message *m, const json_t *o, const char *p, size_t n)
{
	const char *stream = json_string_value(json_object_get(o, "stream"));
	struct buf head = { 0 };
	const char *why = NULL;
	if (!stream || strlen(stream) >= STREAM_NAME_MAX)
		return "expected {\"stream\":...} or a snapshot with lastUpdateId";
	buf_fmt(&head, "{\"stream\":\"%s\",\"data\":", stream);
	if (n <= buf_n(&head) + 1 || memcmp(p, buf_p(&head), buf_n(&head)) || p[n - 1] != '}')
		why = "expected the envelope {\"stream\":\"...\",\"data\":{...}} without blanks";
	else
		m->data = (struct span){ (const u8 *)p + buf_n(&head), n - buf_n(&head) - 1 };
	strcpy(m->stream, stream);
	buf_free(&head);
	return why;
}

err_t message_parse(struct message *m, const char *p, size_t n, const char *symbol,
		    const char **why)
{
	json_t *o = json_loadb(p, n, JSON_REJECT_DUPLICATES, NULL);
	m->text = (struct span){ (const u8 *)p, n };
	m->data = (struct span){ 0 };
	m->stream[0] = 0;
	m->first_id = 0;
	if (!json_is_object(o))
		*why = "not a JSON object";
	else if (json_object_get(o, "lastUpdateId"))
		*why = parse_snapshot(m, o);
	else if (!(*why = parse_envelope(m, o, p, n)))
		*why = parse_data(m, json_object_get(o, "data"), symbol);
	json_decref(o);
	return *why ? ERR_SYNTAX : ERR_OK;
}

void message_free(struct message *m)
{
	free(m->bids.v);
	free(m->asks.v);
	*m = (struct message){ 0 };
}
