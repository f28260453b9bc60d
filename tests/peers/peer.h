/*
 * peer.h - our client as the peers' scripts drive it: struct tls of the hot core, struct tls_client
 * of the slow thread and struct ws, joined over a mock_tcp. What happens is printed, one line an
 * event.
 */
#ifndef TESTS_PEER_H
#define TESTS_PEER_H

#include <stdio.h>

#include "dataplane/tls/tls.h"
#include "dataplane/tls/tls_client.h"
#include "dataplane/ws/ws.h"
#include "dataplane/ws/ws_http.h"
#include "tests/peers/mock_tcp.h"

#define PEER_MESSAGE_MAX (16u << 20)
#define PEER_OWN_MAX     (64u << 10) /* of a message that needs no large buffer */

enum peer_mode { PEER_RAW, PEER_UPGRADING, PEER_WS };

struct peer {
	struct mock_tcp tcp;
	struct arena arena;
	struct tls_client_ctx *ctx;
	struct tls_client *hs;
	struct tls tls;
	u64 tls_cnt[TLS_CNT_COUNT], ws_cnt[WS_CNT_COUNT];
	struct pool large; /* one buffer */
	struct ws ws;
	struct ws_http http;
	enum peer_mode mode;
	bool opened, over;

	u8 rec[TLS_REC_MAX]; /* the record the slow thread works on */
	u32 rec_n;
	bool refill[2];
	struct tls_dir_keys newest[2];
	u32 tickets;

	u8 *plain; /* received, contiguous */
	u32 plain_at, plain_n, plain_cap;
	u32 raw_n, raw_crc; /* of all plaintext while PEER_RAW */
	u32 raw_told;
	FILE *save; /* a copy of it, NULL: none */
	u8 *due; /* plaintext waiting to be sealed */
	size_t due_n, due_cap;

	bool awaits_answer; /* handshake bytes went, nothing came back yet */
	u32 round_trips;
	u64 start_us;
};

/* False: *why (TLS_WHY_MAX bytes) names the reason. */
bool peer_init(struct peer *p, const struct tls_client_cfg *cfg, char *why);
void peer_fini(struct peer *p);

void peer_connect(struct peer *p, u16 port, const char *host);
void peer_send(struct peer *p, const void *data, size_t n); /* plaintext */
void peer_rx(struct peer *p, const u8 *data, u32 n);
void peer_settle(struct peer *p); /* until nothing of ours moves */

/* peer_ws.c */
void peer_upgrade(struct peer *p, const char *host, const char *path, const char *extra);
void peer_message(struct peer *p, u8 opcode, u32 n, u32 pieces); /* a..z over and over */
void peer_ping(struct peer *p, const char *data);
void peer_close(struct peer *p, u16 code, const char *reason);
void peer_ws_rx(struct peer *p);

#endif
