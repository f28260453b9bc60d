#include "tests/cmocka_all.h"

#include <stdlib.h>
#include <string.h>

#include "common/json_scan.h"
#include "common/rng.h"

static const struct {
	const char *text;
	u8 type;
	const char *value; /* NULL: refused */
	const char *remark;
} rows[] = {
	{ "\"abc\"", JS_STRING, "abc", "text without its quotes" },
	{ " \t\r\n\"\" ", JS_STRING, "", "white space around" },
	{ "\"a\\\"b\\\\\"", JS_STRING, "a\\\"b\\\\", "escapes stay as they are" },
	{ "\"0123456789012345678901234567\"", JS_STRING, "0123456789012345678901234567", "longer than a word" },
	{ "\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\"", JS_STRING, "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80", "high bytes" },
	{ "\"abc", JS_NONE, NULL, "no end" },
	{ "\"abc\\", JS_NONE, NULL, "ends in an escape" },
	{ "\"abc\\\"", JS_NONE, NULL, "the quote is escaped" },
	{ "\"a\nb\"", JS_NONE, NULL, "control character" },
	{ "\"01234567\n\"", JS_NONE, NULL, "control character behind a word" },
	{ "-12.5e+3 ", JS_NUMBER, "-12.5e+3", "a number's span" },
	{ "true", JS_TRUE, "true", "" },
	{ "false", JS_FALSE, "false", "" },
	{ "null", JS_NULL, "null", "" },
	{ "tru", JS_NONE, NULL, "cut word" },
	{ "nul1", JS_NONE, NULL, "wrong word" },
	{ "{\"a\":[1,{\"b\":\"]}\"}]}", JS_OBJECT, "{\"a\":[1,{\"b\":\"]}\"}]}", "brackets in strings do not count" },
	{ "[ ]", JS_ARRAY, "[ ]", "" },
	{ "[}", JS_NONE, NULL, "crossed" },
	{ "[[]", JS_NONE, NULL, "not closed" },
	{ "+1", JS_NONE, NULL, "no plus" },
	{ "}", JS_NONE, NULL, "nothing opened" },
	{ "", JS_NONE, NULL, "nothing at all" },
};

static void test_values(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		size_t n = strlen(rows[i].text);
		char *copy = malloc(n ? n : 1); /* so that a read past the end is seen */
		memcpy(copy, rows[i].text, n);
		struct js j = js_of(copy, n);
		struct js_val v;
		bool ok = js_value(&j, &v);
		if (ok != (rows[i].value != NULL) || j.bad == ok)
			fail_msg("%s (%s)", rows[i].text, rows[i].remark);
		if (ok &&
		    (v.type != rows[i].type || !js_is(&v, rows[i].value, (u32)strlen(rows[i].value)) ||
		     !js_done(&j)))
			fail_msg("%s (%s): \"%.*s\"", rows[i].text, rows[i].remark, (int)v.n, v.p);
		if (ok && v.type == JS_STRING)
			assert_int_equal(v.escaped, strchr(rows[i].value, '\\') != NULL);
		free(copy);
	}
}

static void test_walk(void **state)
{
	(void)state;
	static const char text[] = "{ \"a\" : 1 , \"b\" : [ true , [ ] , { } ] , \"c\" : { } }";
	struct js j = js_of(text, sizeof text - 1);
	struct js_val k, v;
	assert_false(js_enter(&j, '['));
	assert_true(!j.bad && js_enter(&j, '{'));
	assert_true(js_key(&j, &k) && js_is(&k, "a", 1) && js_value(&j, &v) && v.type == JS_NUMBER);
	assert_true(js_key(&j, &k) && js_is(&k, "b", 1) && js_peek(&j) == JS_ARRAY && js_enter(&j, '['));
	assert_true(js_more(&j) && js_value(&j, &v) && v.type == JS_TRUE);
	assert_true(js_more(&j) && js_enter(&j, '[') && !js_more(&j));
	assert_true(js_more(&j) && js_enter(&j, '{') && !js_key(&j, &k));
	assert_false(js_more(&j));
	assert_true(!j.bad && js_key(&j, &k) && js_is(&k, "c", 1) && js_value(&j, &v) && v.type == JS_OBJECT);
	assert_true(!js_key(&j, &k) && !j.bad && js_done(&j));
	assert_int_equal(js_peek(&j), JS_NONE);
}

static const struct {
	const char *text;
	const char *remark;
} broken[] = {
	{ "{\"a\":1,}", "comma before the end" },
	{ "{,\"a\":1}", "comma at the start" },
	{ "{\"a\" 1}", "no colon" },
	{ "{a:1}", "key without quotes" },
	{ "{\"a\":1 \"b\":2}", "no comma" },
	{ "{\"a\":}", "no value" },
	{ "{\"a\":1", "no end" },
	{ "{\"a\":1,", "ends after a comma" },
	{ "{\"a\":1]", "wrong bracket" },
	{ "{\"a\":1} x", "something behind" },
	{ "{", "only a brace" },
	{ "{\"a\"", "only a key" },
};

static void test_broken_objects(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(broken); i++) {
		struct js j = js_of(broken[i].text, strlen(broken[i].text));
		struct js_val k, v;
		bool ok = js_enter(&j, '{');
		while (ok && js_key(&j, &k))
			ok = js_value(&j, &v);
		if (js_done(&j))
			fail_msg("%s", broken[i].remark);
	}
}

static const struct {
	const char *text;
	bool is_u64, is_i64;
	i64 value;
} numbers[] = {
	{ "0", true, true, 0 },
	{ "1", true, true, 1 },
	{ "-1", false, true, -1 },
	{ "9223372036854775807", true, true, INT64_MAX },
	{ "9223372036854775808", true, false, 0 },
	{ "9999999999999999999", true, false, 0 },
	{ "-9223372036854775807", false, true, -INT64_MAX },
	{ "10000000000000000000", false, false, 0 },
	{ "01", false, false, 0 },
	{ "1.0", false, false, 0 },
	{ "1e3", false, false, 0 },
	{ "-", false, false, 0 },
	{ "--1", false, false, 0 },
};

static void test_numbers(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(numbers); i++) {
		struct js j = js_of(numbers[i].text, strlen(numbers[i].text));
		struct js_val v;
		u64 u = 0;
		i64 s = 0;
		assert_true(js_value(&j, &v));
		if (js_u64(&v, &u) != numbers[i].is_u64 || js_i64(&v, &s) != numbers[i].is_i64 || s != numbers[i].value)
			fail_msg("%s", numbers[i].text);
	}
	struct js_val text = { .p = "1", .n = 1, .type = JS_STRING };
	u64 u;
	assert_false(js_u64(&text, &u));
}

/* Strings of any length and content end where they end, wherever they lie relative to a word. */
static void test_string_ends(void **state)
{
	(void)state;
	char text[80];
	struct rng r;
	rng_seed(&r, 9);
	for (int k = 0; k < 20000; k++) {
		u32 n = (u32)rng_below(&r, 60), at = 0;
		text[at++] = '"';
		for (u32 i = 0; i < n; i++) {
			char c = (char)(rng_below(&r, 224) + 0x20);
			if (c == '"' || c == '\\')
				text[at++] = '\\';
			text[at++] = c;
			if (at > 76)
				break;
		}
		text[at++] = '"';
		struct js j = js_of(text, at);
		struct js_val v;
		assert_true(js_value(&j, &v) && v.n == at - 2 && js_done(&j));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values),         cmocka_unit_test(test_walk),
		cmocka_unit_test(test_broken_objects), cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_string_ends),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
