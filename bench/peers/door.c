#include "bench/peers/door.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void die(const char *what)
{
	fprintf(stderr, "bench: the venue's door: %s\n", what);
	exit(1);
}

/* What OpenSSL has to say goes out. */
static void flush(struct door *d, ns_t now)
{
	char *p;
	long n = BIO_get_mem_data(d->far.out, &p);
	if (n > 0 && tcp_write(d->conn, p, (u32)n, now) != ERR_OK)
		die("no room for the handshake");
	(void)BIO_reset(d->far.out);
}

/* RFC 6455 section 4.2.2: the key and the fixed text, SHA-1, base64. */
static void accept_key(const char *request, char out[32])
{
	static const char name[] = "Sec-WebSocket-Key: ", magic[] = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
	const char *key = strcasestr(request, name);
	char text[128];
	u8 digest[20];
	if (!key)
		die("an upgrade without key");
	key += sizeof name - 1;
	snprintf(text, sizeof text, "%.*s%s", (int)strcspn(key, "\r\n"), key, magic);
	EVP_Digest(text, strlen(text), digest, NULL, EVP_sha1(), NULL);
	EVP_EncodeBlock((u8 *)out, digest, sizeof digest);
}

/* One record each way, so that the keys go on at number one. */
static void upgrade(struct door *d, ns_t now)
{
	char request[4096], answer[256], key[32];
	int n = SSL_read(d->far.ssl, request, sizeof request - 1);
	if (n <= 0)
		return;
	request[n] = 0;
	if (!strstr(request, "\r\n\r\n"))
		die("an upgrade in pieces");
	accept_key(request, key);
	n = snprintf(answer, sizeof answer,
		     "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
		     "Sec-WebSocket-Accept: %s\r\n\r\n", key);
	if (SSL_write(d->far.ssl, answer, n) != n)
		die("the upgrade's answer");
	flush(d, now);
	d->far.rx.seq = d->far.tx.seq = 1;
	peer_take(d->peer, d->conn, d->crypto, &d->far.rx, &d->far.tx);
	d->open = true;
}

static void on_open(void *user, struct tcp_conn *c, ns_t now)
{
	struct door *d = user;
	(void)now;
	if (d->conn)
		die("a second connection");
	d->conn = c;
}

static void on_data(void *user, struct tcp_conn *c, const u8 *p, u32 n, ns_t now)
{
	struct door *d = user;
	(void)c;
	BIO_write(d->far.in, p, (int)n);
	if (!d->shaken) {
		d->shaken = far_step(&d->far);
		flush(d, now);
	}
	if (d->shaken)
		upgrade(d, now);
}

static void on_fin(void *user, struct tcp_conn *c, ns_t now)
{
	(void)user, (void)c, (void)now;
	die("the client closed");
}

static void on_down(void *user, struct tcp_conn *c, err_t why, ns_t now)
{
	(void)user, (void)c, (void)now;
	die(err_text(why));
}

static const struct tcp_events events = { .open = on_open, .data = on_data, .fin = on_fin, .down = on_down };

void door_open(struct door *d, struct peer *p, SSL_CTX *server, const struct tls_crypto *crypto)
{
	*d = (struct door){ .peer = p, .crypto = crypto };
	far_open(&d->far, server);
	if (tcp_listen(p->tcp, DOOR_PORT, &events, d) != ERR_OK)
		die("it cannot listen");
}

void door_close(struct door *d) { far_close(&d->far); }
