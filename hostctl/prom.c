#include "hostctl/prom.h"

#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "hostctl/prom_text.h"

#define CONNECTIONS 8
#define TIMEOUT_S   5
#define MEMORY      (32u << 10) /* of a connection: bounds what a request may be */

static enum MHD_Result answer(struct MHD_Connection *c, unsigned code, const char *type, char *text,
			      size_t n)
{
	struct MHD_Response *r = MHD_create_response_from_buffer(n, text, MHD_RESPMEM_MUST_FREE);
	if (!r) {
		free(text);
		return MHD_NO;
	}
	MHD_add_response_header(r, MHD_HTTP_HEADER_CONTENT_TYPE, type);
	enum MHD_Result done = MHD_queue_response(c, code, r);
	MHD_destroy_response(r);
	return done;
}

static enum MHD_Result say(struct MHD_Connection *c, unsigned code, const char *sentence)
{
	char *text = strdup(sentence);
	return text ? answer(c, code, "text/plain", text, strlen(text)) : MHD_NO;
}

static enum MHD_Result metrics(struct prom *p, struct MHD_Connection *c)
{
	char *text = NULL;
	size_t n = 0;
	FILE *out = open_memstream(&text, &n);
	if (!out)
		return MHD_NO;
	pthread_mutex_lock(&p->lock);
	if (p->set)
		prom_text(p->set, out);
	pthread_mutex_unlock(&p->lock);
	if (fclose(out)) {
		free(text);
		return MHD_NO;
	}
	return answer(c, MHD_HTTP_OK, PROM_TYPE, text, n);
}

static enum MHD_Result health(struct prom *p, struct MHD_Connection *c)
{
	pthread_mutex_lock(&p->lock);
	const struct metric *up =
		p->set ? metric_find(p->set, "appliance", "up", NULL) : NULL;
	bool fresh = p->set && clock_wall_ns() - p->set->wall_ns < p->fresh_ns;
	bool runs = up && up->value;
	pthread_mutex_unlock(&p->lock);
	if (!fresh)
		return say(c, MHD_HTTP_SERVICE_UNAVAILABLE, "no fresh sample\n");
	return runs ? say(c, MHD_HTTP_OK, "running\n")
		    : say(c, MHD_HTTP_SERVICE_UNAVAILABLE, "the appliance does not run\n");
}

static enum MHD_Result on_request(void *user, struct MHD_Connection *c, const char *url,
				  const char *method, const char *version, const char *upload,
				  size_t *upload_n, void **state)
{
	struct prom *p = user;
	(void)version, (void)upload, (void)state;
	*upload_n = 0;
	if (strcmp(method, MHD_HTTP_METHOD_GET))
		return say(c, MHD_HTTP_METHOD_NOT_ALLOWED, "GET alone\n");
	if (!strcmp(url, "/metrics"))
		return metrics(p, c);
	if (!strcmp(url, "/health"))
		return health(p, c);
	return say(c, MHD_HTTP_NOT_FOUND, "there are /metrics and /health\n");
}

void prom_expect(struct prom *p, ns_t fresh_ns)
{
	pthread_mutex_lock(&p->lock);
	p->fresh_ns = fresh_ns;
	pthread_mutex_unlock(&p->lock);
}

err_t prom_open(struct prom *p, const char *address, u16 port, ns_t fresh_ns, char *why)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons(port) };
	*p = (struct prom){ .fresh_ns = fresh_ns };
	pthread_mutex_init(&p->lock, NULL);
	if (inet_pton(AF_INET, address, &at.sin_addr) == 1)
		p->daemon = MHD_start_daemon(
			MHD_USE_INTERNAL_POLLING_THREAD, port, NULL, NULL, on_request, p,
			MHD_OPTION_SOCK_ADDR, (struct sockaddr *)&at, MHD_OPTION_CONNECTION_LIMIT,
			(unsigned)CONNECTIONS, MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)TIMEOUT_S,
			MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)MEMORY, MHD_OPTION_END);
	if (p->daemon)
		return ERR_OK;
	snprintf(why, PROM_WHY_MAX,
		 "telemetry.prometheus: %s:%u cannot be listened on: %s; is another hostctl serve "
		 "there?",
		 address, port, strerror(errno));
	return ERR_IO;
}

void prom_show(struct prom *p, const struct metric_set *s)
{
	pthread_mutex_lock(&p->lock);
	p->set = s;
	pthread_mutex_unlock(&p->lock);
}

void prom_close(struct prom *p)
{
	if (!p->daemon)
		return;
	MHD_stop_daemon(p->daemon);
	pthread_mutex_destroy(&p->lock);
	p->daemon = NULL;
}
