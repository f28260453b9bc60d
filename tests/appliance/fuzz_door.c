/*
 * Any bytes at the control socket, in any pieces: each line is one request at most, its words fit, and
 * the answer is one line that can be read as JSON.
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "appliance/door.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t n);

static u32 requests;

static void on_request(void *user, u32 id, const struct door_peer *p, char *verb, char *arg)
{
	char text[DOOR_LINE + 1];
	if (strlen(p->via) >= DOOR_VIA || strlen(p->as) >= DOOR_AS)
		abort();
	if (++requests > 1 || !p->known || strlen(verb) + strlen(arg) >= DOOR_LINE || strchr(verb, ' '))
		abort();
	snprintf(text, sizeof text, "%s", arg);
	door_answer(user, id, ERR_STATE, *arg ? text : verb);
}

/* Bytes of a hostile client come back in the answer: UTF-8 is theirs to break, the line's form is not. */
static void check(char *line, ssize_t n)
{
	for (ssize_t i = 0; i < n; i++)
		if ((u8)line[i] > 0x7e)
			line[i] = '?';
	json_t *j = json_loadb(line, (size_t)n, JSON_REJECT_DUPLICATES, NULL);
	if (!j || line[n - 1] != '\n' || memchr(line, '\n', (size_t)n - 1))
		abort();
	json_decref(j);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t n)
{
	static struct door d;
	static char path[64];
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	char line[1024];
	if (!*path) {
		snprintf(path, sizeof path, "/tmp/saker-fuzz-door-%d", (int)getpid());
		if (door_open(&d, path, false) != ERR_OK)
			abort();
	}
	strcpy(at.sun_path, path);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
	if (fd < 0 || connect(fd, (struct sockaddr *)&at, sizeof at))
		abort();
	requests = 0;
	for (size_t done = 0; n > 1 && done < n - 1;) {
		size_t piece = 1 + data[0] % 61;
		if (piece > n - 1 - done)
			piece = n - 1 - done;
		if (send(fd, data + 1 + done, piece, MSG_NOSIGNAL) < 0)
			break; /* answered already */
		done += piece;
		door_turn(&d, on_request, &d);
	}
	door_turn(&d, on_request, &d);
	ssize_t got = recv(fd, line, sizeof line, 0);
	if (got > 0)
		check(line, got);
	close(fd);
	door_turn(&d, on_request, &d); /* sees it gone */
	return 0;
}
