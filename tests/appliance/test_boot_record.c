#include "tests/cmocka_all.h"

#include <stdlib.h>
#include <string.h>

#include "appliance/boot_record.h"
#include "common/rng.h"

static struct boot_record in, out;
static u8 bytes[BOOT_RECORD_BYTES];

static size_t written(void)
{
	struct rng r;
	struct wr w = wr_of(bytes, sizeof bytes);
	u8 *p = (void *)&in;
	rng_seed(&r, 3);
	for (size_t i = 0; i < sizeof in; i++)
		p[i] = (u8)rng_next(&r);
	in.n_instruments = INSTRUMENTS_MAX;
	in.recovered.n_open = RECON_OTHERS_MAX;
	memset(in.build, 0, sizeof in.build);
	strcpy(in.build, "release 1.2");
	boot_record_write(&w, &in);
	assert_false(w.bad);
	return wr_len(&w);
}

static void it_comes_back(void **state)
{
	(void)state;
	size_t n = written();
	assert_int_equal(boot_record_read(&out, (struct span){ bytes, n }), ERR_OK);
	assert_memory_equal(&in, &out, sizeof in);
}

static void what_is_cut_or_changed_is_refused(void **state)
{
	(void)state;
	size_t n = written();
	for (size_t cut = 0; cut < n; cut += 97)
		assert_int_equal(boot_record_read(&out, (struct span){ bytes, cut }), ERR_TRUNCATED);
	for (size_t at = 56; at < n; at += 101) {
		bytes[at] ^= 4;
		assert_int_equal(boot_record_read(&out, (struct span){ bytes, n }), ERR_CHECKSUM);
		bytes[at] ^= 4;
	}
	struct wr small = wr_of(bytes, n - 1);
	boot_record_write(&small, &in);
	assert_true(small.bad);
}

static void another_builds_structs_are_refused_by_name(void **state)
{
	(void)state;
	size_t n = written();
	bytes[sizeof in.build] ^= 1; /* the layout */
	assert_int_equal(boot_record_read(&out, (struct span){ bytes, n }), ERR_UNSUPPORTED);
	assert_string_equal(out.build, "release 1.2");
}

static void counts_beyond_their_tables_are_refused(void **state)
{
	(void)state;
	for (u32 i = 0; i < 2; i++) {
		struct wr w = wr_of(bytes, sizeof bytes);
		written();
		in.n_instruments += i == 0;
		in.recovered.n_open += i == 1;
		boot_record_write(&w, &in);
		assert_int_equal(boot_record_read(&out, (struct span){ bytes, wr_len(&w) }), ERR_SYNTAX);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_comes_back),
		cmocka_unit_test(what_is_cut_or_changed_is_refused),
		cmocka_unit_test(another_builds_structs_are_refused_by_name),
		cmocka_unit_test(counts_beyond_their_tables_are_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
