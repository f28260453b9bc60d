#include "dataplane/feed/feed_binance_rest.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "common/decimal.h"

enum {
	VENUE_DECIMALS = 8,      /* what the venue writes of any price or quantity */
	QTY_HEADROOM = 1000000,  /* the sum of so many of the largest orders still fits a quantity */
};

/* Where we are, for the text of an error. */
struct reading {
	const char *symbol; /* "" where there is none */
	char *why;
	size_t why_n;
};

static err_t because(const struct reading *r, err_t e, const char *field, const char *what)
{
	snprintf(r->why, r->why_n, "%s%s%s: %s", r->symbol, r->symbol[0] ? ": " : "", field, what);
	return e;
}

/* The answer as an object; NULL with `*e` set where it is none, or an error of the venue's. */
static json_t *load(const char *json, size_t n, const struct reading *r, err_t *e)
{
	json_error_t at;
	json_t *o = json_loadb(json, n, JSON_REJECT_DUPLICATES, &at);
	const json_t *code = json_object_get(o, "code"), *msg = json_object_get(o, "msg");
	*e = ERR_OK;
	if (!o) {
		snprintf(r->why, r->why_n, "no JSON: byte %d: %s", at.position, at.text);
		*e = ERR_SYNTAX;
	} else if (json_is_integer(code) && json_is_string(msg)) {
		snprintf(r->why, r->why_n, "the venue refused: %lld %s", (long long)json_integer_value(code),
			 json_string_value(msg));
		*e = ERR_REFUSED;
	} else if (!json_is_object(o)) {
		*e = because(r, ERR_SYNTAX, "answer", "is no object");
	}
	if (*e == ERR_OK)
		return o;
	json_decref(o);
	return NULL;
}

/* A text field as decimal in units of 10^-decimals. Not negative. */
static err_t decimal(const struct reading *r, const json_t *o, const char *field, u32 decimals, i64 *v)
{
	const json_t *text = json_object_get(o, field);
	if (!json_is_string(text))
		return because(r, ERR_SYNTAX, field, text ? "is no text" : "is missing");
	err_t e = dec_parse(json_string_value(text), json_string_length(text), decimals, v);
	if (e != ERR_OK)
		return because(r, e, field,
			       e == ERR_OVERFLOW ? "does not fit"
						 : "is no decimal number of the expected precision");
	return *v < 0 ? because(r, ERR_SYNTAX, field, "is negative") : ERR_OK;
}

static const json_t *filter(const json_t *symbol, const char *type)
{
	const json_t *filters = json_object_get(symbol, "filters"), *f;
	size_t i;
	json_array_foreach (filters, i, f) {
		const char *name = json_string_value(json_object_get(f, "filterType"));
		if (name && !strcmp(name, type))
			return f;
	}
	return NULL;
}

/* A step as mantissa and decimals, trailing zeros dropped: 0.05000000 is 5 of scale 2. */
static void shortest(i64 step, u8 *scale, i64 *mantissa)
{
	*scale = VENUE_DECIMALS;
	while (*scale && step % 10 == 0) {
		step /= 10;
		--*scale;
	}
	*mantissa = step;
}

static err_t read_price_filter(const struct reading *r, const json_t *symbol, struct instrument *i)
{
	const json_t *f = filter(symbol, "PRICE_FILTER");
	i64 tick, min, max;
	err_t e;
	if (!f)
		return because(r, ERR_SYNTAX, "PRICE_FILTER", "is missing");
	if ((e = decimal(r, f, "tickSize", VENUE_DECIMALS, &tick)) != ERR_OK ||
	    (e = decimal(r, f, "minPrice", VENUE_DECIMALS, &min)) != ERR_OK ||
	    (e = decimal(r, f, "maxPrice", VENUE_DECIMALS, &max)) != ERR_OK)
		return e;
	if (tick == 0)
		return because(r, ERR_UNSUPPORTED, "tickSize", "is 0: prices without a tick");
	shortest(tick, &i->px_scale, &i->tick);
	assert(i->tick > 0 && i->px_scale <= VENUE_DECIMALS);
	i->min_px = min / tick + (min % tick != 0);
	i->max_px = max / tick;
	return ERR_OK;
}

/* Finer than the lot step, since resting orders may be of an older step; coarse enough for sums. */
static err_t choose_qty_scale(const struct reading *r, i64 max_qty, i64 lot, const json_t *symbol, struct instrument *i)
{
	json_int_t precision = json_integer_value(json_object_get(symbol, "baseAssetPrecision"));
	u8 lot_scale;
	i64 mantissa;
	shortest(lot, &lot_scale, &mantissa);
	u32 k = precision > 0 && precision < VENUE_DECIMALS ? (u32)precision : VENUE_DECIMALS;
	while (k > lot_scale && (i128)max_qty / dec_pow10[VENUE_DECIMALS] * dec_pow10[k] > INT64_MAX / QTY_HEADROOM)
		k--;
	if (k < lot_scale)
		return because(r, ERR_UNSUPPORTED, "stepSize", "is finer than the asset's precision");
	assert(k >= lot_scale && k <= VENUE_DECIMALS);
	i->qty_scale = (u8)k;
	return ERR_OK;
}

/* In the venue's decimals; to be cut to the instrument's by scaled_down and scaled_up. */
struct lot_rule {
	i64 step, min, max;
};

static err_t read_lot(const struct reading *r, const json_t *f, struct lot_rule *l)
{
	err_t e;
	if ((e = decimal(r, f, "stepSize", VENUE_DECIMALS, &l->step)) != ERR_OK ||
	    (e = decimal(r, f, "minQty", VENUE_DECIMALS, &l->min)) != ERR_OK)
		return e;
	return decimal(r, f, "maxQty", VENUE_DECIMALS, &l->max);
}

static i64 scaled_down(i64 v, u32 scale) { return v / dec_pow10[VENUE_DECIMALS - scale]; }

static i64 scaled_up(i64 v, u32 scale)
{
	i64 d = dec_pow10[VENUE_DECIMALS - scale];
	return v / d + (v % d != 0);
}

static err_t read_lot_size(const struct reading *r, const json_t *symbol, struct instrument *i)
{
	const json_t *f = filter(symbol, "LOT_SIZE"), *market = filter(symbol, "MARKET_LOT_SIZE");
	struct lot_rule l = { 0 }, m = { 0 };
	err_t e;
	if (!f)
		return because(r, ERR_SYNTAX, "LOT_SIZE", "is missing");
	if ((e = read_lot(r, f, &l)) != ERR_OK || (market && (e = read_lot(r, market, &m)) != ERR_OK))
		return e;
	if (l.step == 0 || l.max == 0)
		return because(r, ERR_UNSUPPORTED, "LOT_SIZE", "has no step or no largest quantity");
	if ((e = choose_qty_scale(r, l.max, l.step, symbol, i)) != ERR_OK)
		return e;
	i->lot = scaled_down(l.step, i->qty_scale);
	i->min_qty = scaled_up(l.min, i->qty_scale);
	i->max_qty = scaled_down(l.max, i->qty_scale);
	i->market_lot = scaled_up(m.step, i->qty_scale);
	i->market_max_qty = scaled_down(m.max, i->qty_scale);
	return ERR_OK;
}

/* NOTIONAL, or MIN_NOTIONAL as it was before 2023; a symbol may have neither. */
static err_t read_notional(const struct reading *r, const json_t *symbol, struct instrument *i)
{
	const json_t *f = filter(symbol, "NOTIONAL");
	err_t e = ERR_OK;
	i->min_notional = i->max_notional = 0;
	if (f && (e = decimal(r, f, "maxNotional", NOTIONAL_SCALE, &i->max_notional)) != ERR_OK)
		return e;
	f = f ? f : filter(symbol, "MIN_NOTIONAL");
	return f ? decimal(r, f, "minNotional", NOTIONAL_SCALE, &i->min_notional) : ERR_OK;
}

static u16 max_orders(const json_t *symbol)
{
	json_int_t n = json_integer_value(json_object_get(filter(symbol, "MAX_NUM_ORDERS"), "maxNumOrders"));
	return n <= 0 ? 0 : n > UINT16_MAX ? UINT16_MAX : (u16)n;
}

/* What we do not know means no trading. */
static u8 status_of(const char *text)
{
	static const struct {
		const char *text;
		u8 status;
	} known[] = {
		{ "TRADING", INSTRUMENT_TRADING },
		{ "BREAK", INSTRUMENT_BREAK },
		{ "CANCEL_ONLY", INSTRUMENT_CANCEL_ONLY },
	};
	for (u32 i = 0; i < ARRAY_LEN(known); i++)
		if (!strcmp(text, known[i].text))
			return known[i].status;
	return INSTRUMENT_HALT;
}

static err_t read_asset(const struct reading *r, const json_t *symbol, const char *field, char to[8])
{
	const char *name = json_string_value(json_object_get(symbol, field));
	if (!name || !name[0])
		return because(r, ERR_SYNTAX, field, "is missing");
	if (strlen(name) >= 8)
		return because(r, ERR_UNSUPPORTED, field, "is longer than 7 characters");
	memset(to, 0, 8);
	memcpy(to, name, strlen(name));
	return ERR_OK;
}

static err_t read_symbol(const struct reading *r, const json_t *symbol, struct instrument *i)
{
	const char *status = json_string_value(json_object_get(symbol, "status"));
	err_t e;
	if (!status)
		return because(r, ERR_SYNTAX, "status", "is missing");
	i->status = status_of(status);
	i->max_orders = max_orders(symbol);
	if ((e = read_asset(r, symbol, "baseAsset", i->base)) != ERR_OK ||
	    (e = read_asset(r, symbol, "quoteAsset", i->quote)) != ERR_OK ||
	    (e = read_price_filter(r, symbol, i)) != ERR_OK || (e = read_lot_size(r, symbol, i)) != ERR_OK)
		return e;
	return read_notional(r, symbol, i);
}

static const json_t *find_symbol(const json_t *symbols, const char *symbol)
{
	const json_t *s;
	size_t k;
	json_array_foreach (symbols, k, s) {
		const char *name = json_string_value(json_object_get(s, "symbol"));
		if (name && !strcmp(name, symbol))
			return s;
	}
	return NULL;
}

err_t feed_rest_instrument(const char *json, size_t n, const char *symbol, struct instrument *out, char *why,
			   size_t why_n)
{
	struct reading r = { .symbol = symbol, .why = why, .why_n = why_n };
	err_t e;
	if (strlen(symbol) > SYMBOL_MAX)
		return because(&r, ERR_UNSUPPORTED, "symbol", "is too long");
	json_t *o = load(json, n, &r, &e);
	if (!o)
		return e;
	const json_t *symbols = json_object_get(o, "symbols"), *s = find_symbol(symbols, symbol);
	*out = (struct instrument){ .symbol_n = (u8)strlen(symbol) };
	memcpy(out->symbol, symbol, out->symbol_n);
	if (s)
		e = read_symbol(&r, s, out);
	else if (json_is_array(symbols))
		e = because(&r, ERR_NOT_FOUND, "symbols", "the venue does not list it");
	else
		e = because(&r, ERR_SYNTAX, "symbols", "is missing");
	json_decref(o);
	return e;
}

static err_t read_level(const struct instrument *i, const json_t *pair, struct feed_level *l)
{
	const json_t *px = json_array_get(pair, 0), *qty = json_array_get(pair, 1);
	if (!json_is_string(px) || !json_is_string(qty))
		return ERR_SYNTAX;
	err_t e = px_parse(i, json_string_value(px), json_string_length(px), &l->px);
	if (e == ERR_OK)
		e = qty_parse(i, json_string_value(qty), json_string_length(qty), &l->qty);
	return e == ERR_OK && (l->px <= 0 || l->qty <= 0) ? ERR_SYNTAX : e;
}

static err_t read_side(const struct reading *r, const json_t *side, const struct instrument *i,
		       struct feed_rest_depth *out, bool bids)
{
	const char *name = bids ? "bids" : "asks";
	struct feed_level *to = bids ? out->bids : out->asks;
	const json_t *pair;
	size_t k;
	if (!json_is_array(side))
		return because(r, ERR_SYNTAX, name, "is missing");
	if (json_array_size(side) > out->cap)
		return because(r, ERR_TOO_LONG, name, "has more levels than there is room for");
	json_array_foreach (side, k, pair) {
		err_t e = read_level(i, pair, &to[k]);
		if (e != ERR_OK) {
			snprintf(r->why, r->why_n, "%s: %s: level %zu: %s", r->symbol, name, k,
				 e == ERR_OVERFLOW ? "does not fit" : "is no price and quantity of this instrument");
			return e;
		}
	}
	*(bids ? &out->n_bids : &out->n_asks) = (u32)k;
	return ERR_OK;
}

err_t feed_rest_depth(const char *json, size_t n, const struct instrument *i, struct feed_rest_depth *out,
		      char *why, size_t why_n)
{
	char name[SYMBOL_MAX + 1] = "";
	struct reading r = { .symbol = name, .why = why, .why_n = why_n };
	err_t e;
	memcpy(name, i->symbol, u32_min(i->symbol_n, SYMBOL_MAX));
	json_t *o = load(json, n, &r, &e);
	if (!o)
		return e;
	const json_t *id = json_object_get(o, "lastUpdateId");
	out->n_bids = out->n_asks = 0;
	if (!json_is_integer(id) || json_integer_value(id) <= 0)
		e = because(&r, ERR_SYNTAX, "lastUpdateId", "is missing or no positive number");
	else
		out->last_update_id = (u64)json_integer_value(id);
	if (e == ERR_OK)
		e = read_side(&r, json_object_get(o, "bids"), i, out, true);
	if (e == ERR_OK)
		e = read_side(&r, json_object_get(o, "asks"), i, out, false);
	json_decref(o);
	return e;
}

err_t feed_rest_time(const char *json, size_t n, u64 *server_ms)
{
	json_t *o = json_loadb(json, n, JSON_REJECT_DUPLICATES, NULL);
	const json_t *t = json_object_get(o, "serverTime");
	bool ok = json_is_integer(t) && json_integer_value(t) > 0;
	if (ok)
		*server_ms = (u64)json_integer_value(t);
	json_decref(o);
	return ok ? ERR_OK : ERR_SYNTAX;
}
