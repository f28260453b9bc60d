#include "hostctl/tls_line.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <time.h>

u64 tls_now_ms(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (u64)t.tv_sec * 1000 + (u64)t.tv_nsec / 1000000;
}

static err_t wait_for(const struct tls_line *t, short events)
{
	for (;;) {
		u64 now = tls_now_ms();
		struct pollfd p = { .fd = t->fd, .events = events };
		if (now >= t->until_ms)
			return ERR_TIMEOUT;
		int n = poll(&p, 1, (int)(t->until_ms - now));
		if (n > 0)
			return ERR_OK;
		if (n < 0 && errno != EINTR)
			return ERR_IO;
	}
}

/* After a call that returned `rc` <= 0: ERR_OK once it is to be tried again. */
static err_t again(const struct tls_line *t, int rc)
{
	switch (SSL_get_error(t->ssl, rc)) {
	case SSL_ERROR_WANT_READ: return wait_for(t, POLLIN);
	case SSL_ERROR_WANT_WRITE: return wait_for(t, POLLOUT);
	case SSL_ERROR_ZERO_RETURN:
	case SSL_ERROR_SYSCALL: return ERR_CLOSED;
	default: return ERR_AUTH;
	}
}

static void explain(const struct tls_line *t, char *why, size_t n)
{
	long verdict = SSL_get_verify_result(t->ssl);
	const char *reason = ERR_reason_error_string(ERR_peek_last_error());
	snprintf(why, n, "%s%s%s", reason ? reason : "", reason && verdict != X509_V_OK ? ": " : "",
		 verdict != X509_V_OK ? X509_verify_cert_error_string(verdict) : "");
}

err_t tls_line_shake(struct tls_line *t, bool server, char *why, size_t n)
{
	*why = 0;
	for (;;) {
		ERR_clear_error();
		int rc = server ? SSL_accept(t->ssl) : SSL_connect(t->ssl);
		err_t e = rc == 1 ? ERR_OK : again(t, rc);
		if (e == ERR_AUTH)
			explain(t, why, n);
		if (rc == 1 || e != ERR_OK)
			return e;
	}
}

err_t tls_line_send(struct tls_line *t, const char *p, size_t n)
{
	while (n) {
		size_t sent = 0;
		ERR_clear_error();
		int rc = SSL_write_ex(t->ssl, p, n, &sent);
		err_t e = rc == 1 ? ERR_OK : again(t, rc);
		if (e != ERR_OK)
			return e;
		p += sent;
		n -= sent;
	}
	return ERR_OK;
}

err_t tls_line_receive(struct tls_line *t, char *line, size_t room, size_t *n)
{
	size_t have = 0;
	*n = 0;
	while (have < room) {
		size_t got = 0;
		ERR_clear_error();
		int rc = SSL_read_ex(t->ssl, line + have, room - have, &got);
		err_t e = rc == 1 ? ERR_OK : again(t, rc);
		if (e != ERR_OK)
			return e;
		char *end = memchr(line + have, '\n', got);
		have += got;
		if (end) {
			*end = 0;
			*n = (size_t)(end - line);
			return ERR_OK;
		}
	}
	return ERR_TOO_LONG;
}

void tls_line_bye(struct tls_line *t)
{
	ERR_clear_error();
	if (SSL_shutdown(t->ssl) < 0)
		ERR_clear_error(); /* the other end has gone: there is nobody to take leave of */
}
