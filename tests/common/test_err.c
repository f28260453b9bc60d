#include "tests/cmocka_all.h"

#include <ctype.h>
#include <string.h>

#include "common/err.h"

static void test_each_code_has_a_name_a_sentence_and_a_class(void **state)
{
	(void)state;
	for (int e = 0; e < ERR_COUNT; e++) {
		for (const char *c = err_name((err_t)e); *c; c++)
			assert_true(isupper((unsigned char)*c) || *c == '_');
		assert_true(strlen(err_text((err_t)e)) > 4);
		assert_true(err_class((err_t)e) <= ERR_CLASS_SYSTEM);
		assert_true((err_class((err_t)e) == ERR_CLASS_NONE) == (e == ERR_OK));
		for (int o = 0; o < e; o++)
			assert_string_not_equal(err_name((err_t)e), err_name((err_t)o));
	}
}

static void test_known_codes(void **state)
{
	(void)state;
	assert_int_equal(ERR_OK, 0);
	assert_string_equal(err_name(ERR_TIMEOUT), "TIMEOUT");
	assert_int_equal(err_class(ERR_AGAIN), ERR_CLASS_RETRY);
	assert_int_equal(err_class(ERR_CHECKSUM), ERR_CLASS_INPUT);
}

static void test_outside_the_set(void **state)
{
	(void)state;
	static const int outside[] = { ERR_COUNT, 1000, -1 };
	for (unsigned i = 0; i < sizeof outside / sizeof outside[0]; i++) {
		assert_string_equal(err_name((err_t)outside[i]), "?");
		assert_string_equal(err_text((err_t)outside[i]), "unknown error code");
		assert_int_equal(err_class((err_t)outside[i]), ERR_CLASS_SYSTEM);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_code_has_a_name_a_sentence_and_a_class),
		cmocka_unit_test(test_known_codes),
		cmocka_unit_test(test_outside_the_set),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
