#include "tests/cmocka_all.h"

#include <string.h>

#include "common/rng.h"
#include "gateway/coid.h"

#define BOOT 0x0badcafe

static const struct {
	const char *text;
	enum coid_owner owner;
	u32 boot;
	u64 id;
	const char *remark;
} rows[] = {
	{ "saker-0badcafe-0000000017", COID_OURS, BOOT, 17, "this boot" },
	{ "saker-0badcafe-9999999999", COID_OURS, BOOT, ORDER_ID_MAX, "the last id" },
	{ "saker-00000001-0000000001", COID_OLDER, 1, 1, "another boot" },
	{ "saker-0badcafe-0000000000", COID_FOREIGN, 0, 0, "ids count from 1" },
	{ "saker-0BADCAFE-0000000017", COID_FOREIGN, 0, 0, "upper case is not how we write" },
	{ "saker-0badcafe-17", COID_FOREIGN, 0, 0, "no padding" },
	{ "saker-0badcafe-000000001x", COID_FOREIGN, 0, 0, "no digit" },
	{ "saker-0badcafg-0000000017", COID_FOREIGN, 0, 0, "no hex digit" },
	{ "saker-0badcaf:-0000000017", COID_FOREIGN, 0, 0, "between the digits and the letters" },
	{ "saker-0badcafe_0000000017", COID_FOREIGN, 0, 0, "wrong separator" },
	{ "Saker-0badcafe-0000000017", COID_FOREIGN, 0, 0, "wrong prefix" },
	{ "saker-0badcafe-00000000171", COID_FOREIGN, 0, 0, "too long" },
	{ "", COID_FOREIGN, 0, 0, "empty" },
	{ "web_4d96324ff9d44481926157ec08158a40", COID_FOREIGN, 0, 0, "the venue's own page" },
};

static void test_parse_table(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		u32 boot = 0;
		u64 id = 0;
		enum coid_owner o = coid_parse(rows[i].text, strlen(rows[i].text), BOOT, &boot, &id);
		if (o != rows[i].owner || boot != rows[i].boot || id != rows[i].id)
			fail_msg("%s (%s)", rows[i].text, rows[i].remark);
	}
}

static void test_print_then_parse(void **state)
{
	(void)state;
	struct rng r;
	rng_seed(&r, 1);
	for (int i = 0; i < 20000; i++) {
		char text[COID_LEN];
		u32 boot = (u32)rng_next(&r), of;
		u64 id = rng_next(&r) >> rng_below(&r, 63) % 63, got;
		id = id % ORDER_ID_MAX + 1;
		coid_print(text, boot, id);
		assert_int_equal(coid_parse(text, COID_LEN, boot, &of, &got), COID_OURS);
		assert_true(of == boot && got == id);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse_table),
		cmocka_unit_test(test_print_then_parse),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
