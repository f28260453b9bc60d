/*
 * tls_line.h - a TLS connection that carries lines: handshake, send, receive, each against one
 * deadline.
 *
 * For either end; the descriptor is non-blocking, and the waiting is done here. One thread a
 * connection. ERR_TIMEOUT: the deadline has passed; ERR_CLOSED: the other end hung up;
 * ERR_AUTH: the handshake was refused; ERR_IO.
 */
#ifndef HOSTCTL_TLS_LINE_H
#define HOSTCTL_TLS_LINE_H

#include "common/err.h"
#include "common/types.h"
#include "dataplane/tls/tls_ossl.h"

struct tls_line {
	SSL *ssl;
	int fd;
	u64 until_ms; /* of tls_now_ms */
};

u64 tls_now_ms(void); /* a clock that no one sets */

/* As server or client. `why` (`n` bytes) is OpenSSL's reason, or "". */
err_t tls_line_shake(struct tls_line *t, bool server, char *why, size_t n);

err_t tls_line_send(struct tls_line *t, const char *p, size_t n);

/*
 * The bytes up to the first newline, which becomes the text's end, to `line` of `room` bytes;
 * *n: how many. ERR_TOO_LONG: no newline in them. What stands behind it is dropped: one line a
 * connection.
 */
err_t tls_line_receive(struct tls_line *t, char *line, size_t room, size_t *n);

/* Says good-bye once, without waiting for the answer. */
void tls_line_bye(struct tls_line *t);

#endif
