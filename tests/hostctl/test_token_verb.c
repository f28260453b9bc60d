/* hostctl token: printed once, listed, taken away; usage. */
#include "tests/cmocka_all.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "appliance/token.h"
#include "hostctl/verb.h"
#include "tests/hostctl/fake_instance.h"

static char dir[64], config[96];

static int setup(void **state)
{
	(void)state;
	strcpy(dir, "/tmp/saker-test-tokens-XXXXXX");
	assert_non_null(mkdtemp(dir));
	snprintf(config, sizeof config, "%s/c.yaml", dir);
	FILE *y = fopen(config, "w");
	fprintf(y,
		"instance: t\ncpus: { trade: 1, shared: '0' }\n"
		"ports: { md: { device: a, ip: 10.0.0.1/24 }, trade: { device: b, ip: 10.0.0.2/24 } }\n"
		"venue: { stream: { host: s }, api: { host: a }, rest: { host: r } }\ninstruments: [BTCUSDT]\n"
		"files: { state_dir: %s }\n",
		dir);
	fclose(y);
	return 0;
}

static int teardown(void **state)
{
	char line[128];
	(void)state;
	snprintf(line, sizeof line, "rm -r %s", dir);
	return system(line);
}

static struct ran token(const char *words)
{
	char line[256];
	snprintf(line, sizeof line, "--config %s %s", config, words);
	return run_hostctl(NULL, line);
}

static void expect(const char *words, int code, const char *out, const char *err)
{
	struct ran r = token(words);
	if (r.code != code || !strstr(r.out, out) || !strstr(r.err, err))
		fail_msg("%s: exit %d: %s%s", words, r.code, r.out, r.err);
	ran_free(&r);
}

static void made_listed_revoked(void **state)
{
	char path[96], why[TOKEN_WHY];
	struct token_file f;
	(void)state;
	struct ran r = token("token new alice operator");
	assert_int_equal(r.code, EXIT_DONE);
	assert_string_equal(r.err, "");
	assert_int_equal(strcspn(r.out, "\n"), strlen(r.out) - 1);
	r.out[strlen(r.out) - 1] = 0;
	snprintf(path, sizeof path, "%s/tokens", dir);
	assert_int_equal(token_read(&f, path, why), ERR_OK);
	assert_string_equal(token_find(&f, r.out)->name, "alice");
	ran_free(&r);
	expect("token new alice risk", EXIT_REFUSED, "", "alice: has a token already");
	char line[128];
	snprintf(line, sizeof line, "--config %s token list", config);
	json_t *all = json_of(NULL, line, EXIT_DONE);
	assert_string_equal(text_of(row_of(all, "tokens", 0), "name"), "alice");
	assert_string_equal(text_of(row_of(all, "tokens", 0), "role"), "operator");
	assert_null(row_of(all, "tokens", 1));
	json_decref(all);
	expect("token revoke alice", EXIT_DONE, "revoked\n", "");
	expect("token revoke alice", EXIT_REFUSED, "", "alice: has no token");
}

static void words_that_are_wrong(void **state)
{
	(void)state;
	expect("token new alice", EXIT_USAGE, "", "expected hostctl --config FILE token new");
	expect("token new alice king", EXIT_USAGE, "", "king is no role: viewer, operator, risk, admin");
	expect("token new alice nobody", EXIT_USAGE, "", "nobody is no role");
	expect("token new a.b risk", EXIT_USAGE, "", "a.b is no name of a token");
	expect("token revoke", EXIT_USAGE, "", "expected");
	expect("token list more", EXIT_USAGE, "", "expected");
	struct ran r = run_hostctl(NULL, "token list");
	assert_int_equal(r.code, EXIT_USAGE);
	assert_non_null(strstr(r.err, "token needs --config FILE"));
	ran_free(&r);
}

#define CASE(t) cmocka_unit_test_setup_teardown(t, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = { CASE(made_listed_revoked), CASE(words_that_are_wrong) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
