#include "hostctl/positions.h"

enum exit_code each_position(const struct request *q, const struct view *v, position_fn fn, void *user)
{
	u32 n;
	const struct position_cell *cell = view_rows(v, "positions", sizeof *cell, &n);
	for (u32 i = 0; i < u32_min(n, v->n_instruments); i++) {
		struct position_row row;
		if (!row_read(&cell[i].seq, cell[i].w, &row, sizeof row))
			return complain(q, EXIT_REFUSED,
					"a position could not be read: the trading core stopped while it wrote it");
		row.instrument = i;
		fn(user, &row);
	}
	return EXIT_DONE;
}

void cell_asset(struct table *t, const char asset[8])
{
	char text[9];
	snprintf(text, sizeof text, "%.8s", asset);
	table_text(t, *text ? text : NULL);
}
