/*
 * http.h - HTTP/1.1 request heads and answers (RFC 9112), as far as the venue needs them. Pure.
 */
#ifndef SIM_HTTP_H
#define SIM_HTTP_H

#include "common/err.h"
#include "sim/buf.h"

#define HTTP_HEAD_MAX 16384
#define HTTP_BODY_MAX (1u << 20)

struct http_request {
	char method[8];
	char path[256];   /* as sent, without the query */
	char query[8192]; /* without the '?' */
	size_t head_n;    /* bytes of the head, blank line included */
	size_t body_n;    /* Content-Length */
	bool close;       /* Connection: close, or HTTP/1.0 */
	bool upgrade;     /* Upgrade: websocket and Connection: upgrade */
	u32 ws_version;   /* 0: none sent */
	char ws_key[64];
};

/*
 * Reads a head from `n` bytes at `p`. ERR_AGAIN: not all there yet; ERR_SYNTAX: not HTTP/1.x;
 * ERR_TOO_LONG: head, path, query or body over the limit; ERR_UNSUPPORTED: Transfer-Encoding.
 */
err_t http_parse(struct http_request *r, const u8 *p, size_t n);

/*
 * The decoded value of parameter `name` of a query; false where it is absent, empty, malformed
 * or too long for `n` bytes.
 */
bool http_param(const char *query, const char *name, char *out, size_t n);

/* Appends a whole answer. `extra`: more header lines, each with its CRLF, or "". */
void http_answer(struct buf *out, int status, const char *type, const char *extra, const void *body,
		 size_t n);

const char *http_reason(int status);

#endif
