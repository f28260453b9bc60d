/*
 * trade_show.c - rows for other processes: never read back, off the order's path.
 */
#include <string.h>

#include "gateway/trade_internal.h"

void trade_show_order(struct trade_core *c, const struct order *o)
{
	struct order_row row = { .id = o->id,
				 .venue_id = o->venue_id,
				 .instrument = o->instrument,
				 .strategy = o->strategy,
				 .state = o->state,
				 .side = o->side,
				 .type = o->type,
				 .tif = o->tif,
				 .unconfirmed = o->unconfirmed,
				 .code = o->code,
				 .px = o->px,
				 .qty = o->qty,
				 .filled_qty = o->filled_qty,
				 .cause_seq = o->cause_seq,
				 .sent_ns = o->sent_ns,
				 .venue_time_us = o->venue_time_us };
	struct order_cell *cell = &c->l.orders[o->id % ROWS_ORDERS];
	row_write(&cell->seq, cell->w, &row, sizeof row);
}

static void show_position(struct trade_core *c, u32 i)
{
	const struct position *p = risk_position(c->risk, i);
	const struct market_view *m = &c->market[i].view;
	struct risk_exposure x = risk_exposure(c->risk, i);
	struct position_row row = { .instrument = i,
				    .open_orders = x.open_orders,
				    .qty = p->qty,
				    .start_qty = p->start_qty,
				    .bought_qty = p->bought_qty,
				    .sold_qty = p->sold_qty,
				    .buy_exposure = x.buy_qty,
				    .sell_exposure = x.sell_qty,
				    .bid_px = m->bid_px,
				    .ask_px = m->ask_px,
				    .fills = c->fills[i] };
	position_realised(p, &row.realised);
	position_unrealised(p, &c->instrument[i], p->qty > 0 ? m->bid_px : m->ask_px, &row.unrealised);
	for (u32 f = 0; f < u32_min(ROW_FEES, POSITION_FEES_MAX); f++) {
		memcpy(row.fee[f].asset, p->fee[f].asset, sizeof row.fee[f].asset);
		row.fee[f].amount = p->fee[f].amount;
	}
	row_write(&c->l.positions[i].seq, c->l.positions[i].w, &row, sizeof row);
}

static u64 paused_strategies(struct trade_core *c)
{
	struct host_status st;
	u64 n = 0;
	for (u32 i = 0; i < host_count(c->host); i++)
		n += host_status(c->host, (u16)i, &st) && st.pause != HOST_RUNNING;
	return n;
}

static void show_state(struct trade_core *c)
{
	struct trade_row row = { .boot = c->cfg.boot,
				 .mode = c->cfg.live,
				 .risk_state = risk_state(c->risk),
				 .latched = risk_latched(c->risk),
				 .recon_state = c->recon.state,
				 .doubtful = recon_doubtful(&c->recon),
				 .foreign_orders = c->recon.n_foreign,
				 .orders_open = c->orders.n_open,
				 .strategies_paused = paused_strategies(c),
				 .venue_ms = trade_venue_ms(c) };
	for (u32 i = 0; i < TRADE_SESSIONS; i++)
		row.link[i] = c->link[i];
	row_write(&c->l.state->seq, c->l.state->w, &row, sizeof row);
}

static void show_strategies(struct trade_core *c)
{
	struct host_status st;
	for (u32 i = 0; i < host_count(c->host); i++) {
		if (!host_status(c->host, (u16)i, &st))
			continue;
		const struct strategy_row row = { .pause = st.pause,
						  .calls = st.calls,
						  .overruns = st.overruns,
						  .overruns_all = st.overruns_all,
						  .max_ns = tsc_to_ns(&c->cfg.clock, st.max_tsc) };
		struct strategy_cell *cell = &c->l.strategies[i];
		row_write(&cell->seq, cell->w, &row, sizeof row);
	}
}

void trade_show_values(struct trade_core *c, u32 strategy)
{
	static_assert(STRATEGY_ROW_PARAMS == STRATEGY_PARAMS_MAX && STRATEGY_ROW_TEXT == STRATEGY_TEXT_MAX,
		      "a row holds every value");
	struct strategy_values_cell *cell = &c->l.values[strategy];
	struct strategy_values_row row = { .changes = cell->seq / 2 };
	struct host_status st;
	if (!host_status(c->host, (u16)strategy, &st))
		return;
	for (u32 i = 0; i < st.desc->n_params; i++) {
		row.value[i].i = st.values[i].i;
		memcpy(row.value[i].s, st.values[i].s, sizeof row.value[i].s);
	}
	row_write(&cell->seq, cell->w, &row, sizeof row);
}

void trade_show_limits(struct trade_core *c, const struct msg_limits *m)
{
	struct limits_cell *cell = &c->l.limits[m->instrument];
	row_write(&cell->seq, cell->w, m, sizeof *m);
}

void trade_show(struct trade_core *c)
{
	for (u32 i = 0; i < c->n_instruments; i++)
		show_position(c, i);
	show_state(c);
	show_strategies(c);
	for (u32 i = 0; i < TRADE_SESSIONS; i++)
		session_show(&c->session[i], c->l.session_status[i]);
}
