/*
 * session.h - one WebSocket session over TLS over TCP, kept open: connects, reconnects, answers
 * pings, hands texts on.
 *
 * It composes tcp, tls and ws; the handshake's expensive parts (name, certificate, keys) come from
 * the slow thread by ring. One core's thread. Nothing is allocated after session_init. Time is an
 * argument.
 *
 * The hot send is session_fire: one WebSocket frame in one TLS
 * record in one TCP segment.
 */
#ifndef SAKER_SESSION_H
#define SAKER_SESSION_H

#include "common/core_status.h"
#include "common/msg.h"
#include "common/ring.h"
#include "common/rng.h"
#include "dataplane/tcp/tcp.h"
#include "dataplane/tls/tls.h"
#include "dataplane/ws/ws.h"
#include "dataplane/ws/ws_http.h"

enum session_cnt {
#define CNT(name, help) SESSION_CNT_##name,
#include "dataplane/session_cnt.def"
#undef CNT
	SESSION_CNT_COUNT
};

extern const struct counter_def session_counter_defs[SESSION_CNT_COUNT];

struct session;
struct session_set; /* session_set.h */
struct recorder;    /* recorder.h */

/* Called on the core's thread. `down` follows every `up`; nothing may be sent from within it. */
struct session_user {
	void (*up)(void *user, struct session *s, ns_t now);
	/* valid during the call */
	void (*text)(void *user, struct session *s, const u8 *p, u32 n, ns_t now);
	void (*down)(void *user, struct session *s, err_t why, ns_t now);
};

struct session_cfg {
	u16 index;            /* in its core; part of the tag */
	/*
	 * Largest message accepted, bytes. One over message_own is gathered in a large buffer of the
	 * set while it arrives; the session's own memory is sized by message_own.
	 */
	u32 message_own, message_max;
	ns_t step_timeout_ns; /* for each of: prepare, connect, handshake, upgrade, close */
	/* silence after which a ping goes out; twice that ends the connection */
	ns_t idle_ns;
	/*
	 * Wait before an attempt: doubles from min to max with each failure in a row, jittered by a
	 * quarter. A row that begins with the loss of an open session begins with no wait.
	 */
	ns_t retry_min_ns, retry_max_ns;
};

/* What a session shares with its core. All outlive it. */
struct session_env {
	struct tcp *tcp;
	struct session_set *set;
	struct ring *to_slow, *to_ctl;
	struct rng *rng;
	struct recorder *rec; /* told where a connection begins; NULL: none */
};

/* Counter words of one session: its own, its TLS connection's and its WebSocket's. */
struct session_words {
	u64 *session, *tls, *ws; /* SESSION_CNT_COUNT, TLS_CNT_COUNT, WS_CNT_COUNT */
};

struct session {
	u8 state; /* enum session_state */
	bool wanted, told_up;
	/* a callback found the connection over: taken down once tls_rx has returned */
	bool fail_due;
	err_t fail_why;
	struct tcp_conn *conn;
	u8 *plain; /* received plaintext: bytes [plain_at, plain_n) wait to be taken */
	u32 plain_at, plain_n, plain_cap;
	ns_t rx_ns; /* last data from the peer */
	/* of the state: a step's time-out, the next idle check, the end of a wait */
	ns_t deadline_ns;
	const struct session_user *user;
	void *ctx;
	struct session_env env;
	struct session_words cnt;
	struct tls tls;
	struct ws ws;
	/* cold */
	struct session_cfg cfg;
	struct ws_http http;
	struct msg_ready ready;
	u8 request[2048];
	u8 early[4096]; /* handshake bytes that came before TCP was open */
	u32 early_n;
	u32 attempt, failures; /* failures: in a row, until an opening lasts retry_max_ns */
	ns_t since_ns;         /* when it opened */
	bool pinged, pong_due;
	u8 pong_n, pong[WS_CONTROL_MAX]; /* of the newest ping */
	char why[88];                    /* why it last failed, for the operator */
	u8 *scratch;                     /* one record, for sends off the hot path */
};

/*
 * Start-up. Memory from `a`; `crypto` outlives the session. From here on session_set_turn looks
 * after its time-outs, idle checks and reconnects. ERR_NO_MEMORY.
 */
err_t session_init(struct session *s, struct arena *a, const struct tls_crypto *crypto,
		   const struct session_cfg *cfg, const struct session_env *env,
		   const struct session_words *cnt);
void session_set_user(struct session *s, const struct session_user *user, void *ctx);
void session_fini(struct session *s);

/* Between two turns: a message in a large buffer. The struct itself is its owner's to put. */
void session_save(const struct session *s, struct state *to);
/* The bytes are another process's (common/state.h): ready to go on, with handlers as they were. ERR_NO_MEMORY. */
err_t session_reopen(struct session *s, const struct tls_crypto *crypto);

/* Connects now and, whenever it goes down, again; session_close ends that in good order. */
void session_open(struct session *s, ns_t now);
void session_close(struct session *s, ns_t now);

/*
 * Takes over a connection set up elsewhere, upgraded and between two frames: for replay and
 * benches. Open from here on. ERR_FULL: no TCP connection is free; ERR_UNSUPPORTED: keys.
 */
err_t session_adopt(struct session *s, const struct tcp_adopt *how, const struct tls_keys *keys, ns_t now);

/*
 * Gives the connection up at once and tries again: a peer that answers but makes no sense, a
 * channel gone silent.
 */
void session_fail(struct session *s, err_t why, const char *text, ns_t now);

/*
 * The same from within `text`: the connection is taken down as soon as the callback has returned.
 * The first reason stands.
 */
void session_doom(struct session *s, err_t why, const char *text);

/* A message from the slow thread whose tag carries this session's index. */
void session_message(struct session *s, const struct ring_msg *m, ns_t now);

/*
 * The hot send: one text message, masked, sealed and handed to the device within this call. false: it
 * cannot leave now, and nothing has happened (not open, window, ring, control record due).
 */
bool session_fire(struct session *s, const u8 *text, u32 n, ns_t now);

/*
 * While idle: brings what session_fire of `n` bytes will touch nearer, the device's next frame
 * included. Changes nothing.
 */
void session_warm(struct session *s, u32 n);

/* A text off the hot path; queued by TCP. ERR_STATE: not open; ERR_FULL. */
err_t session_send(struct session *s, const void *text, u32 n, ns_t now);

/* What the operator sees; now and then. */
void session_show(const struct session *s, struct session_status *to);

static inline bool session_is_open(const struct session *s) { return s->state == SESSION_OPEN; }
const char *session_state_name(u32 state);

#endif
