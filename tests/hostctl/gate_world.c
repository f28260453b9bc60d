#include "tests/hostctl/gate_world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/cmocka_all.h"
#include "tests/hostctl/papers.h"

struct fake_instance f;
struct config *c;
struct real_ctl ctl;
struct gate *gate;
char dir[64], why[GATE_WHY];
char token[ACCESS_ROLES][TOKEN_TEXT_MAX];

const char *const roles[ACCESS_ROLES] = { "nobody", "viewer", "operator", "risk", "admin" };

void gate_anew(void)
{
	gate_close(gate);
	if (gate_open(&gate, c, f.name, why) != ERR_OK)
		fail_msg("%s", why);
}

static void make_papers(void)
{
	struct papers p, foreign;
	papers_open(&p, dir, "ca");
	papers_sign(&p, "server", "somewhere", "DNS:localhost,IP:127.0.0.1", 2);
	papers_sign(&p, "wrong-host", "elsewhere", "DNS:elsewhere", 2);
	for (u32 r = 0; r < ACCESS_ROLES; r++) {
		char name[32];
		snprintf(name, sizeof name, "%s.desk", roles[r]);
		papers_sign(&p, roles[r], name, NULL, 2);
	}
	papers_sign(&p, "by-alt", "unknown", "DNS:unheard,email:risk.desk", 2);
	papers_sign(&p, "two-roles", "viewer.desk", "DNS:operator.desk", 2);
	papers_sign(&p, "nul", "admin.desk\n", "DNS:x", 2);
	papers_sign(&p, "expired", "admin.desk", NULL, -1);
	papers_open(&foreign, dir, "foreign-ca");
	papers_sign(&foreign, "forged", "admin.desk", NULL, 2);
	papers_close(&p);
	papers_close(&foreign);
}

static void make_tokens(void)
{
	for (u32 r = 0; r < ACCESS_ROLES; r++)
		assert_int_equal(token_new(c->access.tokens, roles[r], r ? (enum role)r : ACCESS_ADMIN, token[r], why),
				 ERR_OK);
	assert_int_equal(token_revoke(c->access.tokens, "nobody", why), ERR_OK);
}

int gate_world_open(void **state)
{
	(void)state;
	strcpy(dir, "/tmp/saker-test-gate-XXXXXX");
	assert_non_null(mkdtemp(dir));
	c = calloc(1, sizeof *c);
	fake_open(&f);
	snprintf(c->instance, sizeof c->instance, "%s", f.name);
	snprintf(c->socket, sizeof c->socket, "%s/ctl.sock", dir);
	c->n_strategies = 1;
	strcpy(c->strategy[0].name, "quotes");
	struct config_access *a = &c->access;
	strcpy(a->viewer, "cert:viewer.desk");
	strcpy(a->operator, "cert:operator.desk");
	strcpy(a->risk, "cert:risk.desk");
	strcpy(a->admin, "cert:admin.desk");
	strcpy(a->tcp_address, "127.0.0.1");
	snprintf(a->tokens, sizeof a->tokens, "%s/tokens", dir);
	snprintf(a->tcp_certificate, sizeof a->tcp_certificate, "%s/server.pem", dir);
	snprintf(a->tcp_key, sizeof a->tcp_key, "%s/server.key", dir);
	snprintf(a->tcp_client_ca, sizeof a->tcp_client_ca, "%s/ca.pem", dir);
	make_papers();
	make_tokens();
	real_ctl_open(&ctl, c, &f);
	return 0;
}

int gate_world_close(void **state)
{
	char line[128];
	(void)state;
	gate_close(gate);
	real_ctl_close(&ctl);
	fake_close(&f);
	free(c);
	snprintf(line, sizeof line, "rm -r %s", dir);
	return system(line);
}

int gate_world_test(void **state)
{
	(void)state;
	fake_healthy(&f);
	gate_anew();
	return 0;
}

/* ---- asking ---- */

struct ran ask(const char *host, const char *options, const char *line)
{
	char words[512];
	snprintf(words, sizeof words, "--connect %s:%u --ca %s/ca.pem %s %s", host, gate_port(gate), dir, options, line);
	return run_hostctl(NULL, words);
}

struct ran by_cert(const char *name, const char *line)
{
	char options[256];
	snprintf(options, sizeof options, "--cert %s/%s.pem --key %s/%s.key", dir, name, dir, name);
	return ask("127.0.0.1", options, line);
}

struct ran by_token(const char *text, const char *line)
{
	char options[32];
	int fds[2];
	assert_int_equal(pipe(fds), 0);
	assert_int_equal(write(fds[1], text, strlen(text)), strlen(text));
	close(fds[1]);
	snprintf(options, sizeof options, "--token-fd %d", fds[0]);
	struct ran r = ask("localhost", options, line);
	close(fds[0]);
	return r;
}

void expect(struct ran r, int code, const char *out, const char *err)
{
	if (r.code != code || !strstr(r.out, out) || !strstr(r.err, err))
		fail_msg("exit %d, out: %s, err: %s; wanted %d, %s, %s", r.code, r.out, r.err, code, out, err);
	ran_free(&r);
}

void set_kill(enum kill_level level)
{
	__atomic_store_n(&f.seg.kill->kill, (u32)level, __ATOMIC_RELAXED);
	counter_set(&f.md->kill_seen, KILL_CANCEL_ONLY); /* as if both had seen it */
	counter_set(&f.trade->kill_seen, KILL_CANCEL_ONLY);
}
