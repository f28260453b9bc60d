/*
 * trade_core.h - the trading core: tape, strategies, risk, orders, order sessions. The picture's
 * right half.
 *
 * init / step / close, as md_core.h. Decides only from the tape, its own session events and its
 * inboxes; reads the kill word each turn. Two order sessions: the first places and cancels and
 * carries the private stream, the second stands by for cancels.
 */
#ifndef SAKER_TRADE_CORE_H
#define SAKER_TRADE_CORE_H

#include "common/clock.h"
#include "common/core_status.h"
#include "common/instrument_set.h"
#include "common/order_row.h"
#include "common/segment.h"
#include "common/strategy_row.h"
#include "common/tape.h"
#include "common/trace.h"
#include "dataplane/book/book_image.h"
#include "dataplane/nic/port.h"
#include "dataplane/recorder.h"
#include "dataplane/session_set.h"
#include "gateway/binance_order.h"
#include "gateway/binance_reply.h"
#include "gateway/journal.h"
#include "gateway/limits_row.h"
#include "gateway/order_table.h"
#include "gateway/rate.h"
#include "gateway/recon.h"
#include "risk/risk.h"
#include "strategy/host.h"

#define TRADE_SESSIONS 2

enum trade_cnt {
#define CNT(name, help) TRADE_CNT_##name,
#include "gateway/trade_cnt.def"
#undef CNT
	TRADE_CNT_COUNT
};

extern const struct counter_def trade_counter_defs[TRADE_CNT_COUNT];

enum link_state { LINK_DOWN, LINK_LOGON, LINK_SUBSCRIBE, LINK_RECON, LINK_READY };

const char *link_state_name(u64 state);

struct trade_strategy { /* text lives until trade_core_init returns */
	const char *type, *plugin, *params;
	bool stopped;
};

struct trade_cfg {
	struct clock clock;
	struct net_cfg net;
	struct tcp_cfg tcp;
	struct session_cfg session;
	u32 large_buffers; /* of messages over session.message_own */
	u32 boot, recv_window_ms;
	bool live; /* false: observe, nothing is ever sent */
	bool cancel_on_stale, cancel_on_session_loss;
	const struct instrument *instruments; /* by dense id */
	u32 n_instruments;
	const struct trade_strategy *strategies;
	u32 n_strategies;
	u32 profile_every; /* full stamps one order in so many; 0: never */
	u64 turn_budget_ns; /* of a strategy's callback; 0: none is measured, as in a replay */
	u64 seed;
};

struct trade_links {
	struct port *port;
	struct recorder *rec; /* stands before the port; NULL: none */
	struct ring *in_ctl, *in_slow, *to_ctl, *to_slow, *trace, *journal;
	const struct tape *tape;
	const struct book_image *image[INSTRUMENTS_MAX];
	struct core_status *status;
	struct session_status *session_status[TRADE_SESSIONS];
	const struct segment_kill_page *kill;
	const struct tls_crypto *crypto;
	struct order_cell *orders;       /* ROWS_ORDERS */
	struct position_cell *positions; /* INSTRUMENTS_MAX */
	struct trade_cell *state;
	struct strategy_cell *strategies;     /* of each as many as there may ever be */
	struct strategy_values_cell *values;
	struct limits_cell *limits;           /* n_instruments */
	u64 *cnt, *net_cnt, *tcp_cnt, *gateway_cnt, *risk_cnt, *host_cnt;
	struct session_words session_cnt[TRADE_SESSIONS];
};

/*
 * What the tape has said of one instrument: what strategies are shown, kept up to date in place.
 * version: the tape's in view, of the templates and limits in ours.
 */
struct trade_market {
	CACHE_ALIGNED struct market_view view;
	u64 reloaded_at; /* tape sequence the image stood at: older events are skipped */
	u16 version;
};

/* Requests of one use on one session that have no answer yet. */
struct trade_flight {
	u32 n, weight;
};

struct trade_core {
	/* the turn */
	struct port *port;
	struct tcp *tcp;
	const struct tape *tape;
	struct recorder *rec; /* of this turn, NULL: it is not recorded */
	u64 tape_next, turn;
	u64 rx_tsc;              /* of the frame at hand */
	ns_t now;                /* of the turn */
	i64 venue_offset_ns;     /* venue time = now + this */
	u8 link[TRADE_SESSIONS]; /* enum link_state */
	u8 kill;                 /* level this core acts on */
	bool recon_ran;          /* a reconciliation was running in the turn before */
	bool cancels_due;        /* some order is wanted gone and its cancel has not left yet */
	bool stopping;
	bool flattening; /* see trade_flatten.c */
	struct risk *risk;
	struct host *host;
	u64 cause_seq;           /* the event strategies are deciding on; 0: none */
	u64 cause_poll_tsc, cause_publish_tsc;
	u64 turn_tsc;
	u64 read_tsc; /* of that event, where the next order is profiled; else 0 */
	u32 profile; /* orders until the next full set of stamps */
	struct binance_tmpl *last_sent; /* the newest order's template; NULL: none yet */
	struct trade_market market[INSTRUMENTS_MAX];
	struct binance_tmpls *tmpl[INSTRUMENTS_MAX];
	struct session_set sessions;
	struct session session[TRADE_SESSIONS];
	struct order_table orders;
	struct rate rate;
	struct journal journal;
	struct binance_decoder decoder;
	struct recon recon;
	/* cold */
	struct net net;
	struct rng rng;
	struct trade_links l;
	struct trade_cfg cfg;
	struct instrument instrument[INSTRUMENTS_MAX];
	u32 n_instruments;
	struct arena spare; /* for strategies that come while it runs */
	const struct arena *arena; /* as in md_core.h */
	u64 slow_full; /* the count as it was last recorded */
	u64 n_requests, fills[INSTRUMENTS_MAX];
	u64 cancel_upto;    /* every order up to this id is wanted gone */
	struct instrument_set cancel_all_due; /* whose mass cancel has not left yet */
	ns_t cancels_ns;    /* single cancels that wait are not tried again before */
	struct trade_flight flight[TRADE_SESSIONS][RATE_USES];
	ns_t link_ns[TRADE_SESSIONS]; /* since when each link is in its state */
	ns_t chores_ns, flatten_ns, stop_ns, recon_again_ns, recon_wait_ns;
	i64 flatten_code;                                 /* why the last order of a flatten was refused */
	struct msg_command stop_command, flatten_command; /* whose answers are due */
};

/*
 * `why` (PARAM_ERROR text) says which strategy or parameter was refused. ERR_NO_MEMORY,
 * ERR_ARGUMENT.
 */
err_t trade_core_init(struct trade_core *c, struct arena *a, const struct trade_cfg *cfg,
		      const struct trade_links *l, struct param_error *why);

/* One turn at the time-stamp count `tsc`. Returns the work done; 0: idle. */
u32 trade_core_step(struct trade_core *c, u64 tsc);

/* As md_core_reopen; strategies' time is measured no more: a replay goes by what was recorded. */
err_t trade_core_reopen(struct trade_core *c);

void trade_core_close(struct trade_core *c);

#endif
