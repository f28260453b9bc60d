/* journal.c - a journal file as a table: each order sent, each event, each cancel. */
#include <string.h>
#include <sys/mman.h>

#include "gateway/journal.h"
#include "hostctl/file_map.h"
#include "hostctl/verb.h"

static const struct column columns[] = {
	{ "seq", "SEQ", SHOW_COUNT },
	{ "record", "RECORD", SHOW_TEXT },
	{ "client_order_id", "CLIENT ORDER ID", SHOW_TEXT },
	{ "symbol", "SYMBOL", SHOW_TEXT },
	{ "side", "SIDE", SHOW_TEXT },
	{ "price", "PRICE", SHOW_DECIMAL },
	{ "quantity", "QUANTITY", SHOW_DECIMAL },
	{ "state", "STATE", SHOW_TEXT },
	{ "code", "CODE", SHOW_COUNT },
	{ "trade_id", "TRADE", SHOW_COUNT },
	{ "maker", "MAKER", SHOW_FLAG },
	{ "fee", "FEE", SHOW_DECIMAL },
	{ "fee_asset", "ASSET", SHOW_TEXT },
};

static const char *event_name(u8 kind)
{
	static const char *const names[] = { "ACK",    "FILL", "CANCELED", "REJECTED", "CANCEL_REJECTED",
					     "UNKNOWN" };
	return kind < ARRAY_LEN(names) ? names[kind] : "?";
}

static void none(struct table *t, u32 n)
{
	while (n--)
		table_none(t);
}

static void add_sent(struct table *t, const struct view *v, const struct order_req *q)
{
	const struct instrument *i = view_instrument(v, q->instrument);
	cell_symbol(t, v, q->instrument);
	table_text(t, side_name(q->side));
	cell_px(t, q->type == ORDER_MARKET ? NULL : i, q->px);
	cell_qty(t, i, q->qty);
	none(t, 6);
}

static void add_event(struct table *t, const struct view *v, const struct order_event *e)
{
	const struct instrument *i = view_instrument(v, e->instrument);
	bool fill = e->kind == ORDER_EV_FILL;
	char asset[sizeof e->fee_asset + 1] = "";
	memcpy(asset, e->fee_asset, sizeof e->fee_asset);
	cell_symbol(t, v, e->instrument);
	table_text(t, side_name(e->side));
	cell_px(t, i, fill ? e->fill_px : e->px);
	cell_qty(t, i, fill ? e->fill_qty : e->qty);
	table_text(t, order_state_name(e->state));
	table_number(t, e->code);
	if (!fill) {
		none(t, 4);
		return;
	}
	table_number(t, (i64)e->trade_id);
	table_flag(t, e->maker);
	cell_money(t, e->fee);
	table_text(t, asset);
}

static void add_record(struct table *t, const struct view *v, const struct journal_record *r, u32 boot)
{
	table_number(t, (i64)r->seq);
	switch (r->type) {
	case JOURNAL_ORDER_SENT:
		table_text(t, "SENT");
		cell_coid(t, boot, r->sent.order_id);
		add_sent(t, v, &r->sent.req);
		break;
	case JOURNAL_ORDER_EVENT:
		table_text(t, event_name(r->event.kind));
		cell_coid(t, boot, r->event.order_id);
		add_event(t, v, &r->event);
		break;
	case JOURNAL_CANCEL_SENT:
		table_text(t, "CANCEL_SENT");
		cell_coid(t, boot, r->cancel.order_id);
		none(t, 10);
		break;
	default:
		table_text(t, r->type == JOURNAL_SESSION ? "SESSION" : "EPOCH");
		none(t, 11);
		break;
	}
}

enum exit_code verb_journal(const struct request *q, const struct view *v, struct report *r)
{
	struct table *t = report_table(r, "journal", columns, ARRAY_LEN(columns));
	struct journal_reader reader;
	struct journal_record rec;
	size_t n;
	void *bytes = file_map(q->arg[0], &n);
	if (!bytes)
		return complain(q, EXIT_REFUSED, "%s: cannot be read", q->arg[0]);
	err_t e = journal_open(&reader, bytes, n);
	while (e == ERR_OK && journal_next(&reader, &rec))
		add_record(t, v, &rec, reader.head.boot);
	munmap(bytes, n);
	if (e != ERR_OK)
		return complain(q, EXIT_REFUSED, "%s: no journal of this version: %s", q->arg[0],
				err_text(e));
	if (reader.n_bad || reader.n_lost)
		complain(q, EXIT_DONE, "%s: %llu records damaged, %llu missing", q->arg[0],
			 (unsigned long long)reader.n_bad, (unsigned long long)reader.n_lost);
	return EXIT_DONE;
}
