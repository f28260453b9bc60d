#include "gateway/order_table.h"

#include <string.h>

#include "risk/risk.h"

#define SLOT_MASK (ORDER_SLOTS - 1u)
#define VENUE_HASH 16384u
#define FILL_HASH 65536u
#define FILL_MASK (ORDER_FILLS_KEPT - 1u)
#define ID_TRIES 64 /* held slots passed over in one call */
static_assert((ORDER_SLOTS & SLOT_MASK) == 0 && (ORDER_FILLS_KEPT & FILL_MASK) == 0, "masks");

err_t order_table_init(struct order_table *t, struct arena *a, u32 boot, u64 *cnt)
{
	*t = (struct order_table){ .boot = boot, .next_id = 1, .cnt = cnt };
	t->slot = arena_alloc(a, sizeof(struct order) * ORDER_SLOTS, CACHE_LINE);
	t->open = ARENA_ARRAY(a, u32, ORDER_OPEN_MAX);
	t->by_venue = ARENA_ARRAY(a, u32, VENUE_HASH);
	t->fill = ARENA_ARRAY(a, struct order_fill_key, ORDER_FILLS_KEPT);
	t->fill_hash = ARENA_ARRAY(a, u32, FILL_HASH);
	return t->slot && t->open && t->by_venue && t->fill && t->fill_hash ? ERR_OK : ERR_NO_MEMORY;
}

static void count(const struct order_table *t, enum gateway_cnt c) { counter_inc(&t->cnt[c]); }

static u32 hash_of(u64 a, u64 b, u32 size)
{
	u64 h = (a ^ b * 0x9e3779b97f4a7c15ULL) * 0xff51afd7ed558ccdULL;
	return (u32)(h >> 40) & (size - 1);
}

/* ---- by the venue's number ---- */

static u32 *venue_head(const struct order_table *t, u32 instrument, u64 venue_id)
{
	return &t->by_venue[hash_of(venue_id, instrument, VENUE_HASH)];
}

static void venue_link(struct order_table *t, struct order *o, u64 venue_id)
{
	u32 *head = venue_head(t, o->instrument, venue_id);
	assert(o->venue_id == 0 && venue_id != 0);
	o->venue_id = venue_id;
	o->next = *head;
	*head = (u32)(o - t->slot) + 1;
}

static void venue_unlink(struct order_table *t, struct order *o)
{
	u32 *at = venue_head(t, o->instrument, o->venue_id), self = (u32)(o - t->slot) + 1;
	while (*at != self) {
		assert(*at && "an order with a venue id is in its chain");
		at = &t->slot[*at - 1].next;
	}
	*at = o->next;
}

struct order *order_table_find_venue(const struct order_table *t, u32 instrument, u64 venue_id)
{
	if (!venue_id)
		return NULL;
	for (u32 at = *venue_head(t, instrument, venue_id); at; at = t->slot[at - 1].next) {
		struct order *o = &t->slot[at - 1];
		if (o->venue_id == venue_id && o->instrument == instrument)
			return o;
	}
	return NULL;
}

/* ---- ids and slots ---- */

struct order *order_table_find(const struct order_table *t, u64 id)
{
	struct order *o = &t->slot[id & SLOT_MASK];
	return id && o->id == id ? o : NULL;
}

u64 order_table_next_id(struct order_table *t)
{
	for (int i = 0; i < ID_TRIES && t->n_open < ORDER_OPEN_MAX; i++, t->next_id++) {
		if (t->next_id > ORDER_ID_MAX)
			break;
		if (!order_state_is_open(t->slot[t->next_id & SLOT_MASK].state))
			return t->next_id;
		count(t, GATEWAY_CNT_id_skipped);
	}
	return 0;
}

void order_table_warm(const struct order_table *t)
{
	warm_write(&t->slot[t->next_id & SLOT_MASK], sizeof t->slot[0]);
}

static void open_add(struct order_table *t, struct order *o)
{
	assert(t->n_open < ORDER_OPEN_MAX);
	o->open_at = t->n_open;
	t->open[t->n_open++] = (u32)(o - t->slot);
}

static void open_remove(struct order_table *t, struct order *o)
{
	assert(t->n_open && t->open[o->open_at] == (u32)(o - t->slot));
	u32 last = t->open[--t->n_open];
	t->open[o->open_at] = last;
	t->slot[last].open_at = o->open_at;
}

struct order *order_table_sent(struct order_table *t, const struct risk_passed *p, ns_t now)
{
	u64 id = order_table_next_id(t);
	if (!id) {
		count(t, GATEWAY_CNT_table_full);
		return NULL;
	}
	assert(p->req->qty > 0 && p->req->instrument < INSTRUMENTS_MAX);
	struct order *o = &t->slot[id & SLOT_MASK];
	if (o->venue_id)
		venue_unlink(t, o);
	*o = (struct order){ .id = id, .instrument = p->req->instrument, .strategy = p->req->strategy,
			     .state = order_fsm_step(ORDER_FREE, ORDER_IN_SENT).next, .side = p->req->side,
			     .type = p->req->type, .tif = p->req->tif, .cause_tape = p->req->cause_tape,
			     .cause_seq = p->req->cause_seq, .tag = p->req->tag, .px = p->req->px, .qty = p->req->qty,
			     .sent_ns = now };
	t->next_id = id + 1;
	open_add(t, o);
	count(t, GATEWAY_CNT_orders_sent);
	return o;
}

/* ---- fills ---- */

static bool fill_known(const struct order_table *t, const struct order *o, u64 trade_id)
{
	if (trade_id < o->trade_floor)
		return true;
	for (u32 at = t->fill_hash[hash_of(trade_id, o->id, FILL_HASH)]; at; at = t->fill[at - 1].next)
		if (t->fill[at - 1].trade_id == trade_id && t->fill[at - 1].order_id == o->id)
			return true;
	return false;
}

/* Gives up the oldest trade id; its order takes ids up to it as applied from now on. */
static void fill_forget(struct order_table *t, u32 index)
{
	struct order_fill_key *k = &t->fill[index];
	struct order *o = order_table_find(t, k->order_id);
	u32 *at = &t->fill_hash[hash_of(k->trade_id, k->order_id, FILL_HASH)];
	while (*at != index + 1) {
		assert(*at && "a remembered fill is in its chain");
		at = &t->fill[*at - 1].next;
	}
	*at = k->next;
	if (o)
		o->trade_floor = u64_max(o->trade_floor, k->trade_id + 1);
}

static void fill_remember(struct order_table *t, const struct order *o, u64 trade_id)
{
	u32 index = (u32)(t->n_fills & FILL_MASK), *head;
	if (t->n_fills >= ORDER_FILLS_KEPT)
		fill_forget(t, index);
	head = &t->fill_hash[hash_of(trade_id, o->id, FILL_HASH)];
	t->fill[index] = (struct order_fill_key){ .order_id = o->id, .trade_id = trade_id, .next = *head };
	*head = index + 1;
	t->n_fills++;
}

/* ---- reports ---- */

static struct order_event event_of(const struct order *o, u8 kind)
{
	return (struct order_event){ .order_id = o->id, .tag = o->tag, .instrument = o->instrument,
				     .strategy = o->strategy, .kind = kind, .state = o->state, .side = o->side,
				     .px = o->px, .qty = o->qty, .filled_qty = o->filled_qty,
				     .venue_time_us = o->venue_time_us };
}

static void count_event(const struct order_table *t, u8 event)
{
	static const enum gateway_cnt of[] = {
		[ORDER_EV_ACK] = GATEWAY_CNT_acks, [ORDER_EV_FILL] = GATEWAY_CNT_fills,
		[ORDER_EV_CANCELED] = GATEWAY_CNT_canceled, [ORDER_EV_REJECTED] = GATEWAY_CNT_rejected,
		[ORDER_EV_CANCEL_REJECTED] = GATEWAY_CNT_cancel_rejected,
		[ORDER_EV_UNKNOWN] = GATEWAY_CNT_became_unknown,
	};
	count(t, of[event]);
}

/* One row of the table: the new state, the open list, one event or none. */
static u32 step(struct order_table *t, struct order *o, u8 input, const struct order_report *r,
		struct order_event *ev)
{
	u8 was = o->state;
	struct order_step s = order_fsm_step(was, input);
	if (s.next == ORDER_LIVE && !o->acked)
		s.next = ORDER_SENT; /* a refused cancel leaves the order as it was */
	o->state = s.next;
	if (was == ORDER_UNKNOWN && s.next != ORDER_UNKNOWN)
		count(t, GATEWAY_CNT_proven);
	if (order_state_ended(s.next) && !order_state_ended(was)) {
		open_remove(t, o);
		o->held_state = ORDER_FREE;
		o->cancel_wanted = o->unconfirmed = false;
	}
	if (s.event == ORDER_EV_NONE) {
		if (s.next == was && order_state_ended(was))
			count(t, GATEWAY_CNT_late);
		return 0;
	}
	count_event(t, s.event);
	*ev = event_of(o, s.event);
	ev->code = r->code;
	return 1;
}

static u8 input_of_end(u8 state)
{
	if (state == ORDER_FILLED)
		return ORDER_IN_FILL_LAST;
	return state == ORDER_CANCELED ? ORDER_IN_CANCELED : ORDER_IN_EXPIRED;
}

/* The last of the fills a held end was waiting for has come. */
static u32 release_held(struct order_table *t, struct order *o, const struct order_report *r,
			struct order_event *ev)
{
	if (o->held_state == ORDER_FREE || order_missing_qty(o) > 0)
		return 0;
	return step(t, o, input_of_end(o->held_state), r, ev);
}

static u32 apply_fill(struct order_table *t, struct order *o, const struct order_report *r,
		      struct order_event *ev)
{
	if (fill_known(t, o, r->trade_id)) {
		count(t, GATEWAY_CNT_fill_repeated);
		return 0;
	}
	if (r->fill_qty > o->qty - o->filled_qty) {
		count(t, GATEWAY_CNT_fill_over);
		return 0;
	}
	if (order_state_ended(o->state))
		count(t, GATEWAY_CNT_fill_after_end);
	fill_remember(t, o, r->trade_id);
	o->filled_qty += r->fill_qty;
	o->last_trade_id = u64_max(o->last_trade_id, r->trade_id);
	assert(o->filled_qty <= o->qty && "checked above");
	bool whole = o->filled_qty == o->qty;
	if (r->input == ORDER_IN_FILL_LAST && !whole && !order_state_ended(o->state)) {
		o->held_state = ORDER_FILLED;
		count(t, GATEWAY_CNT_end_held);
	}
	u32 n = step(t, o, whole ? ORDER_IN_FILL_LAST : ORDER_IN_FILL_PART, r, ev);
	assert(n == 1 && "every state that can fill has a FILL event");
	ev->maker = r->maker;
	ev->trade_id = r->trade_id;
	ev->fill_px = r->fill_px;
	ev->fill_qty = r->fill_qty;
	ev->fee = r->fee;
	memcpy(ev->fee_asset, r->fee_asset, sizeof ev->fee_asset);
	return n + release_held(t, o, r, ev + n);
}

/* Filled, canceled or expired, without a trade in the report. */
static u32 apply_end(struct order_table *t, struct order *o, const struct order_report *r,
		     struct order_event *ev)
{
	u8 end = order_fsm_step(ORDER_LIVE, r->input).next;
	assert(order_state_ended(end));
	if (order_state_ended(o->state) || order_missing_qty(o) == 0)
		return end == ORDER_FILLED ? 0 : step(t, o, r->input, r, ev);
	if (o->held_state == ORDER_FREE)
		count(t, GATEWAY_CNT_end_held);
	o->held_state = end;
	return 0;
}

/* What the report says of the order beyond its input. false: it speaks of another order. */
static bool take_facts(struct order_table *t, struct order *o, const struct order_report *r)
{
	if (r->venue_id && o->venue_id && r->venue_id != o->venue_id)
		return false;
	if (r->venue_id && !o->venue_id)
		venue_link(t, o, r->venue_id);
	i64 cum = r->input == ORDER_IN_FILL_LAST ? o->qty : r->cum_qty;
	if (cum > o->qty)
		count(t, GATEWAY_CNT_fill_over);
	else if (cum > o->venue_filled_qty)
		o->venue_filled_qty = cum;
	o->venue_time_us = u64_max(o->venue_time_us, r->venue_time_us);
	if (r->code)
		o->code = r->code;
	return true;
}

/* Inputs that mean something else for an order that the venue has confirmed, or has not. */
static u8 guarded(const struct order_table *t, const struct order *o, u8 input)
{
	if (input == ORDER_IN_REJECTED && o->acked && !order_state_ended(o->state))
		return ORDER_IN_CONTRADICTED;
	if (input == ORDER_IN_NOT_FOUND && o->acked && !order_state_ended(o->state)) {
		count(t, GATEWAY_CNT_not_found_acked);
		return ORDER_IN_CONTRADICTED;
	}
	return input;
}

static void note(struct order_table *t, struct order *o, u8 input, ns_t now)
{
	if (input == ORDER_IN_CANCEL_SENT && order_state_is_open(o->state)) {
		o->cancel_wanted = true;
		o->cancel_ns = now;
		count(t, GATEWAY_CNT_cancels_sent);
	}
	if (input == ORDER_IN_CANCEL_REFUSED)
		o->cancel_wanted = false;
	if (input == ORDER_IN_SESSION_LOST && o->state == ORDER_LIVE)
		o->unconfirmed = true;
	if (input == ORDER_IN_PROOF_OPEN)
		o->unconfirmed = false;
}

static bool confirms(u8 input)
{
	return input == ORDER_IN_ACK || input == ORDER_IN_FILL_PART || input == ORDER_IN_FILL_LAST ||
	       input == ORDER_IN_CANCELED || input == ORDER_IN_EXPIRED || input == ORDER_IN_PROOF_OPEN;
}

u32 order_table_apply(struct order_table *t, struct order *o, const struct order_report *r, ns_t now,
		      struct order_event ev[ORDER_EVENTS_MAX])
{
	assert(o->id && o->state != ORDER_FREE && r->input < ORDER_INPUTS && r->input != ORDER_IN_SENT);
	bool was_acked = o->acked;
	if (!take_facts(t, o, r)) {
		count(t, GATEWAY_CNT_late);
		return 0;
	}
	u8 input = guarded(t, o, r->input);
	note(t, o, input, now);
	o->acked |= confirms(input);
	if ((input == ORDER_IN_FILL_PART || input == ORDER_IN_FILL_LAST) && r->fill_qty > 0)
		return apply_fill(t, o, r, ev);
	if (input == ORDER_IN_FILL_PART)
		return 0;
	if (input == ORDER_IN_FILL_LAST || input == ORDER_IN_CANCELED || input == ORDER_IN_EXPIRED)
		return apply_end(t, o, r, ev);
	if (input == ORDER_IN_ACK && was_acked) {
		count(t, GATEWAY_CNT_late);
		return 0; /* says that it was there once, not that it still is */
	}
	return step(t, o, input, r, ev);
}
