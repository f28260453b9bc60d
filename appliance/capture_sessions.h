/*
 * capture_sessions.h - the TCP connections seen in captured frames: where each begins and ends, and the
 * client random by which its key log lines are found.
 *
 * Our side always connects: a SYN that is sent begins a connection. io thread.
 */
#ifndef SAKER_CAPTURE_SESSIONS_H
#define SAKER_CAPTURE_SESSIONS_H

#include "appliance/capture_keys.h"
#include "pcap/tcp_frame.h"

#define CAPTURE_SESSIONS 8 /* three are open at a time */

struct capture_session {
	u64 nth; /* order of beginning; 0: free */
	u32 core;
	struct tcp_frame_end us, them;
	bool has_random, ended;
	u8 random[CLIENT_RANDOM];
	bool told;         /* its key log lines are in the present file */
	u64 wait_until_ns; /* how long frames wait for them; 0: they do not wait yet */
};

struct capture_sessions {
	u64 begun;
	struct capture_session s[CAPTURE_SESSIONS];
};

/* The connection a frame of `core` belongs to; NULL: none whose beginning was seen. */
struct capture_session *capture_sessions_find(struct capture_sessions *c, u32 core, bool sent,
					      const struct tcp_frame *f);

/*
 * Takes the frame in: a connection begins (in place of the oldest), its ClientHello is found, or it
 * ends. Returns the connection; NULL: none.
 */
struct capture_session *capture_sessions_take(struct capture_sessions *c, u32 core, bool sent,
					      const struct tcp_frame *f);

#endif
