#include "hostctl/serve_epoch.h"

#include <stdio.h>
#include <stdlib.h>

#include "appliance/epochs.h"
#include "common/order_row.h"
#include "hostctl/view.h"

static bool read_row(const char *instance, struct epoch_row *row)
{
	char why[VIEW_WHY_MAX];
	struct view v;
	u32 n;
	if (view_open(&v, instance, why) != ERR_OK)
		return false;
	const struct epoch_cell *cell = view_rows(&v, "epoch", sizeof *cell, &n);
	bool ok = cell && n && cell->seq && row_read(&cell->seq, cell->w, row, sizeof *row);
	view_close(&v);
	row->dir[sizeof row->dir - 1] = 0;
	return ok && row->epoch.number;
}

static struct config *read_config(const struct epoch_row *row)
{
	char why[EPOCH_WHY_MAX], error[CONFIG_ERROR], *text = NULL;
	struct epoch epoch;
	size_t n = 0;
	struct config *c = malloc(sizeof *c);
	const char *wrong = c ? NULL : err_text(ERR_NO_MEMORY);
	if (!wrong && epochs_read(row->dir, row->epoch.number, &epoch, &text, &n, why) != ERR_OK)
		wrong = why;
	if (!wrong && config_parse(c, "epoch", text, n, error) != ERR_OK)
		wrong = error;
	free(text);
	if (!wrong)
		return c;
	fprintf(stderr, "hostctl: epoch %u is not followed: %s\n", row->epoch.number, wrong);
	free(c);
	return NULL;
}

bool serve_epoch_look(struct serve_epoch *e, const char *instance)
{
	struct epoch_row row;
	if (!read_row(instance, &row) || row.epoch.number == e->number)
		return false;
	bool first = !e->number;
	e->number = row.epoch.number;
	struct config *c = first ? NULL : read_config(&row);
	if (!c)
		return false;
	free(e->config);
	e->config = c;
	return true;
}

void serve_epoch_free(struct serve_epoch *e)
{
	free(e->config);
	*e = (struct serve_epoch){ 0 };
}
