/*
 * peer.kernel: the kernel's sockets, polled without ever sleeping. One recv a turn, straight into
 * the buffer OpenSSL reads; one SSL_read, one SSL_write, one send an order. No call waits, nothing
 * is allocated, nothing is read twice; the order socket is looked at in turns without market data.
 */
#include "bench/peers/sut.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bench/peers/bio.h"
#include "bench/peers/desk.h"
#include "bench/peers/far.h"
#include "common/clock.h"
#include "dataplane/ws/ws.h"

#define IN_MAX 16384
#define OUT_MAX 8192
#define TEXT_MAX 16384
#define ORDERS_EVERY 16 /* turns without market data between looks at the order socket */

struct line {
	int fd;
	SSL *ssl;
	struct bio_ends ends;
	u8 in[IN_MAX], out[OUT_MAX];
};

struct sockets {
	struct line market, orders;
	SSL_CTX *client;
	struct desk *desk;
	u32 mask_seed, idle;
	u8 text[TEXT_MAX + DESK_PADDING];
	u8 frame[8 + DESK_ORDER_MAX];
};

static void die(const char *what)
{
	fprintf(stderr, "bench: peer.kernel: %s: %s\n", what, strerror(errno));
	exit(1);
}

/* ---- bytes ---- */

static bool fill(struct line *l, int flags)
{
	ssize_t n = recv(l->fd, l->in, sizeof l->in, flags);
	if (n <= 0) {
		if (n == 0 || errno != EAGAIN)
			die("recv");
		return false;
	}
	l->ends.in = l->in;
	l->ends.in_n = (u32)n;
	return true;
}

static void begin(struct line *l)
{
	l->ends.out = l->out;
	l->ends.out_n = 0;
}

static void flush(struct line *l)
{
	if (l->ends.out_n && send(l->fd, l->out, l->ends.out_n, MSG_NOSIGNAL) != (ssize_t)l->ends.out_n)
		die("send");
}

/* ---- a turn ---- */

static u32 next_mask(struct sockets *s)
{
	s->mask_seed ^= s->mask_seed << 13;
	s->mask_seed ^= s->mask_seed >> 17;
	return s->mask_seed ^= s->mask_seed << 5;
}

static void send_order(struct sockets *s, u32 n)
{
	u32 head = ws_head_len(n), framed = ws_frame(s->frame + 8 - head, n, WS_OP_TEXT, next_mask(s));
	begin(&s->orders);
	if (SSL_write(s->orders.ssl, s->frame + 8 - head, (int)framed) != (int)framed)
		die("SSL_write");
	flush(&s->orders);
}

/* The venue's frames come whole and one to a record; another shape makes no order. */
static void on_record(struct sockets *s, u32 n)
{
	const u8 *p = s->text;
	if (n < 4 || p[0] != (0x80 | WS_OP_TEXT) || p[1] > 126)
		return;
	u32 head = p[1] == 126 ? 4 : 2, len = p[1] == 126 ? (u32)p[2] << 8 | p[3] : p[1];
	if (n != head + len)
		return;
	n = (u32)desk_order(s->desk, (const char *)p + head, len, clock_wall_ns() / NS_PER_MS,
			    (char *)s->frame + 8);
	if (n)
		send_order(s, n);
}

void sockets_step(void *user)
{
	struct sockets *s = user;
	if (fill(&s->market, MSG_DONTWAIT)) {
		for (int n; (n = SSL_read(s->market.ssl, s->text, TEXT_MAX)) > 0;)
			on_record(s, (u32)n);
		return;
	}
	if (++s->idle % ORDERS_EVERY || !fill(&s->orders, MSG_DONTWAIT))
		return;
	while (SSL_read(s->orders.ssl, s->text, TEXT_MAX) > 0)
		; /* an answer: decrypted, and no more */
}

/* ---- start ---- */

static void set(int fd, int level, int name, int value, bool must)
{
	if (setsockopt(fd, level, name, &value, sizeof value) && must)
		die("setsockopt");
}

/* Reno instead of the system's bbr, which paces; no ACK of its own before the order is on its way. */
static int dial(const char *ip, unsigned short port)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(port) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || inet_pton(AF_INET, ip, &to.sin_addr) != 1)
		die("socket");
	setsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, "reno", 4);
	set(fd, IPPROTO_TCP, TCP_NODELAY, 1, true);
	set(fd, SOL_SOCKET, SO_BUSY_POLL, 50, false); /* where the device has queues to poll, and we may */
	if (connect(fd, (struct sockaddr *)&to, sizeof to))
		die(ip);
	return fd;
}

static void shake_hands(struct line *l)
{
	for (int r = 0; r != 1;) {
		begin(l);
		r = SSL_connect(l->ssl);
		flush(l);
		if (r != 1 && SSL_get_error(l->ssl, r) != SSL_ERROR_WANT_READ)
			die("TLS handshake");
		if (r != 1)
			fill(l, 0);
	}
}

static void upgrade(struct line *l)
{
	static const char request[] = "GET /ws HTTP/1.1\r\nHost: venue\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
				      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";
	char answer[1024];
	int n;
	begin(l);
	if (SSL_write(l->ssl, request, sizeof request - 1) <= 0)
		die("the upgrade");
	flush(l);
	while ((n = SSL_read(l->ssl, answer, sizeof answer - 1)) <= 0)
		fill(l, 0);
	answer[n] = 0;
	if (!strstr(answer, " 101 ") || !strstr(answer, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="))
		die("the upgrade's answer");
}

static void open_line(struct sockets *s, struct line *l, const char *ip, unsigned short port)
{
	l->fd = dial(ip, port);
	l->ssl = bio_join(s->client, &l->ends);
	shake_hands(l);
	upgrade(l);
	set(l->fd, IPPROTO_TCP, TCP_QUICKACK, 0, true);
}

struct sockets *sockets_open(const struct sut_venue *v)
{
	struct sockets *s = calloc(1, sizeof *s);
	if (!s)
		die("memory");
	s->client = far_client_ctx();
	s->desk = desk_open();
	s->mask_seed = 1;
	open_line(s, &s->market, v->market_ip, v->port);
	open_line(s, &s->orders, v->order_ip, v->port);
	return s;
}

static void close_line(struct line *l)
{
	SSL_free(l->ssl);
	close(l->fd);
}

void sockets_close(struct sockets *s)
{
	close_line(&s->market);
	close_line(&s->orders);
	SSL_CTX_free(s->client);
	desk_close(s->desk);
	free(s);
}
