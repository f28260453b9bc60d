/* hostctl secret set: from a descriptor into the configuration's folder, and what is refused. */
#include "tests/cmocka_all.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "appliance/secret_store.h"
#include "hostctl/verb.h"
#include "tests/hostctl/fake_instance.h"

static char dir[64], file[128];

static int setup(void **state)
{
	char path[128];
	(void)state;
	strcpy(dir, "/tmp/saker-test-secret-XXXXXX");
	assert_non_null(mkdtemp(dir));
	snprintf(file, sizeof file, "%s/saker.yaml", dir);
	FILE *y = fopen(file, "w");
	fprintf(y,
		"cpus: { trade: 1, shared: '0' }\n"
		"ports: { md: { device: a, ip: 10.0.0.1/24 }, trade: { device: b, ip: 10.0.0.2/24 } }\n"
		"venue: { stream: { host: s }, api: { host: a }, rest: { host: r } }\n"
		"instruments: [BTCUSDT]\nfiles: { state_dir: %s }\n",
		dir);
	fclose(y);
	snprintf(path, sizeof path, "%s/saker.passphrase", dir);
	FILE *p = fopen(path, "w");
	fputs("horse\n", p);
	fclose(p);
	unsetenv("SAKER_PASSPHRASE_FD");
	return setenv("CREDENTIALS_DIRECTORY", dir, 1);
}

static int teardown(void **state)
{
	char line[96];
	(void)state;
	snprintf(line, sizeof line, "rm -rf %s", dir);
	return system(line);
}

static struct ran set(const char *name, const char *text)
{
	char words[256];
	int fd[2];
	assert_int_equal(pipe(fd), 0);
	assert_int_equal(write(fd[1], text, strlen(text)), strlen(text));
	close(fd[1]);
	snprintf(words, sizeof words, "--config %s secret set %s --fd %d", file, name, fd[0]);
	struct ran r = run_hostctl(NULL, words);
	close(fd[0]);
	return r;
}

static void set_by_a_descriptor(void **state)
{
	char folder[96], why[SECRET_WHY], path[128];
	struct secret got;
	struct stat st;
	(void)state;
	struct ran r = set("api", "the key\n");
	assert_string_equal(r.err, "");
	assert_int_equal(r.code, EXIT_DONE);
	assert_non_null(strstr(r.out, "secrets/api is set: name it as secret:api"));
	assert_null(strstr(r.out, "the key"));
	ran_free(&r);
	snprintf(folder, sizeof folder, "%s/secrets", dir);
	snprintf(path, sizeof path, "%s/api", folder);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	struct secret_store s = { .dir = folder, .passphrase_fd = -1 };
	assert_int_equal(secret_get(&s, "secret:api", &got, why), ERR_OK);
	assert_string_equal(got.text, "the key");
	secret_free(&got);
	secret_store_close(&s);
}

static void what_is_refused(void **state)
{
	(void)state;
	struct ran r = set("api", "\n");
	assert_int_equal(r.code, EXIT_REFUSED);
	assert_non_null(strstr(r.err, "is empty"));
	ran_free(&r);
	r = set("../api", "x");
	assert_int_equal(r.code, EXIT_USAGE);
	ran_free(&r);
	setenv("CREDENTIALS_DIRECTORY", "/tmp/saker-no-such-folder", 1);
	r = set("api", "x");
	assert_int_equal(r.code, EXIT_REFUSED);
	assert_non_null(strstr(r.err, "saker.passphrase"));
	ran_free(&r);
	static const char *const lines[] = { "secret set api --fd 3", "secret get api --config f", "secret set" };
	for (u32 i = 0; i < ARRAY_LEN(lines); i++) {
		r = run_hostctl(NULL, lines[i]);
		assert_int_not_equal(r.code, EXIT_DONE);
		assert_int_not_equal(r.code, EXIT_REFUSED);
		ran_free(&r);
	}
}

#define CASE(t) cmocka_unit_test_setup_teardown(t, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = { CASE(set_by_a_descriptor), CASE(what_is_refused) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
