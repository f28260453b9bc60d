/*
 * tcp.h - TCP for one port of one core: active and passive opens, a cut-through receive path, a
 * send path that fires a frame the caller has filled in place (RFC 9293 and its companions;
 * docs/tcp.md says which).
 *
 * Pure: frames and time in, frames and events out. No locks: all calls come from the core's thread.
 * Nothing is allocated after tcp_new. Events may call any function below except tcp_rx and
 * tcp_turn, unless said otherwise.
 */
#ifndef SAKER_TCP_H
#define SAKER_TCP_H

#include "common/arena.h"
#include "common/counter.h"
#include "common/frame.h"
#include "common/state.h"
#include "dataplane/net/net.h"

enum tcp_cnt {
#define CNT(name, help) TCP_CNT_##name,
#include "dataplane/tcp/tcp_cnt.def"
#undef CNT
	TCP_CNT_COUNT
};

extern const struct counter_def tcp_counter_defs[TCP_CNT_COUNT];

struct tcp;
struct tcp_conn;

struct tcp_cfg {
	u32 max_conns;
	u32 snd_ring_bytes;	 /* unacknowledged and queued bytes of a connection; a power of two */
	u32 rcv_wnd_bytes;	 /* receive window and reassembly ring; a power of two */
	u16 port_lo, port_hi;	 /* ephemeral ports, both included */
	u8 syn_retries;		 /* after 1, 2, 4 ... seconds */
	u8 syn_backlog;		 /* half-open passive connections at most */
	ns_t rto_min_ns;	 /* RFC 6298 says 1 s; within a data centre 20 to 50 ms */
	ns_t ack_delay_ns;	 /* at most 500 ms (RFC 9293 3.8.6.3) */
	ns_t peer_ack_delay_ns;	 /* what a peer may wait with the ACK of a lone segment: tail-loss probe */
	ns_t time_wait_ns;	 /* 2 MSL */
	ns_t user_timeout_ns;	 /* without any progress; then the connection is aborted */
	ns_t keepalive_ns;	 /* 0: off. Silence until a probe (RFC 9293 3.8.4 says two hours) */
	ns_t keepalive_retry_ns; /* between probes; after three without answer it is ERR_TIMEOUT */
	bool timestamps;	 /* RFC 7323 with PAWS: 12 bytes a segment, and no cut-through */
	bool keep_cwnd;		 /* not reduced after a pause longer than the time-out (RFC 5681 4.1) */
	u8 secret[16];		 /* random; keys sequence numbers and ports (RFC 6528, RFC 6056) */
};

/*
 * 64 connections, 256 KiB and 1 MiB, ports 32768 to 60999, and times for a wide-area path; `secret`
 * is zero: fill it.
 */
extern const struct tcp_cfg tcp_cfg_default;

/* Called on the core's thread. Every member is set. */
struct tcp_events {
	/* Established; a passive connection is seen for the first time. */
	void (*open)(void *user, struct tcp_conn *c, ns_t now);
	/*
	 * `n` > 0 bytes in order, valid during the call alone. Comes before acknowledgements and
	 * timers are looked after; the window the segment has granted is already there, so that the
	 * user can send from within.
	 */
	void (*data)(void *user, struct tcp_conn *c, const u8 *p, u32 n, ns_t now);
	/*
	 * The peer has closed its direction; all its data has been delivered. Answer by tcp_close
	 * when done.
	 */
	void (*fin)(void *user, struct tcp_conn *c, ns_t now);
	/*
	 * Gone; the handle must not be used again. ERR_CLOSED: both directions closed in order
	 * (TIME-WAIT goes on inside). ERR_REFUSED: reset while opening. ERR_RESET, ERR_TIMEOUT,
	 * ERR_UNREACHABLE. Not called after tcp_abort, nor for a passive connection that never
	 * opened.
	 */
	void (*down)(void *user, struct tcp_conn *c, err_t why, ns_t now);
};

/* Arena bytes tcp_new takes. */
size_t tcp_arena_bytes(const struct tcp_cfg *cfg);

/*
 * NULL: the arena is too small or the configuration out of range. `net`, `out` and `counters`
 * (TCP_CNT_COUNT words) stay the caller's and outlive it; `out` is the one `net` has.
 */
struct tcp *tcp_new(struct arena *a, const struct tcp_cfg *cfg, struct net *net,
		    struct frame_out *out, u64 *counters);

/*
 * Begins a connection from an ephemeral port; the neighbour is resolved inside. What becomes of it
 * is told by `open` or `down`, never before this returns. NULL: no connection or port is free. `ev`
 * outlives the connection.
 */
struct tcp_conn *tcp_connect(struct tcp *t, const struct ip_addr *dst, u16 port,
			     const struct tcp_events *ev, void *user, ns_t now);

/*
 * Accepts connections to `port`; `open` tells of each, with `user`. ERR_EXISTS; ERR_FULL: eight
 * ports at most.
 */
err_t tcp_listen(struct tcp *t, u16 port, const struct tcp_events *ev, void *user);

/* Who is told of `c` from now on; for `open` of a passive connection. */
void tcp_set_user(struct tcp_conn *c, const struct tcp_events *ev, void *user);

/* One received frame of the port: TCP, and by way of net everything else. */
void tcp_rx(struct tcp *t, const struct frame *f, ns_t now);

/*
 * Once a turn, after the burst: ACKs due (at most one a connection and burst), what the device had
 * not taken, retransmissions, timers, net_turn. Returns the work done. Two compares where nothing
 * is due.
 */
u32 tcp_turn(struct tcp *t, ns_t now);

/* Between two turns: what the rings hold. All else of it is in the arena's lower part. */
void tcp_save(const struct tcp *t, struct state *s);

/*
 * The hot send. Room for `n` > 0 payload bytes behind a ready header in a device frame, or NULL:
 * not established, more than one segment, the peer's window, the congestion window or the ring too
 * small, data queued ahead, or no device buffer. Between this and tcp_tx_fire or tcp_tx_cancel
 * nothing else of this instance may be called.
 */
u8 *tcp_tx_room(struct tcp_conn *c, u32 n);

/*
 * Sends the first `n` > 0 bytes of the room, at most what was asked for, as one segment, with the
 * ACK that was owed. They are in the retransmission ring before the device sees them: if it takes
 * nothing they go with the next turn.
 */
void tcp_tx_fire(struct tcp_conn *c, u32 n, ns_t now);

/* Gives the room back unused. */
void tcp_tx_cancel(struct tcp_conn *c);

/*
 * While idle: brings what the next tcp_tx_room and tcp_tx_fire of `n` bytes will write nearer, the
 * device's next frame included. Changes nothing.
 */
void tcp_tx_warm(const struct tcp_conn *c, u32 n);

/*
 * Queues `n` bytes and sends what the windows allow. ERR_FULL: they do not fit as a whole, nothing
 * is taken; ERR_STATE: not open.
 */
err_t tcp_write(struct tcp_conn *c, const void *p, u32 n, ns_t now);

/*
 * Closes our direction after what is queued. Receiving goes on until the peer closes too.
 * Idempotent.
 */
void tcp_close(struct tcp_conn *c, ns_t now);

/* Resets the connection. No event follows; the handle must not be used again. */
void tcp_abort(struct tcp_conn *c, ns_t now);

/* An established connection set up elsewhere: for replay, and for handing one over. */
struct tcp_adopt {
	struct ip_addr dst;
	u16 port, local_port;
	u8 peer_mac[6];
	u32 snd_nxt, rcv_nxt;
	u32 snd_wnd; /* bytes, after scaling */
	u8 snd_scale, rcv_scale; /* at most 14; snd_scale is the peer's */
	u16 mss;
	bool sack;
};

/* NULL: no connection is free, or the tuple is in use. No event `open` follows. */
struct tcp_conn *tcp_adopt(struct tcp *t, const struct tcp_adopt *how, const struct tcp_events *ev,
			   void *user, ns_t now);

struct tcp_info {
	const char *state; /* "ESTABLISHED" */
	struct ip_addr dst;
	u16 port, local_port;
	u16 mss;
	u32 snd_nxt, snd_una, rcv_nxt;
	u32 snd_wnd, cwnd, ssthresh, in_flight, queued; /* bytes */
	u32 retransmits;				/* segments sent again */
	ns_t srtt_ns, rttvar_ns, rto_ns;		/* srtt 0: not measured yet */
};

void tcp_info(const struct tcp_conn *c, struct tcp_info *out);

#endif
