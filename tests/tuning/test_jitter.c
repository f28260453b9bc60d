/* What a spinning thread saw adds up; interrupts are told apart by CPU, by name, however the file looks. */
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "tests/cmocka_all.h"
#include "tests/tuning/machine.h"
#include "tuning/jitter.h"

#define RUN_NS (50 * NS_PER_MS)

static struct interrupts before, after;

static u32 some_cpu(void)
{
	cpu_set_t set;
	u32 cpu = 0;
	assert_int_equal(sched_getaffinity(0, sizeof set, &set), 0);
	while (!CPU_ISSET(cpu, &set))
		cpu++;
	return cpu;
}

static void it_adds_up(void **state)
{
	struct jitter *j = calloc(1, sizeof *j);
	u32 bad = 0;
	u64 over = 0;
	(void)state;
	j->cpu = some_cpu();
	assert_int_equal(jitter_run(j, 1, RUN_NS, &bad), ERR_OK);
	assert_true(j->turns.n > 0 && j->ran_ns >= RUN_NS - 1);
	assert_true(j->turns.sum <= j->ran_ns && j->turns.sum + j->turns.n >= j->ran_ns); /* but for rounding */
	assert_int_equal(j->turns.max, j->worst_ns);
	assert_true(j->worst_at_ns <= j->ran_ns && j->lost_ns <= j->ran_ns && j->gaps <= j->turns.n);
	for (u32 i = hist_index(JITTER_GAP_NS) + 1; i < HIST_BUCKETS; i++)
		over += j->turns.bucket[i];
	assert_true(over <= j->gaps); /* the bucket of the limit holds some on either side */
	assert_true(j->all[0]);
	free(j);
}

static void no_such_cpu(void **state)
{
	struct jitter *j = calloc(2, sizeof *j);
	u32 bad = 0;
	(void)state;
	j[0].cpu = some_cpu(), j[1].cpu = CPU_SETSIZE - 1;
	assert_int_equal(jitter_run(j, 2, RUN_NS, &bad), ERR_ARGUMENT);
	assert_int_equal(bad, CPU_SETSIZE - 1);
	j[0].cpu = 1u << 31;
	assert_int_equal(jitter_run(j, 1, RUN_NS, &bad), ERR_ARGUMENT);
	free(j);
}

static void interrupts_of_one_cpu(void **state)
{
	char text[256];
	struct machine m;
	(void)state;
	machine_make(&m, NULL, 0);
	struct host h = { m.root };
	assert_false(interrupts_read(&h, 0, &before));
	/* CPU 1 is offline: it has no column */
	machine_put(&m, "/proc/interrupts",
		    "            CPU0       CPU2       CPU12\n  24:          1          7          3  IO-APIC   5-edge  ACPI:Ged\n"
		    "LOC:        100        200        300   Local timer interrupts\nERR:          9\nMIS:          0\n");
	assert_false(interrupts_read(&h, 1, &before));
	assert_true(interrupts_read(&h, 2, &before));
	assert_int_equal(before.n, 2);
	assert_string_equal(before.line[0].name, "24");
	assert_true(before.line[0].count == 7 && before.line[1].count == 200);
	assert_string_equal(interrupts_changes(&before, &before, text, sizeof text), "none");
	machine_put(&m, "/proc/interrupts", /* a device came: lines move */
		    "            CPU0       CPU2       CPU12\n  23:          0          4          0  new\n"
		    "  24:          1          7          3  IO-APIC   5-edge  ACPI:Ged\nLOC:        100        205        300   Local\n");
	assert_true(interrupts_read(&h, 2, &after));
	assert_string_equal(interrupts_changes(&before, &after, text, sizeof text), "23 +4, LOC +5");
	assert_true(interrupts_read(&h, 12, &after));
	assert_int_equal(after.line[2].count, 300);
	machine_put(&m, "/proc/interrupts", "CPU0\nrubbish\n: 5\n9:\naaaaaaaaaaaaaaaaaaaaaaaaa: 5\n1: x\n");
	assert_true(interrupts_read(&h, 0, &after));
	assert_int_equal(after.n, 0);
	machine_free(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_adds_up),
		cmocka_unit_test(no_such_cpu),
		cmocka_unit_test(interrupts_of_one_cpu),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
