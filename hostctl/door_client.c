#include "hostctl/door_client.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

static err_t failed(char *why, err_t e, const char *path, const char *what)
{
	snprintf(why, DOOR_WHY_MAX, "%s: %s", path, what);
	return e;
}

static u64 now_ms(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (u64)t.tv_sec * 1000 + (u64)t.tv_nsec / 1000000;
}

/* ERR_OK when `events` have come. */
static err_t wait_for(int fd, short events, u64 until_ms)
{
	for (;;) {
		u64 now = now_ms();
		struct pollfd p = { .fd = fd, .events = events };
		int n = now < until_ms ? poll(&p, 1, (int)(until_ms - now)) : 0;
		if (n > 0)
			return ERR_OK;
		if (n == 0 && now_ms() >= until_ms)
			return ERR_TIMEOUT;
		if (n < 0 && errno != EINTR)
			return ERR_IO;
	}
}

static err_t send_line(int fd, const char *line, size_t n, u64 until_ms)
{
	while (n) {
		err_t e = wait_for(fd, POLLOUT, until_ms);
		if (e != ERR_OK)
			return e;
		ssize_t sent = send(fd, line, n, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (sent < 0 && errno != EAGAIN && errno != EINTR)
			return errno == EPIPE || errno == ECONNRESET ? ERR_CLOSED : ERR_IO;
		line += sent > 0 ? sent : 0;
		n -= sent > 0 ? (size_t)sent : 0;
	}
	return ERR_OK;
}

static err_t receive_line(int fd, char *line, u64 until_ms)
{
	size_t n = 0;
	for (;;) {
		err_t e = wait_for(fd, POLLIN, until_ms);
		if (e != ERR_OK)
			return e;
		ssize_t got = recv(fd, line + n, DOOR_LINE_MAX - 1 - n, MSG_DONTWAIT);
		if (got == 0 || (got < 0 && errno == ECONNRESET))
			return ERR_CLOSED;
		if (got < 0 && errno != EAGAIN && errno != EINTR)
			return ERR_IO;
		n += got > 0 ? (size_t)got : 0;
		line[n] = 0;
		char *end = memchr(line, '\n', n);
		if (end) {
			*end = 0;
			return ERR_OK;
		}
		if (n == DOOR_LINE_MAX - 1)
			return ERR_TOO_LONG;
	}
}

static err_t exchange(int fd, char *line, u32 timeout_ms)
{
	u64 until_ms = now_ms() + timeout_ms;
	size_t n = strlen(line);
	line[n++] = '\n';
	err_t e = send_line(fd, line, n, until_ms);
	return e == ERR_OK ? receive_line(fd, line, until_ms) : e;
}

static const char *sentence(err_t e)
{
	switch (e) {
	case ERR_TIMEOUT:
		return "no answer in time; what was asked for may still happen: look at hostctl "
		       "status";
	case ERR_CLOSED:
		return "hung up without an answer; look at hostctl status";
	case ERR_TOO_LONG:
		return "the answer is too long";
	default:
		return strerror(errno);
	}
}

err_t door_ask(const char *path, char *line, u32 timeout_ms, char *why)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	if (strlen(path) >= sizeof to.sun_path)
		return failed(why, ERR_ARGUMENT, path, "the path is too long for a socket");
	if (strchr(line, '\n') || strlen(line) > DOOR_LINE_MAX - 2)
		return failed(why, ERR_ARGUMENT, path, "a command is one line");
	memcpy(to.sun_path, path, strlen(path) + 1);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return failed(why, ERR_IO, path, strerror(errno));
	if (connect(fd, (struct sockaddr *)&to, sizeof to)) {
		err_t e = errno == ENOENT || errno == ECONNREFUSED ? ERR_UNREACHABLE : ERR_IO;
		failed(why, e, path,
		       e == ERR_UNREACHABLE ? "nobody listens here" : strerror(errno));
		close(fd);
		return e;
	}
	err_t e = exchange(fd, line, timeout_ms);
	if (e != ERR_OK)
		failed(why, e, path, sentence(e));
	close(fd);
	return e;
}
