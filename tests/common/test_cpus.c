/* Lists of processors: read, refused, printed. */
#include "common/cpus.h"

#include <stdio.h>
#include <string.h>

#include "tests/cmocka_all.h"

static const struct {
	const char *list;
	int n; /* 0: refused */
} list_rows[] = {
	{ "0", 1 },  { "0,2-3", 3 }, { "7-7", 1 }, { "1,1", 1 },         { "1023", 1 },
	{ "", 0 },   { ",", 0 },     { "0,", 0 },  { "3-2", 0 },         { "-1", 0 },
	{ "1-", 0 }, { "1024", 0 },  { "0 1", 0 }, { "99999999999", 0 },
};

static void test_cpu_lists(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(list_rows); i++) {
		cpu_set_t s;
		assert_int_equal(cpus_parse(list_rows[i].list, &s),
				 list_rows[i].n ? ERR_OK : ERR_SYNTAX);
		if (list_rows[i].n)
			assert_int_equal(CPU_COUNT(&s), list_rows[i].n);
	}
	cpu_set_t s;
	u32 n = cpus_online(&s);
	assert_int_equal(n, CPU_COUNT(&s));
	assert_true(n >= 1);
}

static void test_printed(void **state)
{
	static const char *const same[] = { "0", "0-1", "1,3", "0-2,5,7-9", "1023" };
	char text[CPUS_TEXT];
	cpu_set_t s;
	(void)state;
	CPU_ZERO(&s);
	assert_string_equal(cpus_print(text, &s), "none");
	for (size_t i = 0; i < ARRAY_LEN(same); i++) {
		assert_int_equal(cpus_parse(same[i], &s), ERR_OK);
		assert_string_equal(cpus_print(text, &s), same[i]);
	}
	for (u32 i = 0; i < CPU_SETSIZE; i += 2) /* more than fit */
		CPU_SET(i, &s);
	assert_true(strlen(cpus_print(text, &s)) < CPUS_TEXT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cpu_lists),
		cmocka_unit_test(test_printed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
