#include "tests/cmocka_all.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/ring.h"
#include "common/rng.h"
#include "tests/dies.h"

#define MODEL_MAX 4096

/* The slow model: a queue of (type, tag, length), whose bytes follow from the tag. */
struct model_msg {
	u16 type;
	u64 tag;
	u32 n;
};

struct model {
	struct model_msg q[MODEL_MAX];
	u32 first, n;
	u64 next_tag, used; /* bytes in the ring, without wraps */
};

static struct arena arena;

static int setup(void **state)
{
	(void)state;
	return arena_open(&arena, 8u << 20);
}

static int teardown(void **state)
{
	(void)state;
	arena_close(&arena);
	return 0;
}

static u8 byte_of(u64 tag, u32 i) { return (u8)(tag * 31 + i * 7); }

static u64 rounded(u32 n) { return (sizeof(struct ring_msg) + n + 15) / 16 * 16; }

/* A refusal is right only where the message does not fit: not into what is free, or not in one piece at the wrap. */
static void check_refusal(const struct ring *r, u32 n)
{
	u64 to_end = r->size - r->head % r->size, need = rounded(n);
	u64 skip = need > to_end ? to_end : 0;
	assert_true(n > ring_payload_max(r->size) || r->head - r->tail + skip + need > r->size);
}

static void model_put(struct model *m, struct ring *r, struct rng *g)
{
	u32 n = (u32)rng_below(g, rng_below(g, 4) ? 40 : r->size);
	struct model_msg x = { .type = (u16)rng_below(g, RING_WRAP), .tag = m->next_tag++, .n = n };
	u8 *to = m->n < MODEL_MAX ? ring_reserve(r, x.type, x.tag, n) : NULL;
	if (!to) {
		check_refusal(r, n);
		return;
	}
	assert_int_equal((uintptr_t)to % RING_ALIGN, 0);
	for (u32 i = 0; i < n; i++)
		to[i] = byte_of(x.tag, i);
	if (rng_below(g, 8) == 0)
		return; /* changed its mind: what is not committed is not there */
	ring_commit(r);
	m->q[(m->first + m->n++) % MODEL_MAX] = x;
	m->used += rounded(n);
}

static void model_get(struct model *m, struct ring *r)
{
	const struct ring_msg *got = ring_peek(r);
	if (!m->n) {
		assert_null(got);
		return;
	}
	struct model_msg x = m->q[m->first];
	assert_non_null(got);
	assert_ptr_equal(ring_peek(r), got); /* looking again changes nothing */
	assert_int_equal(got->type, x.type);
	assert_int_equal(got->tag, x.tag);
	assert_int_equal(got->n, x.n);
	for (u32 i = 0; i < x.n; i++)
		assert_int_equal(got->data[i], byte_of(x.tag, i));
	ring_release(r, got);
	m->first = (m->first + 1) % MODEL_MAX;
	m->n--;
	m->used -= rounded(x.n);
}

static void test_against_a_queue(void **state)
{
	(void)state;
	static const u32 sizes[] = { 64, 128, 1024, 65536 };
	for (u64 seed = 1; seed <= 40; seed++) {
		struct rng g;
		struct model *m = calloc(1, sizeof *m);
		struct ring *r = ring_new(&arena, sizes[seed % ARRAY_LEN(sizes)]);
		rng_seed(&g, seed);
		print_message("seed %llu\n", (unsigned long long)seed);
		for (int i = 0; i < 4000; i++) {
			if (rng_below(&g, 2))
				model_put(m, r, &g);
			else
				model_get(m, r);
			assert_true(r->head - r->tail <= r->size && r->head - r->tail >= m->used);
		}
		while (m->n)
			model_get(m, r);
		assert_null(ring_peek(r));
		free(m);
	}
}

/* The largest message goes through at every position: a ring that is empty never refuses what it may carry. */
static void test_largest_fits_an_empty_ring_everywhere(void **state)
{
	(void)state;
	struct ring *r = ring_new(&arena, 256);
	u32 most = ring_payload_max(256);
	for (int i = 0; i < 64; i++) {
		assert_non_null(ring_reserve(r, 1, 0, most));
		ring_commit(r);
		ring_release(r, ring_peek(r));
		assert_null(ring_reserve(r, 1, 0, most + 1));
		assert_null(ring_reserve(r, 1, 0, UINT32_MAX));
		assert_non_null(ring_reserve(r, 2, 0, (u32)i % 20)); /* move on by a little */
		ring_commit(r);
		ring_release(r, ring_peek(r));
	}
}

static void test_full_refuses_until_released(void **state)
{
	(void)state;
	struct ring *r = ring_new(&arena, 64);
	assert_null(ring_peek(r));
	for (u32 i = 0; i < 4; i++)
		assert_true(ring_put(r, 1, i, NULL, 0));
	assert_false(ring_put(r, 1, 4, NULL, 0));
	ring_release(r, ring_peek(r));
	assert_true(ring_put(r, 1, 4, NULL, 0));
	assert_false(ring_put(r, 1, 5, NULL, 0));
	for (u32 i = 1; i < 5; i++) {
		const struct ring_msg *m = ring_peek(r);
		assert_int_equal(m->tag, i);
		ring_release(r, m);
	}
	assert_null(ring_peek(r));
}

static void reserve_wrap(void *r) { ring_reserve(r, RING_WRAP, 0, 0); }
static void init_odd(void *mem) { ring_init(mem, 96); }

static void release_second(void *r)
{
	const struct ring_msg *m = ring_peek(r);
	ring_release(r, m);
	ring_release(r, m);
}

static void test_misuse_dies(void **state)
{
	(void)state;
	struct ring *r = ring_new(&arena, 64);
	ring_put(r, 1, 0, NULL, 0);
	assert_true(dies(reserve_wrap, r));
	assert_true(dies(release_second, r));
	assert_true(dies(init_odd, arena_alloc(&arena, ring_bytes(128), CACHE_LINE)));
}

static void a_wiped_payload_is_gone(void **state)
{
	struct ring *r = ring_new(&arena, 4096);
	(void)state;
	assert_true(ring_put(r, 1, 1, "secret", 6));
	assert_true(ring_put(r, 2, 2, "kept", 4));
	const struct ring_msg *m = ring_peek(r);
	const u8 *payload = m->data;
	ring_wipe(r, m);
	assert_memory_equal(payload, "\0\0\0\0\0", 6);
	ring_release(r, m);
	m = ring_peek(r);
	assert_memory_equal(m->data, "kept", 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_wiped_payload_is_gone, setup, teardown),
		cmocka_unit_test_setup_teardown(test_against_a_queue, setup, teardown),
		cmocka_unit_test_setup_teardown(test_largest_fits_an_empty_ring_everywhere, setup, teardown),
		cmocka_unit_test_setup_teardown(test_full_refuses_until_released, setup, teardown),
		cmocka_unit_test_setup_teardown(test_misuse_dies, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
