#include <string.h>

/* OpenSSL has a type of the name of one of our error codes. */
#define ERR_STATE ossl_err_state
#include <openssl/evp.h>
#undef ERR_STATE

#include "common/cursor.h"
#include "dataplane/ws/ws_http.h"

#define GUID "258EAFA5-E914-47DA-95CA-C5AB0DC85B11" /* RFC 6455 section 1.3 */
#define KEY_B64_LEN 24
#define SHA1_LEN 20
#define RETRY_AFTER_MAX_S 86400

static_assert(WS_ACCEPT_LEN == (SHA1_LEN + 2) / 3 * 4, "base64 of SHA-1");

/* ---- request ---- */

/* Visible characters only: neither a blank nor a line end can get into the request line. */
static bool visible(const char *s)
{
	if (!*s)
		return false;
	for (; *s; s++)
		if ((u8)*s <= ' ' || (u8)*s >= 0x7f)
			return false;
	return true;
}

/* Lines "name: value" CRLF, and nothing that ends the header early. */
static bool lines_ok(const char *s)
{
	while (*s) {
		const char *end = strstr(s, "\r\n"), *colon = strchr(s, ':');
		if (!end || !colon || colon == s || colon > end)
			return false;
		for (const char *c = s; c < end; c++)
			if ((u8)*c < ' ' && *c != '\t')
				return false;
		s = end + 2;
	}
	return true;
}

u32 ws_http_request(u8 *at, u32 room, const struct ws_http_req *req)
{
	struct wr w = wr_of(at, room);
	u8 key[KEY_B64_LEN + 1];

	if (!visible(req->host) || !visible(req->path) || req->path[0] != '/')
		return 0;
	if (req->extra && !lines_ok(req->extra))
		return 0;
	EVP_EncodeBlock(key, req->key, WS_KEY_LEN);
	wr_str(&w, "GET ");
	wr_str(&w, req->path);
	wr_str(&w, " HTTP/1.1\r\nHost: ");
	wr_str(&w, req->host);
	wr_str(&w, "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: ");
	wr_bytes(&w, key, KEY_B64_LEN);
	wr_str(&w, "\r\nSec-WebSocket-Version: 13\r\n");
	if (req->extra)
		wr_str(&w, req->extra);
	wr_str(&w, "\r\n");
	return w.bad ? 0 : (u32)wr_len(&w);
}

err_t ws_http_accept(const u8 key[WS_KEY_LEN], u8 accept[WS_ACCEPT_LEN])
{
	u8 text[KEY_B64_LEN + sizeof GUID], hash[SHA1_LEN], b64[WS_ACCEPT_LEN + 1];

	EVP_EncodeBlock(text, key, WS_KEY_LEN);
	memcpy(text + KEY_B64_LEN, GUID, sizeof GUID);
	if (EVP_Digest(text, KEY_B64_LEN + sizeof GUID - 1, hash, NULL, EVP_sha1(), NULL) != 1)
		return ERR_INTERNAL;
	EVP_EncodeBlock(b64, hash, SHA1_LEN);
	memcpy(accept, b64, WS_ACCEPT_LEN);
	return ERR_OK;
}

void ws_http_init(struct ws_http *h, const u8 accept[WS_ACCEPT_LEN])
{
	*h = (struct ws_http){ .status = 0 };
	memcpy(h->accept, accept, WS_ACCEPT_LEN);
}

/* ---- answer ---- */

/* What the header's lines said. */
struct answer {
	bool http_11, upgrade, connection, accept, unasked, twice;
};

static u8 lower(u8 c) { return c >= 'A' && c <= 'Z' ? c + 32 : c; }

/* ASCII, without regard to case; `word` is in lower case. */
static bool is_word(struct span s, const char *word)
{
	size_t n = strlen(word);

	if (s.n != n)
		return false;
	for (size_t i = 0; i < n; i++)
		if (lower(s.p[i]) != (u8)word[i])
			return false;
	return true;
}

static bool blank(u8 c) { return c == ' ' || c == '\t'; }

static struct span trim(struct span s)
{
	while (s.n && blank(s.p[0])) {
		s.p++;
		s.n--;
	}
	while (s.n && blank(s.p[s.n - 1]))
		s.n--;
	return s;
}

/* `word` is an element of the comma-separated list. */
static bool has_word(struct span list, const char *word)
{
	while (list.n) {
		const u8 *comma = memchr(list.p, ',', list.n);
		size_t n = comma ? (size_t)(comma - list.p) : list.n;
		if (is_word(trim((struct span){ list.p, n }), word))
			return true;
		n += comma ? 1 : 0;
		list.p += n;
		list.n -= n;
	}
	return false;
}

/* A number of seconds; a date, or what is neither, is 0. */
static u32 seconds(struct span s)
{
	u32 v = 0;

	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return 0;
		v = u32_min(v * 10 + (s.p[i] - '0'), RETRY_AFTER_MAX_S);
	}
	return v;
}

static bool token_char(u8 c)
{
	return (lower(c) >= 'a' && lower(c) <= 'z') || (c >= '0' && c <= '9') ||
	       (c && strchr("!#$%&'*+-.^_`|~", c));
}

static bool value_ok(struct span s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((s.p[i] < ' ' && s.p[i] != '\t') || s.p[i] == 0x7f)
			return false;
	return true;
}

/* "name: value"; a folded line, a blank before the colon and control characters are refused. */
static bool split(struct span line, struct span *name, struct span *value)
{
	const u8 *colon = memchr(line.p, ':', line.n);

	if (!colon || colon == line.p)
		return false;
	*name = (struct span){ line.p, (size_t)(colon - line.p) };
	*value = trim((struct span){ colon + 1, line.n - name->n - 1 });
	for (size_t i = 0; i < name->n; i++)
		if (!token_char(name->p[i]))
			return false;
	return value_ok(*value);
}

static void note(struct ws_http *h, struct answer *a, struct span name, struct span value)
{
	if (is_word(name, "upgrade")) {
		a->upgrade = a->upgrade || has_word(value, "websocket");
	} else if (is_word(name, "connection")) {
		a->connection = a->connection || has_word(value, "upgrade");
	} else if (is_word(name, "sec-websocket-accept")) {
		a->twice = a->twice || a->accept;
		a->accept = value.n == WS_ACCEPT_LEN &&
			    memcmp(value.p, h->accept, WS_ACCEPT_LEN) == 0;
	} else if (is_word(name, "sec-websocket-extensions") ||
		   is_word(name, "sec-websocket-protocol")) {
		a->unasked = true;
	} else if (is_word(name, "retry-after")) {
		h->retry_after_s = seconds(value);
	}
}

/* "HTTP/1.1 101 anything"; an error may come from a gateway that speaks HTTP/1.0. */
static bool status_line(struct ws_http *h, struct answer *a, struct span line)
{
	static const char version[] = "HTTP/1.";
	struct rd r = rd_of(line.p, line.n);
	const u8 *v = rd_bytes(&r, sizeof version - 1);
	u8 minor = rd_u8(&r), gap = rd_u8(&r);
	const u8 *digits = rd_bytes(&r, 3);
	u16 status = 0;

	if (r.bad || memcmp(v, version, sizeof version - 1) != 0 || gap != ' ')
		return false;
	if (minor != '0' && minor != '1')
		return false;
	a->http_11 = minor == '1';
	for (int i = 0; i < 3; i++) {
		if (digits[i] < '0' || digits[i] > '9')
			return false;
		status = (u16)(status * 10 + digits[i] - '0');
	}
	if (status < 100 || (rd_left(&r) && rd_u8(&r) != ' '))
		return false;
	h->status = status;
	return value_ok((struct span){ r.p, rd_left(&r) });
}

/* The next line without its CRLF; a lone CR or LF is refused by who reads the line. */
static struct span next_line(struct rd *r)
{
	const u8 *end = memmem(r->p, rd_left(r), "\r\n", 2);
	size_t n = end ? (size_t)(end - r->p) : rd_left(r);
	struct span line = { r->p, n };

	rd_skip(r, n + (end ? 2 : 0));
	return line;
}

static err_t judge(const struct ws_http *h, const struct answer *a)
{
	if (h->status == 101) {
		bool asked = a->upgrade && a->connection && a->accept;
		return asked && a->http_11 && !a->unasked && !a->twice ? ERR_OK : ERR_PROTOCOL;
	}
	if (h->status == 401 || h->status == 403)
		return ERR_AUTH;
	return h->status == 418 || h->status == 429 || h->retry_after_s ? ERR_LIMIT : ERR_REFUSED;
}

static err_t parse(struct ws_http *h, struct rd r)
{
	struct answer a = { .http_11 = false };
	struct span name, value;

	if (!status_line(h, &a, next_line(&r)))
		return ERR_SYNTAX;
	while (rd_left(&r)) {
		if (!split(next_line(&r), &name, &value))
			return ERR_SYNTAX;
		note(h, &a, name, value);
	}
	return judge(h, &a);
}

err_t ws_http_rx(struct ws_http *h, const u8 *buf, u32 n, u32 *used)
{
	u32 limit = u32_min(n, WS_HTTP_MAX), from = h->scanned;

	*used = 0;
	assert(from <= limit && "the buffer only grows");
	const u8 *end = memmem(buf + from, limit - from, "\r\n\r\n", 4);
	if (!end) {
		h->scanned = limit > 3 ? limit - 3 : 0;
		return n < WS_HTTP_MAX ? ERR_AGAIN : ERR_TOO_LONG;
	}
	*used = (u32)(end - buf) + 4;
	assert(*used <= limit && h->status == 0 && "one answer is parsed once");
	return parse(h, rd_of(buf, *used - 2));
}
