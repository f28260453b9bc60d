#include "tests/cmocka_all.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/segment.h"

#define SIZE (1u << 20)

static char name[INSTANCE_MAX]; /* one of our own, so that tests can run side by side */
static struct segment own;

static int setup(void **state)
{
	(void)state;
	snprintf(name, sizeof name, "test-%d", (int)getpid());
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	segment_close(&own);
	for (u64 g = 0; g < 10; g++) {
		char path[96];
		snprintf(path, sizeof path, "/dev/shm/saker.%s.%llu", name, (unsigned long long)g);
		unlink(path);
	}
	return 0;
}

static void a_group_may_read(void **state)
{
	struct stat st;
	(void)state;
	assert_int_equal(segment_create(&own, name, SIZE), ERR_OK);
	assert_int_equal(stat(own.path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(segment_share(&own, getgid()), ERR_OK);
	assert_int_equal(stat(own.path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0640);
	assert_int_equal(st.st_gid, getgid());
	if (geteuid()) /* a group of others is not ours to give */
		assert_int_equal(segment_share(&own, 12345), ERR_IO);
}

static bool exists(const char *path)
{
	struct stat st;
	return stat(path, &st) == 0;
}

/* Runs `call` in another process; returns its answer. */
static int elsewhere(int (*call)(void))
{
	int status = 0;
	pid_t pid = fork();
	if (pid == 0)
		_exit(call());
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int create_and_die(void)
{
	struct segment s;
	err_t e = segment_create(&s, name, SIZE);
	if (e == ERR_OK)
		segment_ready(&s);
	return (int)e;
}

static int create_and_die_unready(void)
{
	struct segment s;
	return (int)segment_create(&s, name, SIZE);
}

static void create_ready(void)
{
	assert_int_equal(segment_create(&own, name, SIZE), ERR_OK);
	segment_ready(&own);
}

static const struct counter_def defs[] = {
	{ "rx_frames", "Frames received." },
	{ "rx_bad_checksum", "Frames dropped for a wrong checksum." },
};

static void test_reader_sees_regions_and_counters(void **state)
{
	(void)state;
	struct segment r;
	assert_int_equal(segment_create(&own, name, SIZE), ERR_OK);
	u8 *table = segment_add(&own, "md0.books", REGION_BOOK, 3, 1000);
	u64 *words = segment_add_counters(&own, "md0.net", defs, ARRAY_LEN(defs));
	assert_int_equal((uintptr_t)table % CACHE_LINE, 0);
	assert_int_equal((uintptr_t)words % CACHE_LINE, 0);
	segment_ready(&own);
	table[999] = 0x5a;
	counter_add(&words[1], 7);

	assert_int_equal(segment_open(&r, name), ERR_OK);
	assert_true(segment_alive(&r));
	const struct region *b = segment_find(&r, "md0.books"), *c = segment_find(&r, "md0.net");
	assert_int_equal(b->kind, REGION_BOOK);
	assert_int_equal(b->count, 3);
	assert_int_equal(((u8 *)segment_at(&r, b))[999], 0x5a);
	assert_int_equal(((u8 *)segment_at(&r, b))[0], 0);
	assert_int_equal(c->kind, REGION_COUNTERS);
	assert_int_equal(c->count, ARRAY_LEN(defs));
	const u64 *seen = segment_at(&r, c);
	assert_int_equal(counter_get(&seen[0]), 0);
	assert_int_equal(counter_get(&seen[1]), 7);
	assert_string_equal(counter_texts(seen, c->count)[1].name, "rx_bad_checksum");
	assert_string_equal(counter_texts(seen, c->count)[0].help, "Frames received.");
	assert_null(segment_find(&r, "md1.net"));
	segment_close(&r);
	assert_true(segment_alive(&own)); /* a reader that leaves closes nothing */
}

static int reader_writes(void)
{
	struct segment r;
	if (segment_open(&r, name) != ERR_OK)
		return 77;
	signal(SIGSEGV, SIG_DFL);
	r.h->closed = 1; /* must not be possible */
	return 0;
}

static void test_reader_cannot_write(void **state)
{
	(void)state;
	create_ready();
	assert_int_equal(elsewhere(reader_writes), -1); /* ended by a signal */
	assert_int_equal(own.h->closed, 0);
}

static void test_header_names_its_owner(void **state)
{
	(void)state;
	create_ready();
	assert_string_equal(own.h->instance, name);
	assert_int_equal(own.h->pid, getpid());
	assert_int_equal(own.h->generation, 1);
	assert_int_equal(strlen(own.h->boot_id), 36);
	assert_true(own.h->start_time > 0 && own.h->start_wall_ns > 0);
}

static void test_not_there_or_not_ready(void **state)
{
	(void)state;
	struct segment r;
	assert_int_equal(segment_open(&r, name), ERR_NOT_FOUND);
	assert_int_equal(segment_kill(name, KILL_HALT), ERR_NOT_FOUND);
	assert_int_equal(segment_create(&own, name, SIZE), ERR_OK);
	assert_int_equal(segment_open(&r, name), ERR_AGAIN); /* its regions are not all there */
	assert_int_equal(segment_kill(name, KILL_HALT), ERR_OK); /* but it can be killed already */
	assert_int_equal(kill_level(own.kill), KILL_HALT);
	segment_ready(&own);
	assert_int_equal(segment_open(&r, name), ERR_OK);
	segment_close(&r);
}

static void test_second_instance_is_refused_while_one_lives(void **state)
{
	(void)state;
	struct segment other;
	create_ready();
	assert_int_equal(elsewhere(create_and_die), ERR_EXISTS);
	assert_int_equal(segment_create(&other, name, SIZE), ERR_EXISTS);
	own.h->layout++; /* a program built otherwise is no less alive */
	assert_int_equal(elsewhere(create_and_die), ERR_EXISTS);
	own.h->layout--;
	assert_true(exists(own.path));
	segment_close(&own);
	assert_int_equal(elsewhere(create_and_die), ERR_OK);
}

static void test_a_process_that_died_is_swept(void **state)
{
	(void)state;
	struct segment r;
	char first[96];
	assert_int_equal(elsewhere(create_and_die), ERR_OK);
	assert_int_equal(segment_open(&r, name), ERR_OK);
	assert_false(segment_alive(&r));
	memcpy(first, r.path, sizeof first);
	segment_close(&r);
	create_ready();
	assert_int_equal(own.h->generation, 2);
	assert_false(exists(first));
	assert_true(exists(own.path));
}

/*
 * Whatever lies about: a start that died half-way, a file cut short, a segment of another build,
 * older ones behind them.
 */
static void test_all_leftovers_are_swept(void **state)
{
	(void)state;
	char path[3][96];
	for (int g = 1; g <= 3; g++)
		snprintf(path[g - 1], sizeof path[0], "/dev/shm/saker.%s.%d", name, g);
	assert_int_equal(elsewhere(create_and_die_unready), ERR_OK);
	int fd = open(path[1], O_CREAT | O_WRONLY, 0600);
	assert_int_equal(write(fd, "short", 5), 5);
	close(fd);
	assert_int_equal(elsewhere(create_and_die), ERR_OK);
	fd = open(path[2], O_WRONLY);
	assert_int_equal(pwrite(fd, "\xff\xff", 2, offsetof(struct segment_header, layout)), 2);
	close(fd);
	create_ready();
	assert_int_equal(own.h->generation, 4);
	for (int i = 0; i < 3; i++)
		assert_false(exists(path[i]));
}

static void test_closed_in_good_order(void **state)
{
	(void)state;
	struct segment r;
	create_ready();
	assert_int_equal(segment_open(&r, name), ERR_OK);
	segment_close(&own);
	assert_false(segment_alive(&r));
	assert_int_equal(r.h->closed, 1);
	segment_close(&r);
	assert_true(exists(own.path)); /* for a last look */
	segment_unlink(&own);
	assert_false(exists(own.path));
}

static int kill_halt(void) { return (int)segment_kill(name, KILL_HALT); }
static int kill_cancel_only(void) { return (int)segment_kill(name, KILL_CANCEL_ONLY); }

static void test_kill_from_another_process_never_lowers(void **state)
{
	(void)state;
	create_ready();
	assert_int_equal(kill_level(own.kill), KILL_NONE);
	assert_int_equal(elsewhere(kill_cancel_only), ERR_OK);
	assert_int_equal(kill_level(own.kill), KILL_CANCEL_ONLY);
	assert_int_equal(elsewhere(kill_halt), ERR_OK);
	assert_int_equal(kill_level(own.kill), KILL_HALT);
	u32 by = own.kill->by_pid;
	assert_true(by && by != (u32)getpid() && own.kill->at_wall_ns);
	assert_int_equal(elsewhere(kill_cancel_only), ERR_OK);
	assert_int_equal(kill_level(own.kill), KILL_HALT);
	assert_int_equal(own.kill->by_pid, by); /* who raised it, not who came later */
}

static void test_kill_says_when_nothing_runs(void **state)
{
	(void)state;
	assert_int_equal(elsewhere(create_and_die), ERR_OK);
	assert_int_equal(segment_kill(name, KILL_HALT), ERR_CLOSED);
	create_ready();
	assert_int_equal(kill_level(own.kill), KILL_NONE); /* a new start, a new word */
	segment_close(&own);
	assert_int_equal(segment_kill(name, KILL_HALT), ERR_CLOSED);
}

static void test_other_builds_are_refused(void **state)
{
	(void)state;
	struct segment r;
	create_ready();
	own.h->layout++;
	assert_int_equal(segment_open(&r, name), ERR_UNSUPPORTED);
	assert_int_equal(segment_kill(name, KILL_HALT), ERR_OK); /* the kill page stands where this ABI has it */
	assert_int_equal(kill_level(own.kill), KILL_HALT);
	own.h->layout--;
	own.h->abi++;
	assert_int_equal(segment_open(&r, name), ERR_UNSUPPORTED);
	assert_int_equal(segment_kill(name, KILL_HALT), ERR_UNSUPPORTED);
}

static void test_regions_that_leave_the_file_are_refused(void **state)
{
	(void)state;
	struct segment r;
	create_ready();
	assert_non_null(segment_add(&own, "x", REGION_TABLE, 1, 64));
	struct region good = own.h->region[0];
	assert_int_equal(segment_open(&r, name), ERR_OK);
	segment_close(&r);
	own.h->region[0].size = SIZE;
	assert_int_equal(segment_open(&r, name), ERR_SYNTAX);
	own.h->region[0] = good;
	own.h->region[0].offset = UINT64_MAX - 10;
	assert_int_equal(segment_open(&r, name), ERR_SYNTAX);
	own.h->region[0] = good;
	memset(own.h->region[0].name, 'x', sizeof good.name); /* no end */
	assert_int_equal(segment_open(&r, name), ERR_SYNTAX);
	own.h->region[0] = good;
	own.h->n_regions = SEGMENT_REGIONS + 1;
	assert_int_equal(segment_open(&r, name), ERR_SYNTAX);
}

static void test_names_and_sizes(void **state)
{
	(void)state;
	static const char *const bad[] = { "", "a/b", "a.b", "..", "0123456789012345678901234567890123" };
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_int_equal(segment_create(&own, bad[i], SIZE), ERR_ARGUMENT);
	assert_int_equal(segment_create(&own, name, 1ULL << 50), ERR_NO_MEMORY);
	assert_int_equal(segment_create(&own, name, 100), ERR_TRUNCATED); /* no room for the header */
	assert_int_equal(segment_kill(name, KILL_HALT), ERR_NOT_FOUND); /* and nothing stays behind */
	create_ready();
	assert_null(segment_add(&own, "big", REGION_TABLE, 1, SIZE));
	assert_null(segment_add(&own, "big", REGION_TABLE, 1, SIZE_MAX));
	assert_null(segment_add(&own, "a region name of more than 31 char", REGION_TABLE, 1, 8));
	for (int i = 0; i < SEGMENT_REGIONS; i++)
		assert_non_null(segment_add(&own, "r", REGION_TABLE, 1, 8));
	assert_null(segment_add(&own, "r", REGION_TABLE, 1, 8));
}

static void test_instances_do_not_meet(void **state)
{
	(void)state;
	struct segment other, r;
	char longer[INSTANCE_MAX + 1];
	snprintf(longer, sizeof longer, "%sx", name);
	create_ready();
	assert_int_equal(segment_create(&other, longer, SIZE), ERR_OK);
	segment_ready(&other);
	assert_int_equal(segment_open(&r, name), ERR_OK);
	assert_string_equal(r.h->instance, name);
	segment_close(&r);
	segment_close(&other);
	segment_unlink(&other);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_reader_sees_regions_and_counters),
		T(test_reader_cannot_write),
		T(a_group_may_read),
		T(test_header_names_its_owner),
		T(test_not_there_or_not_ready),
		T(test_second_instance_is_refused_while_one_lives),
		T(test_a_process_that_died_is_swept),
		T(test_all_leftovers_are_swept),
		T(test_closed_in_good_order),
		T(test_kill_from_another_process_never_lowers),
		T(test_kill_says_when_nothing_runs),
		T(test_other_builds_are_refused),
		T(test_regions_that_leave_the_file_are_refused),
		T(test_names_and_sizes),
		T(test_instances_do_not_meet),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
