#include "tests/cmocka_all.h"

#include "common/cursor.h"

static const u8 bytes[] = { 1, 2, 3, 4, 5, 6, 7, 8, 9 };

static u64 read_u8(struct rd *r) { return rd_u8(r); }
static u64 read_u16(struct rd *r) { return rd_u16(r); }
static u64 read_u24(struct rd *r) { return rd_u24(r); }
static u64 read_u32(struct rd *r) { return rd_u32(r); }

static const struct {
	u64 (*read)(struct rd *r);
	size_t n;
	u64 value;
	const char *remark;
} reads[] = {
	{ read_u8, 1, 0x01, "one byte" },
	{ read_u16, 2, 0x0102, "network order" },
	{ read_u24, 3, 0x010203, "TLS handshake length" },
	{ read_u32, 4, 0x01020304, "TCP sequence" },
	{ rd_u64, 8, 0x0102030405060708, "the widest" },
};

/* With each shorter input: bad, zero, and nothing consumed; with enough: the value; afterwards the error sticks. */
static void test_reads_of_every_length(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(reads); i++) {
		for (size_t have = 0; have <= sizeof bytes; have++) {
			struct rd r = rd_of(bytes, have);
			bool fits = have >= reads[i].n;
			u64 v = reads[i].read(&r);
			size_t left = have - (fits ? reads[i].n : 0);
			if (v != (fits ? reads[i].value : 0) || r.bad == fits || rd_left(&r) != left)
				fail_msg("%s, %zu bytes: %llx, %zu left", reads[i].remark, have, (unsigned long long)v, rd_left(&r));
		}
	}
}

static void test_the_error_sticks(void **state)
{
	(void)state;
	struct rd r = rd_of(bytes, 3);
	assert_int_equal(rd_u32(&r), 0);
	assert_true(r.bad);
	assert_int_equal(rd_u8(&r), 0); /* there would be three */
	assert_null(rd_bytes(&r, 1));
	assert_true(rd_sub(&r, 1).bad);
	rd_skip(&r, 1);
	assert_int_equal(rd_left(&r), 3);
	assert_true(r.bad);
}

static void test_spans_and_subreaders(void **state)
{
	(void)state;
	struct rd r = rd_of(bytes, sizeof bytes), none = rd_of(NULL, 0);
	rd_skip(&r, 2);
	struct rd s = rd_sub(&r, 3);
	assert_int_equal(rd_u24(&s), 0x030405);
	assert_int_equal(rd_left(&s), 0);
	assert_ptr_equal(rd_bytes(&r, 2), bytes + 5);
	assert_true(rd_bytes(&r, 0) == bytes + 7 && !r.bad);
	assert_null(rd_bytes(&r, SIZE_MAX));
	assert_true(r.bad);
	rd_skip(&none, 0);
	assert_false(rd_sub(&none, 0).bad);
	assert_false(none.bad);
}

static void test_writes(void **state)
{
	(void)state;
	static const u8 want[] = { 0xa1, 0xb1, 0xb2, 0xc1, 0xc2, 0xc3, 0xc4, 0xd1, 0xd2,
				   0xd3, 0xd4, 0xd5, 0xd6, 0xd7, 0xd8, 'o',  'k' };
	u8 out[sizeof want];
	struct wr w = wr_of(out, sizeof out);
	wr_u8(&w, 0xa1);
	wr_u16(&w, 0xb1b2);
	wr_u32(&w, 0xc1c2c3c4);
	wr_u64(&w, 0xd1d2d3d4d5d6d7d8);
	wr_str(&w, "ok");
	wr_bytes(&w, NULL, 0);
	assert_false(w.bad);
	assert_int_equal(wr_len(&w), sizeof want);
	assert_int_equal(wr_left(&w), 0);
	assert_memory_equal(out, want, sizeof want);
	wr_u8(&w, 1);
	assert_true(w.bad);
}

static void write_u8(struct wr *w) { wr_u8(w, 0xee); }
static void write_u16(struct wr *w) { wr_u16(w, 0xeeee); }
static void write_u32(struct wr *w) { wr_u32(w, 0xeeeeeeee); }
static void write_u64(struct wr *w) { wr_u64(w, 0xeeeeeeeeeeeeeeee); }
static void write_str(struct wr *w) { wr_str(w, "\xee\xee\xee"); }

/* A write that does not fit writes nothing at all, and neither does any later one. */
static void test_writes_past_the_end_do_nothing(void **state)
{
	(void)state;
	static const struct {
		void (*write)(struct wr *w);
		size_t n;
	} rows[] = { { write_u8, 1 }, { write_u16, 2 }, { write_u32, 4 }, { write_u64, 8 }, { write_str, 3 } };
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		for (size_t room = 0; room < rows[i].n; room++) {
			u8 out[16] = { 0 }, zero[16] = { 0 };
			struct wr w = wr_of(out, room);
			rows[i].write(&w);
			wr_u8(&w, 0xdd);
			assert_true(w.bad);
			assert_int_equal(wr_len(&w), 0);
			assert_memory_equal(out, zero, sizeof out);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reads_of_every_length),
		cmocka_unit_test(test_the_error_sticks),
		cmocka_unit_test(test_spans_and_subreaders),
		cmocka_unit_test(test_writes),
		cmocka_unit_test(test_writes_past_the_end_do_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
