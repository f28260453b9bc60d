/*
 * tap_ws.h - the server's direction of somebody else's WebSocket, in the clear: the answer to the
 * upgrade (RFC 6455 section 4), then messages.
 *
 * Plaintext is put into `room` and told by `took`. The answer's Sec-WebSocket-Accept is believed: the
 * request it answers may not be readable. One thread; the bytes may be hostile.
 */
#ifndef SAKER_PCAP_TAP_WS_H
#define SAKER_PCAP_TAP_WS_H

#include "common/arena.h"
#include "dataplane/ws/ws.h"
#include "dataplane/ws/ws_http.h"

#define TAP_MESSAGE_MAX (4u << 20)

struct tap_ws {
	bool up, closed; /* upgraded; a close frame came */
	u8 *plain;
	u32 at, n, cap; /* [at, n) wait to be taken */
	struct ws_http http;
	struct ws ws;
	u64 texts, binaries, cnt[WS_CNT_COUNT];
	const char *why; /* NULL: nothing is wrong */
	void (*opened)(void *user, ns_t now);
	void (*text)(void *user, const u8 *p, u32 n, ns_t now); /* valid during the call */
	void *user;
};

/* Then the caller sets `opened`, `text` and `user`. ERR_NO_MEMORY. */
err_t tap_ws_init(struct tap_ws *w, struct arena *a);

/* Room for `n` bytes; NULL: a message is larger than TAP_MESSAGE_MAX. */
u8 *tap_ws_room(struct tap_ws *w, u32 n);

/* `n` bytes stand there. Where `why` is set from here on, nothing more can be read. */
void tap_ws_took(struct tap_ws *w, u32 n, ns_t now);

#endif
