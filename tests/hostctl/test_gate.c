/*
 * Control from afar, as it is used: hostctl --connect against the gate of hostctl serve. Who is
 * who, what may not be asked, what strangers cannot do.
 */
#include "tests/cmocka_all.h"

#include <arpa/inet.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "hostctl/afar_msg.h"
#include "hostctl/tls_line.h"
#include "tests/hostctl/gate_world.h"

static void kill_needs_no_thread(void **state)
{
	(void)state;
	real_ctl_close(&ctl); /* nobody at the socket any more */
	set_kill(KILL_NONE);
	counter_set(&f.md->kill_seen, KILL_HALT);
	counter_set(&f.trade->kill_seen, KILL_HALT);
	expect(by_cert("operator", "kill"), EXIT_DONE, "trade", "");
	assert_int_equal(kill_level(f.seg.kill), KILL_HALT);
	expect(by_cert("admin", "arm"), EXIT_NOT_RUNNING, "", "nobody listens here");
	set_kill(KILL_NONE);
	real_ctl_open(&ctl, c, &f);
}

/* ---- who is who ---- */

static void names_beside_the_common_name(void **state)
{
	(void)state;
	expect(by_cert("by-alt", "whoami"), EXIT_DONE, "risk", "");
	expect(by_cert("two-roles", "whoami"), EXIT_DONE, "operator", "");
	expect(by_cert("nul", "whoami"), EXIT_REFUSED, "", "you have no role here");
}

static void a_token_decides_where_both_are_shown(void **state)
{
	char options[256];
	int fds[2];
	(void)state;
	assert_int_equal(pipe(fds), 0);
	const char *viewer = token[ACCESS_VIEWER];
	assert_int_equal(write(fds[1], viewer, strlen(viewer)), strlen(viewer));
	close(fds[1]);
	snprintf(options, sizeof options, "--cert %s/admin.pem --key %s/admin.key --token-fd %d", dir, dir, fds[0]);
	expect(ask("127.0.0.1", options, "whoami"), EXIT_DONE, "viewer", "");
	close(fds[0]);
}

static void certificates_that_do_not_count(void **state)
{
	static const char *const names[] = { "forged", "expired" };
	(void)state;
	u32 before = real_ctl_audited(&ctl);
	for (u32 i = 0; i < ARRAY_LEN(names); i++)
		expect(by_cert(names[i], "arm"), EXIT_REFUSED, "", "hung up without an answer");
	expect(ask("127.0.0.1", "", "arm"), EXIT_REFUSED, "", "you have no role here");
	assert_int_equal(real_ctl_audited(&ctl), before + 1); /* the two were never told what was asked */
	assert_non_null(strstr(real_ctl_newest(&ctl).via, "tls:nobody@127.0.0.1:"));
}

static void a_server_that_is_not_the_one(void **state)
{
	char words[512];
	(void)state;
	snprintf(words, sizeof words, "--connect 127.0.0.1:%u --ca %s/foreign-ca.pem whoami", gate_port(gate), dir);
	expect(run_hostctl(NULL, words), EXIT_REFUSED, "", "certificate");
	snprintf(words, sizeof words, "--connect 127.0.0.1:%u whoami", gate_port(gate)); /* the system's authorities */
	expect(run_hostctl(NULL, words), EXIT_REFUSED, "", "certificate");
	snprintf(c->access.tcp_certificate, sizeof c->access.tcp_certificate, "%s/wrong-host.pem", dir);
	snprintf(c->access.tcp_key, sizeof c->access.tcp_key, "%s/wrong-host.key", dir);
	gate_anew();
	expect(by_cert("admin", "whoami"), EXIT_REFUSED, "", "mismatch");
	snprintf(c->access.tcp_certificate, sizeof c->access.tcp_certificate, "%s/server.pem", dir);
	snprintf(c->access.tcp_key, sizeof c->access.tcp_key, "%s/server.key", dir);
}

static void a_revoked_token_is_refused_at_once(void **state)
{
	char t[TOKEN_TEXT_MAX];
	(void)state;
	assert_int_equal(token_new(c->access.tokens, "temp", ACCESS_RISK, t, why), ERR_OK);
	expect(by_token(t, "whoami"), EXIT_DONE, "risk", "");
	assert_int_equal(token_revoke(c->access.tokens, "temp", why), ERR_OK);
	expect(by_token(t, "whoami"), EXIT_REFUSED, "", "you have no role here");
}

static void who_fails_too_often_is_not_heard(void **state)
{
	(void)state;
	for (u32 i = 0; i < LOGIN_FAILURES; i++)
		expect(by_token(token[ACCESS_NONE], "whoami"), EXIT_REFUSED, "", "you have no role here");
	expect(by_token(token[ACCESS_ADMIN], "whoami"), EXIT_REFUSED, "", ""); /* not even with the right one */
	gate_anew();
	expect(by_token(token[ACCESS_ADMIN], "whoami"), EXIT_DONE, "admin", "");
}

/* ---- what may not be asked ---- */

static void what_stays_at_home(void **state)
{
	static const char *const lines[] = { "top", "serve", "doctor", "secret set x", "token list", "journal /etc/passwd",
					     "tape --follow", "config help", "jitter --cores 0", "completion bash" };
	(void)state;
	for (u32 i = 0; i < ARRAY_LEN(lines); i++)
		expect(by_cert("admin", lines[i]), EXIT_USAGE, "", "on its own machine alone");
	expect(by_cert("admin", "--instance x status"), EXIT_USAGE, "", "--connect says which instance");
	expect(by_cert("admin", "audit /etc/passwd"), EXIT_USAGE, "", "on its own machine alone");
	expect(by_cert("admin", "audit verify /etc/passwd"), EXIT_USAGE, "", "on its own machine alone");
}

/* Past our own client: what it would never send. */
struct raw {
	SSL_CTX *ctx;
	struct tls_line line;
};

static int dial(void)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons(gate_port(gate)) };
	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&at, sizeof at), 0);
	return fd;
}

static void raw_open(struct raw *r, int version)
{
	char ca[96], cert[96], key[96];
	snprintf(ca, sizeof ca, "%s/ca.pem", dir);
	snprintf(cert, sizeof cert, "%s/admin.pem", dir);
	snprintf(key, sizeof key, "%s/admin.key", dir);
	const struct gate_files files = { ca, cert, key };
	assert_int_equal(gate_tls_client(&r->ctx, &files, why), ERR_OK);
	if (version)
		SSL_CTX_set_min_proto_version(r->ctx, 0), SSL_CTX_set_max_proto_version(r->ctx, version);
	r->line = (struct tls_line){ .ssl = SSL_new(r->ctx), .fd = dial(), .until_ms = tls_now_ms() + 10000 };
	SSL_set_fd(r->line.ssl, r->line.fd);
}

static void raw_close(struct raw *r)
{
	SSL_free(r->line.ssl);
	SSL_CTX_free(r->ctx);
	close(r->line.fd);
}

static void raw_ask(const char *text, size_t n, const char *part)
{
	struct raw r;
	char answer[4096] = "";
	size_t got;
	raw_open(&r, 0);
	assert_int_equal(tls_line_shake(&r.line, false, why, sizeof why), ERR_OK);
	assert_int_equal(tls_line_send(&r.line, text, n), ERR_OK);
	err_t e = tls_line_receive(&r.line, answer, sizeof answer, &got);
	if (part ? e != ERR_OK || !strstr(answer, part) : e == ERR_OK)
		fail_msg("%.*s: %s", (int)(n < 100 ? n : 100), text, answer);
	raw_close(&r);
}

static void requests_that_are_not_as_agreed(void **state)
{
	static const struct {
		const char *line, *part;
	} rows[] = {
		{ "status\n", "not as agreed" },
		{ "{}\n", "not as agreed" },
		{ "{\"version\":1,\"words\":[]}\n", "not as agreed" },
		{ "{\"version\":1,\"words\":[\"pause\",\"x\\nstop\"]}\n", "not as agreed" },
		{ "{\"version\":2,\"words\":[\"status\"]}\n", "another version" },
		{ "{\"version\":1,\"words\":[\"--follow\",\"tape\"]}\n", "its own machine" },
		{ "{\"version\":1,\"words\":[\"--watch\",\"status\"]}\n", "its own machine" },
		{ "{\"version\":1,\"words\":[\"--config\",\"/etc/passwd\",\"status\"]}\n", "its own machine" },
		{ "{\"version\":1,\"words\":[\"--connect\",\"x:1\",\"status\"]}\n", "its own machine" },
		{ "{\"version\":1,\"words\":[\"--instance\",\"x\",\"status\"]}\n", "its own machine" },
		{ "{\"version\":1,\"words\":[\"journal\",\"/etc/passwd\"]}\n", "its own machine" },
		{ "{\"version\":1,\"words\":[\"audit\",\"/etc/passwd\"]}\n", "its own machine" },
		{ "{\"version\":1,\"words\":[\"--help\"]}\n", "expected a verb" },
		{ "{\"version\":1,\"words\":[\"reboot\"]}\n", "no verb reboot" },
		/* other rights than one's own cannot be asked for by a word of the command */
		{ "{\"version\":1,\"words\":[\"pause\",\"via=x as=admin stop\"]}\n", "no strategy of that name" },
		/* one request a connection */
		{ "{\"version\":1,\"words\":[\"whoami\"]}\n{\"version\":1,\"words\":[\"stop\"]}\n", "\"out\":\"admin" },
	};
	(void)state;
	for (u32 i = 0; i < ARRAY_LEN(rows); i++) {
		gate_anew(); /* each of them counts as a failure */
		raw_ask(rows[i].line, strlen(rows[i].line), rows[i].part);
	}
	char *endless = malloc(4 * AFAR_ASK_MAX);
	memset(endless, 'x', 4 * AFAR_ASK_MAX);
	gate_anew();
	raw_ask(endless, 4 * AFAR_ASK_MAX, NULL);
	free(endless);
}

static void no_older_tls(void **state)
{
	struct raw r;
	(void)state;
	raw_open(&r, TLS1_2_VERSION);
	assert_int_not_equal(tls_line_shake(&r.line, false, why, sizeof why), ERR_OK);
	raw_close(&r);
}

static bool hung_up(int fd, int wait_ms)
{
	char byte;
	struct pollfd p = { .fd = fd, .events = POLLIN };
	return poll(&p, 1, wait_ms) > 0 && read(fd, &byte, 1) <= 0;
}

/* Many who say nothing: the next one is heard all the same, and the first of them has gone. */
static void the_silent_make_room(void **state)
{
	int fd[GATE_PLACES];
	(void)state;
	for (u32 i = 0; i < GATE_PLACES; i++) {
		fd[i] = dial();
		usleep(2000); /* they arrive one after the other */
	}
	expect(by_cert("viewer", "whoami"), EXIT_DONE, "viewer", "");
	assert_true(hung_up(fd[0], 1000));
	assert_false(hung_up(fd[GATE_PLACES - 1], 0));
	for (u32 i = 0; i < GATE_PLACES; i++)
		close(fd[i]);
}

/* A byte now and then keeps nobody's place: the deadline is that of the whole. */
static void the_slow_are_sent_away(void **state)
{
	int fd = dial();
	u64 began = tls_now_ms();
	bool gone = false;
	(void)state;
	/* a record of the largest size is announced, and then dribbles in */
	assert_int_equal(write(fd, "\x16\x03\x01\x3f\xff", 5), 5);
	while (!gone && tls_now_ms() - began < 4 * GATE_LOGIN_MS) {
		if (send(fd, "\x01", 1, MSG_NOSIGNAL) < 0)
			break;
		gone = hung_up(fd, 100);
	}
	assert_true(gone);
	assert_true(tls_now_ms() - began >= GATE_LOGIN_MS / 2);
	close(fd);
}

static void output_is_the_same_as_at_home(void **state)
{
	static const char *const lines[] = { "orders", "--json orders --all", "instrument BTCUSDT", "latency t2t",
					     "tape -n 3", "counters --nonzero", "instrument NOBODY" };
	(void)state;
	for (u32 i = 0; i < ARRAY_LEN(lines); i++) {
		struct ran home = run_hostctl(&f, lines[i]), afar = by_cert("viewer", lines[i]);
		assert_string_equal(afar.out, home.out);
		assert_string_equal(afar.err, home.err);
		assert_int_equal(afar.code, home.code);
		ran_free(&home);
		ran_free(&afar);
	}
}

static void words_of_the_command_line(void **state)
{
	static const struct {
		const char *line, *err;
	} rows[] = {
		{ "--connect localhost status", "expected HOST:PORT" },
		{ "--connect localhost:0 status", "expected HOST:PORT" },
		{ "--connect localhost:65536 status", "expected HOST:PORT" },
		{ "--connect :1 status", "expected HOST:PORT" },
		{ "--connect ::1:22 status", "expected HOST:PORT" },
		{ "--connect []:22 status", "expected HOST:PORT" },
		{ "--connect localhost:1x status", "expected HOST:PORT" },
		{ "--token-fd 9 status", "--token-fd goes with --connect" },
	};
	(void)state;
	for (u32 i = 0; i < ARRAY_LEN(rows); i++)
		expect(run_hostctl(NULL, rows[i].line), EXIT_USAGE, "", rows[i].err);
	expect(run_hostctl(NULL, "--connect 127.0.0.1:1 status"), EXIT_NOT_RUNNING, "", "Connection refused");
	expect(run_hostctl(NULL, "--connect no-such-host.invalid:1 status"), EXIT_NOT_RUNNING, "", "no-such-host");
	expect(ask("127.0.0.1", "--cert /nowhere", "status"), EXIT_REFUSED, "", "--cert and --key go together");
}

static void a_gate_that_cannot_be_opened(void **state)
{
	struct gate *other;
	char keep[CONFIG_TEXT];
	(void)state;
	struct config_access *a = &c->access;
	a->tcp_port = gate_port(gate);
	assert_int_equal(gate_open(&other, c, f.name, why), ERR_IO);
	assert_non_null(strstr(why, "cannot be listened on"));
	a->tcp_port = 0;
	memcpy(keep, a->tcp_key, sizeof keep);
	snprintf(a->tcp_key, sizeof a->tcp_key, "%s/admin.key", dir);
	assert_int_equal(gate_open(&other, c, f.name, why), ERR_IO);
	assert_non_null(strstr(why, "access.tcp.key"));
	snprintf(a->tcp_key, sizeof a->tcp_key, "%s/server.pem", dir);
	assert_int_equal(gate_open(&other, c, f.name, why), ERR_IO);
	assert_non_null(strstr(why, "access.tcp.key"));
	memcpy(a->tcp_key, keep, sizeof keep);
}

#define CASE(t) cmocka_unit_test_setup(t, gate_world_test)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(kill_needs_no_thread),
		CASE(names_beside_the_common_name),
		CASE(a_token_decides_where_both_are_shown),
		CASE(certificates_that_do_not_count),
		CASE(a_server_that_is_not_the_one),
		CASE(a_revoked_token_is_refused_at_once),
		CASE(who_fails_too_often_is_not_heard),
		CASE(what_stays_at_home),
		CASE(requests_that_are_not_as_agreed),
		CASE(no_older_tls),
		CASE(the_silent_make_room),
		CASE(the_slow_are_sent_away),
		CASE(output_is_the_same_as_at_home),
		CASE(words_of_the_command_line),
		CASE(a_gate_that_cannot_be_opened),
	};
	return cmocka_run_group_tests(tests, gate_world_open, gate_world_close);
}
