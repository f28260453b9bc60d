/*
 * ws_http.h - the HTTP/1.1 upgrade to WebSocket, client's side (RFC 6455 section 4, RFC 9110, RFC
 * 9112).
 *
 * The request is built, and the expected answer computed, when the connection is prepared
 * (ws_http_accept hashes: slow thread); the hot core only compares. No subprotocol and no extension
 * is offered, so an answer that names one is refused.
 */
#ifndef WS_HTTP_H
#define WS_HTTP_H

#include "common/counter.h"
#include "common/err.h"

#define WS_HTTP_MAX   8192 /* bytes of the answer's header */
#define WS_KEY_LEN    16
#define WS_ACCEPT_LEN 28

struct ws_http_req {
	const char *host;  /* as in the Host header: with ":port" unless it is 443 */
	const char *path;  /* begins with '/', query included */
	const char *extra; /* more header lines, each ended by CRLF; NULL: none */
	u8 key[WS_KEY_LEN]; /* random, new for each connection */
};

/*
 * Writes the request to `at`. Returns its length; 0: it does not fit, or host, path or extra hold
 * what would break the request (blanks or control characters; lone CR or LF in extra).
 */
u32 ws_http_request(u8 *at, u32 room, const struct ws_http_req *req);

/*
 * The Sec-WebSocket-Accept that answers `key`: 28 characters, no zero behind them. ERR_INTERNAL
 * where OpenSSL refuses.
 */
err_t ws_http_accept(const u8 key[WS_KEY_LEN], u8 accept[WS_ACCEPT_LEN]);

struct ws_http {
	u8 accept[WS_ACCEPT_LEN]; /* expected */
	u32 scanned;       /* bytes of the buffer known to hold no end of header */
	u16 status;        /* status code of the answer; 0: none yet */
	u32 retry_after_s; /* of Retry-After in seconds; 0: not named */
};

void ws_http_init(struct ws_http *h, const u8 accept[WS_ACCEPT_LEN]);

/*
 * `buf` holds the `n` bytes received so far, from the first one of the answer. ERR_AGAIN: the
 * header is not complete. ERR_OK: upgraded; *used bytes were the header, what follows are frames.
 * ERR_REFUSED: another status than 101, see `status` and `retry_after_s`; ERR_LIMIT: the same, and
 * the status is 418 or 429 or there is a Retry-After. ERR_AUTH: 401 or 403. ERR_TOO_LONG: no end
 * within WS_HTTP_MAX; ERR_SYNTAX: not HTTP/1; ERR_PROTOCOL: 101, but not the answer to our
 * request.
 */
err_t ws_http_rx(struct ws_http *h, const u8 *buf, u32 n, u32 *used);

#endif
