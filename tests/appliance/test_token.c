/*
 * Tokens: drawn once, known by their hash alone, gone when revoked; a file that is not as
 * agreed gives nobody a role.
 */
#include "appliance/token.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/cmocka_all.h"

static char dir[64], path[96], why[TOKEN_WHY];
static struct token_file file;

static int setup(void **state)
{
	(void)state;
	strcpy(dir, "/tmp/saker-test-token-XXXXXX");
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof path, "%s/tokens", dir);
	return 0;
}

static int teardown(void **state)
{
	char other[128];
	(void)state;
	snprintf(other, sizeof other, "%s.lock", path);
	unlink(other);
	unlink(path);
	return rmdir(dir); /* and nothing else is left there */
}

static enum role role_of(const char *token)
{
	assert_int_equal(token_read(&file, path, why), ERR_OK);
	const struct token_row *r = token_find(&file, token);
	return r ? r->role : ACCESS_NONE;
}

static void known_by_what_was_printed(void **state)
{
	char a[TOKEN_TEXT_MAX], b[TOKEN_TEXT_MAX], text[4096] = "";
	struct stat st;
	(void)state;
	assert_int_equal(token_new(path, "alice", ACCESS_OPERATOR, a, why), ERR_OK);
	assert_int_equal(token_new(path, "robot-1", ACCESS_VIEWER, b, why), ERR_OK);
	assert_int_equal(strlen(a), 5 + 1 + 64);
	assert_int_equal(role_of(a), ACCESS_OPERATOR);
	assert_int_equal(role_of(b), ACCESS_VIEWER);
	assert_string_equal(token_find(&file, b)->name, "robot-1");
	assert_int_equal(token_new(path, "alice", ACCESS_ADMIN, b, why), ERR_EXISTS);
	assert_string_equal(b, "");
	assert_int_equal(role_of(a), ACCESS_OPERATOR);
	/* the file has neither the token nor the bytes behind it */
	FILE *f = fopen(path, "re");
	assert_true(fread(text, 1, sizeof text - 1, f) > 0);
	fclose(f);
	assert_null(strstr(text, a + 6));
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
}

static void whoever_has_none_is_nobody(void **state)
{
	char a[TOKEN_TEXT_MAX], b[TOKEN_TEXT_MAX], other[TOKEN_TEXT_MAX + 8];
	(void)state;
	assert_int_equal(token_new(path, "alice", ACCESS_ADMIN, a, why), ERR_OK);
	assert_int_equal(token_new(path, "bob", ACCESS_VIEWER, b, why), ERR_OK);
	for (size_t i = 0; i < strlen(a); i++) { /* any character changed */
		strcpy(other, a);
		other[i] = other[i] == '0' ? '1' : '0';
		assert_int_equal(role_of(other), ACCESS_NONE);
		other[i] = 0; /* any prefix */
		assert_int_equal(role_of(other), ACCESS_NONE);
	}
	snprintf(other, sizeof other, "alice.%s", strchr(b, '.') + 1); /* bob's, in her name */
	assert_int_equal(role_of(other), ACCESS_NONE);
	snprintf(other, sizeof other, "%s0", a);
	assert_int_equal(role_of(other), ACCESS_NONE);
	/* what stands in the file is no token */
	char hex[65];
	snprintf(other, sizeof other, "alice.%s",
		 sodium_bin2hex(hex, sizeof hex, file.row[0].hash, sizeof file.row[0].hash));
	assert_int_equal(role_of(other), ACCESS_NONE);
}

static void revoked_at_once(void **state)
{
	char a[TOKEN_TEXT_MAX], b[TOKEN_TEXT_MAX];
	(void)state;
	assert_int_equal(token_new(path, "alice", ACCESS_ADMIN, a, why), ERR_OK);
	assert_int_equal(token_new(path, "bob", ACCESS_RISK, b, why), ERR_OK);
	assert_int_equal(token_revoke(path, "alice", why), ERR_OK);
	assert_int_equal(role_of(a), ACCESS_NONE);
	assert_int_equal(role_of(b), ACCESS_RISK);
	assert_int_equal(token_revoke(path, "alice", why), ERR_NOT_FOUND);
	assert_int_equal(token_new(path, "alice", ACCESS_VIEWER, b, why), ERR_OK);
	assert_int_equal(role_of(a), ACCESS_NONE);
	assert_int_equal(role_of(b), ACCESS_VIEWER);
}

#define H "0000000000000000000000000000000000000000000000000000000000000000"

static void a_file_that_is_not_as_agreed(void **state)
{
	static const struct {
		const char *text;
		const char *part; /* of the reason */
	} rows[] = {
		{ "a risk " H "\nb nobody " H "\n", "line 2" },
		{ "a king " H "\n", "line 1" },
		{ "a risk 00\n", "line 1" },
		{ "a risk " H "0\n", "line 1" },
		{ "a.b risk " H "\n", "line 1" },
		{ "a risk " H " more\n", "line 1" },
		{ "\n", "line 1" },
		{ "a risk zz00000000000000000000000000000000000000000000000000000000000000\n", "line 1" },
		{ "a-name-that-is-longer-than-it-may-be risk " H "\n", "line 1" },
	};
	char t[TOKEN_TEXT_MAX];
	(void)state;
	assert_int_equal(token_read(&file, path, why), ERR_OK); /* there is none */
	assert_int_equal(file.n, 0);
	for (u32 i = 0; i < ARRAY_LEN(rows); i++) {
		FILE *f = fopen(path, "we");
		fputs(rows[i].text, f);
		fclose(f);
		chmod(path, 0600);
		if (token_read(&file, path, why) != ERR_SYNTAX || !strstr(why, rows[i].part))
			fail_msg("row %u: %s", i, why);
		assert_int_equal(file.n, 0);
		assert_int_equal(token_new(path, "x", ACCESS_RISK, t, why), ERR_SYNTAX);
		assert_string_equal(t, "");
	}
	FILE *f = fopen(path, "we");
	fputs("a risk " H "\n", f);
	fclose(f);
	assert_int_equal(token_read(&file, path, why), ERR_OK);
	assert_int_equal(file.n, 1);
	chmod(path, 0640);
	assert_int_equal(token_read(&file, path, why), ERR_IO);
	assert_non_null(strstr(why, "chmod 600"));
	assert_int_equal(file.n, 0);
}

static void as_many_as_can_be(void **state)
{
	FILE *f = fopen(path, "we");
	char t[TOKEN_TEXT_MAX];
	(void)state;
	for (u32 i = 0; i < TOKENS_MAX; i++)
		fprintf(f, "name-of-thirty-two-characters%03u viewer " H "\n", i);
	fclose(f);
	chmod(path, 0600);
	assert_int_equal(token_read(&file, path, why), ERR_OK);
	assert_int_equal(file.n, TOKENS_MAX);
	assert_int_equal(token_new(path, "x", ACCESS_RISK, t, why), ERR_FULL);
	f = fopen(path, "ae");
	fputs("x risk " H "\n", f);
	fclose(f);
	assert_int_equal(token_read(&file, path, why), ERR_SYNTAX);
}

static void names(void **state)
{
	(void)state;
	assert_true(token_name_ok("a-B_9"));
	assert_false(token_name_ok(""));
	assert_false(token_name_ok("a b"));
	assert_false(token_name_ok("a.b"));
	assert_false(token_name_ok("a\nb"));
	assert_true(token_name_ok("name-of-thirty-two-characters-32"));
	assert_false(token_name_ok("name-of-thirty-three-characters-3"));
}

#define CASE(t) cmocka_unit_test_setup_teardown(t, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(known_by_what_was_printed),
		CASE(whoever_has_none_is_nobody),
		CASE(revoked_at_once),
		CASE(a_file_that_is_not_as_agreed),
		CASE(as_many_as_can_be),
		CASE(names),
	};
	return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
