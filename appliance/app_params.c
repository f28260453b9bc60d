/*
 * app_params.c - what the strategies' parameters are, for whoever reads the segment: once, as the
 * core has been made and before the segment is ready.
 */
#include <stdio.h>

#include "appliance/app.h"
#include "common/strategy_row.h"

static void text(char *to, size_t n, const char *s) { snprintf(to, n, "%s", s ? s : ""); }

static void fill(struct strategy_param_row *row, u32 strategy, u32 place, const struct strategy_param *p)
{
	*row = (struct strategy_param_row){
		.strategy = strategy, .place = place, .type = p->type, .decimals = p->decimals
	};
	text(row->name, sizeof row->name, p->name);
	text(row->unit, sizeof row->unit, p->unit);
	text(row->min, sizeof row->min, p->min);
	text(row->max, sizeof row->max, p->max);
	text(row->def, sizeof row->def, p->def);
	text(row->help, sizeof row->help, p->help);
}

static u32 count(const struct host *h)
{
	struct host_status st;
	u32 n = 0;
	for (u32 i = 0; host_status(h, (u16)i, &st); i++)
		n += st.desc->n_params;
	return n;
}

err_t app_show_params(struct app *a, char *error)
{
	u32 n = count(a->trade.host), at = 0;
	struct host_status st;
	struct strategy_param_row *row =
		segment_add(&a->seg, "strategy.params", REGION_TABLE, n, n * sizeof *row);
	if (!row) {
		snprintf(error, APP_ERROR, "the shared-memory segment is too small for the strategies' parameters");
		return ERR_NO_MEMORY;
	}
	for (u32 i = 0; host_status(a->trade.host, (u16)i, &st); i++)
		for (u32 p = 0; p < st.desc->n_params; p++)
			fill(&row[at++], i, p, &st.desc->params[p]);
	return ERR_OK;
}
