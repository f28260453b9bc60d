/*
 * trade_link.c - from an open session to one that may trade: logon, private stream, reconciliation.
 */
#include <string.h>

#include "gateway/trade_internal.h"

/* Between reconciliations while some order is in doubt; doubles while the same doubt stays. */
#define RECON_AGAIN_NS (2 * NS_PER_S)
#define RECON_AGAIN_MAX_NS (60 * NS_PER_S)

const char *link_state_name(u64 state)
{
	static const char *const names[] = { "DOWN", "LOGON", "SUBSCRIBE", "RECONCILING", "READY" };
	return state < ARRAY_LEN(names) ? names[state] : "?";
}

void trade_set_link(struct trade_core *c, u32 session, u8 state)
{
	if (c->link[session] == state)
		return;
	c->link[session] = state;
	c->link_ns[session] = c->now;
	journal_session(&c->journal, session, state, 0, c->now);
}

/* ---- session events ---- */

static u32 index_of(const struct trade_core *c, const struct session *s) { return (u32)(s - c->session); }

static void on_up(void *user, struct session *s, ns_t now)
{
	struct trade_core *c = user;
	struct msg_sign m = { .venue_ms = trade_venue_ms(c) };
	u64 tag = SESSION_TAG(s->cfg.index, s->attempt);
	(void)now;
	trade_set_link(c, index_of(c, s), LINK_LOGON);
	trade_sent_request(c, index_of(c, s), RATE_USE_QUERY, binance_weight(BINANCE_REQ_LOGON));
	if (ring_put(c->l.to_slow, MSG_SIGN, tag, &m, sizeof m))
		return;
	counter_inc(&s->cnt.session[SESSION_CNT_slow_ring_full]);
	session_doom(s, ERR_FULL, "the ring to the slow thread is full");
}

static void on_text(void *user, struct session *s, const u8 *p, u32 n, ns_t now)
{
	struct trade_core *c = user;
	(void)now;
	trade_on_text(c, index_of(c, s), p, n);
}

static void on_down(void *user, struct session *s, err_t why, ns_t now)
{
	struct trade_core *c = user;
	u32 i = index_of(c, s);
	(void)why;
	trade_set_link(c, i, LINK_DOWN);
	trade_forget_requests(c, i);
	if (i != 0)
		return;
	recon_session_lost(&c->recon, now);
	if (c->cfg.cancel_on_session_loss && c->orders.n_open)
		trade_cancel_all(c); /* by the session that stands by */
}

const struct session_user trade_session_events = { .up = on_up, .text = on_text, .down = on_down };

/* ---- logon ---- */

static void refused(struct trade_core *c, u32 session, const struct binance_msg *m)
{
	trade_count(c, TRADE_CNT_logons_refused);
	trade_notice(c, NOTICE_VENUE_ERROR, (i64)m->status, m->code,
		     m->req == BINANCE_REQ_LOGON ? "the venue refused our logon: API key, signature or clock"
						 : "the venue refused the private stream");
	session_doom(&c->session[session], ERR_AUTH, "the venue refused our logon");
}

static void subscribe(struct trade_core *c)
{
	char text[BINANCE_REQUEST_MAX];
	struct wr w = wr_of(text, sizeof text);
	binance_plain(&w, BINANCE_REQ_SUBSCRIBE, ++c->n_requests);
	trade_set_link(c, 0, LINK_SUBSCRIBE);
	if (!trade_request(c, 0, &w, RATE_USE_QUERY, binance_weight(BINANCE_REQ_SUBSCRIBE)))
		session_doom(&c->session[0], ERR_LIMIT, "the private stream cannot be asked for now");
}

void trade_link_reply(struct trade_core *c, u32 session, const struct binance_msg *m)
{
	if (c->link[session] != (m->req == BINANCE_REQ_LOGON ? LINK_LOGON : LINK_SUBSCRIBE))
		return; /* an answer to nothing */
	if (m->code || m->status != 200) {
		refused(c, session, m);
	} else if (m->req == BINANCE_REQ_LOGON && session == 0) {
		subscribe(c);
	} else if (m->req == BINANCE_REQ_LOGON) {
		trade_set_link(c, session, LINK_READY);
	} else {
		trade_set_link(c, session, LINK_RECON);
		recon_start(&c->recon, c->now);
	}
}

/* ---- reconciliation ---- */

/*
 * A trade of an earlier boot's order, or of somebody else on the account: it moves the position
 * alone.
 */
static void on_orphan(void *core, const struct reply_trade *t)
{
	struct trade_core *c = core;
	struct order_event ev = { .instrument = t->instrument,
				  .kind = ORDER_EV_FILL,
				  .side = t->side,
				  .maker = t->maker,
				  .trade_id = t->trade_id,
				  .fill_px = t->px,
				  .fill_qty = t->qty,
				  .fee = t->fee,
				  /* order id 0: the next boot's journal reader counts it too */
				  .venue_time_us = t->venue_time_us };
	memcpy(ev.fee_asset, t->fee_asset, sizeof ev.fee_asset);
	journal_order_event(&c->journal, &ev, c->now);
	risk_on_order_event(c->risk, &ev, c->now);
}

void trade_recon_init(struct trade_core *c)
{
	c->recon_wait_ns = RECON_AGAIN_NS;
	recon_init(&c->recon, &c->orders, c->instrument, c->n_instruments, c->cfg.recv_window_ms,
		   c->l.gateway_cnt);
	c->recon.out = (struct recon_out){ .ctx = c, .event = trade_on_event, .orphan = on_orphan };
}

static void write_ask(struct trade_core *c, const struct recon_ask *a, struct wr *w)
{
	u64 ms = trade_venue_ms(c);
	const char *symbol = a->req == BINANCE_REQ_ACCOUNT ? NULL : c->instrument[a->instrument].symbol;
	switch (a->req) {
	case BINANCE_REQ_ACCOUNT: binance_account(w, a->n, ms); break;
	case BINANCE_REQ_OPEN_ORDERS: binance_symbol_request(w, a->req, a->n, symbol, ms); break;
	case BINANCE_REQ_MY_TRADES:
		binance_my_trades(w, a->n,
				  &(struct binance_trades_ask){ symbol, a->venue_id, a->from_trade_id,
								RECON_TRADES_LIMIT },
				  ms);
		break;
	default:
		binance_order_request(w, a->req, a->n,
				      &(struct binance_order_ref){ symbol, a->venue_id, a->coid, a->coid_n },
				      ms);
		break;
	}
}

static void ask(struct trade_core *c, const struct recon_ask *a)
{
	char text[BINANCE_REQUEST_MAX];
	struct wr w = wr_of(text, sizeof text);
	u8 use = a->req == BINANCE_REQ_CANCEL_OTHER ? RATE_USE_CANCEL : RATE_USE_QUERY;
	write_ask(c, a, &w);
	if (!trade_request(c, 0, &w, use, binance_weight(a->req)))
		recon_unsent(&c->recon, c->now);
}

static void list_foreign(struct trade_core *c)
{
	for (u32 i = 0; i < c->recon.n_other; i++) {
		const struct recon_other *o = &c->recon.other[i];
		char text[COID_VENUE_MAX + 48] = "open order that is not ours, left alone: ";
		if (o->owner != COID_FOREIGN || !o->open)
			continue;
		memcpy(text + strlen(text), o->coid, o->coid_n);
		trade_notice(c, NOTICE_FOREIGN_ORDER, (i64)o->venue_id, o->qty, text);
	}
}

static void reconciled(struct trade_core *c)
{
	u32 doubtful = recon_doubtful(&c->recon);
	trade_set_link(c, 0, LINK_READY);
	trade_notice(c, NOTICE_RECONCILED, (i64)c->orders.n_open, (i64)doubtful,
		     doubtful ? "reconciled, but the fate of some orders is still unknown: they "
				"are asked about again"
			      : "reconciled: every order's fate is known");
	list_foreign(c);
}

void trade_recon_soon(struct trade_core *c)
{
	c->recon_wait_ns = RECON_AGAIN_NS;
	c->recon_again_ns = u64_min(c->recon_again_ns, c->now + RECON_AGAIN_NS);
}

/* What is still in doubt is asked about again. */
static u32 recon_again(struct trade_core *c)
{
	if (c->now < c->recon_again_ns)
		return 0;
	if (recon_doubtful(&c->recon)) {
		recon_start(&c->recon, c->now);
		c->recon_wait_ns = u64_min(2 * c->recon_wait_ns, RECON_AGAIN_MAX_NS);
	} else {
		c->recon_wait_ns = RECON_AGAIN_NS;
	}
	c->recon_again_ns = c->now + c->recon_wait_ns;
	return 1;
}

/* Open, and no word on logon or stream: as good as down. */
static u32 give_up_late(struct trade_core *c)
{
	u32 n = 0;
	for (u32 i = 0; i < TRADE_SESSIONS; i++)
		if ((c->link[i] == LINK_LOGON || c->link[i] == LINK_SUBSCRIBE) &&
		    c->now >= c->link_ns[i] + c->cfg.session.step_timeout_ns) {
			session_fail(&c->session[i], ERR_TIMEOUT,
				     "no answer to logon or subscription in time", c->now);
			n++;
		}
	return n;
}

/* The next question, where one is due. What has changed meanwhile is work, too. */
static u32 recon_turn(struct trade_core *c)
{
	struct recon_ask a;
	u32 due = recon_due(&c->recon, c->now);
	c->recon_ran = true;
	if (recon_next(&c->recon, c->now, &a))
		ask(c, &a);
	return due;
}

/* It has ended since the turn before: the next one, if any doubt is left, waits from now. */
static u32 recon_over(struct trade_core *c)
{
	if (!c->recon_ran)
		return 0;
	c->recon_ran = false;
	c->recon_again_ns = c->now + c->recon_wait_ns;
	return 1;
}

u32 trade_link_turn(struct trade_core *c)
{
	u32 work = give_up_late(c);
	if (c->link[0] < LINK_RECON)
		return work;
	if (c->recon.state == RECON_RUNNING)
		return work + recon_turn(c);
	work += recon_over(c);
	if (c->link[0] == LINK_RECON) {
		if (c->recon.state == RECON_DONE)
			reconciled(c);
		else
			session_fail(&c->session[0], ERR_TIMEOUT,
				     "reconciliation failed: the venue does not answer queries", c->now);
		return 1;
	}
	return work + recon_again(c);
}
