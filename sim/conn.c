#include "sim/conn.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define READ_CHUNK                                                                                 \
	16384 /* a whole TLS record, so that nothing stays inside OpenSSL when we stop reading */
#define READ_ROUNDS 4

struct conn *sim_conn_new(int fd, SSL_CTX *tls, u64 id, ns_t now, i64 now_ms)
{
	struct conn *c = calloc(1, sizeof *c);
	SSL *ssl = SSL_new(tls);
	if (!c || !ssl || SSL_set_fd(ssl, fd) != 1) {
		fprintf(stderr, "saker-venue: out of memory for a connection\n");
		exit(1);
	}
	SSL_set_accept_state(ssl);
	*c = (struct conn){ .fd = fd,
			    .ssl = ssl,
			    .id = id,
			    .heard_ns = now,
			    .ping_ns = now,
			    .connected_ms = now_ms };
	return c;
}

void conn_free(struct conn *c)
{
	SSL_free(c->ssl);
	if (c->fd >= 0)
		close(c->fd);
	buf_free(&c->in);
	buf_free(&c->out);
	buf_free(&c->message);
	free(c->streams.names);
	free(c);
}

void conn_reset(struct conn *c)
{
	struct linger rst = { .l_onoff = 1 };
	if (c->dead)
		return;
	setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &rst, sizeof rst);
	close(c->fd);
	c->fd = -1;
	c->dead = true;
}

void conn_close(struct conn *c)
{
	c->closing = true;
	conn_flush(c);
}

bool conn_wants_write(const struct conn *c)
{
	return buf_n(&c->out) > 0 || (!c->open && SSL_want_write(c->ssl));
}

/* What an OpenSSL call that did not succeed means: true to wait, false (and dead) to give up. */
static bool may_wait(struct conn *c, int result)
{
	int e = SSL_get_error(c->ssl, result);
	ERR_clear_error();
	if (e == SSL_ERROR_WANT_READ || e == SSL_ERROR_WANT_WRITE)
		return true;
	c->dead = true;
	return false;
}

bool conn_read(struct conn *c)
{
	for (u32 i = 0; i < READ_ROUNDS && !c->dead; i++) {
		ERR_clear_error();
		if (!c->open) {
			int ok = SSL_do_handshake(c->ssl);
			if (ok != 1)
				return may_wait(c, ok);
			c->open = true;
		}
		int n = SSL_read(c->ssl, buf_room(&c->in, READ_CHUNK), READ_CHUNK);
		if (n <= 0)
			return may_wait(c, n);
		if (!c->closing)
			buf_fill(&c->in, (size_t)n);
	}
	return !c->dead;
}

/*
 * Our side ends; what the peer still sends is read and thrown away until it ends too. Closing at
 * once would answer that with a RST, which can overtake our last bytes.
 */
static void end_sending(struct conn *c)
{
	SSL_shutdown(c->ssl);
	ERR_clear_error();
	shutdown(c->fd, SHUT_WR);
	c->ended = true;
}

void conn_flush(struct conn *c)
{
	while (!c->dead && !c->ended && c->open && buf_n(&c->out)) {
		ERR_clear_error();
		size_t n = buf_n(&c->out) < 1u << 20 ? buf_n(&c->out) : 1u << 20;
		int done = SSL_write(c->ssl, buf_p(&c->out), (int)n);
		if (done <= 0) {
			may_wait(c, done);
			return;
		}
		buf_eat(&c->out, (size_t)done);
	}
	if (c->closing && !c->open)
		c->dead = true;
	if (c->closing && !c->dead && !c->ended)
		end_sending(c);
}

void conn_send(struct conn *c, const void *p, size_t n)
{
	if (c->dead || c->closing)
		return;
	buf_add(&c->out, p, n);
	conn_flush(c);
	if (buf_n(&c->out) > CONN_QUEUE_MAX)
		conn_reset(c);
}
