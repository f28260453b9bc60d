#include "sim/json.h"

static const char *exec_name(enum exec_type x)
{
	static const char *const names[] = { "NEW", "TRADE", "CANCELED", "EXPIRED" };
	return names[x];
}

static void add_order(json_t *e, const struct order *o, bool canceled)
{
	json_set_text(e, "c", canceled ? o->cancel_id : o->req.client_id);
	json_set_text(e, "S", sim_side_name(o->req.side));
	json_set_text(e, "o", sim_type_name(o->req.type));
	json_set_text(e, "f", sim_tif_name(o->req.tif));
	json_set_amount(e, "q", o->req.qty);
	json_set_amount(e, "p", o->req.price);
	json_set_amount(e, "P", 0);
	json_set_amount(e, "F", 0);
	json_set_int(e, "g", -1);
	json_set_text(e, "C", canceled ? o->req.client_id : "");
}

/* `f` is NULL unless this is a trade. */
static void add_fill(json_t *e, const struct rules *r, const struct report *p, const struct fill *f)
{
	json_set_amount(e, "l", f ? f->qty : 0);
	json_set_amount(e, "z", p->order.filled);
	json_set_amount(e, "L", f ? f->price : 0);
	json_set_text(e, "n", "0");
	if (f)
		json_set_amount(e, "n", f->commission);
	json_object_set_new(e, "N", f ? json_string(commission_asset(r, f->side)) : json_null());
	json_set_int(e, "T", p->time_ms);
	json_set_int(e, "t", f ? (i64)f->trade_id : -1);
	json_set_int(e, "I", (i64)p->exec_id);
	json_set_flag(e, "w", order_is_open(&p->order));
	json_set_flag(e, "m", f && f->maker);
	json_set_flag(e, "M", f != NULL);
}

json_t *json_event(const char *type, i64 time_ms)
{
	json_t *e = json_object();
	json_set_text(e, "e", type);
	json_set_int(e, "E", time_ms);
	return e;
}

json_t *json_execution(const struct matching *m, const struct report *p)
{
	const struct order *o = &p->order;
	const struct fill *f = p->fill == NO_FILL ? NULL : &m->fills[p->fill];
	json_t *e = json_event("executionReport", p->time_ms);
	json_set_text(e, "s", m->rules->symbol);
	add_order(e, o, p->exec == EXEC_CANCELED);
	json_set_text(e, "x", exec_name(p->exec));
	json_set_text(e, "X", sim_status_name(o->status));
	json_set_text(e, "r", "NONE");
	json_set_int(e, "i", (i64)o->id);
	add_fill(e, m->rules, p, f);
	json_set_int(e, "O", o->created_ms);
	json_set_amount(e, "Z", o->quote_filled);
	json_set_amount(e, "Y", f ? f->quote : 0);
	json_set_amount(e, "Q", o->req.quote_qty);
	json_set_int(e, "W", o->created_ms);
	json_set_text(e, "V", "NONE");
	if (o->expiry != EXPIRY_NONE)
		json_set_text(e, "eR", sim_expiry_name(o->expiry));
	return e;
}

static void add_balance(json_t *list, const char *asset, const struct balance *b)
{
	json_t *j = json_object();
	json_set_text(j, "a", asset);
	json_set_amount(j, "f", b->free);
	json_set_amount(j, "l", b->locked);
	json_array_append_new(list, j);
}

json_t *json_position(const struct rules *r, const struct report *p)
{
	json_t *e = json_event("outboundAccountPosition", p->time_ms), *balances = json_array();
	json_set_int(e, "u", p->account.updated_ms);
	add_balance(balances, r->base, &p->account.base);
	add_balance(balances, r->quote, &p->account.quote);
	json_object_set_new(e, "B", balances);
	return e;
}
