#include "tests/cmocka_all.h"

#include <stdlib.h>
#include <string.h>

#include "sim/ws.h"

#define MASK 0x37, 0xfa, 0x21, 0x3d

static const struct {
	u8 bytes[16];
	size_t n;
	err_t err;
	const char *payload, *remark;
} rows[] = {
	{ { 0x81, 0x85, MASK, 0x7f, 0x9f, 0x4d, 0x51, 0x58 }, 11, ERR_OK, "Hello", "RFC 6455 5.7" },
	{ { 0x89, 0x80, MASK }, 6, ERR_OK, "", "an empty ping" },
	{ { 0x01, 0x81, 0, 0, 0, 0, 'x' }, 7, ERR_OK, "x", "a first fragment" },
	{ { 0x81 }, 1, ERR_AGAIN, NULL, "one byte" },
	{ { 0x81, 0x85, MASK, 0x7f }, 7, ERR_AGAIN, NULL, "part of the payload" },
	{ { 0x81, 0xfe, 0 }, 3, ERR_AGAIN, NULL, "part of the length" },
	{ { 0x81, 0x05, 'H', 'e', 'l', 'l', 'o' }, 7, ERR_PROTOCOL, NULL, "not masked" },
	{ { 0xc1, 0x80, MASK }, 6, ERR_PROTOCOL, NULL, "reserved bit" },
	{ { 0x83, 0x80, MASK }, 6, ERR_PROTOCOL, NULL, "reserved opcode" },
	{ { 0x8b, 0x80, MASK }, 6, ERR_PROTOCOL, NULL, "reserved control opcode" },
	{ { 0x09, 0x80, MASK }, 6, ERR_PROTOCOL, NULL, "a fragmented ping" },
	{ { 0x88, 0xfe, 0, 126 }, 4, ERR_PROTOCOL, NULL, "a long close" },
	{ { 0x81, 0xfe, 0, 125 }, 4, ERR_PROTOCOL, NULL, "length not minimal, 16 bits" },
	{ { 0x81, 0xff, 0, 0, 0, 0, 0, 0, 0xff, 0xff },
	  10,
	  ERR_PROTOCOL,
	  NULL,
	  "length not minimal, 64 bits" },
	{ { 0x81, 0xff, 0, 0, 0, 0, 0, 0x10, 0, 1 },
	  10,
	  ERR_TOO_LONG,
	  NULL,
	  "a megabyte and a byte" },
	{ { 0x81, 0xff, 0x80, 0, 0, 0, 0, 0, 0, 0 },
	  10,
	  ERR_TOO_LONG,
	  NULL,
	  "the sign bit of the length" },
};

static void test_decode_table(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		u8 *exact = malloc(rows[i].n); /* so that the sanitizer sees a read beyond */
		struct ws_frame f;
		memcpy(exact, rows[i].bytes, rows[i].n);
		err_t e = ws_decode(&f, exact, rows[i].n);
		if (e != rows[i].err)
			fail_msg("%s: %s", rows[i].remark, err_name(e));
		if (e == ERR_OK) {
			assert_int_equal(f.used, rows[i].n);
			assert_int_equal(f.n, strlen(rows[i].payload));
			assert_memory_equal(f.payload, rows[i].payload, f.n);
		}
		free(exact);
	}
}

static void test_encoded_lengths(void **state)
{
	(void)state;
	static const struct {
		size_t n, head;
		u8 second;
	} sizes[] = {
		{ 0, 2, 0 },       { 125, 2, 125 },    { 126, 4, 126 },
		{ 65535, 4, 126 }, { 65536, 10, 127 },
	};
	static u8 payload[65536];
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		struct buf out = { 0 };
		ws_encode(&out, WS_TEXT, payload, sizes[i].n);
		assert_int_equal(buf_n(&out), sizes[i].head + sizes[i].n);
		assert_int_equal(buf_p(&out)[0], 0x81);
		assert_int_equal(buf_p(&out)[1], sizes[i].second);
		buf_free(&out);
	}
}

static void test_accept_key(void **state)
{
	(void)state;
	char out[WS_ACCEPT_MAX];
	ws_accept("dGhlIHNhbXBsZSBub25jZQ==", out); /* RFC 6455 1.3 */
	assert_string_equal(out, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_decode_table),
		cmocka_unit_test(test_encoded_lengths),
		cmocka_unit_test(test_accept_key),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
