/*
 * peer_client [--ca FILE] [--cert FILE --key FILE] [--suites12 S] [--suites13 S] [--groups G]
 * [--min 1.2|1.3] [--max ...] [--fragment N] [--read N] - our TLS and WebSocket against a server on
 * 127.0.0.1. Commands on standard input (see `commands`), events on standard output.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/peers/peer.h"

#define ARGS_MAX 5

static void do_connect(struct peer *p, char **a) { peer_connect(p, (u16)atoi(a[1]), a[2]); }
static void do_get(struct peer *p, char **a)
{
	char req[1024];

	peer_send(p, req, (size_t)snprintf(req, sizeof req, "GET %s HTTP/1.1\r\nHost: %s\r\n%s\r\n",
					   a[1], a[2], "Connection: close\r\n"));
}
static void do_line(struct peer *p, char **a)
{
	char line[1024];

	peer_send(p, line, (size_t)snprintf(line, sizeof line, "%s\n", a[1]));
}
static void do_fill(struct peer *p, char **a)
{
	u32 n = (u32)atoi(a[1]);
	u8 *at = malloc(n);

	for (u32 i = 0; at && i < n; i++)
		at[i] = i + 1 == n ? '\n' : (u8)('a' + i % 26);
	if (at)
		peer_send(p, at, n);
	free(at);
}
static void do_save(struct peer *p, char **a) { p->save = fopen(a[1], "we"); }
static void do_update(struct peer *p, char **a)
{
	(void)a;
	printf("update err=%s\n", err_name(tls_update_keys(&p->tls)));
}
static void do_close(struct peer *p, char **a)
{
	(void)a;
	tls_close(&p->tls);
}
static void do_drop(struct peer *p, char **a)
{
	(void)a;
	mock_tcp_close(&p->tcp);
	printf("dropped\n");
}
static void do_stat(struct peer *p, char **a)
{
	(void)a;
	printf("stat tickets=%u rx_updates=%llu tx_updates=%llu in_parts=%llu dropped=%llu\n",
	       p->tickets, (unsigned long long)p->tls_cnt[TLS_CNT_rx_key_updates],
	       (unsigned long long)p->tls_cnt[TLS_CNT_tx_key_updates],
	       (unsigned long long)p->tls_cnt[TLS_CNT_rx_in_parts],
	       (unsigned long long)p->tls_cnt[TLS_CNT_rx_tickets_dropped]);
}
static void do_ws(struct peer *p, char **a)
{
	char extra[512];

	snprintf(extra, sizeof extra, "%s\r\n", a[3]);
	peer_upgrade(p, a[1], a[2], a[3][0] ? extra : NULL);
}
static void do_text(struct peer *p, char **a)
{
	peer_message(p, WS_OP_TEXT, (u32)atoi(a[1]), (u32)atoi(a[2]));
}
static void do_binary(struct peer *p, char **a)
{
	peer_message(p, WS_OP_BINARY, (u32)atoi(a[1]), (u32)atoi(a[2]));
}
static void do_ping(struct peer *p, char **a) { peer_ping(p, a[1]); }
static void do_wsclose(struct peer *p, char **a) { peer_close(p, (u16)atoi(a[1]), a[2]); }

static const struct {
	const char *name;
	int args;
	void (*run)(struct peer *p, char **a);
} commands[] = {
	{ "connect", 2, do_connect }, /* port, host name to verify */
	{ "get", 2, do_get },         /* path, host */
	{ "line", 1, do_line },       /* text */
	{ "fill", 1, do_fill },       /* bytes of plaintext, the last one a line feed */
	{ "save", 1, do_save },       /* file that gets the plaintext of this connection */
	{ "update", 0, do_update },
	{ "close", 0, do_close },     /* close_notify */
	{ "drop", 0, do_drop },       /* the socket, without a word */
	{ "stat", 0, do_stat },
	{ "ws", 3, do_ws },           /* Host, path, one more header line or "" */
	{ "text", 2, do_text },       /* bytes, frames */
	{ "binary", 2, do_binary },
	{ "ping", 1, do_ping },       /* data */
	{ "wsclose", 2, do_wsclose }, /* code, reason */
};

/* Arguments are separated by tabs: text may hold blanks. */
static void command(struct peer *p, char *line)
{
	char *a[ARGS_MAX];
	int n = 0;

	while (line && n < ARGS_MAX)
		a[n++] = strsep(&line, "\t");
	for (size_t i = 0; i < ARRAY_LEN(commands); i++)
		if (strcmp(a[0], commands[i].name) == 0 && n == commands[i].args + 1) {
			commands[i].run(p, a);
			if (p->opened || p->hs)
				peer_settle(p);
			return;
		}
	printf("bad-command %s\n", a[0]);
}

/* False at the end of the input. */
static bool read_commands(struct peer *p)
{
	static char buf[4096];
	static size_t n;
	ssize_t r = read(STDIN_FILENO, buf + n, sizeof buf - 1 - n);
	char *end;

	if (r <= 0)
		return false;
	n += (size_t)r;
	while ((end = memchr(buf, '\n', n))) {
		*end = 0;
		command(p, buf);
		n -= (size_t)(end + 1 - buf);
		memmove(buf, end + 1, n);
	}
	return true;
}

/* Takes `read_max` bytes at once, so that records come in several pieces as from a wire. */
static void loop(struct peer *p, u32 read_max)
{
	static u8 seg[1460];
	struct pollfd fds[2];

	do {
		fds[0] = (struct pollfd){ .fd = STDIN_FILENO, .events = POLLIN };
		fds[1] = (struct pollfd){ .fd = p->tcp.fd,
					  .events = (short)(POLLIN | (p->tcp.out_n ? POLLOUT : 0)) };
		if (poll(fds, 2, -1) < 0)
			return;
		if (fds[1].revents & POLLOUT)
			mock_tcp_flush(&p->tcp);
		if (fds[1].revents & (POLLIN | POLLHUP | POLLERR)) {
			ssize_t n = recv(p->tcp.fd, seg, u32_min(read_max, sizeof seg),
					 MSG_DONTWAIT);
			if (n >= 0 || errno != EAGAIN)
				peer_rx(p, seg, n > 0 ? (u32)n : 0);
		}
	} while (!(fds[0].revents & (POLLIN | POLLHUP)) || read_commands(p));
}

static u16 version(const char *s) { return strcmp(s, "1.2") == 0 ? TLS_1_2 : TLS_1_3; }

static bool options(struct tls_client_cfg *cfg, u32 *read_max, char **a)
{
	for (; a[0] && a[1]; a += 2) {
		if (strcmp(a[0], "--ca") == 0)
			cfg->ca_file = a[1];
		else if (strcmp(a[0], "--cert") == 0)
			cfg->cert_file = a[1];
		else if (strcmp(a[0], "--key") == 0)
			cfg->key_file = a[1];
		else if (strcmp(a[0], "--suites12") == 0)
			cfg->suites_12 = a[1];
		else if (strcmp(a[0], "--suites13") == 0)
			cfg->suites_13 = a[1];
		else if (strcmp(a[0], "--groups") == 0)
			cfg->groups = a[1];
		else if (strcmp(a[0], "--min") == 0)
			cfg->version_min = version(a[1]);
		else if (strcmp(a[0], "--max") == 0)
			cfg->version_max = version(a[1]);
		else if (strcmp(a[0], "--fragment") == 0)
			cfg->max_fragment = (u16)atoi(a[1]);
		else if (strcmp(a[0], "--read") == 0)
			*read_max = (u32)atoi(a[1]);
		else
			return false;
	}
	return !a[0];
}

int main(int argc, char **argv)
{
	struct peer *p = aligned_alloc(_Alignof(struct peer), sizeof *p);
	struct tls_client_cfg cfg = { .ca_file = NULL };
	char why[TLS_WHY_MAX] = "no memory";
	u32 read_max = UINT32_MAX;

	(void)argc;
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (!options(&cfg, &read_max, argv + 1) || !p || !peer_init(p, &cfg, why)) {
		fprintf(stderr, "peer_client: bad option or %s\n", why);
		return 2;
	}
	loop(p, read_max);
	peer_fini(p);
	free(p);
	return 0;
}
