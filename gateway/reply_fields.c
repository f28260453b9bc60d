#include "gateway/reply_fields.h"

#include <string.h>

#include "common/decimal.h"

#define FEE_DECIMALS 8
#define US_PER_MS 1000
#define TIME_US_MIN 100000000000000ULL /* a time in ms has 13 digits, in us 16 */

/* ---- names ---- */

static enum field name_is(const char *s, const char *name, u32 n, enum field f)
{
	return memcmp(s, name, n) == 0 ? f : F_NONE;
}

static enum field short_name(const char *s, u32 n)
{
	if (n == 2)
		return name_is(s, "id", 2, F_TRADE_ID);
	if (n == 3)
		return name_is(s, "qty", 3, F_QTY);
	if (n == 5)
		return s[0] == 'p' ? name_is(s, "price", 5, F_PX) : name_is(s, "asset", 5, F_ASSET);
	if (s[0] == 's')
		return name_is(s, "side", 4, F_SIDE);
	return s[0] == 't' ? name_is(s, "time", 4, F_TIME) : name_is(s, "free", 4, F_FREE);
}

static enum field name_of_6_or_7(const char *s, u32 n)
{
	if (n == 6 && s[0] == 'l')
		return name_is(s, "locked", 6, F_LOCKED);
	if (n == 6)
		return s[1] == 't' ? name_is(s, "status", 6, F_STATUS) : name_is(s, "symbol", 6, F_SYMBOL);
	if (s[0] == 'o')
		return s[2] == 'd' ? name_is(s, "orderId", 7, F_ORDER_ID) : name_is(s, "origQty", 7, F_QTY);
	return s[2] == 'B' ? name_is(s, "isBuyer", 7, F_BUYER) : name_is(s, "isMaker", 7, F_MAKER);
}

enum field field_by_name(const char *s, u32 n)
{
	switch (n) {
	case 2: case 3: case 4: case 5: return short_name(s, n);
	case 6: case 7: return name_of_6_or_7(s, n);
	case 8: return name_is(s, "balances", 8, F_BALANCES);
	case 10:
		return s[0] == 'u' ? name_is(s, "updateTime", 10, F_UPDATE_TIME) : name_is(s, "commission", 10, F_FEE);
	case 11: return name_is(s, "executedQty", 11, F_EXECUTED);
	case 12: return name_is(s, "transactTime", 12, F_TIME);
	case 13: return name_is(s, "clientOrderId", 13, F_COID);
	case 15: return name_is(s, "commissionAsset", 15, F_FEE_ASSET);
	case 17: return name_is(s, "origClientOrderId", 17, F_ORIG_COID);
	default: return F_NONE;
	}
}

enum field field_by_letter(const char *s, u32 n)
{
	static const u8 by_letter[128] = {
		['e'] = F_EVENT, ['s'] = F_SYMBOL, ['c'] = F_COID, ['C'] = F_ORIG_COID, ['S'] = F_SIDE, ['q'] = F_QTY,
		['p'] = F_PX, ['x'] = F_EXEC_TYPE, ['X'] = F_STATUS, ['i'] = F_ORDER_ID, ['l'] = F_LAST_QTY,
		['z'] = F_EXECUTED, ['L'] = F_LAST_PX, ['n'] = F_FEE, ['N'] = F_FEE_ASSET, ['T'] = F_TIME,
		['t'] = F_TRADE_ID, ['m'] = F_MAKER, ['B'] = F_BALANCES, ['a'] = F_ASSET, ['f'] = F_FREE,
	};
	return n == 1 && (u8)s[0] < 128 ? (enum field)by_letter[(u8)s[0]] : F_NONE;
}

bool fields_of(struct js *j, struct fields *f, enum field (*by)(const char *, u32))
{
	struct js_val key;
	f->seen = 0;
	while (js_key(j, &key)) {
		enum field at = by(key.p, key.n);
		if (!js_value(j, &f->v[at]))
			return false;
		f->seen |= 1u << at;
	}
	return !j->bad;
}

/* ---- values ---- */

static bool refuse(const struct binance_decoder *d, enum gateway_cnt why)
{
	counter_inc(&d->cnt[why]);
	return false;
}

static bool bad_field(const struct binance_decoder *d) { return refuse(d, GATEWAY_CNT_reply_bad_field); }

static const struct js_val *get(const struct fields *f, enum field at, u8 type)
{
	const struct js_val *v = &f->v[at];
	return (f->seen >> at & 1) && v->type == type ? v : NULL;
}

static bool get_u64(const struct fields *f, enum field at, u64 *out)
{
	const struct js_val *v = get(f, at, JS_NUMBER);
	return v && js_u64(v, out);
}

static bool get_side(const struct fields *f, u8 *side)
{
	const struct js_val *v = get(f, F_SIDE, JS_STRING);
	if (!v || (!js_is(v, "BUY", 3) && !js_is(v, "SELL", 4)))
		return false;
	*side = v->n == 3 ? SIDE_BUY : SIDE_SELL;
	return true;
}

/* The venue's stamp in us, whichever unit the session was asked to use; 0 where it is not told. */
static u64 get_time_us(const struct fields *f)
{
	u64 t;
	if (!get_u64(f, F_TIME, &t) && !get_u64(f, F_UPDATE_TIME, &t))
		return 0;
	return t < TIME_US_MIN ? t * US_PER_MS : t;
}

static u32 hash_of(const char *s, u32 n)
{
	u32 h = n;
	for (u32 i = 0; i < n; i++)
		h = h * 31 + (u8)s[i];
	return h ^ h >> 8;
}

void binance_decoder_init(struct binance_decoder *d, const struct instrument *table, u32 n, u32 boot, u64 *cnt)
{
	assert(n <= INSTRUMENTS_MAX);
	*d = (struct binance_decoder){ .instrument = table, .boot = boot, .n = n, .cnt = cnt };
	for (u32 id = 0; id < n; id++) {
		u32 at = hash_of(table[id].symbol, table[id].symbol_n) % ARRAY_LEN(d->hash);
		while (d->hash[at])
			at = (at + 1) % ARRAY_LEN(d->hash);
		d->hash[at] = (u16)(id + 1);
	}
}

static const struct instrument *instrument_of(const struct binance_decoder *d, const struct js_val *symbol)
{
	u32 at = hash_of(symbol->p, symbol->n) % ARRAY_LEN(d->hash);
	for (; d->hash[at]; at = (at + 1) % ARRAY_LEN(d->hash)) {
		const struct instrument *i = &d->instrument[d->hash[at] - 1];
		if (js_is(symbol, i->symbol, i->symbol_n))
			return i;
	}
	counter_inc(&d->cnt[GATEWAY_CNT_reply_no_symbol]);
	return NULL;
}

static bool get_px(const struct fields *f, enum field at, const struct instrument *i, i64 *out)
{
	const struct js_val *v = get(f, at, JS_STRING);
	return v && px_parse(i, v->p, v->n, out) == ERR_OK && *out >= 0;
}

static bool get_qty(const struct fields *f, enum field at, const struct instrument *i, i64 *out)
{
	const struct js_val *v = get(f, at, JS_STRING);
	return v && qty_parse(i, v->p, v->n, out) == ERR_OK && *out >= 0;
}

static bool get_amount(const struct fields *f, enum field at, i64 *out)
{
	const struct js_val *v = get(f, at, JS_STRING);
	return v && dec_parse(v->p, v->n, FEE_DECIMALS, out) == ERR_OK;
}

static bool has(const struct fields *f, enum field at) { return f->seen >> at & 1; }

static void copy_asset(char out[8], const struct js_val *v)
{
	memset(out, 0, 8);
	memcpy(out, v->p, u32_min(v->n, 8));
}

/* The fee is absent, or there with its asset. */
static bool get_fee(const struct fields *f, i64 *fee, char asset[8])
{
	const struct js_val *name = get(f, F_FEE_ASSET, JS_STRING);
	if (!name)
		return true;
	copy_asset(asset, name);
	return get_amount(f, F_FEE, fee);
}

/* ---- an order ---- */

static u8 status_of(const struct js_val *v)
{
	static const struct {
		const char *name;
		u8 n, status;
	} names[] = {
		{ "NEW", 3, VENUE_NEW }, { "PARTIALLY_FILLED", 16, VENUE_PARTIALLY_FILLED },
		{ "FILLED", 6, VENUE_FILLED },
		{ "CANCELED", 8, VENUE_CANCELED }, { "EXPIRED", 7, VENUE_EXPIRED }, { "REJECTED", 8, VENUE_REJECTED },
		{ "EXPIRED_IN_MATCH", 16, VENUE_EXPIRED_IN_MATCH }, { "PENDING_NEW", 11, VENUE_PENDING_NEW },
		{ "PENDING_CANCEL", 14, VENUE_PENDING_CANCEL },
	};
	for (u32 i = 0; i < ARRAY_LEN(names); i++)
		if (js_is(v, names[i].name, names[i].n))
			return names[i].status;
	return VENUE_NONE;
}

/* Whose it is, by the client order id it was sent with: where a cancel renamed it, that is the original one. */
static bool order_names(const struct binance_decoder *d, const struct fields *f, struct reply_order *o)
{
	const struct js_val *coid = get(f, F_ORIG_COID, JS_STRING), *symbol = get(f, F_SYMBOL, JS_STRING);
	if (!coid || !coid->n)
		coid = get(f, F_COID, JS_STRING);
	if (!coid || !symbol || !get_u64(f, F_ORDER_ID, &o->venue_id))
		return bad_field(d);
	o->owner = (u8)coid_parse(coid->p, coid->n, d->boot, &o->boot, &o->order_id);
	o->coid_n = (u8)u32_min(coid->n, COID_VENUE_MAX);
	memcpy(o->coid, coid->p, o->coid_n);
	o->symbol_n = (u8)u32_min(symbol->n, SYMBOL_MAX);
	memcpy(o->symbol, symbol->p, o->symbol_n);
	const struct instrument *i = instrument_of(d, symbol);
	o->instrument = i ? i->id : REPLY_INSTRUMENT_NONE;
	return true;
}

static bool order_numbers(const struct fields *f, const struct instrument *i, struct reply_order *o)
{
	return (!has(f, F_PX) || get_px(f, F_PX, i, &o->px)) && (!has(f, F_QTY) || get_qty(f, F_QTY, i, &o->qty)) &&
	       (!has(f, F_EXECUTED) || get_qty(f, F_EXECUTED, i, &o->cum_qty));
}

static bool order_trade(const struct fields *f, const struct instrument *i, struct reply_order *o)
{
	const struct js_val *maker = get(f, F_MAKER, JS_TRUE);
	o->maker = maker != NULL;
	return get_u64(f, F_TRADE_ID, &o->trade_id) && get_px(f, F_LAST_PX, i, &o->fill_px) &&
	       get_qty(f, F_LAST_QTY, i, &o->fill_qty) && get_fee(f, &o->fee, o->fee_asset) && o->fill_qty > 0;
}

/* Status and side may be absent (ACK), but not be something else. */
static bool order_words(const struct fields *f, struct reply_order *o)
{
	const struct js_val *status = get(f, F_STATUS, JS_STRING), *exec = get(f, F_EXEC_TYPE, JS_STRING);
	o->trade = exec && js_is(exec, "TRADE", 5);
	if (status)
		o->status = status_of(status);
	if (has(f, F_STATUS) && o->status == VENUE_NONE)
		return false;
	return has(f, F_SIDE) ? get_side(f, &o->side) : true;
}

bool fields_order(const struct binance_decoder *d, const struct fields *f, struct reply_order *o)
{
	*o = (struct reply_order){ .cum_qty = -1 };
	if (!order_names(d, f, o))
		return false;
	if (!order_words(f, o))
		return bad_field(d);
	o->venue_time_us = get_time_us(f);
	if (o->instrument == REPLY_INSTRUMENT_NONE)
		return true;
	const struct instrument *i = &d->instrument[o->instrument];
	if (order_numbers(f, i, o) && (!o->trade || order_trade(f, i, o)))
		return true;
	if (o->owner != COID_FOREIGN || o->trade)
		return refuse(d, GATEWAY_CNT_reply_bad_number);
	o->px = o->qty = 0; /* somebody else's order need not fit our scales */
	o->cum_qty = -1;
	return true;
}

bool fields_trade(const struct binance_decoder *d, const struct fields *f, struct reply_trade *t)
{
	const struct js_val *symbol = get(f, F_SYMBOL, JS_STRING);
	*t = (struct reply_trade){ .instrument = REPLY_INSTRUMENT_NONE };
	if (!symbol || !get_u64(f, F_TRADE_ID, &t->trade_id) || !get_u64(f, F_ORDER_ID, &t->venue_order_id) ||
	    (!get(f, F_BUYER, JS_TRUE) && !get(f, F_BUYER, JS_FALSE)))
		return bad_field(d);
	t->side = get(f, F_BUYER, JS_TRUE) ? SIDE_BUY : SIDE_SELL;
	t->maker = get(f, F_MAKER, JS_TRUE) != NULL;
	t->venue_time_us = get_time_us(f);
	const struct instrument *i = instrument_of(d, symbol);
	if (!i)
		return true;
	t->instrument = i->id;
	if (get_px(f, F_PX, i, &t->px) && get_qty(f, F_QTY, i, &t->qty) && t->qty > 0 &&
	    get_fee(f, &t->fee, t->fee_asset))
		return true;
	return refuse(d, GATEWAY_CNT_reply_bad_number);
}

bool fields_balance(const struct binance_decoder *d, const struct fields *f, struct reply_balance *b)
{
	const struct js_val *asset = get(f, F_ASSET, JS_STRING);
	*b = (struct reply_balance){ 0 };
	if (!asset)
		return bad_field(d);
	memcpy(b->asset, asset->p, u32_min(asset->n, sizeof b->asset - 1));
	/* an event calls `locked` "l", which an order report uses for the last quantity */
	enum field locked = has(f, F_LOCKED) ? F_LOCKED : F_LAST_QTY;
	if (get_amount(f, F_FREE, &b->free) && get_amount(f, locked, &b->locked))
		return true;
	return refuse(d, GATEWAY_CNT_reply_bad_number);
}
