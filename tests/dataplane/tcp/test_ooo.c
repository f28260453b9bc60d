/* Reassembly against a slow model: every byte once, in order, the first copy wins. */
#include "tests/cmocka_all.h"

#include <string.h>

#include "common/rng.h"
#include "dataplane/tcp/ooo.h"

#define SIZE 4096
#define TOTAL 20000

struct model {
	u8 bytes[TOTAL];
	bool have[TOTAL];
};

static void put(struct ooo *o, struct model *m, u32 base, u32 rcv, struct rng *rng)
{
	u32 room = u32_min(SIZE, TOTAL - rcv), off = (u32)rng_below(rng, room);
	u32 n = 1 + (u32)rng_below(rng, u32_min(room - off, 700));
	u8 piece[700];
	for (u32 i = 0; i < n; i++)
		piece[i] = (u8)rng_next(rng); /* each copy differs */
	if (!ooo_put(o, base + rcv + off, piece, n))
		return;
	for (u32 i = 0; i < n; i++) {
		u32 at = rcv + off + i;
		if (!m->have[at])
			m->bytes[at] = piece[i];
		m->have[at] = true;
	}
}

static u32 take(struct ooo *o, const struct model *m, u32 base, u32 rcv, u64 seed)
{
	struct span s;
	while ((s = ooo_peek(o, base + rcv)).n) {
		for (u32 i = 0; i < s.n; i++)
			if (!m->have[rcv + i] || m->bytes[rcv + i] != s.p[i])
				fail_msg("seed %llu: byte %u", (unsigned long long)seed, rcv + i);
		rcv += (u32)s.n;
		ooo_drop(o, base + rcv);
	}
	assert_true(rcv == TOTAL || !m->have[rcv]);
	return rcv;
}

static void test_model(void **state)
{
	(void)state;
	static u8 ring[SIZE];
	static struct model m;
	for (u64 seed = 1; seed <= 100; seed++) {
		struct rng rng;
		struct ooo o = { .p = ring, .size = SIZE };
		rng_seed(&rng, seed);
		memset(&m, 0, sizeof m);
		u32 base = (u32)-(int)rng_below(&rng, TOTAL), rcv = 0;
		for (u32 step = 0; rcv < TOTAL && step < 100000; step++) {
			put(&o, &m, base, rcv, &rng);
			rcv = take(&o, &m, base, rcv, seed);
		}
		assert_int_equal(rcv, TOTAL);
		assert_int_equal(o.held.n, 0);
	}
}

static void test_sack_order(void **state)
{
	(void)state;
	static u8 ring[SIZE];
	static const u8 bytes[10];
	struct ooo o = { .p = ring, .size = SIZE };
	struct range r[4];
	assert_int_equal(ooo_sack(&o, r, 4), 0);
	for (u32 at = 100; at <= 600; at += 100)
		assert_true(ooo_put(&o, at, bytes, 10));
	assert_true(ooo_put(&o, 210, bytes, 10));
	static const u32 want[] = { 200, 600, 500, 400 };
	assert_int_equal(ooo_sack(&o, r, 4), 4);
	for (u32 i = 0; i < 4; i++)
		assert_int_equal(r[i].lo, want[i]);
	assert_int_equal(r[0].hi, 220);
	ooo_drop(&o, 550);
	assert_int_equal(ooo_sack(&o, r, 4), 1);
	ooo_clear(&o);
	assert_int_equal(ooo_sack(&o, r, 4), 0);
}

static void test_bound(void **state)
{
	(void)state;
	static u8 ring[SIZE];
	static const u8 bytes[1];
	struct ooo o = { .p = ring, .size = SIZE };
	for (u32 i = 0; i < RANGE_MAX; i++)
		assert_true(ooo_put(&o, 1 + 2 * i, bytes, 1));
	assert_false(ooo_put(&o, 1000, bytes, 1));
	assert_null(ranges_find(&o.held, 1000));
	assert_true(ooo_put(&o, 2, bytes, 1)); /* closes a gap */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_model),
		cmocka_unit_test(test_sack_order),
		cmocka_unit_test(test_bound),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
