/*
 * strategy.h - the plug-in ABI, version 1: all that a strategy sees of Saker.
 *
 * A plug-in is a shared object that exports one `const struct strategy_desc saker_strategy_v1`.
 * Callbacks run on the trade core, one at a time, and must return within the turn budget: no
 * allocation, no system call, no lock, no clock, no file-scope state. A strategy decides from what
 * it is handed, so the same inputs make the same orders. Prices are ticks and quantities the
 * instrument's units (instrument.h); instruments are dense ids. Nothing handed to a callback may be
 * kept after it returns, except `api` and `ctx`.
 */
#ifndef SAKER_STRATEGY_H
#define SAKER_STRATEGY_H

#include "common/err.h"
#include "common/instrument.h"
#include "common/order.h"
#include "common/tape.h"

#define STRATEGY_ABI_MAJOR 1 /* must be equal */
#define STRATEGY_ABI_MINOR 0 /* functions are only ever appended; the host's must be as new */
#define STRATEGY_SYMBOL "saker_strategy_v1"
#define STRATEGY_NAME_MAX 24
#define STRATEGY_PARAMS_MAX 32
#define STRATEGY_TEXT_MAX 24 /* of a string parameter, with its NUL */

/*
 * Negative answers of submit, cancel and amend. -1 to -99 are deny codes of risk (risk/checks.def);
 * these are the host's and gateway's.
 */
enum strategy_refusal {
	STRATEGY_UNSUPPORTED = -100, /* the venue or the gateway has no such thing */
	STRATEGY_PAUSED = -101,      /* this strategy is paused: it may cancel, not submit */
	STRATEGY_NO_ORDER = -102,    /* no open order of this strategy has that id */
	STRATEGY_NO_ROOM = -103,     /* order table, ring or window is full */
	STRATEGY_NO_BUDGET = -104,   /* the cancel budget is spent: ask again later */
	STRATEGY_BAD_REQUEST = -105, /* instrument, side, type or tif out of range */
};

/* ---- parameters ---- */

enum param_type { PARAM_INT, PARAM_DECIMAL, PARAM_BOOL, PARAM_STRING };

/*
 * One row of the parameter table. Default and bounds are text, as an operator would write them, and
 * checked when it is loaded.
 */
struct strategy_param {
	const char *name;      /* lower case, digits and '_' */
	u8 type;               /* enum param_type */
	u8 decimals;           /* DECIMAL: the value is an i64 in units of 10^-decimals, exactly */
	const char *def;       /* NULL: must be given */
	const char *min, *max; /* INT and DECIMAL, inclusive; NULL: no bound */
	const char *unit;      /* "ticks"; NULL: none */
	const char *help;      /* one sentence */
};

/* One value, at its row's index: `i` for INT, DECIMAL (scaled) and BOOL (0, 1), `s` for STRING. */
struct strategy_value {
	i64 i;
	char s[STRATEGY_TEXT_MAX];
};

/* ---- what comes in ---- */

/* A market event that closes one venue message, and the state of its instrument after it. */
struct market_view {
	u32 instrument;
	u16 version;
	u8 kind, flags; /* of the event that closed the message: enum tape_kind, tape_flags */
	u8 book_state;  /* enum book_state: prices are to be trusted only while BOOK_VALID */
	u8 status;      /* enum instrument_status */
	u16 tape;       /* which tape, and ... */
	u32 rsv;
	u64 seq;        /* ... where in it */
	i64 bid_px, bid_qty, ask_px, ask_qty;
	i64 trade_px, trade_qty; /* last trade; 0: none yet */
	i64 position;   /* of the account, proven by fills */
	ns_t rx_ns;     /* local receive time of the book's last change */
	ns_t now;
};

/* ---- what a strategy may ask ---- */

struct strategy_ctx; /* the host's record of this instance, handed back in each call */

struct strategy_api {
	u32 size; /* bytes of this table; a function beyond it does not exist */
	u32 abi_minor;
	/* Only from init. ERR_NOT_FOUND: no such instrument; ERR_FULL. */
	err_t (*subscribe)(struct strategy_ctx *ctx, u32 instrument);
	/*
	 * The host fills strategy and cause. Returns the order id (> 0), or a negative code: then
	 * nothing was sent and no event follows. Events of the order come later, never from inside
	 * submit.
	 */
	i64 (*submit)(struct strategy_ctx *ctx, const struct order_req *q);
	int (*cancel)(struct strategy_ctx *ctx, u64 order_id); /* 0: asked for; negative: not */
	/* STRATEGY_UNSUPPORTED until a venue has it. */
	int (*amend)(struct strategy_ctx *ctx, u64 order_id, i64 px,
		     i64 qty);
	/* The one timer: replaces the former; 0 disarms. Without on_timer it does nothing. */
	void (*set_timer)(struct strategy_ctx *ctx, ns_t at);
	/* Into the trace ring; `id` has at most 8 characters. */
	void (*log)(struct strategy_ctx *ctx, const char *id, i64 a, i64 b);
	u64 (*random)(struct strategy_ctx *ctx); /* of this instance's own seeded stream */
	bool (*instrument)(struct strategy_ctx *ctx, u32 id, struct instrument *out); /* a copy */
	int (*find)(struct strategy_ctx *ctx, const char *symbol); /* dense id, or -1 */
	i64 (*position)(struct strategy_ctx *ctx, u32 instrument); /* as market_view.position */
};

/* ---- what a plug-in exports ---- */

/*
 * `state` is state_size zeroed bytes, cache-line aligned, from the host's arena. A callback other
 * than init may be NULL.
 */
struct strategy_desc {
	u16 abi_major, abi_minor;
	u32 desc_size, api_size, view_size, event_size, param_size; /* STRATEGY_ABI fills these */
	const char *name; /* lower case, unique among the loaded */
	const char *help;
	const struct strategy_param *params;
	u32 n_params;
	u32 state_size;

	/* Reads parameters, looks instruments up, subscribes. Not ERR_OK refuses the start. */
	err_t (*init)(void *state, const struct strategy_api *api, struct strategy_ctx *ctx,
		      const struct strategy_value *v);
	void (*on_market)(void *state, const struct market_view *m);
	void (*on_order)(void *state, const struct order_event *e, ns_t now);
	void (*on_timer)(void *state, ns_t now);
	/* New values, within bounds. Not ERR_OK: nothing was changed. NULL: not changeable. */
	err_t (*on_params)(void *state, const struct strategy_value *v, ns_t now);
	/* Returns the bytes written, at most n; 0: nothing to keep. */
	u32 (*save)(const void *state, void *out, u32 n);
	/* What save wrote, before the first event. */
	err_t (*load)(void *state, const void *in, u32 n);
};

#define STRATEGY_ABI                                                                        \
	.abi_major = STRATEGY_ABI_MAJOR, .abi_minor = STRATEGY_ABI_MINOR,                   \
	.desc_size = sizeof(struct strategy_desc), .api_size = sizeof(struct strategy_api), \
	.view_size = sizeof(struct market_view), .event_size = sizeof(struct order_event),  \
	.param_size = sizeof(struct strategy_param)

/* Defined by a plug-in alone; all else in it may be hidden. */
extern const struct strategy_desc saker_strategy_v1 __attribute__((visibility("default")));

#endif
