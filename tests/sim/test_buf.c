#include "tests/cmocka_all.h"

#include <stdlib.h>
#include <string.h>

#include "sim/buf.h"

static void test_a_queue_of_bytes(void **state)
{
	(void)state;
	struct buf b = { 0 };
	u32 in = 0, out = 0, rng = 3;
	for (u32 i = 0; i < 5000; i++) {
		rng = rng * 1664525 + 1013904223;
		u32 n = rng >> 24;
		if (rng & 0x100)
			for (u32 k = 0; k < n; k++) {
				u8 byte = (u8)(in++ * 7);
				buf_add(&b, &byte, 1);
			}
		else
			for (u32 k = 0; k < n && buf_n(&b); k++) {
				assert_int_equal(*buf_p(&b), (u8)(out++ * 7));
				buf_eat(&b, 1);
			}
		assert_int_equal(buf_n(&b), in - out);
	}
	assert_true(b.cap < 1 << 20); /* what was eaten is used again */
	buf_free(&b);
}

static void test_text(void **state)
{
	(void)state;
	struct buf b = { 0 };
	char *big = malloc(2000);
	memset(big, 'x', 1999);
	big[1999] = 0;
	buf_decimal(&b, 6183763000000);
	buf_fmt(&b, ",%d,%s", -5, big);
	buf_add(&b, "", 1);
	assert_memory_equal(buf_p(&b), "\"61837.63000000\",-5,xxx", 22);
	assert_int_equal(strlen((char *)buf_p(&b)), 20 + 1999);
	free(big);
	buf_free(&b);
}

static void test_growing_array(void **state)
{
	(void)state;
	int *v = NULL;
	size_t cap = 0;
	for (int i = 0; i < 1000; i++) {
		v = vec_grow(v, (size_t)i, &cap, sizeof *v);
		v[i] = i;
	}
	assert_true(cap >= 1000 && v[0] == 0 && v[999] == 999);
	free(v);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_queue_of_bytes),
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_growing_array),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
