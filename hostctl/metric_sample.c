#include "hostctl/metric_sample.h"

#include <stdio.h>
#include <string.h>

#include "common/msg.h"
#include "gateway/recon.h"
#include "gateway/trade_core.h"
#include "hostctl/view.h"
#include "risk/risk.h"

/* Nanoseconds since `then`; nothing is said where `then` is not known. */
static void add_age(struct metric_set *s, const struct view *v, enum metric_id id, ns_t then,
		    const char *key, const char *value)
{
	ns_t now = view_now(v);
	if (!now || !then)
		return;
	struct metric *m = metric_add(s, id, now > then ? (i64)(now - then) : 0);
	if (key)
		metric_label(m, key, value);
}

static void of_process(struct metric_set *s, const struct view *v)
{
	struct trade_row row;
	metric_add(s, METRIC_appliance_up, v->alive);
	metric_add(s, METRIC_appliance_generation, (i64)v->seg.h->generation);
	metric_add(s, METRIC_appliance_kill_level, kill_level(v->seg.kill));
	add_age(s, v, METRIC_appliance_heartbeat_age_ns, counter_get(&v->seg.h->heartbeat_ns), NULL,
		NULL);
	if (view_trade(v, &row))
		metric_add(s, METRIC_appliance_live, row.mode == 1);
}

static void of_loop(struct metric_set *s, const struct view *v, const char *core)
{
	const struct core_status *c = view_core(v, core);
	if (!c)
		return;
	const struct {
		enum metric_id id;
		const u64 *word;
	} words[] = {
		{ METRIC_loop_turns, &c->turns },
		{ METRIC_loop_busy_turns, &c->busy_turns },
		{ METRIC_loop_slow_turns, &c->slow_turns },
		{ METRIC_loop_longest_turn_ns, &c->max_turn_ns },
		{ METRIC_loop_halted, &c->halted },
		{ METRIC_loop_kill_seen, &c->kill_seen },
	};
	for (u32 i = 0; i < ARRAY_LEN(words); i++)
		metric_label(metric_add(s, words[i].id, (i64)counter_get(words[i].word)), "core",
			     core);
	add_age(s, v, METRIC_loop_age_ns, counter_get(&c->now_ns), "core", core);
}

static void of_link(struct metric_set *s, const struct view *v, const char *region)
{
	const char *name = region + strlen("session.");
	u32 n;
	const struct session_status *l = view_rows(v, region, sizeof *l, &n);
	if (!l)
		return;
	u64 state = counter_get(&l->state);
	const struct {
		enum metric_id id;
		u64 value;
	} words[] = {
		{ METRIC_link_open, v->alive && state == SESSION_OPEN },
		{ METRIC_link_state, state },
		{ METRIC_link_attempts, counter_get(&l->attempts) },
		{ METRIC_link_retransmits, counter_get(&l->retransmits) },
		{ METRIC_link_rtt_ns, counter_get(&l->srtt_ns) },
	};
	for (u32 i = 0; i < ARRAY_LEN(words); i++)
		metric_label(metric_add(s, words[i].id, (i64)words[i].value), "session", name);
	add_age(s, v, METRIC_link_rx_age_ns, counter_get(&l->rx_ns), "session", name);
}

/* ---- instruments ---- */

/* The instrument's symbol, ended. */
static void symbol_of(const struct instrument *i, char out[LABEL_MAX])
{
	snprintf(out, LABEL_MAX, "%.*s", SYMBOL_MAX, i->symbol);
}

static void add_px(struct metric_set *s, enum metric_id id, const struct instrument *i, i64 px)
{
	char symbol[LABEL_MAX];
	i64 units;
	if (!px || __builtin_mul_overflow(px, i->tick, &units))
		return;
	symbol_of(i, symbol);
	struct metric *m = metric_add(s, id, units);
	metric_decimals(m, i->px_scale);
	metric_label(m, "symbol", symbol);
}

static void add_scaled(struct metric_set *s, enum metric_id id, const struct instrument *i, i64 v,
		       u32 decimals)
{
	char symbol[LABEL_MAX];
	struct metric *m = metric_add(s, id, v);
	symbol_of(i, symbol);
	metric_decimals(m, decimals);
	metric_label(m, "symbol", symbol);
}

static void of_top(struct metric_set *s, const struct view *v, const struct book_top *t,
		   const struct instrument *i)
{
	char symbol[LABEL_MAX];
	symbol_of(i, symbol);
	add_scaled(s, METRIC_market_valid, i, v->alive && t->state == BOOK_VALID, 0);
	add_scaled(s, METRIC_market_state, i, t->state, 0);
	add_scaled(s, METRIC_market_gaps, i, (i64)t->gaps, 0);
	add_scaled(s, METRIC_market_lag_ids, i, (i64)t->lag_ids, 0);
	add_age(s, v, METRIC_market_age_ns, t->rx_ns, "symbol", symbol);
	add_px(s, METRIC_market_bid, i, t->bid_px);
	add_px(s, METRIC_market_ask, i, t->ask_px);
	add_px(s, METRIC_market_trade_price, i, t->trade_px);
	add_scaled(s, METRIC_market_bid_quantity, i, t->bid_qty, i->qty_scale);
	add_scaled(s, METRIC_market_ask_quantity, i, t->ask_qty, i->qty_scale);
}

static void of_trading(struct metric_set *s, const struct view *v)
{
	struct trade_row row;
	if (!view_trade(v, &row))
		return;
	metric_add(s, METRIC_trading_armed, v->alive && row.risk_state == RISK_STATE_ACTIVE);
	metric_add(s, METRIC_trading_risk_state, (i64)row.risk_state);
	metric_add(s, METRIC_trading_latched, (i64)row.latched);
	metric_add(s, METRIC_trading_reconciled, row.recon_state == RECON_DONE);
	metric_add(s, METRIC_trading_orders_open, (i64)row.orders_open);
	metric_add(s, METRIC_trading_orders_in_doubt, (i64)row.doubtful);
	metric_add(s, METRIC_trading_foreign_orders, (i64)row.foreign_orders);
	metric_add(s, METRIC_trading_strategies_paused, (i64)row.strategies_paused);
}

static void add_fees(struct metric_set *s, const struct position_row *p, const struct instrument *i)
{
	char symbol[LABEL_MAX], asset[sizeof p->fee[0].asset + 1];
	symbol_of(i, symbol);
	for (u32 f = 0; f < ROW_FEES; f++) {
		if (!p->fee[f].asset[0])
			continue;
		snprintf(asset, sizeof asset, "%.*s", (int)sizeof p->fee[f].asset, p->fee[f].asset);
		struct metric *m = metric_add(s, METRIC_position_fees, p->fee[f].amount);
		metric_decimals(m, NOTIONAL_SCALE);
		metric_label(m, "symbol", symbol);
		metric_label(m, "asset", asset);
	}
}

static void of_position(struct metric_set *s, const struct position_row *p,
			const struct instrument *i)
{
	add_scaled(s, METRIC_position_quantity, i, p->qty, i->qty_scale);
	add_scaled(s, METRIC_position_bought, i, p->bought_qty, i->qty_scale);
	add_scaled(s, METRIC_position_sold, i, p->sold_qty, i->qty_scale);
	add_scaled(s, METRIC_position_fills, i, (i64)p->fills, 0);
	add_scaled(s, METRIC_position_realised, i, p->realised, NOTIONAL_SCALE);
	add_scaled(s, METRIC_position_unrealised, i, p->unrealised, NOTIONAL_SCALE);
	add_scaled(s, METRIC_position_open_orders, i, p->open_orders, 0);
	add_scaled(s, METRIC_position_buy_exposure, i, p->buy_exposure, i->qty_scale);
	add_scaled(s, METRIC_position_sell_exposure, i, p->sell_exposure, i->qty_scale);
	add_fees(s, p, i);
}

static void of_positions(struct metric_set *s, const struct view *v)
{
	u32 n;
	const struct position_cell *cell = view_rows(v, "positions", sizeof *cell, &n);
	for (u32 i = 0; i < u32_min(n, v->n_instruments); i++) {
		struct position_row row;
		if (row_read(&cell[i].seq, cell[i].w, &row, sizeof row))
			of_position(s, &row, &v->instrument[i]);
	}
}

/* ---- regions ---- */

static void add_hist(struct metric_set *s, const struct region *r, const struct hist *h)
{
	if (s->n_hists == METRIC_HISTS) {
		s->dropped++;
		return;
	}
	struct metric_hist *to = &s->hist[s->n_hists++];
	snprintf(to->stage, sizeof to->stage, "%.31s", r->name);
	hist_copy(&to->h, h);
}

static void of_region(struct metric_set *s, const struct view *v, const struct region *r)
{
	const struct counter_text *text;
	const u64 *words;
	const struct hist *h = view_hist(v, r);
	const struct book_image *img = view_book(v, r);
	struct book_top top;
	if (view_counters(v, r, &words, &text))
		metric_add_counters(s, r->name, words, text, r->count);
	if (h)
		add_hist(s, r, h);
	if (img && book_image_read_top(img, &top) == ERR_OK && view_instrument(v, top.instrument))
		of_top(s, v, &top, view_instrument(v, top.instrument));
}

void metric_sample(struct metric_set *s, const char *instance, ns_t wall_ns)
{
	static const char *const links[] = { "session.md", "session.order", "session.standby" };
	char why[VIEW_WHY_MAX];
	struct view v;
	metric_reset(s, instance, wall_ns);
	if (view_open(&v, instance, why) != ERR_OK) {
		metric_add(s, METRIC_appliance_up, 0);
		return;
	}
	of_process(s, &v);
	of_loop(s, &v, "md");
	of_loop(s, &v, "trade");
	for (u32 i = 0; i < ARRAY_LEN(links); i++)
		of_link(s, &v, links[i]);
	of_trading(s, &v);
	of_positions(s, &v);
	for (u32 i = 0; i < v.seg.h->n_regions; i++)
		of_region(s, &v, &v.seg.h->region[i]);
	view_close(&v);
}
