/* One description of rows, two faces. */
#include "tests/cmocka_all.h"

#include <stdlib.h>
#include <string.h>

#include "hostctl/table.h"

static const struct column columns[] = {
	{ "name", "NAME", SHOW_TEXT }, { "px", "PRICE", SHOW_DECIMAL }, { "n", "N", SHOW_COUNT },
	{ "age_ns", "AGE", SHOW_NS },  { "on", "ON", SHOW_FLAG },       { "note", "", SHOW_TEXT },
};

static void fill(struct report *r)
{
	struct table *t = report_table(r, "rows", columns, ARRAY_LEN(columns));
	table_text(t, "a");
	table_text(t, "61837.60");
	table_number(t, -5);
	table_number(t, 1500);
	table_flag(t, true);
	table_text(t, "first");
	table_text(t, "longer name");
	table_none(t);
	table_number(t, 123456);
	table_none(t);
	table_flag(t, false);
	table_text(t, NULL);
}

static char *printed(const struct report *r, bool json)
{
	char *text;
	size_t n;
	FILE *f = open_memstream(&text, &n);
	report_print(r, f, json);
	fclose(f);
	return text;
}

static void test_text_is_aligned(void **state)
{
	(void)state;
	struct report r = { 0 };
	fill(&r);
	char *s = printed(&r, false);
	assert_string_equal(s, "NAME            PRICE       N     AGE  ON   \n"
			       "a            61837.60      -5  1.5 us  yes  first\n"
			       "longer name         -  123456       -  no   -\n");
	free(s);
	report_free(&r);
}

static void test_json_has_the_same(void **state)
{
	(void)state;
	struct report r = { 0 };
	fill(&r);
	struct table *t = report_record(&r, "one", columns, 2);
	table_text(t, "x");
	table_text(t, "0.10");
	char *s = printed(&r, true);
	json_error_t why;
	json_t *all = json_loads(s, 0, &why),
	       *row = json_array_get(json_object_get(all, "rows"), 0);
	assert_int_equal(json_array_size(json_object_get(all, "rows")), 2);
	assert_string_equal(json_string_value(json_object_get(row, "px")),
			    "61837.60"); /* exact: no number */
	assert_int_equal(json_integer_value(json_object_get(row, "age_ns")), 1500); /* no unit */
	assert_true(json_is_true(json_object_get(row, "on")));
	row = json_array_get(json_object_get(all, "rows"), 1);
	assert_true(json_is_null(json_object_get(row, "px")));
	assert_string_equal(json_string_value(json_object_get(json_object_get(all, "one"), "px")),
			    "0.10");
	json_decref(all);
	free(s);
	report_free(&r);
}

static void test_several_tables_have_headings(void **state)
{
	(void)state;
	struct report r = { 0 };
	report_table(&r, "nothing", columns, 1);
	struct table *t = report_record(&r, "one", columns, 2);
	table_text(t, "x");
	table_text(t, "0.10");
	char *s = printed(&r, false);
	assert_string_equal(s, "nothing\nnone\n\none\nNAME   x\nPRICE  0.10\n");
	free(s);
	report_free(&r);
}

/* Escape sequences of a terminal, and bytes that are no UTF-8. */
static void test_text_from_outside_is_made_printable(void **state)
{
	(void)state;
	struct report r = { 0 };
	struct table *t = report_table(&r, "rows", columns, 1);
	table_text(t, "a\x1b[2J\n\xff\x80z");
	char *s = printed(&r, false), *j = printed(&r, true);
	assert_string_equal(s, "NAME\na?[2J???z\n");
	assert_non_null(strstr(j, "\"a?[2J???z\""));
	free(s);
	free(j);
	report_free(&r);
}

static void test_streams_print_the_heading_once(void **state)
{
	(void)state;
	char *text;
	size_t n;
	FILE *f = open_memstream(&text, &n);
	struct report r = { 0 };
	struct table *t = report_table(&r, "rows", columns, 1);
	for (int i = 0; i < 2; i++) {
		table_text(t, i ? "b" : "a");
		table_stream(t, f, false);
	}
	table_text(t, "c");
	table_stream(t, f, true);
	fclose(f);
	assert_string_equal(text, "NAME\na\nb\n{\"name\":\"c\"}\n");
	free(text);
	report_free(&r);
}

static const struct {
	u64 ns;
	const char *text;
} ns_rows[] = {
	{ 0, "0 ns" },
	{ 999, "999 ns" },
	{ 1000, "1.0 us" },
	{ 12345, "12.3 us" },
	{ 999999, "999.9 us" },
	{ 1000000, "1.0 ms" },
	{ 59999999999, "59.9 s" },
	{ 60000000000, "1m00s" },
	{ 185000000000, "3m05s" },
	{ 7440000000000, "2h04m" },
	{ 86400000000000, "1d00h" },
	{ UINT64_MAX, "213503d23h" },
};

static void test_durations(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(ns_rows); i++) {
		char out[NS_TEXT_MAX];
		assert_string_equal(ns_text(out, ns_rows[i].ns), ns_rows[i].text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text_is_aligned),
		cmocka_unit_test(test_json_has_the_same),
		cmocka_unit_test(test_several_tables_have_headings),
		cmocka_unit_test(test_text_from_outside_is_made_printable),
		cmocka_unit_test(test_streams_print_the_heading_once),
		cmocka_unit_test(test_durations),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
