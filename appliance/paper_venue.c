#include "appliance/paper_venue.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/decimal.h"
#include "sim/api.h"

#define SESSIONS 2
#define PLENTY (4 * (i64)1000000000000000000) /* of either asset: risk limits the position, no balance */
#define FAR_BEHIND (INT64_MAX / 4)            /* a queue that no trade eats up */

/* One instrument's exchange; they share sessions and limits. */
struct paper_market {
	struct venue venue;
	i64 px_unit, qty_unit; /* a tick and a quantity unit in sim's 10^-8 */
};

struct paper_venue {
	struct paper_venue_cfg cfg;
	struct limits limits;
	struct conn session[SESSIONS];
	struct paper_market market[];
};

static const struct options nobody = { .api_key = "none" };

/* ---- instruments ---- */

/* Saturates: beyond are prices and quantities that no book shows. */
static i64 scaled(i64 v, i64 unit)
{
	i64 r;
	return __builtin_mul_overflow(v, unit, &r) || r > FAR_BEHIND ? FAR_BEHIND : r;
}

static i64 power10(u32 n)
{
	i64 p = 1;
	while (n--)
		p *= 10;
	return p;
}

static i64 or_most(i64 v, i64 unit) { return v > 0 ? scaled(v, unit) : FAR_BEHIND; }

static void make_rules(struct rules *r, const struct instrument *i, const struct paper_market *m, bool fills)
{
	char symbol[SYMBOL_MAX + 1] = "";
	memcpy(symbol, i->symbol, i->symbol_n);
	if (rules_init(r, symbol) != ERR_OK) /* no quote asset that sim knows: fees are in these */
		memcpy(r->base, "BASE", 5), memcpy(r->quote, "QUOTE", 6);
	snprintf(r->symbol, sizeof r->symbol, "%s", symbol);
	r->tick = m->px_unit;
	r->price_min = scaled(i->min_px > 0 ? i->min_px : 1, m->px_unit);
	r->price_max = or_most(i->max_px, m->px_unit);
	r->step = scaled(i->lot, m->qty_unit);
	r->qty_min = scaled(i->min_qty > 0 ? i->min_qty : i->lot, m->qty_unit);
	r->qty_max = or_most(i->max_qty, m->qty_unit);
	r->notional_min = fills ? i->min_notional : 0; /* a MARKET order has no price without a market */
	r->notional_max = i->max_notional > 0 ? i->max_notional : INT64_MAX;
}

static bool make_market(struct paper_market *m, const struct instrument *i, const struct paper_venue_cfg *cfg,
			char *why, size_t n)
{
	struct exchange *x = &m->venue.exchange;
	if (i->px_scale > SIM_DECIMALS || i->qty_scale > SIM_DECIMALS) {
		snprintf(why, n, "%.*s: prices and quantities of more than %d decimals cannot be matched here",
			 i->symbol_n, i->symbol, SIM_DECIMALS);
		return false;
	}
	m->px_unit = scaled(i->tick, power10(SIM_DECIMALS - i->px_scale));
	m->qty_unit = power10(SIM_DECIMALS - i->qty_scale);
	make_rules(&x->rules, i, m, cfg->fills);
	m->venue.options = &nobody;
	journal_none(&x->journal);
	matching_init(&x->matching, &x->rules, (struct fees){ cfg->maker_ppm, cfg->taker_ppm },
		      (struct account){ .base.free = PLENTY, .quote.free = PLENTY });
	return true;
}

struct paper_venue *paper_venue_new(const struct paper_venue_cfg *cfg, char *why, size_t n)
{
	struct paper_venue *v = calloc(1, sizeof *v + cfg->n_instruments * sizeof v->market[0]);
	if (!v) {
		snprintf(why, n, "out of memory");
		return NULL;
	}
	v->cfg = *cfg;
	limits_init(&v->limits);
	for (u32 i = 0; i < SESSIONS; i++)
		v->session[i].api.authorized = true; /* nobody else can reach it */
	for (u32 i = 0; i < cfg->n_instruments; i++)
		if (!make_market(&v->market[i], &cfg->instrument[i], cfg, why, n)) {
			paper_venue_free(v);
			return NULL;
		}
	return v;
}

void paper_venue_free(struct paper_venue *v)
{
	for (u32 i = 0; v && i < v->cfg.n_instruments; i++) {
		matching_free(&v->market[i].venue.exchange.matching);
		ladder_free(&v->market[i].venue.exchange.market.ladder);
	}
	free(v);
}

/* ---- what it says ---- */

static void say(const struct paper_venue *v, u32 session, struct buf *text)
{
	if (buf_n(text))
		v->cfg.say(v->cfg.user, session, buf_p(text), (u32)buf_n(text));
	buf_free(text);
}

static void say_event(const struct paper_venue *v, json_t *event)
{
	struct buf text = { 0 };
	buf_fmt(&text, "{\"subscriptionId\":%u,\"event\":", v->session[0].api.subscription_id);
	json_write(&text, event);
	buf_str(&text, "}");
	say(v, 0, &text);
}

/* What the account's stream tells of: to the session that has asked for it, which is the first. */
static void say_reports(struct paper_venue *v, struct matching *m)
{
	for (size_t i = 0; i < m->reports_n; i++) {
		const struct report *r = &m->reports[i];
		if (r->exec == EXEC_TRADE && r->order.filled == m->fills[r->fill].qty)
			limits_order_filled(&v->limits);
		if (!v->session[0].api.subscribed)
			continue;
		say_event(v, json_execution(m, r));
		say_event(v, json_position(m->rules, r));
	}
	m->reports_n = 0;
}

/* ---- the market ---- */

void paper_venue_market(struct paper_venue *v, const struct tape_event *e, i64 now_ms)
{
	struct message m = { .kind = MESSAGE_TRADE };
	if (!v->cfg.fills || e->instrument >= v->cfg.n_instruments || (e->kind != TAPE_BBO && e->kind != TAPE_TRADE))
		return;
	struct paper_market *p = &v->market[e->instrument];
	if (e->kind == TAPE_TRADE) {
		m.trade = (struct level){ scaled(e->px, p->px_unit), scaled(e->qty, p->qty_unit) };
		m.buyer_maker = e->flags & TAPE_BUYER_MAKER;
	} else {
		m.kind = MESSAGE_TICKER;
		m.bid = (struct level){ scaled(e->bid_px, p->px_unit), scaled(e->bid_qty, p->qty_unit) };
		m.ask = (struct level){ scaled(e->ask_px, p->px_unit), scaled(e->ask_qty, p->qty_unit) };
	}
	matching_on_market(&p->venue.exchange.matching, &m, &p->venue.exchange.market.ladder, now_ms);
	say_reports(v, &p->venue.exchange.matching);
}

/* ---- requests ---- */

/* Behind everybody else at its price: the queue it joins is one that no trade eats up. */
static void queue_far_behind(struct paper_market *p, const json_t *params)
{
	struct ladder *l = &p->venue.exchange.market.ladder;
	char side[8], price[DEC_TEXT_MAX];
	i64 px;
	l->side[SIDE_BUY].n = l->side[SIDE_SELL].n = 0;
	if (!json_param(params, "side", side, sizeof side) || !json_param(params, "price", price, sizeof price) ||
	    sim_side_of(side) < 0 || dec_parse(price, strlen(price), SIM_DECIMALS, &px) != ERR_OK)
		return; /* a MARKET order, or one that will be refused */
	ladder_set(l, (enum side)sim_side_of(side), px, FAR_BEHIND);
}

/* Whose request it is by its symbol; those without one are of the account: the first answers. */
static struct paper_market *market_of(struct paper_venue *v, const json_t *params)
{
	const char *symbol = json_string_value(json_object_get(params, "symbol"));
	for (u32 i = 0; i < v->cfg.n_instruments && symbol; i++)
		if (!strcmp(v->market[i].venue.exchange.rules.symbol, symbol))
			return &v->market[i];
	return &v->market[0];
}

void paper_venue_request(struct paper_venue *v, u32 session, const u8 *text, u32 n, i64 now_ms)
{
	struct buf out = { 0 };
	json_t *request = json_loadb((const char *)text, n, 0, NULL);
	const json_t *params = json_object_get(request, "params");
	struct paper_market *p = market_of(v, params);
	queue_far_behind(p, params);
	p->venue.now_ms = now_ms;
	p->venue.limits = v->limits;
	api_answer(&p->venue, &v->session[session], (struct span){ text, n }, &out);
	v->limits = p->venue.limits;
	say(v, session, &out);
	say_reports(v, &p->venue.exchange.matching);
	json_decref(request);
}
