#include "tests/peers/mock_tcp.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

bool mock_tcp_connect(struct mock_tcp *c, u16 port)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(port) };
	int on = 1;

	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	c->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	c->out_n = 0;
	c->fin_due = false;
	if (c->fd < 0 || connect(c->fd, (struct sockaddr *)&to, sizeof to) != 0) {
		mock_tcp_close(c);
		return false;
	}
	setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	return true;
}

void mock_tcp_flush(struct mock_tcp *c)
{
	ssize_t n = 0;

	if (c->fd >= 0 && c->out_n)
		n = send(c->fd, c->out, c->out_n, MSG_DONTWAIT | MSG_NOSIGNAL);
	if (n > 0) {
		c->out_n -= (size_t)n;
		memmove(c->out, c->out + n, c->out_n);
	}
	if (c->fd >= 0 && c->fin_due && !c->out_n) {
		shutdown(c->fd, SHUT_WR);
		c->fin_due = false;
	}
}

void mock_tcp_send(struct mock_tcp *c, const void *p, size_t n)
{
	if (c->out_n + n > c->out_cap) {
		c->out_cap = 2 * (c->out_n + n);
		c->out = realloc(c->out, c->out_cap);
		if (!c->out)
			abort();
	}
	if (n)
		memcpy(c->out + c->out_n, p, n);
	c->out_n += n;
	if (c->out_n < 1 << 20) /* long messages leave with the loop */
		mock_tcp_flush(c);
}

void mock_tcp_finish(struct mock_tcp *c)
{
	c->fin_due = true;
	mock_tcp_flush(c);
}

void mock_tcp_close(struct mock_tcp *c)
{
	if (c->fd >= 0)
		close(c->fd);
	c->fd = -1;
	c->out_n = 0;
}
