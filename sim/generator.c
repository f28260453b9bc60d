#include "sim/generator.h"

#include <stdlib.h>
#include <string.h>

#define GEN_EVENTS_PER_S 200
#define GEN_DEPTH_NS (100 * NS_PER_MS)
#define GEN_LEVELS 400 /* a side, at the start */
#define GEN_LEVELS_MIN 200
#define GEN_LEVELS_MAX 800 /* beyond it the farthest are canceled: what the market left behind */
#define GEN_START_PRICE (60000 * SIM_ONE)
#define GEN_START_ID 50000000000ULL
#define GEN_START_TRADE_ID 3700000000ULL
#define GEN_SWEEP_MAX 8   /* levels one taker order eats at most */
#define GEN_STEP_TICKS 45 /* the fair price moves by up to this an event */

static u64 next_random(struct generator *g)
{
	u64 a = g->random[0], b = g->random[1];
	g->random[0] = b;
	a ^= a << 23;
	return (g->random[1] = a ^ b ^ (a >> 17) ^ (b >> 26)) + b;
}

static u64 below(struct generator *g, u64 n) { return next_random(g) % n; }

/*
 * Small numbers often, large ones seldom: 0, 1, 2 ... each half as likely as the last, up to
 * `max`.
 */
static u64 geometric(struct generator *g, u64 max)
{
	u64 n = (u64)__builtin_ctzll(next_random(g) | 1ULL << 62);
	return u64_min(n, max);
}

static i64 random_qty(struct generator *g)
{
	u64 unit = 1 + below(g, 400);
	return (i64)(unit << geometric(g, 9)) * g->rules->step * 4;
}

static i64 away(enum side s) { return s == SIDE_BUY ? -1 : 1; }

static void change(struct generator *g, enum side s, i64 price, i64 qty)
{
	ladder_set(&g->book, s, price, qty);
	levels_add(&g->changed[s], price, 0);
	g->book.last_id++;
}

static i64 best_price(const struct generator *g, enum side s)
{
	return ladder_at(&g->book, s, 0).price;
}

/* A new order some ticks behind the best price, or inside the spread when there is room. */
static void add_order(struct generator *g, enum side s)
{
	i64 tick = g->rules->tick, best = best_price(g, s), other = best_price(g, !s);
	i64 room = (s == SIDE_BUY ? other - best : best - other) / tick - 1;
	i64 price = best + away(s) * tick * (i64)below(g, 1ULL << geometric(g, 12));
	if (room > 0 && below(g, 3) == 0)
		price = best - away(s) * tick * (i64)(1 + below(g, (u64)room));
	i64 fair_side = g->fair + away(s) * tick;
	if (room > 2 && (s == SIDE_BUY ? fair_side > best && fair_side < other
				       : fair_side < best && fair_side > other))
		price = fair_side;
	if (price >= g->rules->price_min)
		change(g, s, price, ladder_qty(&g->book, s, price) + random_qty(g));
}

static void cancel_order(struct generator *g, enum side s)
{
	size_t n = g->book.side[s].n, near = geometric(g, 20);
	struct level l = ladder_at(&g->book, s, n > GEN_LEVELS_MAX ? n - 1 : near);
	if (n <= GEN_LEVELS_MIN)
		return;
	i64 left = below(g, 2) ? 0 : l.qty / 2 / g->rules->step * g->rules->step;
	change(g, s, l.price, left);
}

static void put_trade(struct generator *g, struct level t, bool buyer_maker)
{
	i64 ms = ((i64)g->now_ns + g->clock_ns) / (i64)NS_PER_MS;
	buf_fmt(&g->out,
		"{\"stream\":\"%s@trade\",\"data\":{\"e\":\"trade\",\"E\":%lld,\"s\":\"%s\",\"t\":%"
		"llu,\"p\":",
		g->rules->symbol_lower, (long long)ms, g->rules->symbol,
		(unsigned long long)g->trade_id++);
	buf_decimal(&g->out, t.price);
	buf_str(&g->out, ",\"q\":");
	buf_decimal(&g->out, t.qty);
	buf_fmt(&g->out, ",\"T\":%lld,\"m\":%s,\"M\":true}}\n", (long long)ms,
		buyer_maker ? "true" : "false");
}

/*
 * A taker on the other side eats level after level of side `s` until it is filled or `limit` is
 * reached.
 */
static void take(struct generator *g, enum side s, i64 qty, i64 limit)
{
	for (u32 i = 0; i < GEN_SWEEP_MAX && qty > 0 && g->book.side[s].n > GEN_LEVELS_MIN; i++) {
		struct level l = ladder_at(&g->book, s, 0);
		if (i && (s == SIDE_BUY ? l.price < limit : l.price > limit))
			break;
		i64 q = l.qty < qty ? l.qty : qty;
		change(g, s, l.price, l.qty - q);
		put_trade(g, (struct level){ l.price, q }, s == SIDE_BUY);
		qty -= q;
	}
}

static void trade(struct generator *g)
{
	i64 mid = (best_price(g, SIDE_BUY) + best_price(g, SIDE_SELL)) / 2;
	enum side hit = g->fair < mid ? SIDE_BUY : SIDE_SELL;
	if (below(g, 4) == 0)
		hit = below(g, 2) ? SIDE_BUY : SIDE_SELL;
	bool chase = hit == SIDE_BUY ? g->fair < best_price(g, hit) : g->fair > best_price(g, hit);
	take(g, hit,
	     chase ? 4 * random_qty(g)
		   : random_qty(g) / 4 / g->rules->step * g->rules->step + g->rules->step,
	     g->fair);
}

static void put_ticker(struct generator *g)
{
	struct level b = ladder_at(&g->book, SIDE_BUY, 0), a = ladder_at(&g->book, SIDE_SELL, 0);
	if (!memcmp(&b, &g->best[SIDE_BUY], sizeof b) && !memcmp(&a, &g->best[SIDE_SELL], sizeof a))
		return;
	g->best[SIDE_BUY] = b;
	g->best[SIDE_SELL] = a;
	buf_fmt(&g->out, "{\"stream\":\"%s@bookTicker\",\"data\":{\"u\":%llu,\"s\":\"%s\",\"b\":",
		g->rules->symbol_lower, (unsigned long long)g->book.last_id, g->rules->symbol);
	buf_decimal(&g->out, b.price);
	buf_str(&g->out, ",\"B\":");
	buf_decimal(&g->out, b.qty);
	buf_str(&g->out, ",\"a\":");
	buf_decimal(&g->out, a.price);
	buf_str(&g->out, ",\"A\":");
	buf_decimal(&g->out, a.qty);
	buf_str(&g->out, "}}\n");
}

static void put_level(struct buf *out, bool first, i64 price, i64 qty)
{
	buf_str(out, first ? "[" : ",[");
	buf_decimal(out, price);
	buf_str(out, ",");
	buf_decimal(out, qty);
	buf_str(out, "]");
}

static int by_price(const void *a, const void *b)
{
	const struct level *x = a, *y = b;
	return (x->price > y->price) - (x->price < y->price);
}

/*
 * The changed levels of one side as they stand now, each once, best first as the venue lists
 * them.
 */
static void put_changed(struct generator *g, enum side s)
{
	struct levels *c = &g->changed[s];
	bool first = true;
	if (c->n)
		qsort(c->v, c->n, sizeof *c->v, by_price);
	for (size_t i = 0; i < c->n; i++) {
		size_t at = s == SIDE_BUY ? c->n - 1 - i : i;
		if (i && c->v[s == SIDE_BUY ? at + 1 : at - 1].price == c->v[at].price)
			continue;
		put_level(&g->out, first, c->v[at].price, ladder_qty(&g->book, s, c->v[at].price));
		first = false;
	}
	c->n = 0;
}

static void put_depth(struct generator *g)
{
	if (g->depth_first_id > g->book.last_id)
		return; /* nothing changed: the venue sends nothing */
	buf_fmt(&g->out,
		"{\"stream\":\"%s@depth@100ms\",\"data\":{\"e\":\"depthUpdate\",\"E\":%lld,\"s\":"
		"\"%s\",\"U\":%llu,\"u\":%llu,\"b\":[",
		g->rules->symbol_lower,
		(long long)(((i64)g->now_ns + g->clock_ns) / (i64)NS_PER_MS), g->rules->symbol,
		(unsigned long long)g->depth_first_id, (unsigned long long)g->book.last_id);
	put_changed(g, SIDE_BUY);
	buf_str(&g->out, "],\"a\":[");
	put_changed(g, SIDE_SELL);
	buf_str(&g->out, "]}}\n");
	g->depth_first_id = g->book.last_id + 1;
}

static void put_snapshot(struct generator *g)
{
	buf_fmt(&g->out, "{\"lastUpdateId\":%llu", (unsigned long long)g->book.last_id);
	for (enum side s = SIDE_BUY; s <= SIDE_SELL; s++) {
		buf_str(&g->out, s == SIDE_BUY ? ",\"bids\":[" : ",\"asks\":[");
		for (size_t i = 0; i < g->book.side[s].n; i++)
			put_level(&g->out, !i, ladder_at(&g->book, s, i).price,
				  ladder_at(&g->book, s, i).qty);
		buf_str(&g->out, "]");
	}
	buf_str(&g->out, "}\n");
}

static void event(struct generator *g)
{
	i64 step = (i64)below(g, 2 * GEN_STEP_TICKS + 1) - GEN_STEP_TICKS;
	enum side s = below(g, 2) ? SIDE_BUY : SIDE_SELL;
	u64 dice = below(g, 100);
	g->fair += step * g->rules->tick;
	if (g->fair < GEN_START_PRICE / 2 || g->fair > GEN_START_PRICE * 2)
		g->fair = GEN_START_PRICE;
	if (g->book.side[s].n < GEN_LEVELS_MIN + 50 || dice < 50)
		add_order(g, s);
	else if (dice < 75)
		cancel_order(g, s);
	else
		trade(g);
	put_ticker(g);
	g->event_ns = g->now_ns + NS_PER_S / GEN_EVENTS_PER_S / 2 +
		      below(g, NS_PER_S / GEN_EVENTS_PER_S);
}

void generator_init(struct generator *g, const struct rules *rules, u64 seed)
{
	*g = (struct generator){ .rules = rules,
				 .random = { seed ^ 0x9e3779b97f4a7c15ULL,
					     seed + 0xbf58476d1ce4e5b9ULL } };
	g->fair = GEN_START_PRICE;
	g->trade_id = GEN_START_TRADE_ID;
	for (u32 i = 0; i < 16; i++)
		next_random(g);
	for (enum side s = SIDE_BUY; s <= SIDE_SELL; s++) {
		i64 price = GEN_START_PRICE + (s == SIDE_SELL) * rules->tick;
		for (u32 i = 0; i < GEN_LEVELS;
		     i++, price += away(s) * rules->tick * (i64)(1 + below(g, 60)))
			ladder_set(&g->book, s, price, random_qty(g));
	}
	g->book.last_id = GEN_START_ID;
	g->depth_first_id = GEN_START_ID + 1;
	g->depth_ns = GEN_DEPTH_NS;
	put_snapshot(g);
	put_ticker(g);
}

struct span generator_next(struct generator *g, ns_t *at_ns)
{
	while (!buf_n(&g->out)) {
		bool depth = g->depth_ns <= g->event_ns;
		g->now_ns = depth ? g->depth_ns : g->event_ns;
		if (depth) {
			put_depth(g);
			g->depth_ns += GEN_DEPTH_NS;
		} else {
			event(g);
		}
	}
	size_t n = (size_t)((u8 *)memchr(buf_p(&g->out), '\n', buf_n(&g->out)) - buf_p(&g->out));
	buf_clear(&g->text);
	buf_add(&g->text, buf_p(&g->out), n);
	buf_eat(&g->out, n + 1);
	*at_ns = g->now_ns;
	return (struct span){ buf_p(&g->text), n };
}

void generator_free(struct generator *g)
{
	ladder_free(&g->book);
	free(g->changed[SIDE_BUY].v);
	free(g->changed[SIDE_SELL].v);
	buf_free(&g->out);
	buf_free(&g->text);
}
