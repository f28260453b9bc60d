/* fills.c - the newest fills of this run: from the journal that the segment names. */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "gateway/journal.h"
#include "hostctl/file_map.h"
#include "hostctl/verb.h"

#define FILLS_DEFAULT 20

static const struct column columns[] = {
	{ "seq", "SEQ", SHOW_COUNT },
	{ "age_ns", "AGE", SHOW_NS },
	{ "client_order_id", "CLIENT ORDER ID", SHOW_TEXT },
	{ "symbol", "SYMBOL", SHOW_TEXT },
	{ "side", "SIDE", SHOW_TEXT },
	{ "price", "PRICE", SHOW_DECIMAL },
	{ "quantity", "QUANTITY", SHOW_DECIMAL },
	{ "notional", "NOTIONAL", SHOW_DECIMAL },
	{ "maker", "MAKER", SHOW_FLAG },
	{ "fee", "FEE", SHOW_DECIMAL },
	{ "fee_asset", "ASSET", SHOW_TEXT },
	{ "trade_id", "TRADE", SHOW_COUNT },
	{ "strategy", "STRATEGY", SHOW_TEXT },
};

/* The newest `cap` of what was read, as a ring. */
struct newest {
	struct journal_record *rec;
	u32 cap;
	u64 n;
};

static void cells_of_fill(struct table *t, const struct view *v, const struct order_event *e)
{
	const struct instrument *i = view_instrument(v, e->instrument);
	char asset[sizeof e->fee_asset + 1] = "", name[32];
	i64 notional;
	memcpy(asset, e->fee_asset, sizeof e->fee_asset);
	cell_symbol(t, v, e->instrument);
	table_text(t, side_name(e->side));
	cell_px(t, i, e->fill_px);
	cell_qty(t, i, e->fill_qty);
	if (i && notional_of(i, e->fill_px, e->fill_qty, &notional))
		cell_money(t, notional);
	else
		table_none(t);
	table_flag(t, e->maker);
	cell_money(t, e->fee);
	table_text(t, *asset ? asset : NULL);
	table_number(t, (i64)e->trade_id);
	table_text(t, e->order_id ? view_strategy(v, e->strategy, name) : NULL);
}

static void add_fills(struct report *r, const struct view *v, const struct newest *f, u32 boot)
{
	struct table *t = report_table(r, "fills", columns, ARRAY_LEN(columns));
	for (u64 k = f->n > f->cap ? f->n - f->cap : 0; k < f->n; k++) {
		const struct journal_record *rec = &f->rec[k % f->cap];
		table_number(t, (i64)rec->seq);
		cell_age(t, v, rec->at_ns);
		cell_coid(t, boot, rec->event.order_id);
		cells_of_fill(t, v, &rec->event);
	}
}

static err_t read_fills(const char *path, struct newest *f, u32 *boot)
{
	struct journal_reader reader;
	struct journal_record rec;
	size_t n;
	void *bytes = file_map(path, &n);
	if (!bytes)
		return ERR_IO;
	err_t e = journal_open(&reader, bytes, n);
	while (e == ERR_OK && journal_next(&reader, &rec))
		if (rec.type == JOURNAL_ORDER_EVENT && rec.event.kind == ORDER_EV_FILL)
			f->rec[f->n++ % f->cap] = rec;
	*boot = e == ERR_OK ? reader.head.boot : 0;
	munmap(bytes, n);
	return e;
}

enum exit_code verb_fills(const struct request *q, const struct view *v, struct report *r)
{
	char path[CONFIG_TEXT];
	u32 boot;
	struct newest f = { .cap = q->n ? q->n : FILLS_DEFAULT };
	if (!view_config(v, "journal", path, sizeof path))
		return complain(q, EXIT_REFUSED, "%s names no journal", q->instance);
	f.rec = calloc(f.cap, sizeof *f.rec);
	if (!f.rec)
		return complain(q, EXIT_REFUSED, "out of memory");
	err_t e = read_fills(path, &f, &boot);
	if (e == ERR_OK)
		add_fills(r, v, &f, boot);
	free(f.rec);
	return e == ERR_OK ? EXIT_DONE
			   : complain(q, EXIT_REFUSED, "%s: %s", path,
				      e == ERR_IO ? "cannot be read: ask as the user that runs the instance" : err_text(e));
}
