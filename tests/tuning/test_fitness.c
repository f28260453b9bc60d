/* The doctor's report kept: a tuned machine is fit, yellow does not bar it, red does, with its reasons. */
#include <stdio.h>
#include <string.h>

#include "tests/cmocka_all.h"
#include "tests/tuning/machine.h"
#include "tuning/fitness.h"

static void a_tuned_machine_is_fit(void **state)
{
	struct machine m;
	struct patient p;
	struct fitness f;
	(void)state;
	machine_tuned(&m, &p);
	fitness_examine(&f, &p);
	assert_true(fitness_is_fit(&f));
	assert_int_equal(f.n_bad, 0);
	assert_true(f.total >= 40 && f.n[SEVERITY_GREEN] + f.n[SEVERITY_NONE] == f.total);
	assert_true(f.at_wall_ns && f.profile == PROFILE_COLOCATED);
	machine_free(&m);
}

static void yellow_bars_nothing(void **state)
{
	struct machine m;
	struct patient p;
	struct fitness f;
	(void)state;
	machine_tuned(&m, &p);
	machine_put(&m, "/proc/sys/vm/stat_interval", "1");
	fitness_examine(&f, &p);
	assert_true(fitness_is_fit(&f));
	assert_int_equal(f.n[SEVERITY_YELLOW], 1);
	assert_int_equal(f.n_bad, 1);
	assert_string_equal(f.bad[0].check->id, "kernel.stat_interval");
	machine_free(&m);
}

/* Red ones are told first, whatever their place in the table; in a lab the same machine is fit. */
static void red_bars(void **state)
{
	struct machine m;
	struct patient p;
	struct fitness f;
	char why[FITNESS_TEXT];
	(void)state;
	machine_tuned(&m, &p);
	machine_put(&m, "/proc/sys/vm/stat_interval", "1");
	machine_put(&m, "/proc/swaps", "Filename Type\n/swapfile file 1 0 -2");
	machine_put(&m, "/proc/900/comm", "irqbalance");
	fitness_examine(&f, &p);
	assert_false(fitness_is_fit(&f));
	assert_int_equal(f.n[SEVERITY_RED], 2);
	assert_int_equal(f.n_bad, 3);
	assert_int_equal(f.bad[2].finding.severity, SEVERITY_YELLOW);
	assert_string_equal(fitness_refusal(&f, why), why);
	assert_non_null(strstr(why, "2 red for deployment colocated"));
	assert_non_null(strstr(why, "irq.balance") < strstr(why, "memory.swap") ? why : NULL);
	assert_null(strstr(why, "stat_interval"));
	p.profile = PROFILE_LAB;
	fitness_examine(&f, &p);
	assert_true(fitness_is_fit(&f));
	machine_free(&m);
}

/* As installed almost everything is red: the sentence ends within its bytes, and counts them all. */
static void a_long_list_is_cut(void **state)
{
	struct machine m;
	struct patient p;
	struct fitness f;
	char why[FITNESS_TEXT];
	(void)state;
	machine_two_sockets(&m, &p);
	fitness_examine(&f, &p);
	assert_true(f.n[SEVERITY_RED] > 15);
	assert_true(strlen(fitness_refusal(&f, why)) < sizeof why);
	char count[32];
	snprintf(count, sizeof count, "found %u red", f.n[SEVERITY_RED]);
	assert_non_null(strstr(why, count));
	machine_free(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_tuned_machine_is_fit),
		cmocka_unit_test(yellow_bars_nothing),
		cmocka_unit_test(red_bars),
		cmocka_unit_test(a_long_list_is_cut),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
