/*
 * trade_engine.h - for the tests of the trade core: a venue in memory that keeps orders and trades,
 * and answers, stays silent or refuses as the test says. Real frames, TLS records and JSON;
 * connections are adopted, there is no handshake.
 */
#ifndef TESTS_TRADE_ENGINE_H
#define TESTS_TRADE_ENGINE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/decimal.h"
#include "dataplane/nic/nic_mem.h"
#include "dataplane/session.h"
#include "tests/cmocka_all.h"

#define VENUE_IP 0x0a4d0001u
#define OUR_IP 0x0a4d0002u
#define VENUE_PORT 9443
#define VENUE_CONNS 16
#define VENUE_ORDERS 256
#define VENUE_LOG 8192
#define VENUE_ORDER_ID 1000 /* of the first order; trades count from 1 */

struct vorder {
	char symbol[64], coid[64], status[20], side[64]; /* as `param` gives them */
	u64 id;
	i64 qty, filled; /* 10^-8 */
	i64 px;          /* cents */
};

struct vtrade {
	u64 id, order;
	i64 qty, px;
	bool ours;
};

struct vconn {
	struct tcp_conn *tcp;
	struct tls_dir rx, tx;
	u32 session;
	u8 in[32 << 10];
	u32 in_n;
};

struct venue {
	struct port *port;
	struct net net;
	struct tcp *tcp;
	u64 net_cnt[NET_CNT_COUNT], tcp_cnt[TCP_CNT_COUNT];
	struct vconn conn[VENUE_CONNS];
	u32 n_conns, at[2]; /* connection of each session, + 1; 0: none */
	struct vorder order[VENUE_ORDERS];
	u32 n_orders;
	struct vtrade trade[64];
	u32 n_trades;
	const char *silent;  /* methods that get no answer, in one string */
	const char *lost;    /* methods that never reach the engine, nor get an answer */
	const char *refused; /* method answered with `error` */
	const char *error;   /* "{\"code\":-1015,\"msg\":\"x\"}" */
	u32 status;          /* of that answer */
	const char *rates;   /* appended to each answer */
	bool no_reports;     /* execution reports are lost */
	ns_t now;
	char log[VENUE_LOG]; /* "0 session.logon", one a request */
	size_t log_n;
};

static inline void venue_send(struct venue *v, u32 session, const char *t)
{
	u8 rec[20 << 10];
	u32 n = (u32)strlen(t), head = ws_head_len_plain(n);
	assert_true(n < TLS_PLAIN_MAX - 16);
	if (!v->at[session])
		return;
	struct vconn *c = &v->conn[v->at[session] - 1];
	memcpy(rec + tls_head(&c->tx) + head, t, n);
	u32 framed = ws_frame_plain(rec + tls_head(&c->tx), n, WS_OP_TEXT);
	u32 sealed = tls_seal(&c->tx, rec, framed, TLS_APPLICATION_DATA);
	assert_int_equal(tcp_write(c->tcp, rec, sealed, v->now), ERR_OK);
}

/* ---- texts ---- */

/* What follows `"name":`, without quotes; "" where it is not there. */
static inline const char *param(const char *text, const char *name, char out[64])
{
	char key[40];
	snprintf(key, sizeof key, "\"%s\":", name);
	const char *p = strstr(text, key);
	out[0] = 0;
	if (p) {
		p += strlen(key);
		p += *p == '"';
		snprintf(out, 64, "%.*s", (int)strcspn(p, "\",} "), p);
	}
	return out;
}

static inline i64 amount(const char *text, const char *name, u32 scale)
{
	char t[64];
	i64 v = 0;
	param(text, name, t);
	if (t[0])
		assert_int_equal(dec_parse(t, strlen(t), scale, &v), ERR_OK);
	return v;
}

static inline int print_order(char *t, const struct vorder *o)
{
	return sprintf(t,
		       "{\"symbol\":\"%s\",\"orderId\":%llu,\"clientOrderId\":\"%s\","
		       "\"origClientOrderId\":\"%s\",\"price\":\"%lld.%02lld\","
		       "\"origQty\":\"%lld.%08lld\",\"executedQty\":\"%lld.%08lld\",\"status\":\"%"
		       "s\",\"side\":\"%s\",\"transactTime\":1723161255000}",
		       o->symbol, (unsigned long long)o->id, o->coid, o->coid,
		       (long long)(o->px / 100), (long long)(o->px % 100),
		       (long long)(o->qty / 100000000), (long long)(o->qty % 100000000),
		       (long long)(o->filled / 100000000), (long long)(o->filled % 100000000),
		       o->status, o->side);
}

static inline void respond(struct venue *v, u32 session, const char *id, const char *result)
{
	char t[17 << 10];
	snprintf(t, sizeof t, "{\"id\":\"%s\",\"status\":200,\"result\":%s%s}", id, result,
		 v->rates ? v->rates : "");
	venue_send(v, session, t);
}

static inline void respond_error(struct venue *v, u32 session, const char *id, u32 status,
				 const char *error)
{
	char t[1024];
	snprintf(t, sizeof t, "{\"id\":\"%s\",\"status\":%u,\"error\":%s%s}", id, status, error,
		 v->rates ? v->rates : "");
	venue_send(v, session, t);
}

/* An execution report on the first session. `trade` NULL: none. */
static inline void report(struct venue *v, const struct vorder *o, const char *what,
			  const struct vtrade *x)
{
	char t[1024];
	if (v->no_reports)
		return;
	sprintf(t,
		"{\"subscriptionId\":0,\"event\":{\"e\":\"executionReport\",\"E\":1723161255001,"
		"\"s\":\"%s\",\"c\":\"%s\",\"C\":\"\","
		"\"S\":\"%s\",\"o\":\"LIMIT\",\"f\":\"GTC\",\"q\":\"%lld.%08lld\",\"p\":\"%lld.%"
		"02lld\",\"x\":\"%s\",\"X\":\"%s\",\"i\":%llu,"
		"\"l\":\"0.%08lld\",\"z\":\"0.%08lld\",\"L\":\"%lld.%02lld\",\"n\":\"0\",\"N\":"
		"\"BNB\",\"T\":1723161255001,\"t\":%lld,\"m\":false}}",
		o->symbol, o->coid, o->side, (long long)(o->qty / 100000000),
		(long long)(o->qty % 100000000), (long long)(o->px / 100), (long long)(o->px % 100),
		what, o->status, (unsigned long long)o->id, (long long)(x ? x->qty : 0),
		(long long)o->filled, (long long)(x ? x->px / 100 : 0),
		(long long)(x ? x->px % 100 : 0), x ? (long long)x->id : -1);
	venue_send(v, 0, t);
}

/* ---- the engine ---- */

static inline bool is_open(const struct vorder *o)
{
	return !strcmp(o->status, "NEW") || !strcmp(o->status, "PARTIALLY_FILLED");
}

static inline struct vorder *venue_find(struct venue *v, const char *text)
{
	char t[64];
	u64 id = strtoull(param(text, "orderId", t), NULL, 10);
	for (u32 i = 0; i < v->n_orders; i++)
		if (v->order[i].id == id)
			return &v->order[i];
	param(text, "origClientOrderId", t);
	for (u32 i = 0; i < v->n_orders && t[0]; i++)
		if (!strcmp(v->order[i].coid, t))
			return &v->order[i];
	return NULL;
}

static inline u32 venue_open_orders(const struct venue *v)
{
	u32 n = 0;
	for (u32 i = 0; i < v->n_orders; i++)
		n += is_open(&v->order[i]);
	return n;
}

static inline struct vorder *venue_add(struct venue *v, const char *symbol, const char *coid,
				       const char *side, i64 qty)
{
	struct vorder *o = &v->order[v->n_orders];
	assert_true(v->n_orders < VENUE_ORDERS);
	*o = (struct vorder){ .qty = qty, .px = 100, .status = "NEW" };
	o->id = VENUE_ORDER_ID + v->n_orders++;
	strcpy(o->symbol, symbol);
	strcpy(o->coid, coid);
	strcpy(o->side, side);
	return o;
}

/* A trade of order `i`, counted from 0; its report follows. */
static inline void venue_fill(struct venue *v, u32 i, i64 qty)
{
	struct vorder *o = &v->order[i];
	struct vtrade *x = &v->trade[v->n_trades];
	*x = (struct vtrade){ .id = ++v->n_trades, .order = o->id, .qty = qty, .px = o->px };
	o->filled += qty;
	assert_true(o->filled <= o->qty);
	strcpy(o->status, o->filled == o->qty ? "FILLED" : "PARTIALLY_FILLED");
	report(v, o, "TRADE", x);
}

static inline void venue_cancel(struct venue *v, struct vorder *o)
{
	strcpy(o->status, "CANCELED");
	report(v, o, "CANCELED", NULL);
}

static inline void take_place(struct venue *v, u32 s, const char *id, const char *text,
			      bool answers)
{
	char symbol[64], coid[64], side[64], t[256];
	param(text, "symbol", symbol), param(text, "newClientOrderId", coid),
		param(text, "side", side);
	struct vorder *o = venue_add(v, symbol, coid, side, amount(text, "quantity", 8));
	o->px = strstr(text, "\"price\"") ? amount(text, "price", 2) : 100;
	sprintf(t,
		"{\"symbol\":\"%s\",\"orderId\":%llu,\"orderListId\":-1,\"clientOrderId\":\"%s\","
		"\"transactTime\":1723161255000}",
		symbol, (unsigned long long)o->id, coid);
	if (answers)
		respond(v, s, id, t);
	report(v, o, "NEW", NULL);
	if (strstr(text, "\"MARKET\""))
		venue_fill(v, v->n_orders - 1, o->qty);
}

static inline void take_cancel(struct venue *v, u32 s, const char *id, const char *text,
			       bool answers)
{
	char t[1024];
	struct vorder *o = venue_find(v, text);
	bool open = o && is_open(o);
	if (open)
		venue_cancel(v, o);
	if (!answers)
		return;
	if (open) {
		print_order(t, o);
		respond(v, s, id, t);
	} else {
		respond_error(v, s, id, 400, "{\"code\":-2011,\"msg\":\"Unknown order sent.\"}");
	}
}

static inline void take_list(struct venue *v, u32 s, const char *id, const char *text, bool cancel)
{
	char symbol[64], t[16 << 10] = "[";
	size_t n = 1;
	param(text, "symbol", symbol);
	for (u32 i = 0; i < v->n_orders; i++) {
		struct vorder *o = &v->order[i];
		if (strcmp(o->symbol, symbol) || !is_open(o))
			continue;
		if (cancel)
			venue_cancel(v, o);
		n += (size_t)sprintf(t + n, n > 1 ? "," : "");
		n += (size_t)print_order(t + n, o);
	}
	strcpy(t + n, "]");
	if (cancel && n == 1)
		respond_error(v, s, id, 400, "{\"code\":-2011,\"msg\":\"Unknown order sent.\"}");
	else
		respond(v, s, id, t);
}

static inline void take_trades(struct venue *v, u32 s, const char *id, const char *text)
{
	char p[64], t[16 << 10] = "[";
	size_t n = 1;
	u64 from = strtoull(param(text, "fromId", p), NULL, 10),
	    order = strtoull(param(text, "orderId", p), NULL, 10);
	param(text, "symbol", p);
	for (u32 i = 0; i < v->n_trades; i++) {
		const struct vtrade *x = &v->trade[i];
		const struct vorder *o = &v->order[x->order - VENUE_ORDER_ID];
		if (x->id < from || (order && x->order != order) || strcmp(o->symbol, p))
			continue;
		n += (size_t)sprintf(t + n,
				     "%s{\"symbol\":\"%s\",\"id\":%llu,\"orderId\":%llu,\"price\":"
				     "\"%lld.%02lld\",\"qty\":\"0.%08lld\","
				     "\"commission\":\"0\",\"commissionAsset\":\"BNB\",\"time\":"
				     "1660801715793,\"isBuyer\":%s,\"isMaker\":true}",
				     n > 1 ? "," : "", o->symbol, (unsigned long long)x->id,
				     (unsigned long long)x->order, (long long)(x->px / 100),
				     (long long)(x->px % 100), (long long)x->qty,
				     o->side[0] == 'B' ? "true" : "false");
	}
	strcpy(t + n, "]");
	respond(v, s, id, t);
}

static inline void take_status(struct venue *v, u32 s, const char *id, const char *text)
{
	char t[1024];
	struct vorder *o = venue_find(v, text);
	if (!o) {
		respond_error(v, s, id, 400, "{\"code\":-2013,\"msg\":\"Order does not exist.\"}");
		return;
	}
	print_order(t, o);
	respond(v, s, id, t);
}

static inline bool among(const char *list, const char *method)
{
	return list && strstr(list, method);
}

static inline void take_request(struct venue *v, u32 s, const char *text)
{
	char id[64], m[64];
	param(text, "id", id), param(text, "method", m);
	assert_true(v->log_n + 64 < VENUE_LOG);
	v->log_n += (size_t)sprintf(v->log + v->log_n, "%s%u %s", v->log_n ? ", " : "", s, m);
	if (among(v->lost, m))
		return;
	if (among(v->refused, m)) {
		respond_error(v, s, id, v->status, v->error);
		return;
	}
	bool answers = !among(v->silent, m);
	if (!strcmp(m, "order.place"))
		take_place(v, s, id, text, answers);
	else if (!strcmp(m, "order.cancel"))
		take_cancel(v, s, id, text, answers);
	else if (!answers)
		return;
	else if (!strcmp(m, "openOrders.cancelAll") || !strcmp(m, "openOrders.status"))
		take_list(v, s, id, text, m[11] == 'c');
	else if (!strcmp(m, "order.status"))
		take_status(v, s, id, text);
	else if (!strcmp(m, "myTrades"))
		take_trades(v, s, id, text);
	else
		respond(v, s, id,
			!strcmp(m, "session.logon")    ? "{\"apiKey\":\"k\"}"
			: !strcmp(m, "account.status") ? "{\"balances\":[]}"
						       : "{\"subscriptionId\":0}");
}

#endif
