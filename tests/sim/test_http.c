#include "tests/cmocka_all.h"

#include <stdlib.h>
#include <string.h>

#include "sim/http.h"

#define UP                                                                                         \
	"Upgrade: websocket\r\nConnection: keep-alive, Upgrade\r\nSec-WebSocket-Version: "         \
	"13\r\nSec-WebSocket-Key: k\r\n"

static const struct {
	const char *text;
	err_t err;
	const char *path, *query;
	size_t body_n;
	bool close, upgrade;
	const char *remark;
} rows[] = {
	{ "GET /a/b?c=d HTTP/1.1\r\nHost: x\r\n\r\n", ERR_OK, "/a/b", "c=d", 0, false, false,
	  "plain" },
	{ "GET / HTTP/1.0\r\n\r\n", ERR_OK, "/", "", 0, true, false, "1.0 closes" },
	{ "GET / HTTP/1.1\r\nconnection: Close\r\n\r\n", ERR_OK, "/", "", 0, true, false,
	  "asked to close" },
	{ "POST /x HTTP/1.1\r\nCONTENT-LENGTH:  12 \r\n\r\n", ERR_OK, "/x", "", 12, false, false,
	  "a body, blanks around" },
	{ "GET /stream HTTP/1.1\r\n" UP "\r\n", ERR_OK, "/stream", "", 0, false, true,
	  "an upgrade" },
	{ "GET /stream HTTP/1.1\r\nUpgrade: websocket\r\n\r\n", ERR_OK, "/stream", "", 0, false,
	  false, "half an upgrade" },
	{ "GET / HTTP/1.1\r\nHost: x\r\n", ERR_AGAIN, NULL, NULL, 0, false, false, "no end yet" },
	{ "", ERR_AGAIN, NULL, NULL, 0, false, false, "nothing yet" },
	{ "GET / HTTP/2.0\r\n\r\n", ERR_SYNTAX, NULL, NULL, 0, false, false, "another version" },
	{ "GET /\r\n\r\n", ERR_SYNTAX, NULL, NULL, 0, false, false, "no version" },
	{ "GET x HTTP/1.1\r\n\r\n", ERR_SYNTAX, NULL, NULL, 0, false, false, "no slash" },
	{ "GET  HTTP/1.1\r\n\r\n", ERR_SYNTAX, NULL, NULL, 0, false, false, "no target" },
	{ "PROPPATCH / HTTP/1.1\r\n\r\n", ERR_SYNTAX, NULL, NULL, 0, false, false,
	  "a long method" },
	{ "GET / HTTP/1.1\r\nno colon\r\n\r\n", ERR_SYNTAX, NULL, NULL, 0, false, false,
	  "not a header" },
	{ "GET / HTTP/1.1\r\nX : y\r\n\r\n", ERR_SYNTAX, NULL, NULL, 0, false, false,
	  "a blank before the colon" },
	{ "GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", ERR_SYNTAX, NULL, NULL, 0, false, false,
	  "negative length" },
	{ "GET / HTTP/1.1\r\nContent-Length: \r\n\r\n", ERR_SYNTAX, NULL, NULL, 0, false, false,
	  "empty length" },
	{ "GET / HTTP/1.1\r\nContent-Length: 1048577\r\n\r\n", ERR_TOO_LONG, NULL, NULL, 0, false,
	  false, "a large body" },
	{ "GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", ERR_UNSUPPORTED, NULL, NULL, 0,
	  false, false, "chunks" },
	{ "\r\n\r\n", ERR_SYNTAX, NULL, NULL, 0, false, false, "empty lines" },
};

static void test_request_table(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct http_request r;
		err_t e = http_parse(&r, (const u8 *)rows[i].text, strlen(rows[i].text));
		if (e != rows[i].err)
			fail_msg("%s: %s", rows[i].remark, err_name(e));
		if (e != ERR_OK)
			continue;
		assert_string_equal(r.path, rows[i].path);
		assert_string_equal(r.query, rows[i].query);
		if (r.body_n != rows[i].body_n || r.close != rows[i].close ||
		    r.upgrade != rows[i].upgrade)
			fail_msg("%s", rows[i].remark);
		for (size_t n = 0; n < r.head_n; n++) { /* any shorter part is not all of it */
			struct http_request part;
			assert_int_equal(http_parse(&part, (const u8 *)rows[i].text, n), ERR_AGAIN);
		}
	}
}

static void test_limits(void **state)
{
	(void)state;
	static char text[HTTP_HEAD_MAX + 1];
	struct http_request r;
	memset(text, 'a', sizeof text);
	assert_int_equal(http_parse(&r, (const u8 *)text, HTTP_HEAD_MAX), ERR_TOO_LONG);
	memcpy(text, "GET /", 5);
	memcpy(text + 400, " HTTP/1.1\r\n\r\n", 13);
	assert_int_equal(http_parse(&r, (const u8 *)text, 413), ERR_TOO_LONG);
}

static const struct {
	const char *query, *name, *want, *remark;
} params[] = {
	{ "a=1&b=2", "b", "2", "the second" },
	{ "ab=1&b=2", "b", "2", "not by its end" },
	{ "b=1&b=2", "b", "1", "the first of two" },
	{ "streams=a%40b%2Fc", "streams", "a@b/c", "percent" },
	{ "b=%4", "b", NULL, "cut percent" },
	{ "b=%zz", "b", NULL, "not hexadecimal" },
	{ "b=%00", "b", NULL, "no NUL" },
	{ "b=", "b", NULL, "empty" },
	{ "b", "b", NULL, "no value" },
	{ "", "b", NULL, "no query" },
	{ "b=12345678", "b", NULL, "too long for the room" },
	{ "&&b=1&", "b", "1", "stray ampersands" },
};

static void test_param_table(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(params); i++) {
		char out[8] = "";
		bool got = http_param(params[i].query, params[i].name, out, sizeof out);
		if (got != (params[i].want != NULL) || (got && strcmp(out, params[i].want)))
			fail_msg("%s: %s", params[i].remark, out);
	}
}

static void test_answer(void **state)
{
	(void)state;
	struct buf out = { 0 };
	http_answer(&out, 404, "text/plain", "X: y\r\n", "gone", 4);
	buf_add(&out, "", 1);
	assert_string_equal(
		buf_p(&out),
		"HTTP/1.1 404 Not Found\r\nServer: saker-venue\r\nContent-Type: text/plain\r\n"
		"Content-Length: 4\r\nX: y\r\n\r\ngone");
	buf_free(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_request_table),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_param_table),
		cmocka_unit_test(test_answer),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
