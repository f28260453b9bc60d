#include "tests/hostctl/fake_door.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/cmocka_all.h"

static void read_line(struct fake_door *d, int fd)
{
	size_t n = 0;
	ssize_t got;
	while (n < sizeof d->line - 1 &&
	       (got = read(fd, d->line + n, sizeof d->line - 1 - n)) > 0) {
		n += (size_t)got;
		if (memchr(d->line, '\n', n))
			break;
	}
	d->line[n] = 0;
	d->line[strcspn(d->line, "\n")] = 0;
}

static void send_answer(const struct fake_door *d, int fd)
{
	size_t n = strlen(d->answer), piece = d->piece ? d->piece : n;
	for (size_t i = 0; i < n; i += piece)
		if (send(fd, d->answer + i, n - i < piece ? n - i : piece, MSG_NOSIGNAL) < 0)
			return;
}

static void *serve(void *arg)
{
	struct fake_door *d = arg;
	char byte;
	int fd = accept(d->listener, NULL, NULL);
	if (fd < 0)
		return NULL;
	read_line(d, fd);
	if (d->answer)
		send_answer(d, fd);
	if (d->answer && !*d->answer && read(d->release[0], &byte, 1) < 0)
		d->line[0] = 0;
	close(fd);
	return NULL;
}

void fake_door_open(struct fake_door *d, const char *path, const char *answer, u32 piece)
{
	*d = (struct fake_door){ .answer = answer,
				 .piece = piece,
				 .at = { .sun_family = AF_UNIX } };
	snprintf(d->at.sun_path, sizeof d->at.sun_path, "%s", path);
	unlink(path);
	d->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(d->listener, (struct sockaddr *)&d->at, sizeof d->at), 0);
	assert_int_equal(listen(d->listener, 1), 0);
	assert_int_equal(pipe(d->release), 0);
	assert_int_equal(pthread_create(&d->thread, NULL, serve, d), 0);
}

void fake_door_close(struct fake_door *d)
{
	shutdown(d->listener, SHUT_RDWR); /* ends an accept that nobody came to */
	close(d->release[1]);
	pthread_join(d->thread, NULL);
	close(d->release[0]);
	close(d->listener);
	unlink(d->at.sun_path);
}
