/* Allocations on a hot thread are counted, by whatever function and library; others are not. */
#include "appliance/alloc_guard.h"

#include <malloc.h>
#include <openssl/evp.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "tests/cmocka_all.h"
#include "tests/dies.h"

static u64 counted;
static void *volatile kept; /* what is not kept the compiler leaves out */

static void keep(void *p)
{
	kept = p;
	free(p);
}

static void by_malloc(void) { keep(malloc(10)); }
static void by_calloc(void) { keep(calloc(3, 10)); }
static void by_realloc(void) { keep(realloc(NULL, 10)); }
static void by_aligned_alloc(void) { keep(aligned_alloc(64, 64)); }
static void by_memalign(void) { keep(memalign(64, 64)); }
static void by_strdup(void) { keep(strdup("text")); }

static void by_posix_memalign(void)
{
	void *p = NULL;
	assert_int_equal(posix_memalign(&p, 64, 64), 0);
	keep(p);
}

static void by_a_library(void) { EVP_MD_CTX_free(EVP_MD_CTX_new()); }

static void counts_on_hot_threads_alone(void **state)
{
	static void (*const rows[])(void) = { by_malloc,         by_calloc,   by_realloc,
					      by_aligned_alloc,  by_memalign, by_strdup,
					      by_posix_memalign, by_a_library };
	(void)state;
	for (u32 i = 0; i < ARRAY_LEN(rows); i++) {
		counted = 0;
		rows[i]();
		assert_int_equal(counted, 0);
		alloc_guard_hot(true);
		rows[i]();
		alloc_guard_hot(false);
		if (!counted)
			fail_msg("row %u was not counted", i);
		u64 then = counted;
		rows[i]();
		assert_int_equal(counted, then);
	}
}

static void *other_thread(void *arg)
{
	(void)arg;
	by_malloc();
	return NULL;
}

static void another_thread_is_not_meant(void **state)
{
	pthread_t t;
	(void)state;
	assert_int_equal(pthread_create(&t, NULL, other_thread, NULL), 0);
	pthread_join(t, NULL);
	counted = 0;
	assert_int_equal(pthread_create(&t, NULL, other_thread, NULL), 0);
	alloc_guard_hot(true);
	pthread_join(t, NULL);
	alloc_guard_hot(false);
	assert_int_equal(counted, 0);
}

static void allocate_hot(void *arg)
{
	setenv("SAKER_ALLOC_ABORT", arg, 1);
	alloc_guard_start(&counted);
	alloc_guard_hot(true);
	by_malloc();
}

static void aborts_where_asked_to(void **state)
{
	(void)state;
	assert_true(dies(allocate_hot, (char[]){ "1" }));
	assert_false(dies(allocate_hot, (char[]){ "0" }));
}

static int start(void **state)
{
	(void)state;
	alloc_guard_start(&counted);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts_on_hot_threads_alone),
		cmocka_unit_test(another_thread_is_not_meant),
		cmocka_unit_test(aborts_where_asked_to),
	};
	return cmocka_run_group_tests(tests, start, NULL);
}
