/*
 * msg.h - what travels between a hot core and the other threads, by rings (ring.h).
 *
 * Everything that enters a hot core from outside comes as one of these, so that a recorded turn can
 * be run again. Each core has two inboxes, one a producer (ctl, slow), drained in that order, and
 * two rings out. The ring message's `tag` is the session tag where the message belongs to a
 * session: index and attempt, so that what comes late for an earlier connection is told apart.
 */
#ifndef SAKER_MSG_H
#define SAKER_MSG_H

#include "common/err.h"
#include "common/instrument.h"

enum msg_type {
	/* ctl to core */
	MSG_ENTROPY = 1,     /* 32 random bytes: seeds masks, ports, sequence numbers */
	MSG_INSTRUMENT,      /* struct instrument: new, or a new version */
	MSG_SNAPSHOT_BEGIN,  /* struct msg_snapshot */
	MSG_SNAPSHOT_LEVELS, /* struct msg_levels and its levels, best first, bids then asks */
	MSG_SNAPSHOT_END,    /* struct msg_snapshot */
	MSG_SESSION_CONNECT, /* tag: index alone. Connect and stay connected */
	MSG_SESSION_CLOSE,   /* tag: index alone. Close and stay closed */
	MSG_CLOCK,           /* struct msg_clock; to the trade core */
	MSG_COMMAND,         /* struct msg_command */
	MSG_LIMITS,          /* struct msg_limits of gateway/trade_core.h */
	MSG_EPOCH,           /* struct msg_epoch of gateway/trade_epoch.h and its parts */
	/* slow to core */
	MSG_SESSION_READY,  /* struct msg_ready and the upgrade request: address, expected accept */
	MSG_TLS_SEND,       /* handshake bytes for the wire */
	MSG_TLS_CREDIT,     /* ready for one more handshake record */
	MSG_TLS_KEYS,       /* struct tls_keys */
	MSG_TLS_REFILL,     /* struct tls_dir_keys; first word of the payload: enum tls_way */
	MSG_SESSION_FAILED, /* struct msg_failed */
	MSG_SEND,           /* a text to send as it is: a signed logon */
	/* core to slow */
	MSG_SESSION_PREPARE, /* resolve the name, start a handshake */
	MSG_TLS_RECORD,      /* one handshake record */
	MSG_TLS_TICKET,      /* one ticket record */
	MSG_TLS_WANT_REFILL, /* as MSG_TLS_REFILL: the newest generation */
	MSG_SESSION_GONE,    /* forget the handshake */
	MSG_SIGN,            /* sign a logon at the venue time given: struct msg_sign */
	/* core to ctl */
	MSG_SESSION_STATE, /* struct msg_session_state */
	MSG_WANT_SNAPSHOT, /* struct msg_snapshot without update_id: the ladder is lost */
	MSG_ANSWER,        /* struct msg_command echoed with its result */
	MSG_NOTICE,        /* struct msg_notice: something an operator should read */
};

#define SESSION_TAG(index, attempt) ((u64)(attempt) << 16 | (u16)(index))
#define SESSION_TAG_INDEX(tag) ((u32)((tag)&0xffff))
#define SESSION_TAG_ATTEMPT(tag) ((u32)((tag) >> 16))

struct msg_snapshot {
	u32 instrument, rsv;
	u64 update_id;
};

struct msg_level {
	i64 px, qty;
};

#define MSG_LEVELS_MAX 256 /* of one message */

struct msg_levels {
	u32 instrument;
	u16 n;
	u8 ask, rsv;
	struct msg_level level[];
};

struct msg_ready {
	u8 ip[16]; /* IPv4 as ::ffff:a.b.c.d */
	u16 port, request_n;
	u8 accept[28];
	u8 request[]; /* HTTP upgrade request */
};

struct msg_failed {
	u32 err; /* err_t */
	char why[252];
};

/* Venue time of the turn's `now`: venue_ns = now + offset_ns. */
struct msg_clock {
	i64 offset_ns;
	u64 round_trip_ns; /* bound of the offset's error; 0: own wall clock, no venue asked yet */
};

/* CMD_EPOCH comes in answers alone: to MSG_EPOCH. */
enum command_verb { CMD_ARM, CMD_PAUSE, CMD_RESUME, CMD_FLATTEN, CMD_STOP, CMD_CANCEL_ALL, CMD_EPOCH };

struct msg_command {
	u32 verb;   /* enum command_verb */
	u32 id;     /* ctl's number of it, echoed */
	u32 target; /* strategy index + 1, or 0: all */
	u32 result; /* err_t in MSG_ANSWER */
	char why[240];
};

enum session_state {
	SESSION_IDLE,       /* not wanted */
	SESSION_PREPARING,  /* slow thread resolves and starts the handshake */
	SESSION_CONNECTING, /* TCP */
	SESSION_HANDSHAKE,  /* TLS */
	SESSION_UPGRADING,  /* HTTP to WebSocket */
	SESSION_OPEN,
	SESSION_CLOSING,
	SESSION_WAITING, /* before the next attempt */
	SESSION_STATES
};

struct msg_session_state {
	u32 state; /* enum session_state */
	u32 err;   /* err_t: why it went down */
	char why[88];
};

struct msg_sign {
	u64 venue_ms;
};

enum notice_kind {
	NOTICE_FOREIGN_ORDER,
	NOTICE_ORDER_UNKNOWN,
	NOTICE_RECONCILED,
	NOTICE_DENIED,
	NOTICE_VENUE_ERROR,
	NOTICE_STRATEGY
};

struct msg_notice {
	u32 kind; /* enum notice_kind */
	i64 a, b;
	char text[160];
};

#endif
