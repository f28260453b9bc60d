/*
 * trade_send.c - orders and cancels on their way out. An order leaves within this call or not at
 * all; a cancel may wait.
 */
#include <string.h>

#include "gateway/trade_internal.h"

#define PLACE_WEIGHT 1
#define CANCEL_WEIGHT 1
#define CANCELS_REST_NS (500 * NS_PER_MS) /* for a mass cancel to work, and after a refusal */

/* ---- orders ---- */

static void trace_sent(struct trade_core *c, u16 kind, u64 id, const u64 stamp[STAMPS])
{
	struct trace_rec t = { .id = id, .turn = (u32)c->turn };
	for (u32 i = 0; i < STAMPS; i++)
		t.tsc[i] = stamp[i];
	if (!trace_put(c->l.trace, kind, &t))
		trade_count(c, TRADE_CNT_trace_lost);
}

static void begin_stamps(const struct trade_core *c, u64 stamp[STAMPS])
{
	memset(stamp, 0, STAMPS * sizeof *stamp);
	stamp[STAMP_POLL] = c->cause_poll_tsc;
	stamp[STAMP_PUBLISH] = c->cause_publish_tsc;
	stamp[STAMP_READ] = c->read_tsc;
	stamp[STAMP_DECIDE] = tsc_now();
}

static i64 deny(struct trade_core *c, enum risk_code code)
{
	struct trace_rec t = { .code = code, .id = c->cause_seq, .turn = (u32)c->turn };
	trade_count(c, TRADE_CNT_orders_denied);
	if (!trace_put(c->l.trace, TRACE_DENY, &t))
		trade_count(c, TRADE_CNT_trace_lost);
	return -(i64)code;
}

static i64 no_room(struct trade_core *c)
{
	trade_count(c, TRADE_CNT_orders_no_room);
	return STRATEGY_NO_ROOM;
}

static bool fire(struct trade_core *c, u32 session, const struct binance_tmpl *t)
{
	if (!session_fire(&c->session[session], t->next, t->n, c->now))
		return false;
	if (c->rec && c->rec->text)
		c->rec->text(c->rec->text_user, t->next, t->n);
	return true;
}

/* The one door for orders: what risk has passed, and nothing else. NULL: it has not left. */
static struct binance_tmpl *write_order(struct trade_core *c, u64 id, const struct risk_passed *p)
{
	const struct order_req *q = p->req;
	struct binance_tmpl *t = binance_tmpl_place(c->tmpl[q->instrument], q->side, q->type, q->tif);
	if (!t || !binance_next_order(t, id, q->px, q->qty, trade_venue_ms(c)))
		return NULL;
	return fire(c, 0, t) ? t : NULL;
}

/* After the doorbell: the books of order table, risk, rate and journal. */
static void book_order(struct trade_core *c, const struct risk_passed *p)
{
	struct order *o = order_table_sent(&c->orders, p, c->now);
	assert(o && "order_table_next_id promised the slot");
	risk_on_sent(c->risk, o->id, p);
	trade_sent_request(c, 0, RATE_USE_PLACE, PLACE_WEIGHT);
	journal_order_sent(&c->journal, o->id, p->req, c->now);
	trade_count(c, TRADE_CNT_orders);
	trade_show_order(c, o);
}

static u8 down_bits(struct trade_core *c, u8 down)
{
	if (!c->journal.has_room)
		down |= RISK_DOWN_JOURNAL;
	if (rate_check(&c->rate, RATE_USE_PLACE, PLACE_WEIGHT, trade_venue_ms(c)) != ERR_OK)
		down |= RISK_DOWN_BUDGET;
	return down;
}

i64 trade_submit(void *core, const struct order_req *q, ns_t now)
{
	struct trade_core *c = core;
	u64 stamp[STAMPS];
	struct risk_passed p;
	begin_stamps(c, stamp);
	(void)now;
	if (q->instrument >= c->n_instruments)
		return STRATEGY_BAD_REQUEST;
	struct order_req req;
	if (q->cause_seq != c->cause_seq) { /* an order's event came in between */
		req = *q;
		req.cause_seq = c->cause_seq;
		q = &req;
	}
	struct risk_view v = trade_risk_view(c, q->instrument);
	v.down = down_bits(c, v.down);
	enum risk_code code = risk_check(c->risk, q, &v, c->now, &p);
	if (code != RISK_PASS)
		return deny(c, code);
	if (c->cause_seq && c->profile-- == 0) {
		c->profile = c->cfg.profile_every - 1;
		stamp[STAMP_RISK] = tsc_now();
	}
	u64 id = order_table_next_id(&c->orders);
	struct binance_tmpl *sent = id ? write_order(c, id, &p) : NULL;
	if (!sent)
		return no_room(c);
	stamp[STAMP_DOORBELL] = tsc_now();
	book_order(c, &p);
	if (c->cause_seq)
		trace_sent(c, TRACE_ORDER, id, stamp);
	u64 next = order_table_next_id(&c->orders);
	c->last_sent = sent;
	if (next)
		binance_next_id(sent, next); /* most likely the same kind's again */
	return (i64)id;
}

void trade_warm(struct trade_core *c)
{
	const struct binance_tmpl *t = c->last_sent;
	if (!t || c->rec)
		return; /* a recording counts each look for a frame */
	session_warm(&c->session[0], t->n);
	warm_read(t, offsetof(struct binance_tmpl, next) + t->n);
	order_table_warm(&c->orders);
}

/* ---- cancels ---- */

u32 trade_cancel_session(const struct trade_core *c)
{
	for (u32 i = 0; i < TRADE_SESSIONS; i++)
		if (c->link[i] > LINK_LOGON && session_is_open(&c->session[i]))
			return i;
	return TRADE_SESSIONS;
}

static bool write_cancel(struct trade_core *c, const struct order *o, u32 session)
{
	struct binance_tmpls *all = c->tmpl[o->instrument];
	struct binance_tmpl *t = o->venue_id ? &all->cancel : &all->cancel_coid;
	return binance_patch_cancel(t, t->next, o->id, o->venue_id, trade_venue_ms(c)) && fire(c, session, t);
}

static bool try_cancel(struct trade_core *c, struct order *o)
{
	u32 s = trade_cancel_session(c);
	u64 stamp[STAMPS];
	begin_stamps(c, stamp);
	if (s == TRADE_SESSIONS ||
	    rate_check(&c->rate, RATE_USE_CANCEL, CANCEL_WEIGHT, trade_venue_ms(c)) != ERR_OK)
		return false;
	if (!risk_cancel_allowed(c->risk, c->now) || !write_cancel(c, o, s))
		return false;
	stamp[STAMP_DOORBELL] = tsc_now();
	if (c->cause_seq)
		trace_sent(c, TRACE_CANCEL, o->id, stamp);
	trade_sent_request(c, s, RATE_USE_CANCEL, CANCEL_WEIGHT);
	journal_cancel_sent(&c->journal, o->id, o->venue_id, c->now);
	trade_count(c, TRADE_CNT_cancels);
	trade_apply(c, o, &(struct order_report){ .input = ORDER_IN_CANCEL_SENT, .cum_qty = -1 });
	return true;
}

/* SENT may be cancelled too: the venue takes our requests in order. UNKNOWN waits for its proof. */
static bool can_cancel(const struct order *o) { return o->state == ORDER_SENT || o->state == ORDER_LIVE; }

void trade_want_cancel(struct trade_core *c, struct order *o)
{
	if (!order_state_is_open(o->state) || o->state == ORDER_CANCELLING)
		return;
	o->cancel_wanted = true;
	if (can_cancel(o) && try_cancel(c, o))
		return;
	c->cancels_due = true;
	trade_count(c, TRADE_CNT_cancels_queued);
}

int trade_cancel(void *core, u16 strategy, u64 order_id, ns_t now)
{
	struct trade_core *c = core;
	struct order *o = order_table_find(&c->orders, order_id);
	(void)now;
	if (!o || o->strategy != strategy || !order_state_is_open(o->state))
		return STRATEGY_NO_ORDER;
	trade_want_cancel(c, o);
	return 0;
}

bool trade_wants_gone(const struct trade_core *c, const struct order *o)
{
	return order_state_is_open(o->state) && (o->cancel_wanted || o->id <= c->cancel_upto);
}

static void retry_singles(struct trade_core *c)
{
	c->cancels_due = false;
	for (u32 i = c->orders.n_open; i--;) {
		struct order *o = order_table_open(&c->orders, i);
		if (!trade_wants_gone(c, o) || o->state == ORDER_CANCELLING)
			continue;
		if (!can_cancel(o) || !try_cancel(c, o))
			c->cancels_due = true;
	}
}

/* ---- requests ---- */

bool trade_request(struct trade_core *c, u32 i, const struct wr *w, u8 use, u32 weight)
{
	u64 ms = trade_venue_ms(c);
	assert(!w->bad && "BINANCE_REQUEST_MAX holds every request");
	if (rate_check(&c->rate, use, weight, ms) != ERR_OK)
		return false;
	if (session_send(&c->session[i], w->start, (u32)wr_len(w), c->now) != ERR_OK)
		return false;
	trade_sent_request(c, i, use, weight);
	return true;
}

/* ---- mass cancels ---- */

static bool send_mass_cancel(struct trade_core *c, u32 session, u32 instrument)
{
	char text[BINANCE_REQUEST_MAX];
	struct wr w = wr_of(text, sizeof text);
	binance_symbol_request(&w, BINANCE_REQ_CANCEL_ALL, ++c->n_requests, c->instrument[instrument].symbol,
			       trade_venue_ms(c));
	if (!trade_request(c, session, &w, RATE_USE_CANCEL, CANCEL_WEIGHT))
		return false;
	trade_count(c, TRADE_CNT_cancel_alls);
	return true;
}

static void mass_cancel(struct trade_core *c)
{
	u32 s = trade_cancel_session(c);
	for (u32 i = 0; i < c->n_instruments && s != TRADE_SESSIONS; i++) {
		if (!instrument_set_has(&c->cancel_all_due, i) || !send_mass_cancel(c, s, i))
			continue;
		instrument_set_remove(&c->cancel_all_due, i);
		c->cancels_ns = c->now + CANCELS_REST_NS;
	}
}

void trade_cancel_all(struct trade_core *c)
{
	c->cancel_upto = c->orders.next_id - 1;
	for (u32 i = 0; i < c->n_instruments; i++)
		instrument_set_add(&c->cancel_all_due, i);
	c->cancels_due = true;
	mass_cancel(c);
}

/*
 * An order whose session was lost may still reach the venue within its receive window, behind a
 * mass cancel that went by the standby. The instruments of such orders are due again; while
 * the order session is back, reconciliation asks instead.
 */
static void may_still_arrive(struct trade_core *c)
{
	ns_t window_ns = c->cfg.recv_window_ms * NS_PER_MS + RECON_SETTLE_NS;
	if (c->link[0] >= LINK_RECON)
		return;
	for (u32 i = 0; i < c->orders.n_open; i++) {
		const struct order *o = order_table_open(&c->orders, i);
		if (o->state == ORDER_UNKNOWN && trade_wants_gone(c, o) && c->now <= o->sent_ns + window_ns)
			instrument_set_add(&c->cancel_all_due, o->instrument);
	}
}

void trade_retry_cancels(struct trade_core *c)
{
	if (c->cancels_due && c->now >= c->cancels_ns) {
		may_still_arrive(c);
		retry_singles(c);
	}
	if (instrument_set_any(&c->cancel_all_due))
		mass_cancel(c);
}
