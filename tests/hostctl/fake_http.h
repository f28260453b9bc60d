/*
 * fake_http.h - a fake HTTP server for tests: keeps what came, answers as told.
 */
#ifndef TESTS_FAKE_HTTP_H
#define TESTS_FAKE_HTTP_H

#include <pthread.h>

#include "common/types.h"

#define FAKE_REQUESTS 32

struct fake_request {
	char method[8], url[512]; /* url with its query */
	char authorization[256], encoding[32];
	u8 body[65536];
	size_t n;
};

struct fake_http {
	struct MHD_Daemon *daemon;
	u16 port;
	unsigned code;    /* of each answer from now on */
	const char *text; /* its body */
	pthread_mutex_t lock;
	u32 n_requests; /* all that came */
	struct fake_request request[FAKE_REQUESTS]; /* the first of them */
};

void fake_http_open(struct fake_http *f); /* on a port of its own; 204, no text */
void fake_http_close(struct fake_http *f);
void fake_http_answer(struct fake_http *f, unsigned code, const char *text);
u32 fake_http_count(struct fake_http *f);

#endif
