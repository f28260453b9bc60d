/*
 * tls.h - one TLS connection as a hot core sees it: bytes of the TCP stream in, plaintext and
 * events out.
 *
 * HANDSHAKE: records are framed and handed to the slow thread, one per credit; what is not passed
 * on stays here.
 * OPEN: from tls_set_keys on, records are opened here; what had stayed is opened first.
 * CLOSED: after close_notify, a fatal alert, an error or tls_close.
 *
 * Every function that may open records returns ERR_OK, or why the connection is over: ERR_CLOSED
 * (close_notify), ERR_REFUSED (the peer sent a fatal alert: t->alert_rx), ERR_CHECKSUM,
 * ERR_TOO_LONG, ERR_PROTOCOL (the peer's fault; our alert is due in tls_ctl), ERR_FULL (waiting
 * records did not fit). Once over, the same answer comes again until tls_reset.
 *
 * Callbacks run inside these functions, on the calling core. They may send (tls_tx, tls_ctl,
 * tls_update_keys) and tls_close, nothing else of this connection. Client role only.
 */
#ifndef TLS_H
#define TLS_H

#include "common/arena.h"
#include "dataplane/tls/tls_cnt.h"
#include "dataplane/tls/tls_rec.h"

#define TLS_BACKLOG     (64 * 1024) /* bytes of records that may wait */
#define TLS_EMPTY_MAX   32          /* records in a row without application data */
#define TLS_TICKETS_MAX 8           /* ticket records passed on, per connection */
#define TLS_CTL_MAX     96          /* tls_ctl never writes more */

enum tls_state { TLS_HANDSHAKING, TLS_OPEN, TLS_CLOSED };

enum tls_alert {
	TLS_CLOSE_NOTIFY = 0,
	TLS_UNEXPECTED_MESSAGE = 10,
	TLS_BAD_RECORD_MAC = 20,
	TLS_RECORD_OVERFLOW = 22,
	TLS_ILLEGAL_PARAMETER = 47,
	TLS_DECODE_ERROR = 50,
	TLS_INTERNAL_ERROR = 80,
	TLS_USER_CANCELED = 90,
	TLS_NO_RENEGOTIATION = 100,
	TLS_ALERT_NONE = 255,
};

struct tls_cb {
	/*
	 * A whole handshake record for the slow thread, valid during the call. Answer with
	 * tls_hs_credit or tls_set_keys.
	 */
	void (*hs_record)(void *user, const u8 *rec, u32 n);

	/*
	 * Room for `n` contiguous bytes of plaintext, or NULL: then the record waits until
	 * tls_resume or the next tls_rx. A reservation only: what is written there counts when
	 * `app` says so, and up to `n` bytes may be overwritten regardless.
	 */
	u8 *(*room)(void *user, u32 n);

	/*
	 * `n` > 0 plaintext bytes now stand where the last `room` pointed. `now` as given to the
	 * function that caused it.
	 */
	void (*app)(void *user, u32 n, ns_t now);

	/*
	 * A raw session ticket record for the slow thread's parked handshake (tls_client_ticket).
	 * Valid during the call.
	 */
	void (*ticket)(void *user, const u8 *rec, u32 n);

	/*
	 * A generation was used up: tls_keys_next of these keys, on a slow thread, then tls_refill.
	 * Valid during the call.
	 */
	void (*refill)(void *user, enum tls_way way, const struct tls_dir_keys *newest);
	void *user;

	/*
	 * What `room` last returned stays where it is, reserved until `app` or `room` is called
	 * again or the connection is over, also after the function that asked for it returned. Then
	 * a record over several segments is opened as they arrive; without it, once it is whole.
	 */
	bool room_stays;
};

struct tls {
	u8 state;         /* enum tls_state */
	u8 gen[2];        /* which of dir[way] is in use */
	bool next_ready[2]; /* the other one of dir[way] holds the next generation */
	bool refill_asked[2];
	bool rx_hold;     /* received KeyUpdate waits for its keys */
	u8 due;           /* TLS_DUE_ bits: what tls_ctl has to write */
	u8 credit;
	u8 alert_rx;      /* last alert received, TLS_ALERT_NONE */
	u8 alert_tx;      /* alert due or sent */
	u8 empty_run;     /* records in a row without application data */
	u8 tickets;       /* ticket records passed on */
	bool parked;      /* the slow thread's handshake has seen every protected record so far */
	u8 hs_head[4];    /* handshake message being read: type and length */
	u8 hs_head_n;
	u32 hs_left;      /* bytes of its body still to come */
	err_t why;        /* CLOSED: the answer */
	u8 *in;           /* records that wait, or the start of one */
	u32 in_at, in_n;
	struct tls_part part; /* a record being opened piece by piece; nothing waits then */
	struct tls_cb cb;
	u64 *cnt;
	struct tls_dir_keys newest[2]; /* the last generation known of each way */
	struct tls_dir dir[2][2];      /* [way][generation & 1] */
};

/*
 * Start-up: memory from the arena, crypto contexts. `cnt`: TLS_CNT_COUNT words. Then as after
 * tls_reset.
 */
err_t tls_init(struct tls *t, struct arena *a, const struct tls_crypto *c, const struct tls_cb *cb,
	       u64 *cnt);
void tls_fini(struct tls *t);

/* `t` is the bytes of one of another process (common/state.h): ready to go on. ERR_NO_MEMORY. */
err_t tls_reopen(struct tls *t, const struct tls_crypto *c);

/* A new connection: HANDSHAKE with one credit, keys wiped, nothing buffered. */
void tls_reset(struct tls *t);

/*
 * Bytes of the TCP stream, in order, each byte once. Takes all of them unless the connection is
 * over.
 */
err_t tls_rx(struct tls *t, const u8 *p, u32 n, ns_t now);

/*
 * The short way of what comes nearly always, instead of tls_rx: the bytes are exactly one record, of
 * application data alone, and nothing waits. Its plaintext is written to `out`, which has room for
 * `n` bytes; no callback runs. Returns the plaintext's length; 0: none of that, and nothing has
 * changed but `out`: tls_rx takes the same bytes.
 */
u32 tls_rx_usual(struct tls *t, const u8 *p, u32 n, u8 *out);

/* HANDSHAKE: the slow thread is ready for one more record. */
err_t tls_hs_credit(struct tls *t, ns_t now);

/*
 * Keys from the slow thread (after its bytes were sent), or from a recording: OPEN from here on,
 * with the record numbers the keys name. Opens what waits. ERR_UNSUPPORTED where the keys are of no
 * known version or suite; ERR_STATE unless HANDSHAKE.
 */
err_t tls_set_keys(struct tls *t, const struct tls_keys *k, ns_t now);

/* The generation asked for by `refill`. ERR_STATE where none was asked for. */
err_t tls_refill(struct tls *t, enum tls_way way, const struct tls_dir_keys *next, ns_t now);

/* There is room again: opens what waits. */
err_t tls_resume(struct tls *t, ns_t now);

/*
 * The direction to seal application data with; it changes with a KeyUpdate, so ask each time. Only
 * while tls_can_send.
 */
static inline struct tls_dir *tls_tx(struct tls *t) { return &t->dir[TLS_TX][t->gen[TLS_TX]]; }

/* OPEN, and no control record has to go first (RFC 8446 section 4.6.3). */
static inline bool tls_can_send(const struct tls *t) { return t->state == TLS_OPEN && !t->due; }

/* tls_ctl has something to write now. */
bool tls_ctl_due(struct tls *t);

/*
 * Writes the control records that are due (KeyUpdate, alert) to `at`, which has room for
 * TLS_CTL_MAX bytes; the caller puts them on the wire in order with everything else it seals.
 * Returns their length, 0: none. Call it after any function above, CLOSED included.
 */
u32 tls_ctl(struct tls *t, u8 *at);

/* Makes our own KeyUpdate due. ERR_UNSUPPORTED in TLS 1.2, ERR_STATE unless OPEN. */
err_t tls_update_keys(struct tls *t);

/* Makes close_notify due and ends the connection: nothing is received any more. */
void tls_close(struct tls *t);

#endif
