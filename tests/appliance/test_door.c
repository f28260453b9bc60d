/*
 * The command socket: several clients, lines in pieces, lines too long, hang-ups, and who takes
 * whose place.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "appliance/door.h"
#include "tests/cmocka_all.h"

struct fixture {
	struct door d;
	char dir[64], path[108];
	char log[512]; /* "verb|arg" of each request */
	u32 id[16], n; /* of the requests */
	bool answer_at_once;
	struct door_peer peer; /* of the newest request */
	char audit[512];
};

static struct fixture *new_fixture(void)
{
	struct fixture *f = calloc(1, sizeof *f);
	strcpy(f->dir, "/tmp/saker-test-door-XXXXXX");
	assert_non_null(mkdtemp(f->dir));
	snprintf(f->path, sizeof f->path, "%s/ctl", f->dir);
	assert_int_equal(door_open(&f->d, f->path, false), ERR_OK);
	return f;
}

static void free_fixture(struct fixture *f)
{
	door_close(&f->d);
	assert_int_equal(access(f->path, F_OK), -1);
	assert_int_equal(rmdir(f->dir), 0);
	free(f);
}

static int client(const struct fixture *f)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	strcpy(at.sun_path, f->path);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&at, sizeof at), 0);
	return fd;
}

static void say(int fd, const char *text)
{
	assert_int_equal(send(fd, text, strlen(text), MSG_NOSIGNAL), strlen(text));
}

/* What has come, "" where nothing, "eof" where the door hung up without a word. */
static const char *heard(int fd)
{
	static char text[1024];
	ssize_t n = recv(fd, text, sizeof text - 1, 0);
	text[n > 0 ? n : 0] = 0;
	return n == 0 ? "eof" : text;
}

static void on_request(void *user, u32 id, const struct door_peer *p, char *verb, char *arg)
{
	struct fixture *f = user;
	f->peer = *p;
	sprintf(f->log + strlen(f->log), "%s%s|%s", f->log[0] ? " " : "", verb, arg);
	f->id[f->n++] = id;
	if (f->answer_at_once)
		door_answer(&f->d, id, ERR_OK, "done");
}

static void turns(struct fixture *f)
{
	for (int i = 0; i < 12; i++)
		door_turn(&f->d, on_request, f);
}

static void one_line_one_answer(void **state)
{
	static const struct {
		const char *line, *log;
	} rows[] = {
		{ "arm\n", "arm|" },
		{ "pause maker one\r\n", "pause|maker one" },
		{ "pause   maker\n", "pause|maker" },
		{ "\n", "|" },
		{ "  stop\t\n", "stop|" },
		{ "arm\nstop\n", "arm|" }, /* one command a connection */
	};
	(void)state;
	for (u32 i = 0; i < ARRAY_LEN(rows); i++) {
		struct fixture *f = new_fixture();
		int fd = client(f);
		f->answer_at_once = true;
		say(fd, rows[i].line);
		turns(f);
		assert_string_equal(f->log, rows[i].log);
		assert_string_equal(heard(fd),
				    "{\"ok\":true,\"error\":\"OK\",\"text\":\"done\"}\n");
		assert_string_equal(heard(fd), "eof");
		close(fd);
		free_fixture(f);
	}
}

static void answers_find_their_clients(void **state)
{
	struct fixture *f = new_fixture();
	int a = client(f), b = client(f), c = client(f);
	(void)state;
	say(b, "arm\n");
	turns(f);
	say(a, "pau");
	turns(f);
	say(a, "se\n");
	turns(f);
	assert_string_equal(f->log, "arm| pause|");
	door_answer(&f->d, f->id[1], ERR_STATE, "say \"no\" to \\ and\nlines");
	door_answer(&f->d, 12345, ERR_OK, "nobody");
	/* c has not spoken yet: it must not be meant */
	door_answer(&f->d, 0, ERR_OK, "nobody at the door");
	assert_string_equal(heard(a), "{\"ok\":false,\"error\":\"STATE\",\"text\":\"say \\\"no\\\" "
				      "to \\\\ and lines\"}\n");
	assert_string_equal(heard(b), "");
	assert_string_equal(heard(c), "");
	door_answer(&f->d, f->id[0], ERR_OK, "armed");
	assert_non_null(strstr(heard(b), "armed"));
	say(c, "stop\n");
	turns(f);
	assert_int_equal(f->n, 3);
	close(a), close(b), close(c);
	free_fixture(f);
}

static void a_line_too_long_is_told_so(void **state)
{
	struct fixture *f = new_fixture();
	char text[DOOR_ORIGIN + DOOR_LINE + 1];
	int fd = client(f);
	(void)state;
	memset(text, 'x', sizeof text);
	text[253] = '\n', text[254] = 0; /* the longest that counts */
	say(fd, text); /* the longest: 253 and its end */
	turns(f);
	assert_int_equal(f->n, 1);
	assert_int_equal(strlen(f->log), 254); /* and a bar */
	close(fd);
	fd = client(f);
	memset(text, 'x', sizeof text - 1);
	text[254] = '\n', text[255] = 0;
	say(fd, text);
	turns(f);
	assert_non_null(strstr(heard(fd), "TOO_LONG"));
	close(fd);
	fd = client(f);
	memset(text, 'x', sizeof text - 1);
	text[sizeof text - 1] = 0; /* and no end of it */
	say(fd, text);
	turns(f);
	assert_non_null(strstr(heard(fd), "TOO_LONG"));
	assert_int_equal(f->n, 1);
	close(fd);
	free_fixture(f);
}

static void clients_that_leave(void **state)
{
	struct fixture *f = new_fixture();
	(void)state;
	/* without a word, in the middle of one, before the answer */
	for (u32 i = 0; i < 3 * DOOR_CLIENTS; i++) {
		int fd = client(f);
		if (i % 3)
			say(fd, i % 3 == 1 ? "ar" : "arm\n");
		turns(f);
		close(fd);
		turns(f);
		if (i % 3 == 2)
			door_answer(&f->d, f->id[f->n - 1], ERR_OK, "too late");
	}
	assert_int_equal(f->n, DOOR_CLIENTS);
	int fd = client(f);
	f->answer_at_once = true;
	f->n = 0;
	say(fd, "arm\n");
	turns(f);
	assert_non_null(strstr(heard(fd), "done"));
	close(fd);
	free_fixture(f);
}

/*
 * Those who say nothing must not keep a command out; those who wait for an answer keep their place.
 */
static void silent_clients_make_room(void **state)
{
	struct fixture *f = new_fixture();
	struct pollfd fds[DOOR_CLIENTS + 1];
	int fd[DOOR_CLIENTS + 1];
	(void)state;
	for (u32 i = 0; i < DOOR_CLIENTS; i++)
		fd[i] = client(f);
	say(fd[0], "flatten\n");
	turns(f);
	/* the listener, and who has not spoken */
	assert_int_equal(door_fds(&f->d, fds), DOOR_CLIENTS);
	fd[DOOR_CLIENTS] = client(f);
	say(fd[DOOR_CLIENTS], "arm\n");
	turns(f);
	assert_string_equal(f->log, "flatten| arm|");
	assert_string_equal(heard(fd[1]), "eof"); /* the oldest of the silent */
	assert_string_equal(heard(fd[2]), "");
	door_answer(&f->d, f->id[0], ERR_OK, "flat");
	assert_non_null(strstr(heard(fd[0]), "flat"));
	for (u32 i = 0; i <= DOOR_CLIENTS; i++)
		close(fd[i]);
	free_fixture(f);
}

static void the_socket_itself(void **state)
{
	struct fixture *f = new_fixture();
	struct door other, never = { 0 };
	struct stat st;
	char longest[200];
	(void)state;
	assert_int_equal(stat(f->path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(door_open(&other, f->path, false), ERR_EXISTS); /* somebody listens */
	door_close(&other);
	assert_int_equal(access(f->path, F_OK), 0);
	memset(longest, 'x', sizeof longest);
	longest[sizeof longest - 1] = 0;
	assert_int_equal(door_open(&other, longest, false), ERR_TOO_LONG);
	door_close(&other);
	assert_int_equal(door_open(&other, "/tmp/saker-no-such-folder/ctl", false), ERR_IO);
	door_close(&other);
	door_close(&never); /* was never opened: standard input stays */
	assert_int_not_equal(fcntl(STDIN_FILENO, F_GETFD), -1);
	/* What a killed process left is replaced. */
	close(f->d.listener);
	f->d.listener = -1;
	assert_int_equal(access(f->path, F_OK), 0);
	assert_int_equal(door_open(&f->d, f->path, false), ERR_OK);
	free_fixture(f);
}

/* The kernel says who asks: user, process, and all groups. */
static void the_peer_is_known(void **state)
{
	struct fixture *f = new_fixture();
	gid_t mine[DOOR_GROUPS];
	int n = getgroups(DOOR_GROUPS, mine), fd = client(f);
	(void)state;
	say(fd, "whoami\n");
	turns(f);
	assert_true(f->peer.known);
	assert_int_equal(f->peer.uid, getuid());
	assert_int_equal(f->peer.pid, getpid());
	assert_int_equal(f->peer.gid[0], getgid());
	for (int i = 0; i < n && i < DOOR_GROUPS - 1; i++)
		assert_int_equal(f->peer.gid[1 + i], mine[i]);
	close(fd);
	free_fixture(f);
}

/* On whose behalf, and with which role: words before the command, which is what is left. */
static void who_it_is_passed_on_for(void **state)
{
	static const struct {
		const char *line, *via, *as, *log;
	} rows[] = {
		{ "via=redis:12-0 arm\n", "redis:12-0", "", "arm|" },
		{ "via=tls:a@b  as=risk \t pause x\n", "tls:a@b", "risk", "pause|x" },
		{ "as=viewer stop\n", "", "viewer", "stop|" },
		{ "as=viewer via=x\n", "", "viewer", "via=x|" },
		{ "set x via=y as=admin\n", "", "", "set|x via=y as=admin" },
		{ "via= as= arm\n", "", "", "arm|" },
		{ "as=a-role-without-end arm\n", "", "a-role-with", "arm|" },
		{ "via=x\n", "x", "", "|" },
	};
	(void)state;
	for (u32 i = 0; i < ARRAY_LEN(rows); i++) {
		struct fixture *f = new_fixture();
		int fd = client(f);
		say(fd, rows[i].line);
		turns(f);
		assert_string_equal(f->peer.via, rows[i].via);
		assert_string_equal(f->peer.as, rows[i].as);
		assert_string_equal(f->log, rows[i].log);
		close(fd);
		free_fixture(f);
	}
}

static void where_others_have_roles_they_may_knock(void **state)
{
	struct fixture *f = new_fixture();
	struct stat st;
	(void)state;
	door_close(&f->d);
	assert_int_equal(door_open(&f->d, f->path, true), ERR_OK);
	assert_int_equal(stat(f->path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0666);
	free_fixture(f);
}

static void on_answered(void *user, const struct door_client *c, err_t e, const char *text)
{
	struct fixture *f = user;
	sprintf(f->audit + strlen(f->audit), "[%s|%s|%s|%u]", c->line, err_name(e), text, c->peer.uid == getuid());
}

/* Each request is told once: answered, answered too late for its client, never answered. */
static void each_answer_is_told(void **state)
{
	struct fixture *f = new_fixture();
	(void)state;
	f->d.answered = on_answered;
	f->d.answered_user = f;
	int a = client(f), b = client(f), c = client(f), quiet = client(f);
	say(a, "arm\n");
	turns(f);
	say(b, "pause quotes\n");
	turns(f);
	say(c, "stop\n");
	turns(f);
	close(a);
	door_answer(&f->d, f->id[0], ERR_OK, "armed");
	door_answer(&f->d, f->id[0], ERR_OK, "again");
	door_answer(&f->d, f->id[1], ERR_STATE, "no");
	assert_string_equal(f->audit, "[arm|OK|armed|1][pause quotes|STATE|no|1]");
	door_abandon(&f->d, "ended");
	assert_non_null(strstr(f->audit, "[stop|CLOSED|ended|1]"));
	assert_non_null(strstr(heard(c), "ended"));
	assert_string_equal(heard(quiet), "eof");
	close(b), close(c), close(quiet);
	free_fixture(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_line_one_answer),
		cmocka_unit_test(answers_find_their_clients),
		cmocka_unit_test(a_line_too_long_is_told_so),
		cmocka_unit_test(clients_that_leave),
		cmocka_unit_test(silent_clients_make_room),
		cmocka_unit_test(the_socket_itself),
		cmocka_unit_test(the_peer_is_known),
		cmocka_unit_test(who_it_is_passed_on_for),
		cmocka_unit_test(where_others_have_roles_they_may_knock),
		cmocka_unit_test(each_answer_is_told),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
