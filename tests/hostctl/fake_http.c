#include "tests/hostctl/fake_http.h"

#include <arpa/inet.h>
#include <microhttpd.h>
#include <stdio.h>
#include <string.h>

#include "tests/cmocka_all.h"
#include "tests/hostctl/real_server.h"

static const char *header(struct MHD_Connection *c, const char *name)
{
	const char *s = MHD_lookup_connection_value(c, MHD_HEADER_KIND, name);
	return s ? s : "";
}

static enum MHD_Result add_query(void *user, enum MHD_ValueKind kind, const char *key,
				 const char *value)
{
	struct fake_request *r = user;
	size_t n = strlen(r->url);
	(void)kind;
	snprintf(r->url + n, sizeof r->url - n, "%c%s=%s", strchr(r->url, '?') ? '&' : '?', key,
		 value ? value : "");
	return MHD_YES;
}

static void begin(struct fake_request *r, struct MHD_Connection *c, const char *url,
		  const char *method)
{
	snprintf(r->method, sizeof r->method, "%s", method);
	snprintf(r->url, sizeof r->url, "%s", url);
	MHD_get_connection_values(c, MHD_GET_ARGUMENT_KIND, add_query, r);
	snprintf(r->authorization, sizeof r->authorization, "%s", header(c, "Authorization"));
	snprintf(r->encoding, sizeof r->encoding, "%s", header(c, "Content-Encoding"));
}

static enum MHD_Result on_request(void *user, struct MHD_Connection *c, const char *url,
				  const char *method, const char *version, const char *upload,
				  size_t *n, void **state)
{
	struct fake_http *f = user;
	struct fake_request *r = *state;
	(void)version;
	pthread_mutex_lock(&f->lock);
	if (!r) {
		*state = r = &f->request[u32_min(f->n_requests, FAKE_REQUESTS - 1)];
		*r = (struct fake_request){ 0 };
		begin(r, c, url, method);
		pthread_mutex_unlock(&f->lock);
		return MHD_YES;
	}
	if (*n) {
		size_t room = sizeof r->body - r->n, take = *n < room ? *n : room;
		memcpy(r->body + r->n, upload, take);
		r->n += take;
		*n = 0;
		pthread_mutex_unlock(&f->lock);
		return MHD_YES;
	}
	f->n_requests++;
	struct MHD_Response *answer = MHD_create_response_from_buffer(
		strlen(f->text), (void *)f->text, MHD_RESPMEM_MUST_COPY);
	enum MHD_Result done = MHD_queue_response(c, f->code, answer);
	MHD_destroy_response(answer);
	pthread_mutex_unlock(&f->lock);
	return done;
}

void fake_http_open(struct fake_http *f)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	memset(f, 0, sizeof *f);
	f->port = free_port();
	at.sin_port = htons(f->port);
	f->code = 204;
	f->text = "";
	pthread_mutex_init(&f->lock, NULL);
	f->daemon = MHD_start_daemon(MHD_USE_INTERNAL_POLLING_THREAD, f->port, NULL, NULL,
				     on_request, f, MHD_OPTION_SOCK_ADDR, (struct sockaddr *)&at,
				     MHD_OPTION_END);
	assert_non_null(f->daemon);
}

void fake_http_close(struct fake_http *f)
{
	MHD_stop_daemon(f->daemon);
	pthread_mutex_destroy(&f->lock);
}

void fake_http_answer(struct fake_http *f, unsigned code, const char *text)
{
	pthread_mutex_lock(&f->lock);
	f->code = code;
	f->text = text;
	pthread_mutex_unlock(&f->lock);
}

u32 fake_http_count(struct fake_http *f)
{
	pthread_mutex_lock(&f->lock);
	u32 n = f->n_requests;
	pthread_mutex_unlock(&f->lock);
	return n;
}
