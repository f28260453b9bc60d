#include "appliance/http.h"

#include <curl/curl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"

#define REQUESTS_MAX 8
#define BODY_MAX (32u << 20)
#define TIMEOUT_MS 5000L
#define FDS_MAX 16

struct request {
	CURL *easy;
	bool busy;
	char *body;
	size_t n, cap;
	char error[CURL_ERROR_SIZE];
	http_done done;
	void *user;
	u64 tag;
};

struct http {
	CURLM *multi;
	const struct config_endpoint *to;
	const char *ca_file;
	struct curl_slist *resolve;
	struct request request[REQUESTS_MAX];
};

static size_t take_body(char *p, size_t size, size_t count, void *user)
{
	struct request *r = user;
	size_t n = size * count;
	if (n > BODY_MAX - r->n)
		return 0; /* ends the transfer with an error */
	if (r->n + n + 1 > r->cap) {
		size_t cap = 2 * (r->n + n + 1);
		char *bigger = realloc(r->body, cap);
		if (!bigger)
			return 0;
		r->body = bigger;
		r->cap = cap;
	}
	memcpy(r->body + r->n, p, n);
	r->n += n;
	r->body[r->n] = 0;
	return n;
}

static bool set_up(struct http *h, struct request *r)
{
	r->easy = curl_easy_init();
	if (!r->easy)
		return false;
	curl_easy_setopt(r->easy, CURLOPT_WRITEFUNCTION, take_body);
	curl_easy_setopt(r->easy, CURLOPT_WRITEDATA, r);
	curl_easy_setopt(r->easy, CURLOPT_ERRORBUFFER, r->error);
	curl_easy_setopt(r->easy, CURLOPT_PRIVATE, r);
	curl_easy_setopt(r->easy, CURLOPT_TIMEOUT_MS, TIMEOUT_MS);
	curl_easy_setopt(r->easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(r->easy, CURLOPT_NOPROXY, "*");
	curl_easy_setopt(r->easy, CURLOPT_PROTOCOLS_STR, "https");
	curl_easy_setopt(r->easy, CURLOPT_USERAGENT, "saker");
	if (h->ca_file[0])
		curl_easy_setopt(r->easy, CURLOPT_CAINFO, h->ca_file);
	if (h->resolve)
		curl_easy_setopt(r->easy, CURLOPT_RESOLVE, h->resolve);
	return true;
}

struct http *http_new(const struct config_endpoint *to, const char *ca_file)
{
	struct http *h = calloc(1, sizeof *h);
	if (!h)
		return NULL;
	h->to = to;
	h->ca_file = ca_file;
	h->multi = curl_multi_init();
	if (to->address[0]) {
		char line[CONFIG_TEXT + CONFIG_ADDRESS + 16];
		bool v6 = strchr(to->address, ':');
		snprintf(line, sizeof line, "%s:%u:%s%s%s", to->host, to->port, v6 ? "[" : "", to->address,
			 v6 ? "]" : "");
		h->resolve = curl_slist_append(NULL, line);
	}
	bool ok = h->multi != NULL;
	for (u32 i = 0; ok && i < REQUESTS_MAX; i++)
		ok = set_up(h, &h->request[i]);
	if (ok)
		return h;
	http_free(h);
	return NULL;
}

void http_free(struct http *h)
{
	if (!h)
		return;
	for (u32 i = 0; i < REQUESTS_MAX; i++) {
		struct request *r = &h->request[i];
		if (r->busy)
			curl_multi_remove_handle(h->multi, r->easy);
		if (r->easy)
			curl_easy_cleanup(r->easy);
		free(r->body);
	}
	if (h->multi)
		curl_multi_cleanup(h->multi);
	curl_slist_free_all(h->resolve);
	free(h);
}

bool http_get(struct http *h, const char *path, http_done done, void *user, u64 tag)
{
	char url[2 * CONFIG_TEXT];
	struct request *r = h->request;
	while (r < h->request + REQUESTS_MAX && r->busy)
		r++;
	if (r == h->request + REQUESTS_MAX)
		return false;
	snprintf(url, sizeof url, "https://%s:%u%s", h->to->host, h->to->port, path);
	curl_easy_setopt(r->easy, CURLOPT_URL, url);
	r->n = 0;
	if (r->body)
		r->body[0] = 0;
	r->error[0] = 0;
	r->done = done, r->user = user, r->tag = tag;
	r->busy = curl_multi_add_handle(h->multi, r->easy) == CURLM_OK;
	return r->busy;
}

static void finish(struct http *h, CURLMsg *msg)
{
	struct request *r;
	struct http_answer a = { .done_wall_ns = clock_wall_ns() };
	curl_off_t sent_us = 0, total_us = 0, retry_after_s = 0;
	CURLcode rc = msg->data.result;
	curl_easy_getinfo(msg->easy_handle, CURLINFO_PRIVATE, (char **)&r);
	curl_easy_getinfo(r->easy, CURLINFO_RESPONSE_CODE, &a.status);
	curl_easy_getinfo(r->easy, CURLINFO_PRETRANSFER_TIME_T, &sent_us);
	curl_easy_getinfo(r->easy, CURLINFO_TOTAL_TIME_T, &total_us);
	curl_easy_getinfo(r->easy, CURLINFO_RETRY_AFTER, &retry_after_s);
	curl_multi_remove_handle(h->multi, r->easy);
	a.retry_after_s = retry_after_s > 0 ? (u64)retry_after_s : 0;
	a.round_trip_ns = (u64)(total_us - sent_us) * NS_PER_US;
	a.body = r->body ? r->body : "";
	a.n = r->n;
	a.error = rc == CURLE_OK ? "" : r->error[0] ? r->error : curl_easy_strerror(rc);
	if (rc != CURLE_OK)
		a.status = 0;
	r->busy = false;
	r->done(r->user, r->tag, &a);
}

void http_turn(struct http *h, struct pollfd *fds, u32 n_fds, int wait_ms)
{
	struct curl_waitfd w[FDS_MAX];
	int running, left;
	assert(n_fds <= FDS_MAX);
	for (u32 i = 0; i < n_fds; i++)
		w[i] = (struct curl_waitfd){ .fd = fds[i].fd, .events = CURL_WAIT_POLLIN };
	curl_multi_perform(h->multi, &running);
	curl_multi_poll(h->multi, w, n_fds, wait_ms, NULL);
	curl_multi_perform(h->multi, &running);
	for (u32 i = 0; i < n_fds; i++)
		fds[i].revents = w[i].revents ? POLLIN : 0;
	for (CURLMsg *m; (m = curl_multi_info_read(h->multi, &left));)
		if (m->msg == CURLMSG_DONE)
			finish(h, m);
}

u32 http_pending(const struct http *h)
{
	u32 n = 0;
	for (u32 i = 0; i < REQUESTS_MAX; i++)
		n += h->request[i].busy;
	return n;
}
