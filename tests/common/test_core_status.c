#include "tests/cmocka_all.h"

#include "common/core_status.h"

static const struct {
	ns_t now;
	u64 turns, slow, max_ns, max_at_ns;
	const char *remark;
} turns[] = {
	{ 1000000, 1, 0, 0, 0, "the first turn has no turn before it" },
	{ 1000500, 2, 0, 500, 1000500, "the longest so far" },
	{ 1000700, 3, 0, 500, 1000500, "a shorter one" },
	{ 1100700, 4, 0, 100000, 1100700, "at the threshold is not over it" },
	{ 1200701, 5, 1, 100001, 1200701, "over it: slow" },
	{ 1201000, 6, 1, 100001, 1200701, "slow turns stay counted" },
};

static void test_turns(void **state)
{
	(void)state;
	struct core_status s = { 0 };
	for (size_t i = 0; i < ARRAY_LEN(turns); i++) {
		core_status_turn(&s, turns[i].now);
		if (s.turns != turns[i].turns || s.slow_turns != turns[i].slow || s.now_ns != turns[i].now ||
		    s.max_turn_ns != turns[i].max_ns || s.max_turn_at_ns != turns[i].max_at_ns)
			fail_msg("%s: longest %llu ns at %llu, %llu slow", turns[i].remark,
				 (unsigned long long)s.max_turn_ns, (unsigned long long)s.max_turn_at_ns,
				 (unsigned long long)s.slow_turns);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_turns) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
