#include "appliance/strategy_show.h"

#include <stdio.h>
#include <string.h>

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

void strategy_show_init(struct strategy_show *s, const struct segment *seg)
{
	*s = (struct strategy_show){ .names = segment_at(seg, segment_find(seg, "strategies")),
				     .row = segment_at(seg, segment_find(seg, "strategy.params")) };
	for (u32 i = 0; i < STRATEGY_PARAM_ROWS; i++)
		s->row[i].strategy = STRATEGY_ROW_FREE;
}

void strategy_show_add(struct strategy_show *s, const char *name, const struct strategy_desc *d)
{
	char line[2 * CONFIG_NUMBER + 4];
	char *to = s->names + strlen(s->names);
	size_t n = (size_t)snprintf(line, sizeof line, "%.31s %.31s\n", name, d->name);
	assert(s->n < CONFIG_STRATEGIES && d->n_params <= STRATEGY_ROW_PARAMS);
	for (u32 i = 0; i < d->n_params; i++) {
		struct strategy_param_row row;
		fill(&row, STRATEGY_ROW_FREE, i, &d->params[i]);
		s->row[s->n_rows] = row;
		__atomic_store_n(&s->row[s->n_rows++].strategy, s->n, __ATOMIC_RELEASE);
	}
	memcpy(to + 1, line + 1, n - 1);
	__atomic_store_n(to, line[0], __ATOMIC_RELEASE);
	s->n++;
}
