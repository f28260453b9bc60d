/*
 * http.h - HTTPS requests that never block: libcurl's multi interface, driven by the ctl thread's
 * loop.
 *
 * Certificate and host name are always verified. One thread.
 */
#ifndef SAKER_HTTP_H
#define SAKER_HTTP_H

#include "appliance/config.h"

struct http; /* opaque; allocates, never on a hot core */

/* One answer. status 0: none, `error` says why. The body lives until the callback returns. */
struct http_answer {
	long status;
	const char *body;
	size_t n;
	u64 round_trip_ns; /* from the request's first byte to the answer's last */
	u64 retry_after_s; /* of Retry-After; 0: not named */
	ns_t done_wall_ns;
	const char *error;
};

typedef void (*http_done)(void *user, u64 tag, const struct http_answer *a);

/* `to` and `ca_file` ("": the system's) outlive it. NULL: out of memory. */
struct http *http_new(const struct config_endpoint *to, const char *ca_file);
void http_free(struct http *h);

/*
 * GET https://host:port<path>; `done` is called from http_turn. false: too many requests are under
 * way.
 */
bool http_get(struct http *h, const char *path, http_done done, void *user, u64 tag);

/*
 * Waits at most `wait_ms` for network or for one of `fds` (poll's struct; revents set), then
 * finishes what is done.
 */
struct pollfd;
void http_turn(struct http *h, struct pollfd *fds, u32 n_fds, int wait_ms);

u32 http_pending(const struct http *h);

#endif
