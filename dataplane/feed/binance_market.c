#include "dataplane/feed/binance_int.h"

/* The fields of one kind of event. Values of `ids` and `numbers` must be there. */
enum { MAX_KEYS = 8 };
static const struct json_key bbo_keys[] = { { "s", 1 }, { "u", 1 }, { "b", 1 }, { "B", 1 }, { "a", 1 }, { "A", 1 } };
static const struct json_key trade_keys[] = { { "s", 1 }, { "t", 1 }, { "p", 1 }, { "q", 1 }, { "T", 1 }, { "m", 1 } };
static const struct json_key depth_keys[] = { { "s", 1 }, { "U", 1 }, { "u", 1 }, { "b", 1 }, { "a", 1 }, { "E", 1 } };

/* One event being read: the first thing wrong with it sticks. */
struct reader {
	struct feed *f;
	const struct symbol *sym;
	u32 why;
};

static bool refuse(struct reader *r, u32 why)
{
	if (r->why == FEED_READ_OK)
		r->why = why;
	return false;
}

static bool has_type(struct reader *r, const struct json_value *v, enum json_type type)
{
	if (v->type == JSON_ABSENT)
		return refuse(r, FEED_CNT_missing_field);
	return v->type == type || refuse(r, FEED_CNT_wrong_type);
}

static u64 read_id(struct reader *r, const struct json_value *v)
{
	i64 id = 0;
	if (!has_type(r, v, JSON_NUMBER))
		return 0;
	err_t e = dec_parse(v->p, v->n, 0, &id);
	if (e != ERR_OK || id < 0)
		refuse(r, e == ERR_SYNTAX ? FEED_CNT_wrong_type : FEED_CNT_number_range);
	return (u64)id;
}

/* Digits, optionally a point and digits: what is left to go wrong is the number's size or its steps. */
static bool is_decimal(const char *p, size_t n)
{
	size_t i = 0, whole;
	while (i < n && p[i] >= '0' && p[i] <= '9')
		i++;
	whole = i;
	if (i == n || p[i] != '.')
		return whole && i == n;
	for (i++; i < n && p[i] >= '0' && p[i] <= '9'; i++)
		;
	return whole && i == n && i > whole + 1;
}

static i64 read_px(struct reader *r, const struct json_value *v)
{
	i64 px = 0;
	if (!has_type(r, v, JSON_STRING))
		return 0;
	if (!is_decimal(v->p, v->n))
		return refuse(r, FEED_CNT_wrong_type);
	err_t e = px_parse(&r->sym->inst, v->p, v->n, &px);
	if (e != ERR_OK)
		refuse(r, e == ERR_SYNTAX ? FEED_CNT_price_off_tick : FEED_CNT_number_range);
	return px;
}

static i64 read_qty(struct reader *r, const struct json_value *v)
{
	i64 qty = 0;
	if (!has_type(r, v, JSON_STRING))
		return 0;
	if (!is_decimal(v->p, v->n))
		return refuse(r, FEED_CNT_wrong_type);
	if (qty_parse(&r->sym->inst, v->p, v->n, &qty) != ERR_OK)
		refuse(r, FEED_CNT_number_range);
	return qty;
}

static void read_bbo(struct reader *r, const struct json_value *v, struct feed_msg *m)
{
	m->update_id = read_id(r, &v[1]);
	m->bid_px = read_px(r, &v[2]);
	m->bid_qty = read_qty(r, &v[3]);
	m->ask_px = read_px(r, &v[4]);
	m->ask_qty = read_qty(r, &v[5]);
}

static void read_trade(struct reader *r, const struct json_value *v, struct feed_msg *m)
{
	m->update_id = read_id(r, &v[1]);
	m->px = read_px(r, &v[2]);
	m->qty = read_qty(r, &v[3]);
	if (m->px <= 0 || m->qty <= 0)
		refuse(r, FEED_CNT_number_range);
	m->venue_time_us = binance_time_us(read_id(r, &v[4]));
	m->buyer_maker = v[5].type == JSON_TRUE;
	if (v[5].type != JSON_FALSE)
		has_type(r, &v[5], JSON_TRUE);
}

/* ["61837.63000000","3.78826000"]; a third element, which the venue once sent, is skipped. */
static bool read_level(struct reader *r, struct json *j, struct feed_level *l)
{
	struct json_value px, qty, more;
	if (!json_char(j, '[') || !json_value(j, &px) || !json_char(j, ',') || !json_value(j, &qty))
		return refuse(r, FEED_CNT_wrong_type);
	while (json_try(j, ','))
		json_value(j, &more);
	if (!json_char(j, ']'))
		return refuse(r, FEED_CNT_wrong_type);
	l->px = read_px(r, &px);
	l->qty = read_qty(r, &qty);
	if (l->px <= 0)
		refuse(r, FEED_CNT_number_range);
	return r->why == FEED_READ_OK;
}

/* The text of `v` is known to be well-formed: what goes wrong here is its shape. */
static u32 read_levels(struct reader *r, const struct json_value *v, struct feed_level *to)
{
	u32 n = 0;
	if (!has_type(r, v, JSON_ARRAY))
		return 0;
	struct json j = json_of(v->p, v->n);
	json_char(&j, '[');
	if (json_try(&j, ']'))
		return 0;
	do {
		if (n == r->f->max_levels)
			return refuse(r, FEED_CNT_too_many_levels);
		if (!read_level(r, &j, &to[n]))
			return 0;
		n++;
	} while (json_try(&j, ','));
	assert(r->why != FEED_READ_OK || j.p + 1 == j.end);
	assert(n <= r->f->max_levels);
	return n;
}

static void read_depth(struct reader *r, const struct json_value *v, struct feed_msg *m)
{
	m->first_id = read_id(r, &v[1]);
	m->update_id = read_id(r, &v[2]);
	m->bids = r->f->bids;
	m->n_bids = read_levels(r, &v[3], r->f->bids);
	m->asks = r->f->asks;
	m->n_asks = read_levels(r, &v[4], r->f->asks);
	m->venue_time_us = binance_time_us(read_id(r, &v[5]));
}

static bool find_symbol(struct reader *r, const struct json_value *s, const struct json_value *stream_symbol)
{
	if (!has_type(r, s, JSON_STRING))
		return false;
	r->sym = symbols_find(&r->f->symbols, s->p, s->n);
	if (!r->sym)
		return refuse(r, FEED_CNT_unknown_symbol);
	if (stream_symbol->type != JSON_ABSENT &&
	    symbols_find(&r->f->symbols, stream_symbol->p, stream_symbol->n) != r->sym)
		return refuse(r, FEED_CNT_symbol_mismatch);
	return true;
}

u32 binance_read_market(struct feed *f, struct json_value data, struct json_value stream_symbol, struct feed_msg *m)
{
	static const struct {
		const struct json_key *keys;
		u32 n;
		void (*read)(struct reader *r, const struct json_value *v, struct feed_msg *m);
	} kinds[] = {
		[FEED_BBO] = { bbo_keys, ARRAY_LEN(bbo_keys), read_bbo },
		[FEED_TRADE] = { trade_keys, ARRAY_LEN(trade_keys), read_trade },
		[FEED_DEPTH] = { depth_keys, ARRAY_LEN(depth_keys), read_depth },
	};
	assert(m->kind <= FEED_DEPTH);
	struct json_value v[MAX_KEYS];
	struct json j = json_of(data.p, data.n);
	struct reader r = { .f = f, .why = FEED_READ_OK };
	if (data.type != JSON_OBJECT)
		return FEED_CNT_wrong_type;
	if (!json_members(&j, kinds[m->kind].keys, kinds[m->kind].n, v))
		return binance_json_reason(j.fail);
	if (find_symbol(&r, &v[0], &stream_symbol)) {
		m->instrument = r.sym->inst.id;
		m->version = r.sym->inst.version;
		kinds[m->kind].read(&r, v, m);
	}
	return r.why;
}
