/*
 * HTTPS by curl's multi interface against a small TLS server: answers, refusals, certificates, and
 * what never comes.
 */
#include "appliance/http.h"

#include <arpa/inet.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>

#include "tests/dataplane/tls/venue.h"

#define HUGE_BODY (33u << 20)

/* ---- the server: one connection after another, the path says what it does ---- */

struct server {
	struct venue venue;
	int listener;
	u16 port;
	pthread_t thread;
};

static void write_all(SSL *ssl, const char *p, size_t n)
{
	for (size_t at = 0; at < n;) {
		int w = SSL_write(ssl, p + at, (int)(n - at < 16384 ? n - at : 16384));
		if (w <= 0)
			return;
		at += (size_t)w;
	}
}

static void serve(SSL *ssl)
{
	static char huge[1 << 20];
	char request[2048] = "", answer[512];
	int n = SSL_read(ssl, request, sizeof request - 1);
	request[n > 0 ? n : 0] = 0;
	if (!strncmp(request, "GET /ok ", 8)) {
		write_all(ssl, answer,
			  (size_t)sprintf(answer, "HTTP/1.1 200 OK\r\nConnection: "
						  "close\r\nContent-Length: 5\r\n\r\nhello"));
	} else if (!strncmp(request, "GET /limit ", 11)) {
		write_all(
			ssl, answer,
			(size_t)sprintf(
				answer,
				"HTTP/1.1 429 Slow down\r\nConnection: close\r\nRetry-After: 7\r\n"
				"Content-Length: 0\r\n\r\n"));
	} else if (!strncmp(request, "GET /huge ", 10)) {
		write_all(ssl, answer,
			  (size_t)sprintf(answer,
					  "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: "
					  "%u\r\n\r\n",
					  HUGE_BODY));
		for (u32 at = 0; at < HUGE_BODY; at += sizeof huge)
			write_all(ssl, huge, sizeof huge);
	} else if (!strncmp(request, "GET /cut ", 9)) {
		write_all(
			ssl, answer,
			(size_t)sprintf(answer,
					"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nonly this"));
	} else if (!strncmp(request, "GET /never ", 11)) {
		SSL_read(ssl, request, sizeof request); /* until the client gives up */
	}
}

static void *server_thread(void *arg)
{
	struct server *s = arg;
	for (int fd; (fd = accept(s->listener, NULL, NULL)) >= 0; close(fd)) {
		SSL *ssl = SSL_new(s->venue.ctx);
		SSL_set_fd(ssl, fd);
		if (SSL_accept(ssl) == 1)
			serve(ssl);
		SSL_free(ssl);
	}
	return NULL;
}

static struct server *server_new(void)
{
	struct server *s = calloc(1, sizeof *s);
	struct sockaddr_in at = { .sin_family = AF_INET,
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t n = sizeof at;
	signal(SIGPIPE, SIG_IGN);
	venue_open(&s->venue, &(struct venue_cfg){ 0 });
	s->listener = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(bind(s->listener, (struct sockaddr *)&at, sizeof at), 0);
	assert_int_equal(listen(s->listener, 16), 0);
	getsockname(s->listener, (struct sockaddr *)&at, &n);
	s->port = ntohs(at.sin_port);
	assert_int_equal(pthread_create(&s->thread, NULL, server_thread, s), 0);
	return s;
}

static void server_free(struct server *s)
{
	shutdown(s->listener, SHUT_RDWR);
	pthread_join(s->thread, NULL);
	close(s->listener);
	venue_close(&s->venue);
	free(s);
}

static struct config_endpoint endpoint(const struct server *s, const char *host)
{
	struct config_endpoint e = { .address = "127.0.0.1", .port = s->port };
	strcpy(e.host, host);
	return e;
}

/* ---- one request ---- */

struct heard {
	u32 n;
	u64 tag;
	struct http_answer a;
	char body[64], error[256];
};

static void on_done(void *user, u64 tag, const struct http_answer *a)
{
	struct heard *h = user;
	h->n++;
	h->tag = tag;
	h->a = *a;
	snprintf(h->body, sizeof h->body, "%s", a->body);
	snprintf(h->error, sizeof h->error, "%s", a->error);
}

static void get(struct http *http, const char *path, struct heard *h)
{
	*h = (struct heard){ 0 };
	assert_true(http_get(http, path, on_done, h, 42));
	while (!h->n)
		http_turn(http, NULL, 0, 100);
	assert_int_equal(h->n, 1);
	assert_int_equal(h->tag, 42);
	assert_int_equal(http_pending(http), 0);
}

static void answers(void **state)
{
	static const struct {
		const char *path;
		long status;
		const char *body;
		u64 retry_after_s;
	} rows[] = {
		{ "/ok", 200, "hello", 0 },
		{ "/limit", 429, "", 7 },
		{ "/ok", 200, "hello", 0 },   /* nothing stays of the former */
		{ "/huge", 0, NULL, 0 },      /* larger than anything the venue says */
		{ "/cut", 0, NULL, 0 },       /* ends before its length */
		{ "/nothing", 0, NULL, 0 },   /* hangs up */
	};
	struct server *s = server_new();
	struct config_endpoint e = endpoint(s, VENUE_HOST);
	struct http *http = http_new(&e, s->venue.ca_file);
	struct heard h;
	(void)state;
	for (u32 i = 0; i < ARRAY_LEN(rows); i++) {
		get(http, rows[i].path, &h);
		assert_int_equal(h.a.status, rows[i].status);
		assert_int_equal(h.a.retry_after_s, rows[i].retry_after_s);
		if (rows[i].body)
			assert_string_equal(h.body, rows[i].body);
		assert_int_equal(h.error[0] != 0, rows[i].status == 0);
	}
	http_free(http);
	server_free(s);
}

static void certificates_are_verified(void **state)
{
	struct server *s = server_new();
	struct identity stranger = identity_new("somebody else", NULL, 365, false);
	char ca_file[64];
	struct heard h;
	(void)state;
	write_pem(&stranger, ca_file);
	struct config_endpoint e = endpoint(s, VENUE_HOST), other = endpoint(s, "other.test");
	struct http *wrong_ca = http_new(&e, ca_file),
		    *wrong_host = http_new(&other, s->venue.ca_file);
	get(wrong_ca, "/ok", &h);
	assert_int_equal(h.a.status, 0);
	assert_non_null(strstr(h.error, "certificate"));
	get(wrong_host, "/ok", &h);
	assert_int_equal(h.a.status, 0);
	assert_non_null(strstr(h.error, "other.test"));
	http_free(wrong_ca);
	http_free(wrong_host);
	unlink(ca_file);
	identity_free(&stranger);
	server_free(s);
}

static void nobody_listens(void **state)
{
	struct config_endpoint e = { .host = VENUE_HOST, .address = "127.0.0.1", .port = 1 };
	struct http *http = http_new(&e, "");
	struct heard h;
	(void)state;
	get(http, "/ok", &h);
	assert_int_equal(h.a.status, 0);
	assert_true(h.error[0]);
	http_free(http);
}

/*
 * An answer that never comes is an error after 5 s, and the loop goes on meanwhile: other
 * descriptors are seen.
 */
static void an_answer_that_never_comes(void **state)
{
	struct server *s = server_new();
	struct config_endpoint e = endpoint(s, VENUE_HOST);
	struct http *http = http_new(&e, s->venue.ca_file);
	struct heard h = { 0 };
	int ends[2];
	(void)state;
	assert_int_equal(pipe(ends), 0);
	struct pollfd fd = { .fd = ends[0], .events = POLLIN };
	assert_true(http_get(http, "/never", on_done, &h, 1));
	http_turn(http, &fd, 1, 1);
	assert_int_equal(fd.revents, 0);
	assert_int_equal(write(ends[1], "x", 1), 1);
	while (!fd.revents)
		http_turn(http, &fd, 1, 100);
	assert_int_equal(h.n, 0);
	while (!h.n)
		http_turn(http, NULL, 0, 1000);
	assert_int_equal(h.a.status, 0);
	assert_non_null(strstr(h.error, "timed out"));
	close(ends[0]), close(ends[1]);
	http_free(http);
	server_free(s);
}

static void so_many_at_once_and_no_more(void **state)
{
	struct server *s = server_new();
	struct config_endpoint e = endpoint(s, VENUE_HOST);
	struct http *http = http_new(&e, s->venue.ca_file);
	struct heard h[16] = { { 0 } };
	u32 n = 0;
	(void)state;
	while (n < 16 && http_get(http, "/ok", on_done, &h[n], n))
		n++;
	assert_in_range(n, 4, 15);
	assert_int_equal(http_pending(http), n);
	while (http_pending(http))
		http_turn(http, NULL, 0, 100);
	for (u32 i = 0; i < n; i++) {
		assert_int_equal(h[i].n, 1);
		assert_int_equal(h[i].tag, i);
		assert_string_equal(h[i].body, "hello");
	}
	assert_true(http_get(http, "/ok", on_done, &h[0], 0)); /* and freed in the middle of it */
	http_free(http);
	server_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers),
		cmocka_unit_test(certificates_are_verified),
		cmocka_unit_test(nobody_listens),
		cmocka_unit_test(an_answer_that_never_comes),
		cmocka_unit_test(so_many_at_once_and_no_more),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
