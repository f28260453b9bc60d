/* What an older boot left behind, from its journal. */
#include "common/instrument.h"
#include "gateway/journal.h"

struct leftovers {
	struct journal_open_order *o;
	u32 n, max;
	bool full;
};

static struct journal_open_order *find(struct leftovers *l, u64 id)
{
	for (u32 i = l->n; i > 0; i--) /* events mostly concern young orders */
		if (l->o[i - 1].order_id == id)
			return &l->o[i - 1];
	return NULL;
}

static void sent(struct leftovers *l, const struct journal_sent *s)
{
	if (s->req.instrument >= INSTRUMENTS_MAX || s->req.side > SIDE_SELL || s->req.qty <= 0)
		return;
	if (l->n == l->max) {
		l->full = true;
		return;
	}
	l->o[l->n++] = (struct journal_open_order){ .order_id = s->order_id, .req = s->req, .state = ORDER_SENT };
}

static void ended(struct leftovers *l, struct journal_open_order *o)
{
	for (u32 i = (u32)(o - l->o); i + 1 < l->n; i++)
		l->o[i] = l->o[i + 1];
	l->n--;
}

static void event(struct leftovers *l, const struct order_event *e, u64 *last_trade_id)
{
	if (last_trade_id && e->kind == ORDER_EV_FILL && e->instrument < INSTRUMENTS_MAX)
		last_trade_id[e->instrument] = u64_max(last_trade_id[e->instrument], e->trade_id);
	struct journal_open_order *o = find(l, e->order_id);
	if (!o)
		return;
	o->state = e->state;
	o->filled_qty = e->filled_qty;
	if (!order_state_is_open(e->state))
		ended(l, o);
}

err_t journal_open_orders(struct journal_reader *r, struct journal_open_order *out, u32 max, u32 *n,
			  u64 *last_trade_id)
{
	struct leftovers l = { .o = out, .max = max };
	struct journal_record rec;
	struct journal_open_order *o;
	while (journal_next(r, &rec)) {
		if (rec.type == JOURNAL_ORDER_SENT)
			sent(&l, &rec.sent);
		else if (rec.type == JOURNAL_ORDER_EVENT)
			event(&l, &rec.event, last_trade_id);
		else if (rec.type == JOURNAL_CANCEL_SENT && (o = find(&l, rec.cancel.order_id)))
			o->venue_id = rec.cancel.venue_id;
	}
	*n = l.n;
	return l.full ? ERR_FULL : ERR_OK;
}
