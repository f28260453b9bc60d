/*
 * Runs each *.script of this folder as a test of its name. script_file.h says what one looks like.
 * TCP_SCRIPT=name.script runs that one alone.
 */
#include "tests/cmocka_all.h"

#include <dirent.h>
#include <unistd.h>

#include "tests/dataplane/tcp/script_file.h"

#define SCRIPTS_MAX 1024
#define SCRIPTS_MIN 40 /* fewer: the folder has not been found, or something is lost */

/* What a script runs over. */
static const struct over {
	const char *suffix;
	bool v6;
	u16 vlan;
} overs[] = { { "", false, 0 }, { ", IPv6", true, 0 }, { ", VLAN", false, 7 }, { ", IPv6 in a VLAN", true, 4094 } };

struct run {
	char path[1400];
	const struct over *over;
};

static void test_script(void **state)
{
	const struct run *r = *state;
	struct net_cfg net = script_net(r->over->v6);
	net.vlan = r->over->vlan;
	net.vlan_priority = 5;
	script_file_play(r->path, strrchr(r->path, '/') + 1, net);
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

/* Where the size of the headers matters, the first lines say so. */
static bool fits(const char *path, const struct over *over)
{
	char head[400] = "";
	FILE *in = fopen(path, "r");
	assert_non_null(in);
	head[fread(head, 1, sizeof head - 1, in)] = '\0';
	fclose(in);
	return !strstr(head, over->v6 ? "# IPv4 alone:" : "# IPv6 alone:");
}

static size_t add(struct CMUnitTest *t, const char *path, const struct over *over)
{
	char name[300];
	if (!fits(path, over))
		return 0;
	struct run *r = malloc(sizeof *r);
	r->over = over;
	snprintf(r->path, sizeof r->path, "%s", path);
	snprintf(name, sizeof name, "%s%s", strrchr(path, '/') + 1, over->suffix);
	*t = (struct CMUnitTest){ .name = strdup(name), .test_func = test_script, .initial_state = r };
	return 1;
}

int main(void)
{
	static struct CMUnitTest tests[SCRIPTS_MAX];
	char folder[1024], path[1400];
	size_t n = 0;
	DIR *d = scripts_open(folder, sizeof folder);
	for (struct dirent *e; d && (e = readdir(d)) && n + ARRAY_LEN(overs) < SCRIPTS_MAX;) {
		if (!wanted(e->d_name))
			continue;
		snprintf(path, sizeof path, "%s/%s", folder, e->d_name);
		for (size_t i = 0; i < ARRAY_LEN(overs); i++)
			n += add(&tests[n], path, &overs[i]);
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
