/*
 * Runs each *.script of this folder as a test of its name. script_file.h says what one looks like.
 * TCP_SCRIPT=name.script runs that one alone.
 */
#include "tests/cmocka_all.h"

#include <dirent.h>
#include <unistd.h>

#include "tests/dataplane/tcp/script_file.h"

#define SCRIPTS_MAX 256
#define SCRIPTS_MIN 40 /* fewer: the folder has not been found, or something is lost */

static void test_script(void **state)
{
	const char *path = *state;
	script_file_play(path, strrchr(path, '/') + 1);
}

/* COMPLIANCE.md names no script that is not there. */
static void test_compliance(void **state)
{
	const char *folder = *state;
	char path[1400], word[128];
	u32 named = 0;
	snprintf(path, sizeof path, "%s/../../../dataplane/tcp/COMPLIANCE.md", folder);
	FILE *in = fopen(path, "r");
	assert_non_null(in);
	while (fscanf(in, "%*[^a-z]"), fscanf(in, "%127[a-z0-9.-]", word) == 1) {
		char *end = strstr(word, ".script");
		if (!end || !strncmp(word, "name.", 5))
			continue;
		end[7] = '\0';
		snprintf(path, sizeof path, "%s/%s", folder, word);
		if (access(path, R_OK))
			fail_msg("%s is named, but does not exist", word);
		named++;
	}
	fclose(in);
	assert_true(named >= SCRIPTS_MIN);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct CMUnitTest *)a)->name, ((const struct CMUnitTest *)b)->name);
}

/* Beside this source, seen from where it was compiled; else by the path the build has noted. */
static DIR *scripts_open(char *folder, size_t n)
{
	snprintf(folder, n, "%.*s", (int)(strrchr(__FILE__, '/') - __FILE__), __FILE__);
	DIR *d = opendir(folder);
	if (!d) {
		snprintf(folder, n, "%s", SCRIPT_FOLDER);
		d = opendir(folder);
	}
	return d;
}

static bool wanted(const char *name)
{
	size_t n = strlen(name);
	const char *only = getenv("TCP_SCRIPT");
	return n > 7 && !strcmp(name + n - 7, ".script") && (!only || !strcmp(only, name));
}

int main(void)
{
	static struct CMUnitTest tests[SCRIPTS_MAX];
	char folder[1024], path[1400];
	size_t n = 0;
	DIR *d = scripts_open(folder, sizeof folder);
	for (struct dirent *e; d && (e = readdir(d)) && n < SCRIPTS_MAX;) {
		if (!wanted(e->d_name))
			continue;
		snprintf(path, sizeof path, "%s/%s", folder, e->d_name);
		tests[n++] = (struct CMUnitTest){ .name = strdup(e->d_name), .test_func = test_script,
						  .initial_state = strdup(path) };
	}
	if (d)
		closedir(d);
	if (n < SCRIPTS_MAX && !getenv("TCP_SCRIPT"))
		tests[n++] = (struct CMUnitTest){ .name = strdup("COMPLIANCE.md"),
						  .test_func = test_compliance,
						  .initial_state = strdup(folder) };
	if (!getenv("TCP_SCRIPT") && n < SCRIPTS_MIN) {
		fprintf(stderr, "%zu scripts in %s\n", n, folder);
		return 1;
	}
	qsort(tests, n, sizeof tests[0], by_name);
	int rc = _cmocka_run_group_tests("scripts", tests, n, NULL, NULL);
	for (size_t i = 0; i < n; i++) {
		free((void *)tests[i].name);
		free(tests[i].initial_state);
	}
	return rc;
}
