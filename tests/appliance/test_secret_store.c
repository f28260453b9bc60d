/* Secrets on disk and in memory: who may read them, where the passphrase comes from, what memory is not dumped. */
#include "appliance/secret_store.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/cmocka_all.h"

static char dir[64], secrets[80], path[128], why[SECRET_WHY];

static int setup(void **state)
{
	(void)state;
	strcpy(dir, "/tmp/saker-test-secret-XXXXXX");
	assert_non_null(mkdtemp(dir));
	snprintf(secrets, sizeof secrets, "%s/secrets", dir);
	unsetenv("CREDENTIALS_DIRECTORY");
	unsetenv("SAKER_PASSPHRASE_FD");
	return 0;
}

static int teardown(void **state)
{
	char line[96];
	(void)state;
	snprintf(line, sizeof line, "rm -rf %s", dir);
	return system(line);
}

static const char *write_file(const char *name, const char *text, mode_t mode)
{
	snprintf(path, sizeof path, "%s/%s", dir, name);
	FILE *f = fopen(path, "w");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
	chmod(path, mode);
	return path;
}

/* A descriptor from which `text` comes. */
static int fd_of(const char *text)
{
	int fd[2];
	assert_int_equal(pipe(fd), 0);
	assert_int_equal(write(fd[1], text, strlen(text)), strlen(text));
	close(fd[1]);
	return fd[0];
}

static void put(const char *name, const char *text, const char *passphrase)
{
	struct secret_store s = { .dir = secrets, .passphrase_fd = fd_of(passphrase) };
	struct secret value;
	int fd = fd_of(text);
	assert_int_equal(secret_read_fd(fd, &value, why), ERR_OK);
	close(fd);
	if (secret_put(&s, name, &value, why) != ERR_OK)
		fail_msg("%s", why);
	secret_free(&value);
	close(s.passphrase_fd);
	secret_store_close(&s);
}

static err_t get(const char *spec, const char *passphrase, char *text)
{
	struct secret_store s = { .dir = secrets, .passphrase_fd = passphrase ? fd_of(passphrase) : -1 };
	struct secret out;
	*why = 0;
	err_t e = secret_get(&s, spec, &out, why);
	snprintf(text, 64, "%s", out.text ? out.text : "");
	secret_free(&out);
	if (passphrase)
		close(s.passphrase_fd);
	secret_store_close(&s);
	return e;
}

static void set_and_got(void **state)
{
	char text[64];
	struct stat st;
	(void)state;
	put("api", "the key\n", "horse\n");
	assert_int_equal(get("secret:api", "horse", text), ERR_OK);
	assert_string_equal(text, "the key");
	put("api", "another", "horse"); /* in its place */
	assert_int_equal(get("secret:api", "horse", text), ERR_OK);
	assert_string_equal(text, "another");
	snprintf(path, sizeof path, "%s/api", secrets);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(stat(secrets, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0700);
}

static void what_does_not_open(void **state)
{
	char text[64];
	(void)state;
	put("api", "the key", "horse");
	assert_int_equal(get("secret:api", "cow", text), ERR_AUTH);
	assert_non_null(strstr(why, "another passphrase"));
	assert_string_equal(text, "");
	assert_int_equal(get("secret:none", "horse", text), ERR_IO);
	assert_non_null(strstr(why, "secrets/none: is not there"));
	assert_int_equal(get("secret:../boot", "horse", text), ERR_ARGUMENT);
	assert_int_equal(get("secret:", "horse", text), ERR_ARGUMENT);
	snprintf(path, sizeof path, "%s/api", secrets);
	assert_int_equal(chmod(path, 0640), 0);
	assert_int_equal(get("secret:api", "horse", text), ERR_IO);
	assert_non_null(strstr(why, "chmod 600"));
	assert_int_equal(chmod(path, 0600), 0);
	assert_int_equal(truncate(path, 40), 0);
	assert_int_equal(get("secret:api", "horse", text), ERR_SYNTAX);
	assert_non_null(strstr(why, "cut off"));
	assert_int_equal(get("secret:api", "", text), ERR_IO);
	assert_non_null(strstr(why, "the passphrase: secret: is empty"));
}

static void plain_files(void **state)
{
	char text[64];
	(void)state;
	assert_int_equal(get(write_file("key", "plain\r\n", 0600), NULL, text), ERR_OK);
	assert_string_equal(text, "plain");
	assert_int_equal(get(write_file("key", "plain", 0644), NULL, text), ERR_IO);
	assert_int_equal(get(write_file("empty", "\n", 0600), NULL, text), ERR_IO);
	assert_non_null(strstr(why, "is empty"));
	assert_int_equal(get(dir, NULL, text), ERR_IO);
}

static void where_the_passphrase_comes_from(void **state)
{
	char text[64], number[16];
	(void)state;
	put("api", "the key", "horse");
	write_file("saker.passphrase", "horse\n", 0400);
	setenv("CREDENTIALS_DIRECTORY", dir, 1);
	assert_int_equal(get("secret:api", NULL, text), ERR_OK);
	int fd = fd_of("cow");
	snprintf(number, sizeof number, "%d", fd);
	setenv("SAKER_PASSPHRASE_FD", number, 1);
	assert_int_equal(get("secret:api", NULL, text), ERR_AUTH); /* the descriptor goes before */
	close(fd);
	unsetenv("SAKER_PASSPHRASE_FD");
	setenv("CREDENTIALS_DIRECTORY", secrets, 1);
	assert_int_equal(get("secret:api", NULL, text), ERR_IO);
	assert_non_null(strstr(why, "saker.passphrase"));
}

/* The kernel's own word about the page: not to be dumped. */
static void its_memory_is_left_out_of_dumps(void **state)
{
	struct secret s;
	char line[512];
	unsigned long from, to;
	bool here = false, excluded = false;
	(void)state;
	assert_int_equal(secret_new(&s), ERR_OK);
	FILE *f = fopen("/proc/self/smaps", "re");
	while (fgets(line, sizeof line, f)) {
		if (sscanf(line, "%lx-%lx ", &from, &to) == 2 && strchr(line, '-') < strchr(line, ' '))
			here = (unsigned long)s.text >= from && (unsigned long)s.text < to;
		else if (here && !strncmp(line, "VmFlags:", 8))
			excluded = strstr(line, " dd");
	}
	fclose(f);
	assert_true(excluded);
	secret_free(&s);
}

static void too_long(void **state)
{
	struct secret s;
	char *text = malloc(SECRET_TEXT_MAX + 1);
	(void)state;
	memset(text, 'x', SECRET_TEXT_MAX);
	text[SECRET_TEXT_MAX] = 0;
	int fd = fd_of(text);
	assert_int_equal(secret_read_fd(fd, &s, why), ERR_TOO_LONG);
	close(fd);
	fd = fd_of(text + 1);
	assert_int_equal(secret_read_fd(fd, &s, why), ERR_OK);
	assert_int_equal(s.n, SECRET_TEXT_MAX - 1);
	close(fd);
	secret_free(&s);
	free(text);
}

#define CASE(t) cmocka_unit_test_setup_teardown(t, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(set_and_got),
		CASE(what_does_not_open),
		CASE(plain_files),
		CASE(where_the_passphrase_comes_from),
		CASE(its_memory_is_left_out_of_dumps),
		CASE(too_long),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
