/*
 * paper_wire.h - the venue's end of both order sessions, in memory: our own TCP in the server's place,
 * TLS records under keys made up here, WebSocket frames. The trading core's side is real: it masks,
 * seals, sends and retransmits as it does live. The connections are adopted, there is no handshake.
 *
 * Deterministic in the times it is given. The trading core's thread.
 */
#ifndef SAKER_PAPER_WIRE_H
#define SAKER_PAPER_WIRE_H

#include "dataplane/nic/port.h"
#include "dataplane/session.h"

#define PAPER_SESSIONS 2
#define PAPER_IN (64u << 10) /* bytes of records and frames that are not whole yet */
#define PAPER_ADDRESS "198.51.100.2/24" /* the trading core's */

struct paper_wire;

struct paper_end {
	struct paper_wire *wire;
	u32 index;
	struct tcp_conn *conn; /* NULL: it is down */
	struct tls_dir rx, tx;
	struct ws ws;
	u64 ws_cnt[WS_CNT_COUNT];
	u8 *in, *plain; /* PAPER_IN bytes each: of records, of frames */
	u32 in_n, plain_n;
};

struct paper_wire {
	struct port far;
	u64 port_cnt[PORT_CNT_COUNT], net_cnt[NET_CNT_COUNT], tcp_cnt[TCP_CNT_COUNT];
	struct net net;
	struct tcp *tcp;
	struct paper_end end[PAPER_SESSIONS];
	const struct tls_crypto *crypto;
	bool up;
	const char *why; /* what ended a session; NULL: nothing */
	/* a request as the venue reads it, out of its sealed and masked frame */
	void (*request)(void *user, u32 session, const u8 *text, u32 n, ns_t now);
	void *user;
};

/*
 * Fills `near`, the trading core's port, whose counters are there already. `request`, `user` and
 * `crypto` are set. ERR_NO_MEMORY, ERR_ARGUMENT. paper_wire_close is due after ERR_OK.
 */
err_t paper_wire_open(struct paper_wire *w, struct arena *a, struct port *near);
void paper_wire_close(struct paper_wire *w);

/* Joins session `i` of the core behind `near`, which is up from then on. As session_adopt. */
err_t paper_wire_join(struct paper_wire *w, u32 i, struct session *s, const struct port *near, ns_t now);

/* Takes what the core has sent; looks after TCP. Returns the frames taken. */
u32 paper_wire_turn(struct paper_wire *w, ns_t now);

/* One text to session `i`: a frame, a record; queued by TCP. What cannot be queued ends it: `why`. */
void paper_wire_say(struct paper_wire *w, u32 i, const u8 *text, u32 n, ns_t now);

#endif
