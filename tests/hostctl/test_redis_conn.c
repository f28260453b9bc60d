/* Answers of a hostile Redis: whatever lengths they name, memory stays bounded and the connection ends. */
#include "tests/cmocka_all.h"

#include <hiredis/hiredis.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "hostctl/redis_conn.h"

static struct redis_conn conn;
static int server;
static char why[REDIS_WHY_MAX];

static int setup(void **state)
{
	int fd[2];
	(void)state;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fd))
		return 1;
	server = fd[0];
	return conn_adopt(&conn, fd[1]) != ERR_OK;
}

static int teardown(void **state)
{
	(void)state;
	conn_close(&conn);
	if (server >= 0)
		close(server);
	server = -1;
	return 0;
}

static void say(const char *bytes) { assert_int_equal(write(server, bytes, strlen(bytes)), strlen(bytes)); }

/* An array of `n` answers, in one go: a socket takes few small pieces. */
static void say_array(const char *before, u32 n, const char *element)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);
	fprintf(out, "%s*%u\r\n", before, n);
	for (u32 i = 0; i < n; i++)
		fputs(element, out);
	fclose(out);
	say(text);
	free(text);
}

static const struct {
	const char *answer, *remark;
} hostile[] = {
	{ "*4097\r\n", "one more than there may be" },
	{ "*2147483647\r\n", "16 GB of pointers" },
	{ "*9223372036854775807\r\n", "more than an int holds" },
	{ "*-7\r\n", "fewer than none" },
	{ "*2\r\n*4095\r\n", "together too many" },
	{ "*2\r\n*2\r\n*2\r\n*2\r\n*2\r\n*2\r\n*2\r\n*2\r\n*2\r\n*2\r\n", "too deep" },
	{ "$-9\r\n", "a string of less than nothing" },
	{ "?\r\n", "no kind of answer" },
};

static void test_lengths(void **state)
{
	for (u32 i = 0; i < ARRAY_LEN(hostile); i++) {
		*why = 0;
		say(hostile[i].answer);
		close(server); /* a bound is there without this; a row that has none ends here */
		server = -1;
		redisReply *r = conn_answer(&conn, why);
		if (r || !*why || !strcmp(why, "Server closed the connection"))
			fail_msg("%s: %s", hostile[i].remark, r ? "taken" : why);
		teardown(state);
		assert_int_equal(setup(state), 0);
	}
}

/* A string that never ends: what it names is not gathered. */
static void test_a_string_without_end(void **state)
{
	static char much[65536];
	(void)state;
	memset(much, 'x', sizeof much);
	pid_t child = fork();
	if (!child) {
		close(conn.c->fd);
		dprintf(server, "$536870912\r\n");
		while (write(server, much, sizeof much) > 0)
			;
		_exit(0);
	}
	close(server);
	server = -1;
	assert_null(conn_answer(&conn, why));
	assert_true(conn.c->reader->len <= CONN_BYTES + sizeof much);
	assert_non_null(strstr(why, "larger than any of ours"));
	conn_close(&conn);
	assert_int_equal(waitpid(child, NULL, 0), child);
}

static void test_what_is_within_the_bounds(void **state)
{
	(void)state;
	say_array("*2\r\n", 4094, ":7\r\n");
	say("$3\r\nabc\r\n+OK\r\n*0\r\n*-1\r\n");
	redisReply *r = conn_answer(&conn, why);
	assert_int_equal(r->element[0]->elements, 4094);
	assert_int_equal(r->element[0]->element[4093]->integer, 7);
	assert_string_equal(r->element[1]->str, "abc");
	freeReplyObject(r);
	r = conn_answer(&conn, why);
	assert_string_equal(r->str, "OK");
	freeReplyObject(r);
	r = conn_answer(&conn, why);
	assert_int_equal(r->elements, 0);
	freeReplyObject(r);
	r = conn_answer(&conn, why);
	assert_int_equal(r->type, REDIS_REPLY_NIL);
	freeReplyObject(r);
	for (u32 i = 0; i < 10; i++) { /* each answer has the whole budget */
		say_array("", 4096, "+\r\n");
		r = conn_answer(&conn, why);
		assert_int_equal(r->elements, 4096);
		freeReplyObject(r);
	}
}

static void test_an_end_in_the_middle(void **state)
{
	(void)state;
	say("*3\r\n$3\r\nabc\r\n*2\r\n:1\r\n");
	close(server);
	server = -1;
	assert_null(conn_answer(&conn, why));
	assert_string_equal(why, "Server closed the connection");
}

#define CASE(t) cmocka_unit_test_setup_teardown(t, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_lengths),
		CASE(test_a_string_without_end),
		CASE(test_what_is_within_the_bounds),
		CASE(test_an_end_in_the_middle),
	};
	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
