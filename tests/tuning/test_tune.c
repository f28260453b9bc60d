/*
 * Tuning constructed machines: what the plan mends turns green, a second look finds nothing to do,
 * and taking it back leaves every file as it was.
 */
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/cmocka_all.h"
#include "tests/tuning/machine.h"
#include "tuning/tune.h"

static const struct {
	const char *name;
	void (*make)(struct machine *m, struct patient *p);
} machines[] = {
	{ "tuned", machine_tuned },
	{ "two sockets", machine_two_sockets },
	{ "cloud", machine_cloud },
};

/* ---- all files of a machine, as one text in the order of names ---- */

static char *lines[1000];
static u32 n_lines;

static int add_file(const char *path, const struct stat *st, int type, struct FTW *at)
{
	static char text[1 << 16];
	char bytes[8192];
	(void)st, (void)at;
	if (type != FTW_F || strstr(path, "/config")) /* a card's configuration is no text */
		return 0;
	int fd = open(path, O_RDONLY);
	ssize_t n = read(fd, bytes, sizeof bytes - 1);
	close(fd);
	bytes[n > 0 ? n : 0] = 0;
	if (strstr(path, "transparent_hugepage")) /* the kernel would show the choice with brackets again */
		strcpy(bytes, strstr(bytes, "always") ? "always" : "never");
	snprintf(text, sizeof text, "%s=%s", strchr(path + 5, '/'), bytes);
	assert_true(n_lines < ARRAY_LEN(lines));
	lines[n_lines++] = strdup(text);
	return 0;
}

static int by_text(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

static char *all_files(const struct machine *m)
{
	char *all = calloc(1, 1 << 20);
	size_t n = 0;
	n_lines = 0;
	assert_int_equal(nftw(m->root, add_file, 16, FTW_PHYS), 0);
	qsort(lines, n_lines, sizeof *lines, by_text);
	for (u32 i = 0; i < n_lines; i++) {
		n += (size_t)snprintf(all + n, (1 << 20) - n, "%s\n", lines[i]);
		free(lines[i]);
	}
	return all;
}

/* ---- */

static struct tune_plan plan;

static const struct tune_change *change(const char *path)
{
	for (u32 i = 0; i < plan.n; i++)
		if (!strcmp(plan.change[i].path, path))
			return &plan.change[i];
	return NULL;
}

static enum severity severity_of(const struct patient *p, const char *id)
{
	struct finding f;
	for (u32 i = 0; doctor_check(i); i++)
		if (!strcmp(doctor_check(i)->id, id)) {
			doctor_examine(doctor_check(i), p, &f);
			return f.severity;
		}
	fail_msg("no check %s", id);
	return SEVERITY_NONE;
}

static void there_and_back(void **state)
{
	(void)state;
	for (u32 i = 0; i < ARRAY_LEN(machines); i++) {
		struct machine m;
		struct patient p;
		u32 n;
		machines[i].make(&m, &p);
		char *before = all_files(&m);
		assert_int_equal(tune_make(&plan, &p), ERR_OK);
		u32 due = plan.n_due;
		assert_true(due > 0 && !plan.full);
		char *shown = all_files(&m);
		assert_string_equal(before, shown); /* a plan changes nothing */
		free(shown);
		assert_int_equal(tune_apply(&plan, &p), ERR_OK);
		for (u32 k = 0; k < plan.n; k++)
			if (plan.change[k].due || plan.change[k].failed)
				fail_msg("%s: %s was not written", machines[i].name, plan.change[k].path);
		tune_free(&plan);
		assert_int_equal(tune_make(&plan, &p), ERR_OK);
		for (u32 k = 0; k < plan.n; k++)
			if (plan.change[k].due)
				fail_msg("%s: %s is due again: %s", machines[i].name, plan.change[k].path,
					 plan.change[k].text);
		char *once = all_files(&m);
		assert_int_equal(tune_apply(&plan, &p), ERR_OK);
		tune_free(&plan);
		char *twice = all_files(&m);
		assert_string_equal(once, twice);
		assert_int_equal(tune_revert(&p.host, &n), ERR_OK);
		assert_int_equal(n, due);
		char *after = all_files(&m);
		assert_string_equal(before, after);
		assert_int_equal(tune_revert(&p.host, &n), ERR_NOT_FOUND);
		free(before), free(once), free(twice), free(after);
		machine_free(&m);
	}
}

static void what_it_mends_turns_green(void **state)
{
	static const char *const mended[] = {
		"power.governor",	"power.least_frequency",  "power.sleep_states", "kernel.nmi_watchdog",
		"kernel.soft_watchdog", "kernel.stat_interval",	  "kernel.numa_balancing", "kernel.rt_throttling",
		"irq.workqueues",	"irq.writeback",	  "irq.new",		"memory.transparent_huge_pages",
		"memory.compaction",
	};
	struct machine m;
	struct patient p;
	(void)state;
	machine_two_sockets(&m, &p);
	for (u32 i = 0; i < ARRAY_LEN(mended); i++)
		if (severity_of(&p, mended[i]) <= SEVERITY_UNKNOWN)
			fail_msg("%s: the untuned machine does not lack it", mended[i]);
	assert_int_equal(tune_make(&plan, &p), ERR_OK);
	assert_int_equal(tune_apply(&plan, &p), ERR_OK);
	tune_free(&plan);
	for (u32 i = 0; i < ARRAY_LEN(mended); i++)
		if (severity_of(&p, mended[i]) != SEVERITY_GREEN)
			fail_msg("%s: %s", mended[i], severity_names[severity_of(&p, mended[i])]);
	machine_free(&m);
}

static void the_files_say_it_again_at_each_start(void **state)
{
	struct machine m;
	struct patient p;
	(void)state;
	machine_two_sockets(&m, &p);
	assert_int_equal(tune_make(&plan, &p), ERR_OK);
	const struct tune_change *boot = change(TUNE_BOOT), *sysctl = change(TUNE_SYSCTL);
	const struct tune_change *files = change(TUNE_TMPFILES), *card, *slice;
	assert_true(boot && sysctl && files);
	assert_non_null(slice = change("/etc/systemd/system/system.slice.d/90-saker.conf"));
	assert_non_null(strstr(slice->text, "\n[Slice]\nAllowedCPUs=0-1,3-8,10-31\n"));
	assert_non_null(slice = change("/etc/systemd/system/init.scope.d/90-saker.conf"));
	assert_non_null(strstr(slice->text, "\n[Scope]\nAllowedCPUs=0-1,3-8,10-31\n"));
	assert_non_null(card = change("/etc/systemd/network/90-saker-0000:3b:00.0.link"));
	assert_non_null(strstr(card->text, "\nPath=pci-0000:3b:00.0\n[Link]\n"));
	/* on the card's node, which is not the first */
	assert_non_null(change("/sys/devices/system/node/node1/hugepages/hugepages-2048kB/nr_hugepages"));
	assert_string_equal(change("/sys/devices/system/node/node1/hugepages/hugepages-2048kB/nr_hugepages")->text, "512\n");
	assert_non_null(strstr(boot->text, " isolcpus=managed_irq,domain,2,9 nohz_full=2,9 rcu_nocbs=2,9 "
					   "irqaffinity=0-1,3-8,10-31 "));
	assert_non_null(strstr(sysctl->text, "\nkernel/sched_rt_runtime_us = -1\n"));
	assert_non_null(strstr(sysctl->text, "\nkernel/watchdog_cpumask = 0-1,3-8,10-31\n"));
	assert_non_null(strstr(files->text, "\nw /sys/devices/system/cpu/cpu9/cpufreq/scaling_governor - - - - performance\n"));
	assert_non_null(strstr(files->text, "\nw /sys/devices/system/cpu/cpu2/cpuidle/state1/disable - - - - 1\n"));
	assert_non_null(strstr(files->text, "\nw /sys/devices/virtual/workqueue/cpumask - - - - fffffdfb\n"));
	tune_free(&plan);
	machine_free(&m);
}

/* A crash while the state is written, and a state somebody else has written. */
static void a_damaged_state(void **state)
{
	struct machine m;
	struct patient p;
	u32 n;
	(void)state;
	machine_two_sockets(&m, &p);
	char *before = all_files(&m);
	assert_int_equal(tune_make(&plan, &p), ERR_OK);
	machine_put(&m, TUNE_STATE, "/proc/sys/kernel/nmi_watchdog 40\n1\n"); /* cut short: that change never came */
	assert_int_equal(tune_apply(&plan, &p), ERR_OK);
	tune_free(&plan);
	assert_int_equal(tune_revert(&p.host, &n), ERR_OK);
	char *after = all_files(&m);
	assert_string_equal(before, after);
	free(before), free(after);
	static const char *const bad[] = { "not a state\n", "/etc/passwd -7\n", "relative 3\nabc", "/a 1 2\nx" };
	for (u32 i = 0; i < ARRAY_LEN(bad); i++) {
		machine_put(&m, TUNE_STATE, bad[i]);
		if (tune_revert(&p.host, &n) != ERR_SYNTAX)
			fail_msg("state %u was taken", i);
	}
	machine_free(&m);
}

/* What could not be changed, as a disk's interrupt that its driver manages, is no hindrance on the way back. */
static void a_file_that_takes_no_value(void **state)
{
	struct machine m;
	struct patient p;
	char path[512];
	u32 n, failed = 0;
	(void)state;
	machine_two_sockets(&m, &p);
	snprintf(path, sizeof path, "%s/proc/sys/kernel/nmi_watchdog", m.root);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(symlink("/proc/sys/kernel/cap_last_cap", path), 0); /* nobody may write this one */
	char *before = all_files(&m);
	assert_int_equal(tune_make(&plan, &p), ERR_OK);
	assert_int_equal(tune_apply(&plan, &p), ERR_OK);
	for (u32 k = 0; k < plan.n; k++)
		failed += plan.change[k].failed;
	assert_int_equal(failed, 1);
	tune_free(&plan);
	assert_int_equal(tune_revert(&p.host, &n), ERR_OK);
	char *after = all_files(&m);
	assert_string_equal(before, after);
	free(before), free(after);
	machine_free(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_that_takes_no_value),
		cmocka_unit_test(there_and_back),
		cmocka_unit_test(what_it_mends_turns_green),
		cmocka_unit_test(the_files_say_it_again_at_each_start),
		cmocka_unit_test(a_damaged_state),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
