/*
 * trade_internal.h - what the files of the trade core share: trade_core.c (turn, inbox),
 * trade_market.c (tape to strategies), trade_send.c (orders and cancels out), trade_reply.c
 * (answers in), trade_link.c (logon and reconciliation), trade_command.c (the operator, the kill
 * word), trade_show.c (rows for other processes).
 */
#ifndef SAKER_TRADE_INTERNAL_H
#define SAKER_TRADE_INTERNAL_H

#include "gateway/binance_request.h"
#include "gateway/trade_core.h"

static inline void trade_count(struct trade_core *c, enum trade_cnt what) { counter_inc(&c->l.cnt[what]); }

/* Venue time of this turn. */
static inline u64 trade_venue_ms(const struct trade_core *c)
{
	return (u64)((i64)c->now + c->venue_offset_ns) / NS_PER_MS;
}

/* ---- trade_market.c ---- */
u32 trade_read_tape(struct trade_core *c);
void trade_reload(struct trade_core *c); /* start and after a lap: from the book images */
struct risk_view trade_risk_view(const struct trade_core *c, u32 instrument);

/* ---- trade_send.c ---- */
i64 trade_submit(void *core, const struct order_req *q, ns_t now);  /* host_ops.submit */
int trade_cancel(void *core, u16 strategy, u64 order_id, ns_t now); /* host_ops.cancel */
/* now, or as soon as it can leave */
void trade_want_cancel(struct trade_core *c, struct order *o);
bool trade_wants_gone(const struct trade_core *c, const struct order *o);
/* with the chores: mass cancels and single ones that wait */
void trade_retry_cancels(struct trade_core *c);
/*
 * Every order there is now is to go: a mass cancel of every instrument, then single cancels of what
 * is still open. Orders that come later are not meant.
 */
void trade_cancel_all(struct trade_core *c);
/* A request off the order path, on session `i`. false: it cannot go now (budget, session). */
bool trade_request(struct trade_core *c, u32 i, const struct wr *w, u8 use, u32 weight);
/* it has left: the rate budget */
void trade_sent_request(struct trade_core *c, u32 session, u8 use, u32 weight);
/* its answer, and what it says of rates */
void trade_answered(struct trade_core *c, u32 session, const struct binance_msg *m);
/* their answers will never come */
void trade_forget_requests(struct trade_core *c, u32 session);
/* at a turn's end: the lines the next order will touch, most likely of the kind sent last */
void trade_warm(struct trade_core *c);
/* which session cancels may use; TRADE_SESSIONS: none */
u32 trade_cancel_session(const struct trade_core *c);

/* ---- trade_reply.c ---- */
void trade_on_text(struct trade_core *c, u32 session, const u8 *p, u32 n);
void trade_apply(struct trade_core *c, struct order *o, const struct order_report *r);
/* one order event: risk, strategy, journal; recon_out.event */
void trade_on_event(void *core, const struct order_event *ev);
extern const struct reply_sink trade_sink;

/* ---- trade_link.c ---- */
extern const struct session_user trade_session_events;
void trade_link_reply(struct trade_core *c, u32 session, const struct binance_msg *m);
u32 trade_link_turn(struct trade_core *c);
void trade_set_link(struct trade_core *c, u32 session, u8 state);
void trade_recon_init(struct trade_core *c);
void trade_recon_soon(struct trade_core *c); /* some order's fate has become unknown */

/* ---- trade_command.c ---- */
void trade_command(struct trade_core *c, const struct msg_command *m);
u32 trade_obey_kill(struct trade_core *c, u32 level);
void trade_enable(struct trade_core *c, u16 strategy, bool on); /* off: its orders are cancelled */
void trade_command_turn(struct trade_core *c); /* what takes more than a turn: stop, flatten */
void trade_answer(struct trade_core *c, const struct msg_command *m, err_t result, const char *why);
void trade_notice(struct trade_core *c, u32 kind, i64 a, i64 b, const char *text);

/* ---- trade_epoch.c ---- */
void trade_epoch(struct trade_core *c, const struct ring_msg *m);

/* ---- trade_flatten.c ---- */
void trade_flatten(struct trade_core *c, const struct msg_command *m);
void trade_flatten_turn(struct trade_core *c);

/* ---- trade_show.c ---- */
void trade_show_order(struct trade_core *c, const struct order *o);
void trade_show(struct trade_core *c); /* positions, state, strategies, sessions: with the chores */
void trade_show_values(struct trade_core *c, u32 strategy); /* at start, and when they have changed */
void trade_show_limits(struct trade_core *c, const struct msg_limits *m); /* risk has accepted them */

#endif
