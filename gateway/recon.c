#include "gateway/recon.h"

#include <string.h>

#include "gateway/recon_other.h"

enum step { STEP_ACCOUNT, STEP_OPEN, STEP_STATUS, STEP_OTHERS, STEP_TRADES, STEP_MISSING, STEPS };

#define CODE_CANCEL_REJECTED (-2011)
#define CODE_NO_SUCH_ORDER   (-2013)
#define CODE_ARCHIVED        (-2026)

void recon_init(struct recon *r, struct order_table *t, const struct instrument *table, u32 n,
		u32 recv_window_ms, u64 *cnt)
{
	assert(n <= INSTRUMENTS_MAX);
	*r = (struct recon){ .orders = t, .instrument = table, .n_instruments = n, .recv_window_ms = recv_window_ms,
			     .cnt = cnt };
}

static void count(const struct recon *r, enum gateway_cnt c) { counter_inc(&r->cnt[c]); }

/* ---- orders of the table ---- */

static void apply(struct recon *r, struct order *o, const struct order_report *rep, ns_t now)
{
	struct order_event ev[ORDER_EVENTS_MAX];
	u32 n = order_table_apply(r->orders, o, rep, now, ev);
	for (u32 i = 0; i < n && r->out.event; i++)
		r->out.event(r->out.ctx, &ev[i]);
}

static void apply_input(struct recon *r, struct order *o, u8 input, ns_t now)
{
	apply(r, o, &(struct order_report){ .input = input, .cum_qty = -1 }, now);
}

static bool needs_status(const struct order *o) { return o->state == ORDER_UNKNOWN || o->unconfirmed; }

static bool needs_trades(const struct order *o) { return o->venue_id && order_missing_qty(o) > 0; }

u32 recon_doubtful(const struct recon *r)
{
	u32 n = 0;
	for (u32 i = 0; i < r->orders->n_open; i++) {
		const struct order *o = order_table_open(r->orders, i);
		n += needs_status(o) || order_missing_qty(o) > 0;
	}
	return n;
}

/* The next such order by id; NULL where this pass is through. */
static struct order *next_order(const struct recon *r, bool (*needs)(const struct order *))
{
	struct order *best = NULL;
	for (u32 i = 0; i < r->orders->n_open; i++) {
		struct order *o = order_table_open(r->orders, i);
		if (o->id > r->order_at && needs(o) && (!best || o->id < best->id))
			best = o;
	}
	return best;
}

/* From when on "not found" can only mean that the venue never took it. */
static ns_t settled_at(const struct recon *r, const struct order *o)
{
	return o->sent_ns + r->recv_window_ms * NS_PER_MS + RECON_SETTLE_NS;
}

/* When the last order that may still be on its way is settled; 0: there is none. */
static ns_t all_settled_at(const struct recon *r)
{
	ns_t at = 0;
	for (u32 i = 0; i < r->orders->n_open; i++) {
		const struct order *o = order_table_open(r->orders, i);
		if (o->state == ORDER_UNKNOWN && !o->acked)
			at = u64_max(at, settled_at(r, o));
	}
	return at;
}

void recon_session_lost(struct recon *r, ns_t now)
{
	r->state = RECON_IDLE;
	r->waiting = false;
	for (u32 i = r->orders->n_open; i > 0; i--)
		apply_input(r, order_table_open(r->orders, i - 1), ORDER_IN_SESSION_LOST, now);
}

void recon_expire(struct recon *r, ns_t now)
{
	for (u32 i = r->orders->n_open; i > 0; i--) {
		struct order *o = order_table_open(r->orders, i - 1);
		bool sent = o->state == ORDER_SENT && now > o->sent_ns + RECON_TIMEOUT_NS;
		bool cancelling = o->state == ORDER_CANCELLING && now > o->cancel_ns + RECON_TIMEOUT_NS;
		if (sent || cancelling)
			apply_input(r, o, ORDER_IN_NO_ANSWER, now);
	}
}

/* ---- running ---- */

void recon_set_last_trade(struct recon *r, u32 instrument, u64 trade_id)
{
	assert(instrument < INSTRUMENTS_MAX);
	r->last_trade_id[instrument] = trade_id;
}

/* While a run is on, trades older than this one may be missing: only its end makes the id count. */
void recon_saw_trade(struct recon *r, u32 instrument, u64 trade_id)
{
	assert(instrument < INSTRUMENTS_MAX);
	r->seen_trade_id[instrument] = u64_max(r->seen_trade_id[instrument], trade_id);
	if (r->state == RECON_DONE)
		r->last_trade_id[instrument] = u64_max(r->last_trade_id[instrument], trade_id);
}

static void enter(struct recon *r, u8 step)
{
	r->step = step;
	r->at = 0;
	r->order_at = 0;
}

void recon_start(struct recon *r, ns_t now)
{
	if (!r->first_ns)
		r->first_ns = now;
	recon_other_forget(r);
	r->state = RECON_RUNNING;
	r->waiting = false;
	r->tries = r->rounds = 0;
	r->not_before_ns = now;
	enter(r, STEP_ACCOUNT);
	count(r, GATEWAY_CNT_recon_runs);
}

static void done(struct recon *r)
{
	r->state = RECON_DONE;
	for (u32 i = 0; i < r->n_instruments; i++)
		r->last_trade_id[i] = u64_max(r->last_trade_id[i], r->seen_trade_id[i]);
}

static void ask_order(struct recon *r, const struct order *o)
{
	r->order_at = o->id;
	r->ask = (struct recon_ask){ .req = BINANCE_REQ_ORDER_STATUS, .instrument = o->instrument,
				     .venue_id = o->venue_id };
	if (o->venue_id)
		return;
	r->ask.coid_n = COID_LEN;
	coid_print(r->ask.coid, r->orders->boot, o->id);
}

static void ask_other(struct recon *r, const struct recon_other *x)
{
	u8 req = x->todo == TODO_CANCEL ? BINANCE_REQ_CANCEL_OTHER : BINANCE_REQ_ORDER_STATUS;
	r->ask = (struct recon_ask){ .req = req, .instrument = x->instrument, .venue_id = x->venue_id,
				     .coid_n = x->coid_n };
	memcpy(r->ask.coid, x->coid, x->coid_n);
}

static void ask_trades(struct recon *r, u32 instrument, u64 venue_id)
{
	u64 last = r->last_trade_id[instrument];
	r->ask = (struct recon_ask){ .req = BINANCE_REQ_MY_TRADES, .instrument = instrument, .venue_id = venue_id,
				     .from_trade_id = venue_id || !last ? 0 : last + 1 };
}

/* Each of these sets r->ask and returns true, or says that its step is through. */

static bool step_instruments(struct recon *r)
{
	if (r->at == r->n_instruments)
		return false;
	if (r->step == STEP_TRADES)
		ask_trades(r, r->at, 0);
	else
		r->ask = (struct recon_ask){ .req = BINANCE_REQ_OPEN_ORDERS, .instrument = r->at };
	return true;
}

static bool step_orders(struct recon *r)
{
	struct order *o = next_order(r, r->step == STEP_STATUS ? needs_status : needs_trades);
	if (!o)
		return false;
	if (r->step == STEP_STATUS) {
		ask_order(r, o);
	} else {
		r->order_at = o->id;
		ask_trades(r, o->instrument, o->venue_id);
	}
	return true;
}

static bool step_others(struct recon *r)
{
	while (r->at < r->n_other && r->other[r->at].todo == TODO_NOTHING)
		r->at++;
	if (r->at == r->n_other)
		return false;
	ask_other(r, &r->other[r->at]);
	return true;
}

static bool step_ask(struct recon *r)
{
	switch (r->step) {
	case STEP_ACCOUNT:
		r->ask = (struct recon_ask){ .req = BINANCE_REQ_ACCOUNT };
		return r->at == 0;
	case STEP_OPEN:
	case STEP_TRADES: return step_instruments(r);
	case STEP_OTHERS: return step_others(r);
	default: return step_orders(r);
	}
}

/* A step is through: the next one, another round over what is left in doubt, or the end. */
static void advance(struct recon *r, ns_t now)
{
	ns_t settled = r->step == STEP_STATUS ? all_settled_at(r) : 0;
	if (settled) {
		r->not_before_ns = u64_max(settled, now);
		enter(r, STEP_STATUS);
	} else if (r->step != STEP_MISSING) {
		enter(r, r->step + 1);
	} else if (recon_doubtful(r) && ++r->rounds < RECON_ROUNDS) {
		r->not_before_ns = now + RECON_RETRY_NS;
		enter(r, STEP_STATUS);
	} else {
		done(r);
	}
}

/* No answer, or none that helps. */
static void try_again(struct recon *r, ns_t now)
{
	r->waiting = false;
	r->not_before_ns = now + RECON_RETRY_NS;
	count(r, GATEWAY_CNT_recon_retries);
	if (++r->tries < RECON_TRIES) {
		if (r->step == STEP_STATUS || r->step == STEP_MISSING)
			r->order_at--; /* the same order once more */
		return;
	}
	r->state = RECON_FAILED;
	count(r, GATEWAY_CNT_recon_failed);
}

bool recon_due(const struct recon *r, ns_t now)
{
	if (r->state != RECON_RUNNING)
		return false;
	return r->waiting ? now > r->asked_ns + RECON_TIMEOUT_NS : now >= r->not_before_ns;
}

bool recon_next(struct recon *r, ns_t now, struct recon_ask *ask)
{
	if (r->state == RECON_RUNNING && r->waiting && now > r->asked_ns + RECON_TIMEOUT_NS)
		try_again(r, now);
	while (r->state == RECON_RUNNING && !r->waiting && now >= r->not_before_ns) {
		if (!step_ask(r)) {
			advance(r, now);
			continue;
		}
		assert(r->ask.req != BINANCE_REQ_NONE && r->ask.instrument < INSTRUMENTS_MAX);
		r->ask.n = ++r->n_asked;
		r->blocked = false;
		r->asked_ns = now;
		r->waiting = true;
		*ask = r->ask;
		return true;
	}
	return false;
}

void recon_unsent(struct recon *r, ns_t now)
{
	if (!r->waiting)
		return;
	if (r->step == STEP_STATUS || r->step == STEP_MISSING)
		r->order_at--;
	r->waiting = false;
	r->not_before_ns = now + RECON_RETRY_NS;
}

/* ---- answers ---- */

static bool is_answer(const struct recon *r, const struct binance_msg *m)
{
	return r->state == RECON_RUNNING && r->waiting && m->req == r->ask.req && m->req_n == r->ask.n;
}

void recon_on_order(struct recon *r, const struct binance_msg *m, const struct reply_order *o,
		    ns_t now)
{
	struct order_report rep;
	u64 id;
	if (!is_answer(r, m) || o->instrument == REPLY_INSTRUMENT_NONE)
		return;
	struct order *mine = binance_report_of_order(o, &id, &rep) ? order_table_find(r->orders, id) : NULL;
	if (mine)
		apply(r, mine, &rep, now);
	else
		recon_other_saw(r, o);
}

/*
 * Whether an order was sent before the request whose number at the venue we do not know: its trades
 * look like nobody's.
 */
static bool may_be_ours(const struct recon *r, u32 instrument)
{
	for (u32 i = 0; i < r->orders->n_open; i++) {
		const struct order *o = order_table_open(r->orders, i);
		if (o->instrument == instrument && !o->venue_id && o->sent_ns <= r->asked_ns)
			return true;
	}
	return false;
}

void recon_on_trade(struct recon *r, const struct binance_msg *m, const struct reply_trade *t,
		    ns_t now)
{
	struct order_report rep;
	if (!is_answer(r, m) || t->instrument != r->ask.instrument)
		return;
	struct order *o = order_table_find_venue(r->orders, t->instrument, t->venue_order_id);
	if (o) {
		binance_report_of_trade(t, &rep);
		apply(r, o, &rep, now);
	}
	u64 *last = &r->last_trade_id[t->instrument];
	if (r->ask.venue_id || t->trade_id <= *last)
		return;
	r->blocked |= !o && may_be_ours(r, t->instrument);
	if (r->blocked)
		return;
	*last = t->trade_id;
	/* without a trade id to begin from, no journal has a fill: those of orders left open are new */
	bool is_new = r->ask.from_trade_id || recon_other_is_older(r, t->instrument, t->venue_order_id);
	if (o || !is_new)
		return;
	count(r, GATEWAY_CNT_recon_orphan_trades);
	if (r->out.orphan)
		r->out.orphan(r->out.ctx, t);
}

void recon_on_balance(struct recon *r, const struct binance_msg *m, const struct reply_balance *b)
{
	if (is_answer(r, m) && r->out.balance)
		r->out.balance(r->out.ctx, b);
}

/* The answer must speak of the order asked about. */
static bool about(const struct recon *r, const struct reply_order *o)
{
	if (r->ask.venue_id)
		return o->venue_id == r->ask.venue_id;
	return o->coid_n == r->ask.coid_n && memcmp(o->coid, r->ask.coid, o->coid_n) == 0;
}

/* Answer to order.status of an order in the table. false: ask again. */
static bool answer_order(struct recon *r, const struct binance_msg *m, ns_t now)
{
	struct order *o = order_table_find(r->orders, r->order_at);
	struct order_report rep;
	if (!o)
		return true;
	if (m->code == CODE_NO_SUCH_ORDER) {
		if (o->acked || r->asked_ns >= settled_at(r, o)) /* asked, not only answered, since then */
			apply_input(r, o, ORDER_IN_NOT_FOUND, now);
		return true;
	}
	if (m->code || !about(r, &m->order) || !binance_facts_of_order(&m->order, &rep))
		return false;
	apply(r, o, &rep, now);
	return true;
}

/* Answer to order.status or order.cancel of an order outside the table. false: ask again. */
static bool answer_other(struct recon *r, const struct binance_msg *m, ns_t now)
{
	struct recon_other *x = &r->other[r->at];
	struct order_report rep;
	ns_t settled = r->first_ns + r->recv_window_ms * NS_PER_MS + RECON_SETTLE_NS;
	assert(r->at < r->n_other);
	if (m->code == CODE_NO_SUCH_ORDER || m->code == CODE_ARCHIVED) {
		r->not_before_ns = u64_max(now, settled); /* until then it may be on its way */
		if (r->asked_ns >= settled)
			recon_other_ended(x);
		return true;
	}
	if (m->code == CODE_CANCEL_REJECTED) {
		r->not_before_ns = now + RECON_RETRY_NS;
		x->todo = TODO_ASK;
		return true;
	}
	if (m->code || !about(r, &m->order) || !binance_facts_of_order(&m->order, &rep))
		return false;
	x->venue_id = m->order.venue_id;
	x->filled_qty = rep.cum_qty > 0 ? rep.cum_qty : x->filled_qty;
	x->open = rep.input == ORDER_IN_PROOF_OPEN;
	if (x->open)
		x->todo = TODO_CANCEL;
	else
		recon_other_ended(x);
	return true;
}

/* A full page: there may be more, from the last one seen; unless it did not bring anything new. */
static bool answer_trades(struct recon *r, const struct binance_msg *m, ns_t now)
{
	if (m->code)
		return false;
	if (r->blocked) { /* its answer or a query will tell; the trade is asked for again */
		r->not_before_ns = now + RECON_RETRY_NS;
		enter(r, STEP_STATUS);
	} else if (m->n_items < RECON_TRADES_LIMIT || r->last_trade_id[r->at] < r->ask.from_trade_id) {
		r->at++;
	}
	return true;
}

/* Whether the answer settles the request; sets what the step does next. */
static bool settle(struct recon *r, const struct binance_msg *m, ns_t now)
{
	switch (r->step) {
	case STEP_STATUS: return answer_order(r, m, now);
	case STEP_OTHERS: return answer_other(r, m, now);
	case STEP_TRADES: return answer_trades(r, m, now);
	case STEP_MISSING: return m->code == 0;
	default:
		r->at += m->code == 0;
		return m->code == 0;
	}
}

void recon_on_response(struct recon *r, const struct binance_msg *m, ns_t now)
{
	if (!is_answer(r, m))
		return;
	if (m->status == 429 || m->status == 418) {
		recon_unsent(r, now); /* rate.h knows until when nothing may go */
	} else if (settle(r, m, now)) {
		r->waiting = false;
		r->tries = 0;
	} else {
		try_again(r, now);
	}
}
