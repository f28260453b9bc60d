/*
 * The vectors of the authors' reference implementation: key 00 01 .. 0f, input 00 01 .. of each
 * length.
 */
#include "tests/cmocka_all.h"

#include "dataplane/tcp/siphash.h"

static void test_vectors(void **state)
{
	(void)state;
	static const struct {
		u32 n;
		u64 hash;
	} rows[] = {
		{ 0, 0x726fdb47dd0e0e31 }, { 1, 0x74f839c593dc67fd },  { 2, 0x0d6c8009d9a94f5a },
		{ 3, 0x85676696d7fb7e2d }, { 7, 0xab0200f58b01d137 },  { 8, 0x93f5f5799a932462 },
		{ 9, 0x9e0082df0ba9e4b0 }, { 15, 0xa129ca6149be45e5 },
	};
	u8 key[16], in[16];
	for (u8 i = 0; i < 16; i++)
		key[i] = in[i] = i;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_int_equal(siphash(key, in, rows[i].n), rows[i].hash);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_vectors) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
