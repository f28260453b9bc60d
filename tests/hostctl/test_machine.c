/* The verbs that look at the machine: what they print adds up; what they are told wrong is refused. */
#include "tests/cmocka_all.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "hostctl/verb.h"
#include "tests/hostctl/fake_instance.h"

/* An empty folder for a machine: nothing is known of it, much is missing. */
static void test_doctor(void **state)
{
	char root[] = "/tmp/saker-no-machine-XXXXXX", line[128];
	(void)state;
	assert_non_null(mkdtemp(root));
	snprintf(line, sizeof line, "doctor --profile colocated --cores 2-3 --root %s", root);
	json_t *all = json_of(NULL, line, EXIT_REFUSED);
	json_t *sum = json_object_get(all, "sum");
	size_t n = json_array_size(json_object_get(all, "checks"));
	u32 red = 0;
	for (size_t i = 0; i < n; i++)
		red += !strcmp(text_of(row_of(all, "checks", i), "severity"), "red");
	assert_int_equal(number_of(sum, "checks"), n);
	assert_int_equal(number_of(sum, "red"), red);
	assert_true(red > 0 && red < n);
	assert_string_equal(text_of(sum, "hot_cpus"), "2-3");
	json_decref(all);
	struct ran r = run_hostctl(NULL, line);
	assert_int_equal(r.code, EXIT_REFUSED);
	assert_non_null(strstr(r.out, "red     cpu.isolated: none: the kernel was started without it\n          wanted: 2-3 in it\n"));
	ran_free(&r);
	rmdir(root);
}

static void test_jitter(void **state)
{
	cpu_set_t set;
	u32 cpu = 0;
	char line[64];
	(void)state;
	sched_getaffinity(0, sizeof set, &set);
	while (!CPU_ISSET(cpu, &set))
		cpu++;
	snprintf(line, sizeof line, "jitter --cores %u --seconds 1", cpu);
	json_t *all = json_of(NULL, line, EXIT_DONE), *row = row_of(all, "cores", 0);
	assert_int_equal(number_of(row, "cpu"), cpu);
	assert_true(number_of(row, "ran_ns") >= (i64)NS_PER_S - 1 && number_of(row, "turns") > 0);
	assert_true(number_of(row, "worst_ns") >= number_of(row, "p9999_ns"));
	assert_true(number_of(row, "p9999_ns") >= number_of(row, "p50_ns"));
	json_decref(all);
}

/* Others' figures beside ours, or a note that names what is absent. Skipped where cyclictest cannot run. */
static void test_jitter_beside_others(void **state)
{
	static const char *const tools[] = { "jitter", "cyclictest", "hwlatdetect" };
	cpu_set_t set;
	u32 cpu = 0;
	char line[64];
	(void)state;
	sched_getaffinity(0, sizeof set, &set);
	while (!CPU_ISSET(cpu, &set))
		cpu++;
	snprintf(line, sizeof line, "jitter --cores %u --seconds 1 --compare", cpu);
	json_t *all = json_of(NULL, line, EXIT_DONE);
	bool ran = false;
	for (u32 i = 0; i < ARRAY_LEN(tools); i++) {
		json_t *row = row_of(all, "compare", i);
		const char *note = json_string_value(json_object_get(row, "note"));
		assert_string_equal(json_string_value(json_object_get(row, "tool")), tools[i]);
		if (note && note[0]) {
			print_message("%s: %s\n", tools[i], note);
			assert_true(json_is_null(json_object_get(row, "worst_ns")));
			continue;
		}
		if (i == 2)
			continue;
		assert_true(number_of(row, "samples") > 0 && number_of(row, "worst_ns") >= number_of(row, "p9999_ns"));
		assert_true(number_of(row, "p9999_ns") >= number_of(row, "p50_ns"));
		ran = i == 1;
	}
	json_decref(all);
	if (!ran)
		skip();
}

static void test_what_is_refused(void **state)
{
	static const struct {
		const char *line;
		int code;
		const char *err;
	} rows[] = {
		{ "doctor --profile moon", EXIT_USAGE, "hostctl: --profile moon: expected lab, cloud or colocated\n" },
		{ "doctor --cores 3-", EXIT_USAGE, "hostctl: --cores 3-: expected a list of CPUs" },
		{ "doctor --root", EXIT_USAGE, "hostctl: --root needs a value" },
		{ "doctor --seconds 3", EXIT_USAGE, "hostctl: doctor takes no such option" },
		{ "tune mend", EXIT_USAGE, "hostctl: expected hostctl tune plan | apply" },
		{ "tune revert --root /nonexistent", EXIT_REFUSED, "hostctl: tune: nothing was applied" },
		{ "jitter", EXIT_USAGE, "hostctl: expected hostctl jitter --cores LIST" },
		{ "jitter --cores 1 --seconds 0", EXIT_USAGE, "hostctl: --seconds 0: expected a number from 1 to 86400\n" },
		{ "jitter --cores 1023 --seconds 1", EXIT_REFUSED, "hostctl: CPU 1023: this process may not run there" },
		{ "doctor --compare", EXIT_USAGE, "hostctl: doctor takes no such option" },
		{ "status --cores 1", EXIT_USAGE, "hostctl: status takes no such option" },
	};
	(void)state;
	for (u32 i = 0; i < ARRAY_LEN(rows); i++) {
		struct ran r = run_hostctl(NULL, rows[i].line);
		if (r.code != rows[i].code || strncmp(r.err, rows[i].err, strlen(rows[i].err)))
			fail_msg("hostctl %s: exit %d, %s", rows[i].line, r.code, r.err);
		ran_free(&r);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_doctor),
		cmocka_unit_test(test_jitter),
		cmocka_unit_test(test_jitter_beside_others),
		cmocka_unit_test(test_what_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
