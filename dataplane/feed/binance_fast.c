#include "dataplane/feed/binance_int.h"

/* Where we are. A step that finds something unusual sets `odd`; the bounds are checked by every step itself. */
struct fast {
	const char *p, *end;
	bool odd;
};

/* The bytes of a literal. */
#define LIT(c, s) lit((c), s, sizeof(s) - 1)

static inline u64 differ8(const char *a, const char *b) { return digits_load(a) ^ digits_load(b); }

static inline u64 differ4(const char *a, const char *b)
{
	u32 x, y;
	memcpy(&x, a, sizeof x);
	memcpy(&y, b, sizeof y);
	return x ^ y;
}

/*
 * Not 0 where `n` bytes differ, n a constant: words from the start and one that ends at the end,
 * one branch for all of them. memcmp would be called, or branch at each word.
 */
static inline __attribute__((always_inline)) u64 differ(const char *a, const char *b, size_t n)
{
	u64 d = 0;
	if (n < 4) {
#pragma GCC unroll 4
		for (size_t i = 0; i < n; i++)
			d |= (u64)(a[i] ^ b[i]);
		return d;
	}
	if (n < 8)
		return differ4(a, b) | differ4(a + (n - 4), b + (n - 4));
#pragma GCC unroll 8
	for (size_t i = 0; i + 8 < n; i += 8)
		d |= differ8(a + i, b + i);
	return d | differ8(a + (n - 8), b + (n - 8));
}

static inline __attribute__((always_inline)) bool lit(struct fast *c, const char *s, size_t n)
{
	if ((size_t)(c->end - c->p) < n || differ(c->p, s, n))
		return false;
	c->p += n;
	return true;
}

/* JSON knows no leading zero; a plain 0 is left to the general reader, too. */
static inline u64 id(struct fast *c)
{
	const char *first = c->p;
	u64 v = 0;
	c->odd |= !digits_u64(&c->p, c->end, &v) || *first == '0';
	return v;
}

static inline i64 qty(struct fast *c, const struct symbol *s)
{
	i64 v = 0;
	c->odd |= !digits_decimal(&c->p, c->end, &s->qty_cut, &v);
	return v;
}

static inline i64 px(struct fast *c, const struct symbol *s)
{
	i64 v = 0;
	c->odd |= !digits_decimal(&c->p, c->end, &s->px_cut, &v);
	if (s->inst.tick == 1)
		return v;
	c->odd |= v % s->inst.tick != 0;
	return v / s->inst.tick;
}

static inline bool symbol(struct fast *c, const struct symbol *s)
{
	if (c->end - c->p < SYMBOL_ROOM || !symbol_at(c->p, &s->upper, &s->mask))
		return false;
	c->p += s->inst.symbol_n;
	return true;
}

/* The whole message was read, and nothing in it was unusual. */
static inline bool ends(const struct fast *c, bool read) { return read && !c->odd && c->p == c->end; }

/* What each kind reads begins behind its first key, and ends with the message. */
#define DEPTH "{\"e\":\"depthUpdate\",\"E\":"

/* {"u":50093239212,"s":"BTCUSDT","b":"61837.63000000","B":"3.78826000","a":"61837.64000000","A":"1.54698000"} */
static bool fast_bbo(struct fast at, const struct symbol *s, struct feed_msg *m)
{
	struct fast *c = &at;
	m->kind = FEED_BBO;
	m->venue_time_us = 0;
	m->update_id = id(c);
	if (!LIT(c, ",\"s\":\"") || !symbol(c, s) || !LIT(c, "\",\"b\":\""))
		return false;
	m->bid_px = px(c, s);
	if (!LIT(c, "\",\"B\":\""))
		return false;
	m->bid_qty = qty(c, s);
	if (!LIT(c, "\",\"a\":\""))
		return false;
	m->ask_px = px(c, s);
	if (!LIT(c, "\",\"A\":\""))
		return false;
	m->ask_qty = qty(c, s);
	return ends(c, LIT(c, "\"}}"));
}

/* {"e":"trade","E":..,"s":"BTCUSDT","t":3735683259,"p":"..","q":"..","T":1723161255342,"m":true,"M":true} */
static bool fast_trade(struct fast at, const struct symbol *s, struct feed_msg *m)
{
	struct fast *c = &at;
	m->kind = FEED_TRADE;
	id(c);
	if (!LIT(c, ",\"s\":\"") || !symbol(c, s) || !LIT(c, "\",\"t\":"))
		return false;
	m->update_id = id(c);
	if (!LIT(c, ",\"p\":\""))
		return false;
	m->px = px(c, s);
	if (!LIT(c, "\",\"q\":\""))
		return false;
	m->qty = qty(c, s);
	if (!LIT(c, "\",\"T\":"))
		return false;
	m->venue_time_us = binance_time_us(id(c));
	m->buyer_maker = LIT(c, ",\"m\":true");
	if (!m->buyer_maker && !LIT(c, ",\"m\":false"))
		return false;
	return ends(c, m->px > 0 && m->qty > 0 && (LIT(c, ",\"M\":true}}") || LIT(c, ",\"M\":false}}")));
}

/* ["61837.63000000","3.78826000"],... up to the closing bracket. */
static bool fast_levels(struct fast *c, const struct symbol *s, struct feed_level *to, u32 max, u32 *count)
{
	u32 n = 0;
	if (LIT(c, "]")) {
		*count = 0;
		return true;
	}
	do {
		if (n == max || !LIT(c, "[\""))
			return false;
		to[n].px = px(c, s);
		if (!LIT(c, "\",\""))
			return false;
		to[n].qty = qty(c, s);
		if (c->odd || to[n].px <= 0 || !LIT(c, "\"]"))
			return false;
		n++;
	} while (LIT(c, ","));
	assert(n > 0 && n <= max && c->p <= c->end);
	*count = n;
	return LIT(c, "]");
}

/* {"e":"depthUpdate","E":1723161255208,"s":"BTCUSDT","U":50093239189,"u":50093239202,"b":[..],"a":[..]} */
static bool fast_depth(struct fast at, struct feed *f, const struct symbol *s, struct feed_msg *m)
{
	struct fast *c = &at;
	m->kind = FEED_DEPTH;
	m->venue_time_us = binance_time_us(id(c));
	if (!LIT(c, ",\"s\":\"") || !symbol(c, s) || !LIT(c, "\",\"U\":"))
		return false;
	m->first_id = id(c);
	if (!LIT(c, ",\"u\":"))
		return false;
	m->update_id = id(c);
	m->bids = f->bids;
	m->asks = f->asks;
	bool read = LIT(c, ",\"b\":[") && fast_levels(c, s, f->bids, f->max_levels, &m->n_bids) &&
		    LIT(c, ",\"a\":[") && fast_levels(c, s, f->asks, f->max_levels, &m->n_asks);
	return ends(c, read && LIT(c, "}}"));
}

bool binance_read_fast(struct feed *f, const char *text, size_t n, struct feed_msg *m)
{
	struct fast c = { .p = text, .end = text + n };
	if (!LIT(&c, "{\"stream\":\"") || c.end - c.p < SYMBOL_ROOM)
		return false;
	u32 symbol_n;
	const struct symbol *s = symbols_find_lower(&f->symbols, c.p, '@', &symbol_n);
	if (!s || !s->has_cuts)
		return false;
	c.p += symbol_n;
	m->instrument = s->inst.id;
	m->version = s->inst.version;
	if (LIT(&c, "@bookTicker\",\"data\":{\"u\":"))
		return fast_bbo(c, s, m);
	if (LIT(&c, "@depth@100ms\",\"data\":" DEPTH) || LIT(&c, "@depth\",\"data\":" DEPTH))
		return fast_depth(c, f, s, m);
	if (LIT(&c, "@trade\",\"data\":{\"e\":\"trade\",\"E\":"))
		return fast_trade(c, s, m);
	return false;
}
