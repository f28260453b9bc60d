/*
 * influx_post.h - one batch of line protocol handed to an InfluxDB server over HTTP.
 *
 * v1: /write?db=, basic authentication, the database made where the server knows none of that name. v2:
 * /api/v2/write?org=&bucket=, a token. Bodies are gzip. Blocks for POST_TIMEOUT_MS at most; one
 * thread.
 */
#ifndef HOSTCTL_INFLUX_POST_H
#define HOSTCTL_INFLUX_POST_H

#include <curl/curl.h>

#include "appliance/config.h"

#define POST_TIMEOUT_MS 10000
#define POST_WHY_MAX    512

enum post_result {
	POST_DONE,
	POST_LATER,   /* not reachable, busy, or does not let us in: the same again later */
	POST_REFUSED, /* it will never take this batch */
};

struct influx_post {
	CURL *curl;
	struct curl_slist *headers;
	char *url, *create_url; /* create_url: v1 alone */
	char *user;             /* "user:password", v1 */
};

/* Reads the secret file. ERR_IO: `why` (POST_WHY_MAX bytes). */
err_t influx_post_open(struct influx_post *p, const struct config_telemetry *t, char *why);

/* `gz`: gzip of the lines. Unless DONE, `why` is a sentence. */
enum post_result influx_post(struct influx_post *p, const void *gz, size_t n, char *why);
void influx_post_close(struct influx_post *p);

/* gzip of `n` bytes; malloc'ed, its length in *gz_n; NULL: no memory. */
void *influx_gzip(const void *text, size_t n, size_t *gz_n);

#endif
