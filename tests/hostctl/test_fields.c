/*
 * Every table and field that --json prints stands in docs/hostctl.md, and nothing else does: verb by
 * verb, as the columns say.
 */
#include "tests/cmocka_all.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gateway/journal.h"
#include "hostctl/verb_table.h"
#include "tests/appliance/config_least.h"
#include "tests/hostctl/fake_door.h"
#include "tests/hostctl/fake_instance.h"

#define PAGE "docs/hostctl.md"
#define MARK "| verb | table | fields |"

static struct fake_instance f;
static char page[1 << 17];
static const char *next; /* the line of the page that is due */

/* The page's own name of what is run, and the words; NULL: as the name. @ is a path of the test's own. */
static const struct {
	const char *name, *words;
} rows[] = {
	{ "status", NULL },
	{ "orders", NULL },
	{ "position", NULL },
	{ "fills", NULL },
	{ "pnl", NULL },
	{ "limits", NULL },
	{ "strategy list", NULL },
	{ "strategy show", "strategy show quotes" },
	{ "session", NULL },
	{ "session NAME", "session md" },
	{ "venue", NULL },
	{ "instrument", NULL },
	{ "latency", NULL },
	{ "latency STAGE", "latency t2t" },
	{ "latency --outliers", NULL },
	{ "tape", NULL },
	{ "book", NULL },
	{ "book SYMBOL", "book BTCUSDT" },
	{ "counters", NULL },
	{ "journal", "journal @.journal" },
	{ "audit", "audit @.audit" }, /* there is none: the columns are the same */
	{ "audit verify", "audit verify @.journal" }, /* broken from the first line on */
	{ "log", NULL },
	{ "token list", "--config @.yaml token list" },
	{ "capture status", NULL },
	{ "kill", NULL },
	{ "any command", "arm" },
	{ "doctor", "doctor --root @" },
	{ "tune", "tune plan --root @" },
	{ "jitter", "jitter --cores # --seconds 1" },
	{ "jitter --compare", "jitter --cores # --seconds 1 --compare" },
	{ "config check", "config check @.yaml" },
	{ "config show", NULL },
	{ "config diff", "config diff 1 1" },
	{ "config history", NULL },
	{ "start", "start --config @.start.yaml" }, /* it runs already */
};

/* These print no object: a screen, a daemon, text for shells and readers, what takes a secret. */
static const char *const others[] = { "top", "serve", "completion", "manual", "secret" };

static void write_journal(void)
{
	char path[64];
	struct journal_header h;
	snprintf(path, sizeof path, "/tmp/%s.journal", f.name);
	FILE *out = fopen(path, "w");
	assert_non_null(out);
	journal_header_make(&h, 7, 0, 42);
	assert_int_equal(fwrite(&h, sizeof h, 1, out), 1);
	fclose(out);
}

/* A configuration that can be read; the file of tokens it names is not there, and so holds none. */
static void write_config(void)
{
	char path[64];
	snprintf(path, sizeof path, "/tmp/%s.yaml", f.name);
	FILE *y = fopen(path, "w");
	assert_non_null(y);
	fprintf(y, "instance: t\ncpus: { trade: 1, shared: '0' }\n"
		   "ports: { md: { device: a, ip: 10.0.0.1/24 }, trade: { device: b, ip: 10.0.0.2/24 } }\n"
		   "venue: { stream: { host: s }, api: { host: a }, rest: { host: r } }\ninstruments: [BTCUSDT]\n"
		   "files: { state_dir: /tmp/%s-none }\n",
		f.name);
	fclose(y);
}

static void write_start(void)
{
	char path[64];
	snprintf(path, sizeof path, "/tmp/%s.start.yaml", f.name);
	FILE *out = fopen(path, "w");
	assert_non_null(out);
	fprintf(out, CONFIG_LEAST "instance: %s\n", f.name);
	fclose(out);
}

static void put_words(const char *words, char *out, size_t n)
{
	cpu_set_t set;
	u32 cpu = 0;
	size_t at = 0;
	sched_getaffinity(0, sizeof set, &set);
	while (!CPU_ISSET(cpu, &set))
		cpu++;
	for (; *words && at < n - 64; words++)
		if (*words == '@')
			at += (size_t)snprintf(out + at, n - at, "/tmp/%s", f.name);
		else if (*words == '#')
			at += (size_t)snprintf(out + at, n - at, "%u", cpu);
		else
			out[at++] = *words;
	out[at] = 0;
}

/* Runs the verb as hostctl does, but keeps the report; its exit code does not matter here. */
static void run(const char *words, struct report *r)
{
	char text[256], *argv[16], *save = NULL, why[VIEW_WHY_MAX];
	int argc = 0;
	struct view v;
	const struct verb *verb = NULL;
	FILE *quiet = fopen("/dev/null", "w");
	struct request q = { .out = quiet, .err = quiet, .json = true };
	snprintf(q.instance, sizeof q.instance, "%s", f.name);
	put_words(words, text, sizeof text);
	for (char *w = strtok_r(text, " ", &save); w; w = strtok_r(NULL, " ", &save))
		argv[argc++] = w;
	assert_true(read_words(argv, argv + argc, &q, &verb));
	assert_int_equal(view_open(&v, f.name, why), ERR_OK);
	verb->run(&q, verb->takes & TAKES_VIEW ? &v : NULL, r);
	view_close(&v);
	fclose(quiet);
}

static void line_of(const char *name, const struct table *t, char *out, size_t n)
{
	size_t at = (size_t)snprintf(out, n, "| `%s` | `%s` %s |", name, t->name, t->record ? "{}" : "[]");
	for (u32 i = 0; i < t->n_columns; i++)
		at += (size_t)snprintf(out + at, n - at, "%s `%s`", i ? "," : "", t->column[i].key);
	snprintf(out + at, n - at, " |\n");
}

static void compare(const char *name, const struct report *r)
{
	char line[2048];
	if (!r->n)
		fail_msg("%s prints no table", name);
	for (u32 i = 0; i < r->n; i++) {
		line_of(name, &r->table[i], line, sizeof line);
		if (strncmp(next, line, strlen(line)))
			fail_msg(PAGE " has %.*s\ninstead of %s", (int)strcspn(next, "\n"), next, line);
		next += strlen(line);
	}
}

static void test_the_page_says_what_is_printed(void **state)
{
	(void)state;
	FILE *in = fopen(PAGE, "r");
	if (!in)
		fail_msg(PAGE ": run this from the root of the sources");
	page[fread(page, 1, sizeof page - 1, in)] = 0;
	fclose(in);
	next = strstr(page, MARK);
	assert_non_null(next);
	next = strchr(strchr(next, '\n') + 1, '\n') + 1;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct report r = { 0 };
		run(rows[i].words ? rows[i].words : rows[i].name, &r);
		compare(rows[i].name, &r);
		report_free(&r);
	}
	assert_int_not_equal(*next, '|'); /* nothing more */
}

static bool is_known(const struct verb *v)
{
	for (size_t i = 0; i < ARRAY_LEN(others); i++)
		if (!strcmp(v->name, others[i]))
			return true;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (strcspn(rows[i].name, " ") == strlen(v->name) && !strncmp(rows[i].name, v->name, strlen(v->name)))
			return true;
	return v->run == verb_command;
}

static void test_no_verb_is_forgotten(void **state)
{
	(void)state;
	for (u32 i = 0; i < n_verbs; i++)
		if (!is_known(&verbs[i]))
			fail_msg("%s: neither in the page's table nor among those that print no object", verbs[i].name);
}

static int setup(void **state)
{
	(void)state;
	const struct msg_limits m = { .limits = { .allowed = 1 } };
	fake_open(&f);
	fake_healthy(&f);
	write_journal();
	write_config();
	row_write(&f.limits[0].seq, f.limits[0].w, &m, sizeof m);
	for (u32 i = 0; i < 2; i++)
		f.values[i].seq = 2;
	hist_add(f.t2t, 500);
	fake_epoch(&f, CONFIG_LEAST);
	write_start();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	char path[64];
	snprintf(path, sizeof path, "/tmp/%s.journal", f.name);
	unlink(path);
	snprintf(path, sizeof path, "/tmp/%s.yaml", f.name);
	unlink(path);
	snprintf(path, sizeof path, "/tmp/%s.start.yaml", f.name);
	unlink(path);
	fake_close(&f);
	return 0;
}

/* `arm` needs somebody at the door. */
static void test_with_a_door(void **state)
{
	char path[64];
	struct fake_door d;
	snprintf(path, sizeof path, "/tmp/%s.sock", f.name);
	fake_door_open(&d, path, "{\"ok\":true,\"error\":\"OK\",\"text\":\"armed\"}\n", 0);
	test_the_page_says_what_is_printed(state);
	fake_door_close(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_with_a_door),
					    cmocka_unit_test(test_no_verb_is_forgotten) };
	return cmocka_run_group_tests(tests, setup, teardown);
}
