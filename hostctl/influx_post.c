#include "hostctl/influx_post.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "hostctl/secret.h"

#define CONNECT_MS 3000
#define ANSWER_MAX 256 /* of what the server says, for the sentence */

/* ---- opening ---- */

static char *escape(CURL *c, const char *s) { return curl_easy_escape(c, s, 0); }

static char *text_of(const char *format, const char *a, const char *b, const char *c)
{
	char *out;
	return asprintf(&out, format, a, b, c) < 0 ? NULL : out;
}

static void make_urls(struct influx_post *p, const struct config_telemetry *t)
{
	char *db = escape(p->curl, t->influx_database), *org = escape(p->curl, t->influx_org);
	char base[CONFIG_TEXT];
	snprintf(base, sizeof base, "%s", t->influx_url);
	for (size_t n = strlen(base); n && base[n - 1] == '/';)
		base[--n] = 0;
	if (t->influx_api == INFLUX_V1) {
		p->url = text_of("%s/write?db=%s&precision=ns%s", base, db, "");
		p->create_url =
			text_of("%s/query?q=CREATE%%20DATABASE%%20%%22%s%%22%s", base, db, "");
	} else {
		p->url = text_of("%s/api/v2/write?org=%s&bucket=%s&precision=ns", base, org, db);
	}
	curl_free(db);
	curl_free(org);
}

static void make_headers(struct influx_post *p, const struct config_telemetry *t, const char *secret)
{
	char line[SECRET_MAX + 32];
	p->headers = curl_slist_append(p->headers, "Content-Type: text/plain; charset=utf-8");
	p->headers = curl_slist_append(p->headers, "Content-Encoding: gzip");
	p->headers = curl_slist_append(p->headers, "Expect:"); /* no round trip before the body */
	if (t->influx_api == INFLUX_V1) {
		p->user = *t->influx_user ? text_of("%s:%s%s", t->influx_user, secret, "") : NULL;
	} else if (*secret) {
		snprintf(line, sizeof line, "Authorization: Token %s", secret);
		p->headers = curl_slist_append(p->headers, line);
	}
}

err_t influx_post_open(struct influx_post *p, const struct config_telemetry *t, char *why)
{
	char secret[SECRET_MAX] = "";
	*p = (struct influx_post){ .curl = curl_easy_init() };
	if (!p->curl) {
		snprintf(why, POST_WHY_MAX, "telemetry.influxdb: libcurl cannot be started");
		return ERR_NO_MEMORY;
	}
	if (secret_read("telemetry.influxdb.secret_file", t->influx_secret_file, secret, why,
			POST_WHY_MAX) != ERR_OK)
		return ERR_IO;
	make_urls(p, t);
	make_headers(p, t, secret);
	explicit_bzero(secret, sizeof secret);
	return ERR_OK;
}

void influx_post_close(struct influx_post *p)
{
	curl_easy_cleanup(p->curl);
	curl_slist_free_all(p->headers);
	free(p->url);
	free(p->create_url);
	free(p->user);
	*p = (struct influx_post){ 0 };
}

/* ---- a request ---- */

struct answer {
	size_t n;
	char text[ANSWER_MAX];
};

/* Its beginning, printable; the rest is read and forgotten. */
static size_t on_body(char *bytes, size_t one, size_t n, void *user)
{
	struct answer *a = user;
	for (size_t i = 0; i < n * one && a->n < sizeof a->text - 1; i++)
		a->text[a->n++] = (u8)bytes[i] < 0x20 || (u8)bytes[i] > 0x7e ? ' ' : bytes[i];
	a->text[a->n] = 0;
	return n * one;
}

/* The status; 0 and a sentence where there is none. */
static long request(struct influx_post *p, const char *url, const void *body, size_t n,
		    struct answer *a, char *why)
{
	CURL *c = p->curl;
	long code = 0;
	*a = (struct answer){ 0 };
	curl_easy_reset(c);
	curl_easy_setopt(c, CURLOPT_URL, url);
	curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(c, CURLOPT_NOPROXY, "*");
	curl_easy_setopt(c, CURLOPT_USERAGENT, "saker");
	curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_MS);
	curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, (long)POST_TIMEOUT_MS);
	curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(c, CURLOPT_WRITEDATA, a);
	curl_easy_setopt(c, CURLOPT_POST, 1L);
	curl_easy_setopt(c, CURLOPT_POSTFIELDS, body);
	curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)n);
	if (n)
		curl_easy_setopt(c, CURLOPT_HTTPHEADER, p->headers);
	if (p->user)
		curl_easy_setopt(c, CURLOPT_USERPWD, p->user);
	CURLcode e = curl_easy_perform(c);
	if (e != CURLE_OK)
		snprintf(why, POST_WHY_MAX, "%s", curl_easy_strerror(e));
	else
		curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &code);
	return code;
}

/* 4xx is about the batch, except where it is about who we are, where we knock, or how often. */
static enum post_result result_of(long code)
{
	switch (code) {
	case 200:
	case 204:
		return POST_DONE;
	case 400:
	case 413:
	case 422:
		return POST_REFUSED;
	default:
		return POST_LATER;
	}
}

enum post_result influx_post(struct influx_post *p, const void *gz, size_t n, char *why)
{
	struct answer a;
	long code = request(p, p->url, gz, n, &a, why);
	if (code == 404 && p->create_url && request(p, p->create_url, "", 0, &a, why) == 200)
		code = request(p, p->url, gz, n, &a, why);
	if (!code)
		return POST_LATER;
	snprintf(why, POST_WHY_MAX, "HTTP %ld: %s", code, a.text);
	return result_of(code);
}

/* ---- gzip ---- */

void *influx_gzip(const void *text, size_t n, size_t *gz_n)
{
	z_stream z = { .next_in = (Bytef *)text, .avail_in = (uInt)n };
	assert(n <= UINT32_MAX);
	if (deflateInit2(&z, 1, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK)
		return NULL;
	size_t room = deflateBound(&z, n);
	void *out = malloc(room);
	z.next_out = out;
	z.avail_out = (uInt)room;
	bool done = out && deflate(&z, Z_FINISH) == Z_STREAM_END;
	*gz_n = z.total_out;
	deflateEnd(&z);
	if (done)
		return out;
	free(out);
	return NULL;
}
