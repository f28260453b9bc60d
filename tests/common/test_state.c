/* What was copied is put back elsewhere: addresses follow their places, nothing else is written. */
#include "tests/cmocka_all.h"

#include <string.h>

#include "common/state.h"

struct node {
	u64 number;
	struct node *next;
	const u8 *text;
};

struct world {
	struct node node[3];
	u8 text[16], other[16];
};

static u32 places(const struct world *w, struct state_place *out)
{
	out[0] = state_place("nodes", w->node, sizeof w->node, true);
	out[1] = state_place("text", w->text, sizeof w->text, true);
	out[2] = state_place("other", w->other, sizeof w->other, false);
	return 3;
}

static struct state copied(const struct world *w, u8 *to, size_t cap)
{
	struct state s = { .to = to, .cap = cap };
	state_put(&s, w->node, sizeof w->node);
	state_put_plain(&s, w->text, 5);
	return s;
}

static void fill(struct world *w)
{
	*w = (struct world){ .text = "hello" };
	w->node[0] = (struct node){ 1, &w->node[2], w->text + 3 };
	w->node[1] = (struct node){ 2, NULL, w->other };
	w->node[2] = (struct node){ 3, &w->node[0], (const u8 *)w };
}

static err_t put_back(const struct state *s, const struct world *from, const struct world *to, char *lacks)
{
	struct state_place were[3], are[3];
	return state_load((struct span){ s->to, s->n }, were, places(from, were), are, places(to, are), lacks);
}

static void test_addresses_follow_their_places(void **state)
{
	(void)state;
	static struct world a, b;
	u8 bytes[512];
	char lacks[STATE_NAME];
	fill(&a);
	struct state s = copied(&a, bytes, sizeof bytes);
	assert_false(s.full);
	assert_int_equal(put_back(&s, &a, &b, lacks), ERR_OK);
	assert_int_equal(b.node[0].number, 1);
	assert_ptr_equal(b.node[0].next, &b.node[2]);
	assert_ptr_equal(b.node[0].text, b.text + 3);
	assert_null(b.node[1].next);
	assert_ptr_equal(b.node[1].text, b.other); /* only pointed to */
	assert_ptr_equal(b.node[2].text, &b);      /* the world begins with its nodes */
	assert_memory_equal(b.text, "hello", 6);
}

static void test_what_does_not_fit_is_said(void **state)
{
	(void)state;
	static struct world a;
	u8 bytes[512];
	fill(&a);
	size_t n = copied(&a, bytes, sizeof bytes).n;
	for (size_t cap = 0; cap < n; cap++)
		assert_true(copied(&a, bytes, cap).full);
	assert_false(copied(&a, bytes, n).full);
	assert_true(copied(&a, NULL, 0).full);
}

static void test_a_ring_is_copied_around_its_end(void **state)
{
	(void)state;
	u8 ring[16] = "0123456789abcdef", bytes[256];
	struct state s = { .to = bytes, .cap = sizeof bytes };
	struct state_place p = state_place("ring", ring, sizeof ring, true);
	char lacks[STATE_NAME];
	state_put_ring(&s, ring, 16, 14, 5);
	memset(ring, '-', sizeof ring);
	assert_int_equal(state_load((struct span){ bytes, s.n }, &p, 1, &p, 1, lacks), ERR_OK);
	assert_memory_equal(ring, "012-----------ef", 16);
}

static void test_another_program_is_named(void **state)
{
	(void)state;
	static struct world a;
	struct state_place were[3], are[3];
	u8 bytes[512];
	char lacks[STATE_NAME];
	fill(&a);
	struct state s = copied(&a, bytes, sizeof bytes);
	places(&a, were), places(&a, are);
	are[2].id[0] = 1;
	assert_int_equal(state_load((struct span){ bytes, s.n }, were, 3, are, 3, lacks), ERR_UNSUPPORTED);
	assert_string_equal(lacks, "other");
}

/* Each word of a block's head changed, and every cut: refused or within the places, never beyond. */
static void test_bytes_that_lie_write_nowhere_else(void **state)
{
	(void)state;
	static struct world a, b;
	u8 bytes[512], spoilt[512], before[16];
	char lacks[STATE_NAME];
	fill(&a);
	struct state s = copied(&a, bytes, sizeof bytes), t = { .to = spoilt };
	memcpy(before, b.other, sizeof before);
	for (size_t i = 0; i < 16; i++)
		for (u32 bit = 0; bit < 8; bit++) {
			memcpy(spoilt, bytes, s.n);
			spoilt[i] ^= (u8)(1u << bit);
			t.n = s.n;
			put_back(&t, &a, &b, lacks);
			assert_memory_equal(b.other, before, sizeof before);
		}
	size_t second = s.n - 16 - 8;
	for (t.n = 1; t.n < s.n; t.n++) {
		memcpy(spoilt, bytes, s.n);
		assert_true((put_back(&t, &a, &b, lacks) == ERR_OK) == (t.n == second));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_addresses_follow_their_places),
		cmocka_unit_test(test_what_does_not_fit_is_said),
		cmocka_unit_test(test_a_ring_is_copied_around_its_end),
		cmocka_unit_test(test_another_program_is_named),
		cmocka_unit_test(test_bytes_that_lie_write_nowhere_else),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
