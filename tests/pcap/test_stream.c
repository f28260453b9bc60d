/*
 * A stream cut into pieces that overlap, come twice and out of order is given back byte for byte,
 * each byte once, across the wrap of sequence numbers; a hole stops it and is named.
 */
#include <stdlib.h>
#include <string.h>

#include "common/rng.h"
#include "pcap/stream.h"
#include "tests/cmocka_all.h"

#define BYTES 5000u

static u8 text[BYTES], got[BYTES];

static u32 take(struct stream *s, u32 at)
{
	struct stream_piece p;
	while (stream_next(s, &p)) {
		assert_in_range(at + p.data.n, 0, BYTES);
		memcpy(got + at, p.data.p, p.data.n);
		at += (u32)p.data.n;
	}
	return at;
}

static void one(u64 seed)
{
	static struct stream s;
	struct rng r;
	rng_seed(&r, seed);
	u32 isn = (u32)rng_next(&r) | 0xfffff000, done = 0;
	for (u32 i = 0; i < BYTES; i++)
		text[i] = (u8)rng_next(&r);
	stream_begin(&s, isn);
	for (u32 near = 0; done < BYTES; near += 50) { /* random pieces near the front, then one that must fit */
		u32 from = near > 400 ? near - 400 : 0;
		from = u32_min(from + (u32)(rng_next(&r) % 800), BYTES - 1);
		u32 n = 1 + (u32)(rng_next(&r) % u32_min(BYTES - from, 300));
		struct stream_piece p = { .seq = isn + from, .data = { text + from, n } };
		assert_true(stream_put(&s, &p));
		if (rng_next(&r) % 4 == 0) {
			u32 fits = u32_min(200, BYTES - done);
			p = (struct stream_piece){ .seq = isn + done, .data = { text + done, fits } };
			assert_true(stream_put(&s, &p));
		}
		done = take(&s, done);
	}
	assert_memory_equal(got, text, BYTES);
	assert_null(stream_behind(&s));
}

static void test_random(void **state)
{
	(void)state;
	for (u64 seed = 1; seed <= 200; seed++) {
		print_message(seed == 1 ? "seeds 1 to 200\n" : "");
		one(seed);
	}
}

static void test_hole(void **state)
{
	(void)state;
	static struct stream s;
	struct stream_piece p = { .seq = 10, .packet = 7, .data = { text, 5 } };
	stream_begin(&s, 5);
	assert_true(stream_put(&s, &p));
	p.seq = 20, p.packet = 8;
	while (stream_put(&s, &p))
		;
	assert_int_equal(s.n, STREAM_WAITING);
	assert_false(stream_next(&s, &p));
	assert_int_equal(stream_behind(&s)->packet, 7);
	assert_int_equal(stream_behind(&s)->seq - s.next, 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_random), cmocka_unit_test(test_hole) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
