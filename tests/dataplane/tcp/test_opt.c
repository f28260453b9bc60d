/* Options: what is understood, what is skipped, what ends the list. */
#include "tests/cmocka_all.h"

#include <string.h>

#include "dataplane/tcp/opt.h"

struct row {
	const char *remark;
	u8 n, bytes[40];
	bool has_mss, has_scale, sack_ok;
	u16 mss;
	u8 scale, n_sack;
	u32 ts_val, ts_ecr; /* 0: none */
};

static const struct row rows[] = {
	{ "none", 0, { 0 }, .n_sack = 0 },
	{ "segment size", 4, { 2, 4, 5, 0xb4 }, .has_mss = true, .mss = 1460 },
	{ "segment size zero", 4, { 2, 4, 0, 0 }, .has_mss = true },
	{ "all three, padded", 12, { 2, 4, 5, 0xb4, 1, 3, 3, 7, 4, 2, 1, 1 }, .has_mss = true,
	  .mss = 1460, .has_scale = true, .scale = 7, .sack_ok = true },
	{ "nothing after the end", 8, { 0, 2, 4, 5, 0xb4, 0, 0, 0 }, .n_sack = 0 },
	{ "unknown ones are skipped", 10, { 254, 6, 1, 2, 3, 4, 2, 4, 1, 0 }, .has_mss = true,
	  .mss = 256 },
	{ "length 0 never ends", 8, { 2, 0, 5, 0xb4, 2, 4, 5, 0xb4 }, .n_sack = 0 },
	{ "length 1", 8, { 254, 1, 2, 4, 5, 0xb4, 0, 0 }, .n_sack = 0 },
	{ "what came before stays", 8, { 2, 4, 5, 0xb4, 3, 0, 0, 0 }, .has_mss = true, .mss = 1460 },
	{ "kind without length", 1, { 2 }, .n_sack = 0 },
	{ "beyond the header", 4, { 2, 5, 5, 0xb4 }, .n_sack = 0 },
	{ "segment size of a wrong length", 4, { 2, 3, 5, 1 }, .n_sack = 0 },
	{ "the second counts", 8, { 2, 4, 1, 0, 2, 4, 2, 0 }, .has_mss = true, .mss = 512 },
	{ "scale 14", 4, { 3, 3, 14, 1 }, .has_scale = true, .scale = 14 },
	{ "scale 15 counts as 14", 4, { 3, 3, 15, 1 }, .has_scale = true, .scale = 14 },
	{ "scale of a wrong length", 4, { 3, 4, 1, 1 }, .n_sack = 0 },
	{ "SACK permitted of a wrong length", 4, { 4, 3, 1, 1 }, .n_sack = 0 },
	{ "one block", 12, { 1, 1, 5, 10, 0, 0, 0, 1, 0, 0, 0, 9 }, .n_sack = 1 },
	{ "four blocks", 36, { 1, 1, 5, 34, 0, 0, 0, 1, 0, 0, 0, 9 }, .n_sack = 4 },
	{ "a block and a half", 16, { 1, 1, 5, 14, 0, 0, 0, 1, 0, 0, 0, 9 }, .n_sack = 0 },
	{ "blocks beyond the header", 12, { 1, 1, 5, 18, 0, 0, 0, 1, 0, 0, 0, 9 }, .n_sack = 0 },
	{ "timestamps", 12, { 1, 1, 8, 10, 0, 0, 1, 2, 0, 0, 0, 3 }, .ts_val = 258, .ts_ecr = 3 },
	{ "timestamps of a wrong length", 12, { 1, 1, 8, 9, 0, 0, 1, 2, 0, 0, 0, 3 }, .n_sack = 0 },
};

static void test_parse(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct row *r = &rows[i];
		struct tcp_opts o;
		tcp_opts_parse(r->bytes, r->n, &o);
		if (o.has_mss != r->has_mss || o.has_scale != r->has_scale || o.mss != r->mss ||
		    o.sack_ok != r->sack_ok || o.scale != r->scale || o.n_sack != r->n_sack ||
		    o.has_ts != !!r->ts_val || o.ts_val != r->ts_val || o.ts_ecr != r->ts_ecr)
			fail_msg("%s: mss %u %u scale %u %u sack %u %u", r->remark, o.has_mss,
				 o.mss, o.has_scale, o.scale, o.sack_ok, o.n_sack);
	}
	struct tcp_opts o;
	tcp_opts_parse(rows[17].bytes, rows[17].n, &o);
	assert_int_equal(o.sack[0].lo, 1);
	assert_int_equal(o.sack[0].hi, 9);
}

static void test_write_then_parse(void **state)
{
	(void)state;
	u8 b[TCP_OPT_MAX];
	for (u32 i = 0; i < 8; i++) {
		struct tcp_opts out, in = { .has_mss = true, .mss = 1460, .has_scale = i & 1,
					    .scale = 5, .has_ts = i & 4, .ts_val = i };
		in.sack_ok = i & 2;
		u32 n = tcp_opts_write_syn(b, &in);
		assert_int_equal(n % 4, 0);
		tcp_opts_parse(b, n, &out);
		assert_int_equal(out.mss, 1460);
		assert_int_equal(out.has_scale, in.has_scale);
		assert_int_equal(out.scale, in.has_scale ? 5 : 0);
		assert_int_equal(out.sack_ok, in.sack_ok);
		assert_int_equal(out.has_ts, in.has_ts);
		assert_int_equal(out.ts_val, in.has_ts ? i : 0);
	}
	const struct range blocks[4] = { { 1, 2 }, { 0xfffffff0, 5 }, { 7, 9 }, { 100, 200 } };
	for (u32 k = 1; k <= 4; k++) {
		struct tcp_opts out;
		u32 n = tcp_opts_write_sack(b, blocks, k);
		assert_true(n % 4 == 0 && n <= TCP_OPT_MAX);
		tcp_opts_parse(b, n, &out);
		assert_int_equal(out.n_sack, k);
		assert_memory_equal(out.sack, blocks, k * sizeof blocks[0]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse),
		cmocka_unit_test(test_write_then_parse),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
