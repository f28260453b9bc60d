#include "sim/admin.h"

#include <string.h>

#include "common/decimal.h"
#include "sim/json.h"
#include "sim/rest.h"
#include "sim/wsconn.h"

struct admin {
	struct venue *v;
	struct conn *asker;
	const struct http_request *request;
	struct span body;
	struct buf out;
	int status;
};

static void fail(struct admin *a, int status, const char *what)
{
	a->status = status;
	buf_clear(&a->out);
	buf_fmt(&a->out, "{\"error\":\"%s\"}", what);
}

void admin_put_ledger(const struct venue *v, struct buf *out)
{
	const struct matching *m = &v->exchange.matching;
	json_t *j = json_object(), *orders = json_array(), *fills = json_array();
	json_t *balances = json_array();
	for (size_t i = 0; i < m->orders_n; i++)
		json_array_append_new(orders, json_order(m->rules, &m->orders[i]));
	for (size_t i = 0; i < m->fills_n; i++)
		json_array_append_new(fills, json_trade(m->rules, &m->fills[i]));
	json_array_append_new(balances, json_balance(m->rules->base, &m->account.base));
	json_array_append_new(balances, json_balance(m->rules->quote, &m->account.quote));
	json_set_text(j, "symbol", m->rules->symbol);
	json_set_int(j, "time", v->now_ms);
	json_set_int(j, "marketMessages", (i64)v->exchange.market.ticks);
	json_object_set_new(j, "orders", orders);
	json_object_set_new(j, "fills", fills);
	json_object_set_new(j, "balances", balances);
	json_write(out, j);
}

static void admin_ledger(struct admin *a) { admin_put_ledger(a->v, &a->out); }

static bool number(struct admin *a, const char *name, i64 max, i64 *out)
{
	char text[32];
	if (http_param(a->request->query, name, text, sizeof text) &&
	    dec_parse(text, strlen(text), 0, out) == ERR_OK && *out >= 0 && *out <= max)
		return true;
	fail(a, 400, "expected a whole number in the query: ?updateId= or ?seconds=");
	return false;
}

static void admin_book(struct admin *a)
{
	struct ladder l = { 0 };
	i64 id;
	if (!number(a, "updateId", INT64_MAX, &id))
		return;
	if (history_at(&a->v->exchange.market.history, (u64)id, &l) == ERR_OK)
		rest_put_ladder(&a->out, &l, SIZE_MAX);
	else
		fail(a, 404, "no depth update ended at this id");
	ladder_free(&l);
}

static const char *kind_name(enum conn_kind k)
{
	return k == CONN_HTTP ? "http" : k == CONN_STREAMS ? "streams" : "api";
}

static void admin_sessions(struct admin *a)
{
	json_t *list = json_array();
	for (size_t i = 0; i < a->v->conns_n; i++) {
		const struct conn *c = a->v->conns[i];
		json_t *j = json_object();
		if (!c->dead)
			json_array_append(list, j);
		json_set_int(j, "id", (i64)c->id);
		json_set_text(j, "kind", kind_name(c->kind));
		json_set_int(j, "connectedSince", c->connected_ms);
		json_set_int(j, "sent", (i64)c->sent);
		json_set_int(j, "queued", (i64)buf_n(&c->out));
		json_set_int(j, "streams", (i64)c->streams.n);
		json_set_flag(j, "authorized", c->api.authorized);
		json_set_flag(j, "userDataStream", c->api.subscribed);
		json_decref(j);
	}
	json_write(&a->out, list);
}

/* Does `act` to each connection that ?what= names; answers how many. */
static void for_each(struct admin *a, void (*act)(struct admin *a, struct conn *c))
{
	char what[16];
	size_t n = 0;
	bool good = http_param(a->request->query, "what", what, sizeof what),
	     all = good && !strcmp(what, "all");
	if (!all && (!good || (strcmp(what, "streams") && strcmp(what, "api")))) {
		fail(a, 400, "expected ?what=streams, api or all");
		return;
	}
	for (size_t i = 0; i < a->v->conns_n; i++) {
		struct conn *c = a->v->conns[i];
		if (c->dead || c == a->asker || c->kind == CONN_HTTP ||
		    (!all && strcmp(kind_name(c->kind), what)))
			continue;
		act(a, c);
		n++;
	}
	buf_fmt(&a->out, "{\"connections\":%zu}", n);
}

static void act_drop(struct admin *a, struct conn *c)
{
	(void)a;
	conn_reset(c);
}

static void act_say(struct admin *a, struct conn *c) { wsconn_text(c, a->body.p, a->body.n); }
static void act_raw(struct admin *a, struct conn *c) { conn_send(c, a->body.p, a->body.n); }

static void admin_drop(struct admin *a) { for_each(a, act_drop); }
static void admin_say(struct admin *a) { for_each(a, act_say); }
static void admin_raw(struct admin *a) { for_each(a, act_raw); }

static void admin_silence(struct admin *a)
{
	i64 seconds;
	if (!number(a, "seconds", 86400, &seconds))
		return;
	a->v->silent_until_ns = a->v->now_ns + (u64)seconds * NS_PER_S;
	buf_fmt(&a->out, "{\"seconds\":%lld}", (long long)seconds);
}

static const struct route {
	const char *method, *path;
	void (*run)(struct admin *a);
} routes[] = {
	{ "GET", "/sim/ledger", admin_ledger },     { "GET", "/sim/book", admin_book },
	{ "GET", "/sim/sessions", admin_sessions }, { "POST", "/sim/drop", admin_drop },
	{ "POST", "/sim/say", admin_say },          { "POST", "/sim/raw", admin_raw },
	{ "POST", "/sim/silence", admin_silence },
};

void admin_answer(struct venue *v, struct conn *asker, const struct http_request *r,
		  struct span body, struct buf *out)
{
	struct admin a = { .v = v, .asker = asker, .request = r, .body = body, .status = 404 };
	for (size_t i = 0; i < ARRAY_LEN(routes); i++) {
		if (strcmp(routes[i].path, r->path))
			continue;
		a.status = strcmp(routes[i].method, r->method) ? 405 : 200;
		if (a.status == 200)
			routes[i].run(&a);
	}
	http_answer(out, a.status, "application/json", "", buf_p(&a.out), buf_n(&a.out));
	buf_free(&a.out);
}
