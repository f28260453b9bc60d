/*
 * paper.h - the real trading core on replayed market data, with a stand-in for its order session:
 * strategies, risk, order texts, mask, seal and TCP run as they do live, paper_wire reads what was sent
 * as a venue would, paper_venue answers, and the answers come back as frames.
 *
 * Time is the capture's. An order takes effect, and its answer is received, one round trip after it was
 * sent, against the market as the capture has shown it by then. In lock step the trading core reads a
 * tape of its own, that holds what the md core had published by the turn at hand: the same capture and
 * configuration lead to the same orders, in one thread or two. Free, it reads the md core's tape as it
 * comes, on a thread of its own: that is for timing, and when an event is met depends on the machine.
 *
 * The caller: paper_configure, then the private segment and the arena, paper_open, app_make_cores,
 * paper_begin; paper_market after each turn of the md core; paper_end.
 */
#ifndef SAKER_PAPER_H
#define SAKER_PAPER_H

#include "appliance/app.h"
#include "appliance/paper_venue.h"
#include "appliance/paper_wire.h"
#include "gateway/binance_request.h"

enum paper_layout { PAPER_FUSED, PAPER_SPLIT, PAPER_FREE };

struct paper_cfg {
	bool fills;
	u32 maker_ppm, taker_ppm; /* fees, as paper_venue.h */
	u64 round_trip_ns; /* 1 at least */
	enum paper_layout layout;
	i64 wall_offset_ns;           /* venue time = the core's clock + this */
	const struct config *trading; /* strategies, risk, safety; NULL: as the capture's own says */
	bool measure;                 /* histograms are wanted */
	u32 md_cpu, trade_cpu;        /* free: of this process's CPUs */
};

struct paper_request {
	u64 due_tsc;
	u32 session, n;
	u8 text[BINANCE_REQUEST_MAX];
};

struct paper {
	struct paper_cfg cfg;
	struct app *app;
	struct paper_wire wire;
	struct paper_venue *venue;
	struct segment_kill_page kill; /* nobody raises it */
	struct tape *tape;             /* the trading core's own; NULL where it is free */
	struct paper_request *queue;   /* on its way to the venue: a ring */
	u64 queue_head, queue_tail;
	u64 now_tsc;                   /* of the trading core's last turn */
	u64 round_trip_tsc, chores_tsc;
	bool begun, ready;
	u64 n_texts; /* orders and cancels */
	/* each of them, and each text of the venue; NULL: not wanted. On the trading core's thread */
	void (*text)(void *user, const u8 *p, u32 n, ns_t now);
	void (*answer)(void *user, const u8 *p, u32 n, ns_t now);
	void *user;
	bool failed;   /* `why` says what; nothing is run any more */
	char why[APP_ERROR];
	/* between both threads */
	CACHE_ALIGNED u64 taken; /* events of the md core's tape that were taken; relaxed */
	CACHE_ALIGNED u64 md_tsc; /* free: of the md core's last turn; release. 0: none yet */
	bool ended;               /* release: no turn follows */
	struct ring *posts;       /* split: the md core's turns */
	pthread_t thread;
	bool threaded;
};

/* Takes strategies, risk and safety from cfg->trading into `cfg`, and makes it live. */
void paper_configure(const struct paper *p, struct config *cfg);

/*
 * The instruments of `cfg` and the table name the same symbols, `all`: every one of the table, too.
 * Else `error` (APP_ERROR) says which lacks.
 */
err_t paper_check_instruments(const struct config *cfg, const struct instrument *table, u32 n, bool all, char *error);

/* p->cfg is set. Makes the trading core's port, tape and kill word. On failure `error`; paper_close is due. */
err_t paper_open(struct paper *p, struct app *a, char *error);

/* The cores are made: starts the thread, where there is one. */
err_t paper_begin(struct paper *p, char *error);

/* The md core has made a turn at `tsc`. Its thread. */
void paper_market(struct paper *p, u64 tsc);

/* The market has ended: runs what is left and ends the thread. false: `why`. */
bool paper_end(struct paper *p);

void paper_close(struct paper *p); /* before the cores' */

/* ---- paper_thread.c ---- */
err_t paper_thread_start(struct paper *p, char *error);
void paper_thread_post(struct paper *p, u64 tsc);
void paper_thread_join(struct paper *p);

/* ---- of the trading core's thread ---- */
/* All turns before `tsc` that time, answers or timers make due, then one at `tsc`, which sees the tape up to `head`. */
void paper_run(struct paper *p, u64 tsc, u64 head);
/* Free: one turn at the md core's time. Returns the work done. */
u32 paper_poll(struct paper *p);
/* Adopts both sessions and has the core logged on, reconciled and armed just before `tsc`. */
void paper_ready(struct paper *p, u64 tsc);

#endif
