/*
 * The upgrade: the request to the byte, and a table of answers, whole and growing byte by byte.
 */
#include <stdlib.h>
#include <string.h>

#include "dataplane/ws/ws_http.h"
#include "tests/cmocka_all.h"

/* RFC 6455 section 1.3 */
static const u8 rfc_key[WS_KEY_LEN + 1] = "the sample nonce";
#define RFC_ACCEPT "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="

#define OK101  "HTTP/1.1 101 Switching Protocols\r\n"
#define UP     "Upgrade: websocket\r\n"
#define CONN   "Connection: Upgrade\r\n"
#define ACCEPT "Sec-WebSocket-Accept: " RFC_ACCEPT "\r\n"

static void test_accept(void **state)
{
	u8 accept[WS_ACCEPT_LEN];
	(void)state;

	assert_int_equal(ws_http_accept(rfc_key, accept), ERR_OK);
	assert_memory_equal(accept, RFC_ACCEPT, WS_ACCEPT_LEN);
}

static struct ws_http_req request(const char *host, const char *path, const char *extra)
{
	struct ws_http_req r = { .host = host, .path = path, .extra = extra };

	memcpy(r.key, rfc_key, WS_KEY_LEN);
	return r;
}

static void test_request(void **state)
{
	static const char want[] =
		"GET /ws/btcusdt@trade?x=1 HTTP/1.1\r\nHost: stream.example.com:9443\r\n"
		"Upgrade: websocket\r\nConnection: Upgrade\r\n"
		"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
		"X-Api: k\r\n\r\n";
	struct ws_http_req r =
		request("stream.example.com:9443", "/ws/btcusdt@trade?x=1", "X-Api: k\r\n");
	u8 buf[sizeof want];
	(void)state;

	assert_int_equal(ws_http_request(buf, sizeof buf, &r), sizeof want - 1);
	assert_memory_equal(buf, want, sizeof want - 1);
	for (u32 room = 0; room < sizeof want - 1; room++)
		assert_int_equal(ws_http_request(buf, room, &r), 0);
}

static void test_request_refused(void **state)
{
	static const struct { const char *host, *path, *extra, *remark; } rows[] = {
		{ "", "/", NULL, "no host" },
		{ "a b", "/", NULL, "blank in the host" },
		{ "a\r\nX: y", "/", NULL, "line end in the host" },
		{ "a", "", NULL, "no path" },
		{ "a", "ws", NULL, "path without a slash" },
		{ "a", "/a b", NULL, "blank in the path" },
		{ "a", "/\xc3\xa9", NULL, "path not encoded" },
		{ "a", "/", "X: y", "extra line not ended" },
		{ "a", "/", "X: y\r\n\r\n", "extra ends the header" },
		{ "a", "/", "X: y\nZ: w\r\n", "lone line feed" },
		{ "a", "/", "nonsense\r\n", "no colon" },
		{ "a", "/", "nonsense\r\nX: y\r\n", "colon only in the next line" },
	};
	u8 buf[1024];
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct ws_http_req r = request(rows[i].host, rows[i].path, rows[i].extra);
		if (ws_http_request(buf, sizeof buf, &r))
			fail_msg("%s: expected to be refused", rows[i].remark);
	}
}

static const struct {
	const char *answer;
	err_t want;
	u16 status;
	u32 retry_after_s;
	const char *remark;
} answers[] = {
	{ OK101 UP CONN ACCEPT "\r\n", ERR_OK, 101, 0, "the plain answer" },
	{ OK101 "uPGRADE:WebSocket\r\nCONNECTION:keep-alive , UPGRADE\r\nsec-websocket-accept:\t"
		RFC_ACCEPT " \r\n\r\n", ERR_OK, 101, 0, "letter case, lists and blanks" },
	{ OK101 UP CONN ACCEPT "Server: x\r\nDate: now\r\n\r\n", ERR_OK, 101, 0, "other lines" },
	{ "HTTP/1.1 101\r\n" UP CONN ACCEPT "\r\n", ERR_OK, 101, 0, "no reason phrase" },
	{ OK101 CONN ACCEPT "\r\n", ERR_PROTOCOL, 101, 0, "no Upgrade" },
	{ OK101 UP ACCEPT "\r\n", ERR_PROTOCOL, 101, 0, "no Connection" },
	{ OK101 UP CONN "\r\n", ERR_PROTOCOL, 101, 0, "no accept" },
	{ OK101 "Upgrade: websocket2\r\n" CONN ACCEPT "\r\n", ERR_PROTOCOL, 101, 0, "other token" },
	{ OK101 UP "Connection: close\r\n" ACCEPT "\r\n", ERR_PROTOCOL, 101, 0, "close" },
	{ OK101 UP CONN "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOO=\r\n\r\n",
	  ERR_PROTOCOL, 101, 0, "wrong accept" },
	{ OK101 UP CONN "Sec-WebSocket-Accept: S3PPLMBITXAQ9KYGZZHZRBK+XOO=\r\n\r\n",
	  ERR_PROTOCOL, 101, 0, "accept in other letter case" },
	{ OK101 UP CONN ACCEPT ACCEPT "\r\n", ERR_PROTOCOL, 101, 0, "accept twice" },
	{ OK101 UP CONN ACCEPT "Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n",
	  ERR_PROTOCOL, 101, 0, "extension not offered" },
	{ OK101 UP CONN ACCEPT "Sec-WebSocket-Protocol: chat\r\n\r\n", ERR_PROTOCOL, 101, 0,
	  "subprotocol not offered" },
	{ "HTTP/1.0 101 x\r\n" UP CONN ACCEPT "\r\n", ERR_PROTOCOL, 101, 0, "upgrade by 1.0" },
	{ "HTTP/1.1 200 OK\r\n\r\n", ERR_REFUSED, 200, 0, "no upgrade" },
	{ "HTTP/1.1 301 Moved\r\nLocation: x\r\n\r\n", ERR_REFUSED, 301, 0, "redirect" },
	{ "HTTP/1.1 400 Bad Request\r\n\r\nbody", ERR_REFUSED, 400, 0, "bad request, body" },
	{ "HTTP/1.1 401 Unauthorized\r\n\r\n", ERR_AUTH, 401, 0, "credentials" },
	{ "HTTP/1.1 403 Forbidden\r\n\r\n", ERR_AUTH, 403, 0, "forbidden" },
	{ "HTTP/1.1 429 Too Many\r\nRetry-After: 17\r\n\r\n", ERR_LIMIT, 429, 17, "rate limit" },
	{ "HTTP/1.1 418 teapot\r\nretry-after:120\r\n\r\n", ERR_LIMIT, 418, 120, "banned" },
	{ "HTTP/1.1 429 x\r\n\r\n", ERR_LIMIT, 429, 0, "rate limit without a time" },
	{ "HTTP/1.0 503 down\r\nRetry-After: 5\r\n\r\n", ERR_LIMIT, 503, 5, "a 1.0 gateway" },
	{ "HTTP/1.1 503 down\r\nRetry-After: Fri, 31 Dec 1999 23:59:59 GMT\r\n\r\n", ERR_REFUSED,
	  503, 0, "a date is no number of seconds" },
	{ "HTTP/1.1 503 x\r\nRetry-After: 99999999999999999999\r\n\r\n", ERR_LIMIT, 503, 86400,
	  "at most a day" },
	{ "HTTP/2 101 x\r\n\r\n", ERR_SYNTAX, 0, 0, "version" },
	{ "HTTP/1.1  101 x\r\n\r\n", ERR_SYNTAX, 0, 0, "two blanks" },
	{ "HTTP/1.1 1o1 x\r\n\r\n", ERR_SYNTAX, 0, 0, "status is no number" },
	{ "HTTP/1.1 1011 x\r\n\r\n", ERR_SYNTAX, 0, 0, "four digits" },
	{ "HTTP/1.1 099 x\r\n\r\n", ERR_SYNTAX, 0, 0, "status below 100" },
	{ "\r\n\r\n", ERR_SYNTAX, 0, 0, "no status line" },
	{ OK101 "Upgrade : websocket\r\n" CONN ACCEPT "\r\n", ERR_SYNTAX, 101, 0, "blank before colon" },
	{ OK101 UP CONN ACCEPT " folded\r\n\r\n", ERR_SYNTAX, 101, 0, "folded line" },
	{ OK101 UP CONN ACCEPT "X: a\nb\r\n\r\n", ERR_SYNTAX, 101, 0, "lone line feed" },
	{ OK101 UP CONN ACCEPT "X: a\rb\r\n\r\n", ERR_SYNTAX, 101, 0, "lone carriage return" },
	{ OK101 ": x\r\n\r\n", ERR_SYNTAX, 101, 0, "no name" },
	{ OK101 "no colon\r\n\r\n", ERR_SYNTAX, 101, 0, "no colon" },
	{ OK101 UP CONN ACCEPT, ERR_AGAIN, 0, 0, "header not ended" },
	{ "", ERR_AGAIN, 0, 0, "nothing yet" },
};

/* The answer in memory of just its size, offered after each `step` bytes. */
static void run_answer(size_t row, u32 step)
{
	u32 n = (u32)strlen(answers[row].answer), used = 0, at = 0;
	u8 *buf = malloc(n + 1);
	struct ws_http h;
	err_t e = ERR_AGAIN;

	ws_http_init(&h, (const u8 *)RFC_ACCEPT);
	while (at < n && e == ERR_AGAIN) {
		at = u32_min(at + step, n);
		memcpy(buf, answers[row].answer, at);
		e = ws_http_rx(&h, buf, at, &used);
	}
	if (e != answers[row].want || h.status != answers[row].status ||
	    h.retry_after_s != answers[row].retry_after_s)
		fail_msg("%s, step %u: %s, status %u, retry %u", answers[row].remark, step,
			 err_name(e), h.status, h.retry_after_s);
	if (e == ERR_OK)
		assert_int_equal(used, n);
	free(buf);
}

static void test_answers(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(answers); i++)
		for (u32 step = 1; step <= 400; step += step < 8 ? 1 : 97)
			run_answer(i, step);
}

/* What stands behind the header are frames. */
static void test_frames_behind(void **state)
{
	static const char s[] = OK101 UP CONN ACCEPT "\r\n\x81\x02hi";
	struct ws_http h;
	u32 used;
	(void)state;

	ws_http_init(&h, (const u8 *)RFC_ACCEPT);
	assert_int_equal(ws_http_rx(&h, (const u8 *)s, sizeof s - 1, &used), ERR_OK);
	assert_int_equal(used, sizeof s - 1 - 4);
	assert_int_equal((u8)s[used], 0x81);
}

static void test_too_long(void **state)
{
	static u8 buf[2 * WS_HTTP_MAX];
	struct ws_http h;
	u32 used;
	(void)state;

	memset(buf, 'a', sizeof buf);
	memcpy(buf, OK101, strlen(OK101));
	ws_http_init(&h, (const u8 *)RFC_ACCEPT);
	assert_int_equal(ws_http_rx(&h, buf, WS_HTTP_MAX - 1, &used), ERR_AGAIN);
	assert_int_equal(ws_http_rx(&h, buf, WS_HTTP_MAX, &used), ERR_TOO_LONG);
	ws_http_init(&h, (const u8 *)RFC_ACCEPT);
	memcpy(buf + WS_HTTP_MAX - 3, "\r\n\r\n", 4);
	assert_int_equal(ws_http_rx(&h, buf, sizeof buf, &used), ERR_TOO_LONG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_accept),      cmocka_unit_test(test_request),
		cmocka_unit_test(test_request_refused), cmocka_unit_test(test_answers),
		cmocka_unit_test(test_frames_behind),   cmocka_unit_test(test_too_long),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
