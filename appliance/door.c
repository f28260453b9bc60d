#include "appliance/door.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static bool somebody_listens(const struct sockaddr_un *at)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool yes = fd >= 0 && connect(fd, (const struct sockaddr *)at, sizeof *at) == 0;
	if (fd >= 0)
		close(fd);
	return yes;
}

err_t door_open(struct door *d, const char *path, bool others)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	*d = (struct door){ .open = true, .listener = -1 };
	for (u32 i = 0; i < DOOR_CLIENTS; i++)
		d->client[i].fd = -1;
	if (strlen(path) >= sizeof at.sun_path)
		return ERR_TOO_LONG;
	memcpy(at.sun_path, path, strlen(path) + 1);
	memcpy(d->path, path, strlen(path) + 1);
	if (somebody_listens(&at))
		return ERR_EXISTS;
	unlink(path);
	d->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	mode_t old = umask(others ? 0111 : 0177);
	bool ok = d->listener >= 0 && bind(d->listener, (struct sockaddr *)&at, sizeof at) == 0 &&
		  listen(d->listener, DOOR_CLIENTS) == 0;
	umask(old);
	return ok ? ERR_OK : ERR_IO;
}

static void hang_up(struct door_client *c)
{
	close(c->fd);
	*c = (struct door_client){ .fd = -1 };
}

void door_close(struct door *d)
{
	if (!d->open)
		return;
	for (u32 i = 0; i < DOOR_CLIENTS; i++)
		if (d->client[i].fd >= 0)
			hang_up(&d->client[i]);
	if (d->listener >= 0) {
		close(d->listener);
		unlink(d->path);
	}
	d->listener = -1;
	d->open = false;
}

void door_abandon(struct door *d, const char *text)
{
	for (u32 i = 0; d->open && i < DOOR_CLIENTS; i++)
		if (d->client[i].id)
			door_answer(d, d->client[i].id, ERR_CLOSED, text);
	door_close(d);
}

u32 door_fds(const struct door *d, struct pollfd *fds)
{
	u32 n = 0;
	if (d->listener >= 0)
		fds[n++] = (struct pollfd){ .fd = d->listener, .events = POLLIN };
	for (u32 i = 0; i < DOOR_CLIENTS; i++)
		if (d->client[i].fd >= 0 && !d->client[i].id)
			fds[n++] = (struct pollfd){ .fd = d->client[i].fd, .events = POLLIN };
	return n;
}

/* A free place, or that of whoever has been connected for longest without a whole line. */
static struct door_client *place(struct door *d)
{
	struct door_client *oldest = NULL;
	for (u32 i = 0; i < DOOR_CLIENTS; i++) {
		struct door_client *c = &d->client[i];
		if (c->fd < 0)
			return c;
		if (!c->id && (!oldest || c->nth < oldest->nth))
			oldest = c;
	}
	if (oldest)
		hang_up(oldest);
	return oldest;
}

static void ask_kernel(int fd, struct door_peer *p)
{
	struct ucred who;
	gid_t gid[DOOR_GROUPS];
	socklen_t n = sizeof who, groups = sizeof gid;
	*p = (struct door_peer){ 0 };
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &n))
		return;
	*p = (struct door_peer){ .known = true, .uid = who.uid, .pid = (u32)who.pid, .n_gids = 1, .gid = { who.gid } };
	if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, gid, &groups))
		return; /* more than DOOR_GROUPS: its first one counts */
	for (u32 i = 0; i < groups / sizeof gid[0] && p->n_gids < DOOR_GROUPS; i++)
		p->gid[p->n_gids++] = gid[i];
}

static void accept_one(struct door *d)
{
	int fd = accept4(d->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (fd < 0)
		return;
	struct door_client *c = place(d);
	if (!c) {
		close(fd); /* each of them waits for an answer */
		return;
	}
	c->fd = fd;
	ask_kernel(fd, &c->peer);
	c->nth = ++d->arrivals;
}

static void too_long(struct door *d, const struct door_client *c)
{
	door_answer(d, c->id, ERR_TOO_LONG, "a command is one line of at most 253 characters");
}

static u32 new_id(struct door *d) { return ++d->next_id ? d->next_id : ++d->next_id; }

/* Takes the word `name`VALUE off the line's front; one that is too long is cut, and means nobody then. */
static void take_origin(char *line, const char *name, char *out, size_t room)
{
	size_t prefix = strlen(name), n;
	char *s = line + strspn(line, " \t");
	if (strncmp(s, name, prefix))
		return;
	n = strcspn(s, " \t\r");
	snprintf(out, room, "%.*s", (int)(n - prefix), s + prefix);
	s += n + strspn(s + n, " \t");
	memmove(line, s, strlen(s) + 1);
}

static void take_line(struct door *d, struct door_client *c, door_request request, void *user)
{
	char line[DOOR_LINE], *save = NULL;
	take_origin(c->line, "via=", c->peer.via, sizeof c->peer.via);
	take_origin(c->line, "as=", c->peer.as, sizeof c->peer.as);
	c->id = new_id(d);
	if (strlen(c->line) >= DOOR_LINE - 2) {
		too_long(d, c);
		return;
	}
	struct door_peer peer = c->peer; /* the answer may come at once and free the client */
	snprintf(line, sizeof line, "%.*s", DOOR_LINE - 1, c->line);
	char *verb = strtok_r(line, " \t\r", &save),
	     *arg = verb ? strtok_r(NULL, "\r", &save) : NULL;
	request(user, c->id, &peer, verb ? verb : "", arg ? arg + strspn(arg, " \t") : "");
}

static void read_client(struct door *d, struct door_client *c, door_request request, void *user)
{
	ssize_t n = recv(c->fd, c->line + c->n, sizeof c->line - 1 - c->n, 0);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		hang_up(c);
		return;
	}
	c->n += (u32)n;
	c->line[c->n] = 0;
	char *end = memchr(c->line, '\n', c->n);
	if (end) {
		*end = 0;
		take_line(d, c, request, user);
	} else if (c->n == sizeof c->line - 1) {
		c->id = new_id(d);
		too_long(d, c);
	}
}

void door_turn(struct door *d, door_request request, void *user)
{
	if (d->listener >= 0)
		accept_one(d);
	for (u32 i = 0; i < DOOR_CLIENTS; i++)
		if (d->client[i].fd >= 0 && !d->client[i].id)
			read_client(d, &d->client[i], request, user);
}

static void json_text(char *out, size_t room, const char *in)
{
	size_t n = 0;
	for (; *in && n + 3 < room; in++) {
		if (*in == '"' || *in == '\\')
			out[n++] = '\\';
		out[n++] = (u8)*in < 0x20 ? ' ' : *in;
	}
	out[n] = 0;
}

void door_answer(struct door *d, u32 id, err_t e, const char *text)
{
	char safe[600], line[800];
	json_text(safe, sizeof safe, text);
	int n = snprintf(line, sizeof line, "{\"ok\":%s,\"error\":\"%s\",\"text\":\"%s\"}\n",
			 e == ERR_OK ? "true" : "false", err_name(e), safe);
	for (u32 i = 0; i < DOOR_CLIENTS; i++)
		if (id && d->client[i].fd >= 0 && d->client[i].id == id) {
			if (d->answered)
				d->answered(d->answered_user, &d->client[i], e, text);
			if (send(d->client[i].fd, line, (size_t)n, MSG_NOSIGNAL) < 0)
				errno = 0; /* the client has gone: nobody is left to tell */
			hang_up(&d->client[i]);
		}
}
