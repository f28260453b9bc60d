/* The kill word, against fake cores that see it, or do not. */
#include "tests/cmocka_all.h"

#include <pthread.h>
#include <string.h>

#include "hostctl/verb.h"
#include "tests/hostctl/fake_instance.h"

static struct fake_instance f;

static int setup(void **state)
{
	(void)state;
	fake_open(&f);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	fake_close(&f);
	return 0;
}

/* A fake core: acts on the kill word as a real one does, once a turn, until `stop`. */
struct fake_core {
	struct core_status *status;
	const struct segment_kill_page *kill;
	u32 stop;
	pthread_t thread;
};

static void *turn(void *arg)
{
	struct fake_core *c = arg;
	while (!__atomic_load_n(&c->stop, __ATOMIC_RELAXED)) {
		u32 level = kill_level(c->kill);
		counter_set(&c->status->kill_seen, level);
		counter_set(&c->status->halted, level >= KILL_HALT);
	}
	return NULL;
}

static void core_start(struct fake_core *c, struct core_status *s)
{
	*c = (struct fake_core){ .status = s, .kill = f.seg.kill };
	assert_int_equal(pthread_create(&c->thread, NULL, turn, c), 0);
}

static void core_stop(struct fake_core *c)
{
	__atomic_store_n(&c->stop, 1, __ATOMIC_RELAXED);
	pthread_join(c->thread, NULL);
}

static void test_both_cores_see_it(void **state)
{
	(void)state;
	static const struct {
		const char *line;
		u32 level;
		const char *out;
	} rows[] = {
		{ "kill --cancel-only", KILL_CANCEL_ONLY,
		  "CORE   SEEN  ACTS ON      HALTED\nmd     yes   cancel_only  no\ntrade  yes   "
		  "cancel_only  no\n" },
		{ "kill", KILL_HALT,
		  "CORE   SEEN  ACTS ON  HALTED\nmd     yes   halt     yes\ntrade  yes   halt     "
		  "yes\n" },
		{ "kill --cancel-only", KILL_HALT, /* never lowered */
		  "CORE   SEEN  ACTS ON  HALTED\nmd     yes   halt     yes\ntrade  yes   halt     "
		  "yes\n" },
	};
	struct fake_core md, trade;
	core_start(&md, f.md);
	core_start(&trade, f.trade);
	struct ran r[ARRAY_LEN(rows)];
	u32 level[ARRAY_LEN(rows)];
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		r[i] = run_hostctl(&f, rows[i].line);
		level[i] = kill_level(f.seg.kill);
	}
	core_stop(&md);
	core_stop(&trade);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		assert_int_equal(r[i].code, EXIT_DONE);
		assert_int_equal(level[i], rows[i].level);
		assert_string_equal(r[i].err, "");
		if (strcmp(r[i].out, rows[i].out))
			fail_msg("%s: %s", rows[i].line, r[i].out);
		ran_free(&r[i]);
	}
}

static void test_a_core_that_hangs_is_named(void **state)
{
	(void)state;
	struct fake_core trade;
	core_start(&trade, f.trade);
	struct ran r = run_hostctl(&f, "kill");
	core_stop(&trade);
	assert_int_equal(r.code, EXIT_TIMEOUT);
	assert_int_equal(kill_level(f.seg.kill), KILL_HALT);
	assert_string_equal(r.out, "CORE   SEEN  ACTS ON  HALTED\nmd     no    none     no\ntrade  "
				   "yes   halt     yes\n");
	assert_non_null(strstr(
		r.err,
		"the kill word is raised, but not every core has acted on it within a second"));
	ran_free(&r);
}

static void test_works_on_another_build(void **state)
{
	(void)state;
	f.seg.h->layout++;
	struct ran r = run_hostctl(&f, "kill");
	assert_int_equal(kill_level(f.seg.kill), KILL_HALT);
	assert_int_equal(r.code, EXIT_TIMEOUT); /* it cannot be told who has seen it */
	assert_non_null(strstr(
		r.err, "the kill word is raised; whether the cores have seen it cannot be told"));
	ran_free(&r);
}

static void test_nobody_there(void **state)
{
	(void)state;
	struct ran r = run_hostctl(NULL, "--instance nobody-of-this-name kill");
	assert_int_equal(r.code, EXIT_NOT_RUNNING);
	ran_free(&r);
	segment_close(&f.seg);
	r = run_hostctl(&f, "kill");
	assert_int_equal(r.code, EXIT_NOT_RUNNING);
	assert_non_null(strstr(r.err, "is not running; its kill word is raised all the same"));
	ran_free(&r);
}

#define CASE(t) cmocka_unit_test_setup_teardown(t, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_both_cores_see_it),
		CASE(test_a_core_that_hangs_is_named),
		CASE(test_works_on_another_build),
		CASE(test_nobody_there),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
