/*
 * ctl_limits.c - the configuration's limits, exact text, as the integers of each instrument.
 */
#include <stdio.h>
#include <string.h>

#include "appliance/ctl.h"
#include "common/decimal.h"
#include "gateway/trade_core.h"

/* "" is no limit: `none`. */
static err_t amount(const char *text, u32 decimals, i64 none, i64 *out)
{
	*out = none;
	return text[0] ? dec_parse(text, strlen(text), decimals, out) : ERR_OK;
}

static err_t limits_of(const struct config_risk *r, const struct instrument *i, struct risk_limits *l,
		       const char **what)
{
	err_t e;
	i64 position;
	*l = (struct risk_limits){ .max_through = r->max_through_ticks,
				   .max_open_orders = r->max_open_orders,
				   .collar_bps = r->collar_bps,
				   .max_book_age_ns = r->max_book_age_ms * NS_PER_MS,
				   .allowed = 1 };
	*what = "risk.max_quantity";
	if ((e = amount(r->max_quantity, i->qty_scale, i->max_qty, &l->max_qty)) != ERR_OK)
		return e;
	*what = "risk.max_notional";
	if ((e = amount(r->max_notional, NOTIONAL_SCALE, INT64_MAX, &l->max_notional)) != ERR_OK)
		return e;
	*what = "risk.max_open_notional";
	if ((e = amount(r->max_open_notional, NOTIONAL_SCALE, INT64_MAX, &l->max_open_notional)) != ERR_OK)
		return e;
	*what = "risk.max_loss";
	if ((e = amount(r->max_loss, NOTIONAL_SCALE, 0, &l->max_loss)) != ERR_OK)
		return e;
	*what = "risk.max_position";
	e = amount(r->max_position, i->qty_scale, INT64_MAX / 4, &position);
	l->max_long = l->max_short = position;
	return e;
}

err_t ctl_own_minimum(const struct config_risk *r, struct instrument *i)
{
	i64 own;
	err_t e = amount(r->min_notional, NOTIONAL_SCALE, 0, &own);
	if (e == ERR_OK && own > i->min_notional)
		i->min_notional = own;
	return e;
}

static struct risk_account account_of(const struct config_risk *r)
{
	return (struct risk_account){ .orders_per_s = r->orders_per_second,
				      .orders_burst = r->order_burst,
				      .cancels_per_s = r->cancels_per_second,
				      .cancels_burst = r->cancel_burst,
				      .max_open_orders = r->max_open_orders,
				      .duplicate_ns = r->duplicate_window_ms * NS_PER_MS,
				      .max_rejects = r->max_rejects,
				      .max_fills = r->max_fills,
				      .fills_window_ns = r->fills_window_ms * NS_PER_MS };
}

err_t ctl_limits(const struct config *cfg, const struct instrument *i, struct msg_limits *m, char *error,
		 size_t n)
{
	const char *what = "";
	*m = (struct msg_limits){ .instrument = i->id, .account = account_of(&cfg->risk) };
	err_t e = limits_of(&cfg->risk, i, &m->limits, &what);
	if (e != ERR_OK)
		snprintf(error, n, "%s: %s: not an exact amount in the scale of %s: %s", cfg->file, what, i->symbol,
			 err_text(e));
	return e;
}

err_t ctl_send_limits(struct ctl *c, char *error, size_t n)
{
	for (u32 i = 0; i < c->n_instruments; i++) {
		struct msg_limits m;
		err_t e = ctl_limits(c->cfg, &c->instrument[i], &m, error, n);
		if (e != ERR_OK)
			return e;
		if (!ctl_tell(c, &c->trade, MSG_LIMITS, i, &m, sizeof m))
			return ERR_FULL;
	}
	return ERR_OK;
}
