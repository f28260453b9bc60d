#include "tests/cmocka_all.h"

#include "dataplane/feed/feed_binance.h"
#include "dataplane/feed/json.h"
#include "tests/dataplane/feed/quotes.h"
#include "tests/dataplane/feed/recording.h"

#define KEY(s) { s, sizeof(s) - 1 }

static const struct {
	const char *text;
	enum json_fail fail;
	const char *a, *b; /* the raw values of keys "a" and "b"; NULL: absent */
	const char *remark;
} rows[] = {
	{ "{'a':1,'b':'x'}", JSON_FINE, "1", "x", "both" },
	{ " {\n'b' : [1, {'a':2}] }\t", JSON_FINE, NULL, "[1, {'a':2}]", "one, nested keys do not count" },
	{ "{'a':-0.5e-7,'c':{}}", JSON_FINE, "-0.5e-7", NULL, "any number" },
	{ "{'a':'\\'\\u00e9'}", JSON_FINE, "\\'\\u00e9", NULL, "escapes stay as they are" },
	{ "{}", JSON_FINE, NULL, NULL, "none" },
	{ "{'a':1,'a':1}", JSON_DUPLICATE, NULL, NULL, "twice" },
	{ "{'c':1,'c':1}", JSON_FINE, NULL, NULL, "twice what is not ours" },
	{ "{'a':1", JSON_TRUNCATED, NULL, NULL, "cut off" },
	{ "{'a':1,}", JSON_BAD, NULL, NULL, "a comma too many" },
	{ "{'a':01}", JSON_BAD, NULL, NULL, "a leading zero" },
	{ "{'a':.5}", JSON_BAD, NULL, NULL, "no digit before the point" },
	{ "{'a':nul}", JSON_BAD, NULL, NULL, "no word" },
	{ "{a:1}", JSON_BAD, NULL, NULL, "no quotes" },
	{ "[]", JSON_BAD, NULL, NULL, "no object" },
	{ "{} {}", JSON_BAD, NULL, NULL, "two" },
	{ "", JSON_TRUNCATED, NULL, NULL, "nothing" },
};

static bool raw_is(const struct json_value *v, const char *want)
{
	if (!want)
		return v->type == JSON_ABSENT;
	char *text = quotes(want, strlen(want));
	bool same = v->type != JSON_ABSENT && v->n == strlen(want) && !memcmp(v->p, text, v->n);
	free(text);
	return same;
}

static void test_members_table(void **state)
{
	static const struct json_key keys[] = { KEY("a"), KEY("b") };
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct json_value v[2];
		char *text = quotes(rows[i].text, strlen(rows[i].text));
		struct json j = json_of(text, strlen(rows[i].text));
		bool ok = json_members(&j, keys, 2, v) && json_end(&j);
		if (ok != (rows[i].fail == JSON_FINE) || j.fail != rows[i].fail)
			fail_msg("%s: %d", rows[i].remark, (int)j.fail);
		if (ok && (!raw_is(&v[0], rows[i].a) || !raw_is(&v[1], rows[i].b)))
			fail_msg("%s: another value", rows[i].remark);
		free(text);
	}
}

struct suite {
	struct feed *feed;
	u64 counters[FEED_CNT_COUNT];
	u32 accepted, refused;
};

static size_t read_all(const char *path, char *to, size_t cap)
{
	FILE *f = fopen(path, "rb");
	assert_non_null(f);
	size_t n = fread(to, 1, cap, f);
	fclose(f);
	assert_true(n < cap);
	return n;
}

/*
 * As it is, and as the data of a stream we do not read: y_ is well-formed, n_ is refused, and neither is ever
 * market data.
 */
static void try_file(struct suite *s, const char *dir, const char *name)
{
	static char text[1 << 18], wrapped[(1 << 18) + 64];
	char path[1024];
	struct feed_msg m;
	snprintf(path, sizeof path, "%s/%s", dir, name);
	size_t n = read_all(path, text, sizeof text);
	int head = snprintf(wrapped, sizeof wrapped, "{\"stream\":\"x@kline_1m\",\"data\":");
	memcpy(wrapped + head, text, n);
	wrapped[head + (int)n] = '}';
	err_t whole = feed_parse(s->feed, text, n, &m);
	bool other = whole != ERR_OK || m.kind == FEED_OTHER;
	err_t inside = feed_parse(s->feed, wrapped, (size_t)head + n + 1, &m);
	if (!other || (inside == ERR_OK && m.kind != FEED_OTHER))
		fail_msg("%s was taken for more than text", name);
	if (name[0] != 'i' && ((whole == ERR_OK) != (name[0] == 'y') || (inside == ERR_OK) != (name[0] == 'y')))
		fail_msg("%s: %s, inside a message %s", name, err_name(whole), err_name(inside));
	s->accepted += whole == ERR_OK;
	s->refused += whole != ERR_OK;
}

static void test_json_test_suite(void **state)
{
	static struct suite s;
	char dir[512];
	struct arena a;
	(void)state;
	recording_path(dir, sizeof dir, "conformance/json/nst-JSONTestSuite-MIT/test_parsing");
	DIR *d = opendir(dir);
	if (!d) {
		printf("SKIP: no %s (set SAKER_DATA)\n", dir);
		skip();
	}
	assert_int_equal(arena_open(&a, 1 << 20), ERR_OK);
	s.feed = feed_new(&a, s.counters, 16);
	assert_non_null(s.feed);
	for (struct dirent *e; (e = readdir(d));)
		if (strlen(e->d_name) > 5 && e->d_name[1] == '_')
			try_file(&s, dir, e->d_name);
	closedir(d);
	print_message("%u accepted, %u refused\n", s.accepted, s.refused);
	assert_true(s.accepted >= 90 && s.refused >= 180);
	arena_close(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_members_table),
		cmocka_unit_test(test_json_test_suite),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
