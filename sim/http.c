#include "sim/http.h"

#include <string.h>
#include <strings.h>

const char *http_reason(int status)
{
	static const struct {
		int status;
		const char *text;
	} table[] = {
		{ 101, "Switching Protocols" },
		{ 200, "OK" },
		{ 400, "Bad Request" },
		{ 404, "Not Found" },
		{ 405, "Method Not Allowed" },
		{ 413, "Content Too Large" },
		{ 426, "Upgrade Required" },
		{ 429, "Too Many Requests" },
		{ 431, "Request Header Fields Too Large" },
		{ 501, "Not Implemented" },
	};
	for (size_t i = 0; i < ARRAY_LEN(table); i++)
		if (table[i].status == status)
			return table[i].text;
	return "Unknown";
}

static bool copy(char *out, size_t room, const char *p, size_t n)
{
	if (n >= room || memchr(p, 0, n))
		return false;
	memcpy(out, p, n);
	out[n] = 0;
	return true;
}

/* "GET /path?query HTTP/1.1" */
static err_t parse_start(struct http_request *r, const char *p, size_t n)
{
	const char *end = p + n, *sp = memchr(p, ' ', n);
	const char *target = sp ? sp + 1 : end, *sp2 = memchr(target, ' ', (size_t)(end - target));
	if (!sp || !sp2 || target == end || *target != '/' || end - sp2 != 9 ||
	    memcmp(sp2, " HTTP/1.", 8))
		return ERR_SYNTAX;
	if (!copy(r->method, sizeof r->method, p, (size_t)(sp - p)))
		return ERR_SYNTAX;
	r->close = sp2[8] == '0';
	const char *q = memchr(target, '?', (size_t)(sp2 - target)), *path_end = q ? q : sp2;
	if (!copy(r->path, sizeof r->path, target, (size_t)(path_end - target)))
		return ERR_TOO_LONG;
	if (q && !copy(r->query, sizeof r->query, q + 1, (size_t)(sp2 - q - 1)))
		return ERR_TOO_LONG;
	return ERR_OK;
}

static err_t parse_number(const char *s, size_t max, size_t *out)
{
	size_t v = 0;
	if (!*s)
		return ERR_SYNTAX;
	for (; *s; s++) {
		if (*s < '0' || *s > '9')
			return ERR_SYNTAX;
		v = v * 10 + (size_t)(*s - '0');
		if (v > max)
			return ERR_TOO_LONG;
	}
	*out = v;
	return ERR_OK;
}

static err_t take_header(struct http_request *r, const char *name, const char *value)
{
	size_t version;
	if (!strcasecmp(name, "transfer-encoding"))
		return ERR_UNSUPPORTED;
	if (!strcasecmp(name, "content-length"))
		return parse_number(value, HTTP_BODY_MAX, &r->body_n);
	if (!strcasecmp(name, "sec-websocket-key"))
		return copy(r->ws_key, sizeof r->ws_key, value, strlen(value)) ? ERR_OK
									       : ERR_SYNTAX;
	if (!strcasecmp(name, "sec-websocket-version") &&
	    parse_number(value, 255, &version) == ERR_OK)
		r->ws_version = (u32)version;
	if (!strcasecmp(name, "connection") && strcasestr(value, "close"))
		r->close = true;
	return ERR_OK;
}

static err_t parse_header(struct http_request *r, const char *p, size_t n, bool *wants,
			  bool *websocket)
{
	char name[64], value[8192];
	const char *colon = memchr(p, ':', n), *end = p + n;
	if (!colon || colon == p || colon[-1] == ' ')
		return ERR_SYNTAX;
	const char *v = colon + 1;
	while (v < end && (*v == ' ' || *v == '\t'))
		v++;
	while (end > v && (end[-1] == ' ' || end[-1] == '\t'))
		end--;
	if (!copy(name, sizeof name, p, (size_t)(colon - p)))
		return ERR_OK; /* none of the short names we know */
	if (!copy(value, sizeof value, v, (size_t)(end - v)))
		return ERR_TOO_LONG;
	*wants |= !strcasecmp(name, "connection") && strcasestr(value, "upgrade");
	*websocket |= !strcasecmp(name, "upgrade") && !strcasecmp(value, "websocket");
	return take_header(r, name, value);
}

err_t http_parse(struct http_request *r, const u8 *p, size_t n)
{
	const char *text = (const char *)p,
		   *head_end = memmem(text, n < HTTP_HEAD_MAX ? n : HTTP_HEAD_MAX, "\r\n\r\n", 4);
	bool wants = false, websocket = false;
	memset(r, 0, sizeof *r);
	if (!head_end)
		return n >= HTTP_HEAD_MAX ? ERR_TOO_LONG : ERR_AGAIN;
	r->head_n = (size_t)(head_end - text) + 4;
	const char *line = text, *stop = head_end + 2;
	for (u32 i = 0; line < stop; i++) {
		const char *eol = memmem(line, (size_t)(stop - line), "\r\n", 2);
		err_t e = i ? parse_header(r, line, (size_t)(eol - line), &wants, &websocket)
			    : parse_start(r, line, (size_t)(eol - line));
		if (e != ERR_OK)
			return e;
		line = eol + 2;
	}
	r->upgrade = wants && websocket;
	return ERR_OK;
}

static int hex(char c)
{
	return c >= '0' && c <= '9'   ? c - '0'
	       : c >= 'a' && c <= 'f' ? c - 'a' + 10
	       : c >= 'A' && c <= 'F' ? c - 'A' + 10
				      : -1;
}

/* Percent-decodes `n` bytes into `out` of `room`; false where it does not fit or is malformed. */
static bool decode(const char *p, size_t n, char *out, size_t room)
{
	size_t at = 0;
	for (size_t i = 0; i < n; i++) {
		char c = p[i];
		if (c == '%') {
			if (n - i < 3 || hex(p[i + 1]) < 0 || hex(p[i + 2]) < 0)
				return false;
			c = (char)(hex(p[i + 1]) * 16 + hex(p[i + 2]));
			i += 2;
		}
		if (at + 1 >= room || !c)
			return false;
		out[at++] = c;
	}
	out[at] = 0;
	return at > 0;
}

bool http_param(const char *query, const char *name, char *out, size_t n)
{
	size_t len = strlen(name);
	for (const char *p = query; *p;) {
		size_t pair = strcspn(p, "&");
		if (pair > len && !memcmp(p, name, len) && p[len] == '=')
			return decode(p + len + 1, pair - len - 1, out, n);
		p += pair + (p[pair] == '&');
	}
	return false;
}

void http_answer(struct buf *out, int status, const char *type, const char *extra, const void *body,
		 size_t n)
{
	buf_fmt(out,
		"HTTP/1.1 %d %s\r\nServer: saker-venue\r\nContent-Type: %s\r\nContent-Length: "
		"%zu\r\n",
		status, http_reason(status), type, n);
	buf_str(out, extra);
	buf_str(out, "\r\n");
	buf_add(out, body, n);
}
