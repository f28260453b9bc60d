/*
 * Any bytes over TCP to the endpoint that Prometheus scrapes, answered by its own thread: what
 * comes back is HTTP, 200 only for a GET, and the next client is served as if nothing had been.
 */
#include <arpa/inet.h>
#include <microhttpd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/clock.h"
#include "hostctl/prom.h"

#define BYTES_MAX 65536 /* what a socket takes before anybody reads */

int LLVMFuzzerTestOneInput(const u8 *data, size_t n);

static struct sockaddr_in endpoint(void)
{
	static struct prom p;
	static struct metric_set s;
	char why[PROM_WHY_MAX];
	if (!p.daemon) {
		metric_reset(&s, "fuzz", clock_wall_ns());
		metric_add(&s, METRIC_appliance_up, 1);
		metric_label(metric_add(&s, METRIC_market_bid, 6183763), "symbol", "BTCUSDT");
		if (prom_open(&p, "127.0.0.1", 0, INT64_MAX, why) != ERR_OK)
			abort();
		prom_show(&p, &s);
	}
	const union MHD_DaemonInfo *at = MHD_get_daemon_info(p.daemon, MHD_DAEMON_INFO_BIND_PORT);
	if (!at || !at->port)
		abort();
	return (struct sockaddr_in){ .sin_family = AF_INET,
				     .sin_port = htons(at->port),
				     .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
}

/* Says `n` bytes and no more; the first `max` - 1 of the answer, up to the end of the connection. */
static size_t ask(const void *data, size_t n, char *answer, size_t max)
{
	struct sockaddr_in at = endpoint();
	char rest[4096];
	size_t got = 0;
	ssize_t more;
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	if (fd < 0 || connect(fd, (struct sockaddr *)&at, sizeof at))
		abort();
	send(fd, data, n, MSG_NOSIGNAL); /* it may have hung up on what it does not like */
	shutdown(fd, SHUT_WR);
	while ((more = recv(fd, rest, sizeof rest, 0)) > 0) {
		size_t keep = (size_t)more < max - 1 - got ? (size_t)more : max - 1 - got;
		memcpy(answer + got, rest, keep);
		got += keep;
	}
	close(fd);
	answer[got] = 0;
	return got;
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t n)
{
	static const char health[] = "GET /health HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
	char answer[1024];
	if (!n || n > BYTES_MAX)
		return 0;
	size_t got = ask(data, n, answer, sizeof answer);
	if (got && strncmp(answer, "HTTP/1.", 7))
		abort();
	if (got > 12 && !strncmp(answer + 8, " 200", 4) && !memmem(data, n, "GET", 3))
		abort();
	ask(health, sizeof health - 1, answer, sizeof answer);
	if (strncmp(answer, "HTTP/1.1 200", 12) || !strstr(answer, "\r\n\r\nrunning\n"))
		abort();
	return 0;
}
