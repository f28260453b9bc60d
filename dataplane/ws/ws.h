/*
 * ws.h - WebSocket frames (RFC 6455 sections 5 to 7): a receiver over one contiguous plaintext
 * buffer, and frame builders.
 *
 * Guarantee: an event is a whole message or a whole control frame; every length, opcode, reserved
 * bit, mask bit and fragment sequence is checked before it. Text is checked for UTF-8 where
 * ws_check_text asks for it. Thread: one at a time.
 */
#ifndef WS_H
#define WS_H

#include <string.h>

#include "common/pool.h"
#include "dataplane/ws/ws_cnt.h"

#define WS_MESSAGE_MAX 1048576u /* default limit of one message, bytes */
#define WS_HEAD_MAX    14
#define WS_CONTROL_MAX 125      /* payload of a control frame */
#define WS_CONTROL_FRAME_MAX (6 + WS_CONTROL_MAX)

enum ws_opcode {
	WS_OP_CONT = 0,
	WS_OP_TEXT = 1,
	WS_OP_BINARY = 2,
	WS_OP_CLOSE = 8,
	WS_OP_PING = 9,
	WS_OP_PONG = 10,
};

/* Close codes we send or name (RFC 6455 section 7.4.1). */
enum ws_code {
	WS_NORMAL = 1000,
	WS_GOING_AWAY = 1001,
	WS_PROTOCOL_ERROR = 1002,
	WS_NO_STATUS = 1005, /* never on the wire: the close frame was empty */
	WS_BAD_DATA = 1007,
	WS_POLICY = 1008,
	WS_TOO_BIG = 1009,
};

enum ws_role { WS_CLIENT, WS_SERVER };

/* CLOSING: one close frame went, either way; CLOSED: both, or failed. */
enum ws_state { WS_OPEN, WS_CLOSING, WS_CLOSED };

enum ws_kind {
	WS_NONE,   /* nothing whole yet, or a fragment was taken */
	WS_TEXT, WS_BINARY, /* data: the message */
	WS_PING,   /* data: to be sent back in a pong */
	WS_PONG,   /* data: what the ping held */
	WS_CLOSE,  /* code, data: reason. Answer with ws_close unless the state is CLOSED */
	WS_FAILED, /* code: what to send in ws_close, then drop the connection */
};

struct ws_event {
	u8 kind;          /* enum ws_kind */
	u16 code;
	struct span data; /* in the caller's buffer or joined; until the next ws_next */
};

struct ws {
	u8 role, state;
	bool close_tx, close_rx; /* which close frames went */
	bool check_text;         /* see ws_check_text */
	u8 join_op;              /* opcode of the message being joined; WS_OP_CONT: none */
	bool fin;                /* of the frame that arrives in `large` */
	bool large_told;         /* the message in `large` was told: it goes back next time */
	u32 join_n, max;         /* bytes joined; limit of one message */
	u32 own;                 /* limit of a message that takes no large buffer */
	u32 need;                /* see ws_need */
	u32 left;                /* payload bytes still to come of the frame in `large` */
	u32 mask, mask_at;       /* of that frame */
	u16 fail_code;
	u8 *join;
	u8 *large;               /* taken from `pool`; NULL: none */
	struct pool *pool;
	u64 *cnt;
};

/*
 * `max`: largest message accepted, bytes. `cnt`: WS_CNT_COUNT words. ERR_NO_MEMORY. Then as after
 * ws_reset.
 */
err_t ws_init(struct ws *w, struct arena *a, enum ws_role role, u32 max, u64 *cnt);
void ws_reset(struct ws *w); /* a new connection */

/*
 * Whether a text message that is no UTF-8 fails the connection (1007, RFC 6455 section 8.1), once
 * it is whole. Off after ws_init: the feed parser refuses such bytes anyway. Outlives ws_reset.
 */
static inline void ws_check_text(struct ws *w, bool on) { w->check_text = on; }

/*
 * From here on messages longer than the limit given to ws_init, up to `max` bytes, are gathered
 * in a buffer of `pool`, whose objects have at least `max` bytes. One is taken when such a message
 * begins and given back at the next ws_next after it, at the end of the connection or at ws_reset;
 * where none is free the connection fails (1009). ws_need stays within the limit given to ws_init.
 * Connections of one thread may share a pool. After ws_init, before the first byte.
 */
void ws_share(struct ws *w, struct pool *pool, u32 max);

/*
 * Takes at most one frame from the start of `buf`. Returns the bytes consumed; 0 with WS_NONE: more
 * bytes are needed; 0 with WS_FAILED: the peer broke the protocol or a limit (1002, 1007, 1009).
 * May unmask in place (server role). Whole messages in a single frame are pointed at where they
 * lie; fragments are joined in memory of its own; of a frame that goes to a large buffer what is
 * there is consumed. After WS_CLOSE or WS_FAILED everything else is
 * swallowed.
 */
u32 ws_next(struct ws *w, u8 *buf, u32 n, struct ws_event *ev);

/*
 * The short way of what comes nearly always, instead of ws_next: the `n` bytes are exactly one frame, a
 * whole text message, to a client. False: something else, and nothing has changed: ws_next takes
 * the same bytes.
 */
bool ws_text(struct ws *w, const u8 *buf, u32 n, struct span *text);

/*
 * Bytes, from the start of the frame that ws_next could not take yet, that it must be offered at
 * once; never above the limit given to ws_init + WS_HEAD_MAX.
 */
static inline u32 ws_need(const struct ws *w) { return w->need; }

/* ---- sending ---- */

/* Bytes before the payload: 6, 8 or 14 (client, masked); 2, 4 or 10 (server). */
static inline u32 ws_head_len(u32 n) { return 6u + (n > 125 ? 2 : 0) + (n > 65535 ? 6 : 0); }
static inline u32 ws_head_len_plain(u32 n) { return ws_head_len(n) - 4; }

/*
 * A final client frame: `n` payload bytes already stand at at + ws_head_len(n); writes the header
 * and masks them in place with `mask`, four bytes in memory order, unpredictable to the peer.
 * Returns the frame's length. Masking twice with one mask undoes it.
 */
u32 ws_frame(u8 *at, u32 n, u8 opcode, u32 mask);
/* The same of a payload that stands elsewhere, masked as it is copied; the two do not overlap. */
u32 ws_frame_of(u8 *at, struct span data, u8 opcode, u32 mask);
u32 ws_frame_plain(u8 *at, u32 n, u8 opcode); /* server; payload at + ws_head_len_plain(n) */

/* XORs `n` bytes with the mask; `at` % 4 is where in the mask the first byte falls. */
void ws_mask(u8 *p, u32 n, u32 mask, u32 at);

/*
 * A whole control frame of `w`'s role (`mask` is ignored for servers); data.n <= WS_CONTROL_MAX;
 * `at` has WS_CONTROL_FRAME_MAX bytes.
 */
u32 ws_ping(const struct ws *w, u8 *at, struct span data, u32 mask);
u32 ws_pong(const struct ws *w, u8 *at, struct span data, u32 mask);

/*
 * Our close frame, once: 0 where it went already. WS_NO_STATUS: an empty one. A reason over 123
 * bytes is cut at a character.
 */
u32 ws_close(struct ws *w, u8 *at, u16 code, struct span reason, u32 mask);

/* Valid UTF-8 (RFC 3629): no overlong form, surrogate, or value above U+10FFFF. */
bool ws_utf8_ok(const u8 *p, size_t n);

#endif
