/*
 * server.h - the venue's one thread: sockets, signals, timers, and the market's pace.
 */
#ifndef SIM_SERVER_H
#define SIM_SERVER_H

#include "sim/venue.h"

/*
 * Opens the listening socket; writes where it really listens to `at` ("127.0.0.1:9443"). ERR_IO
 * with a sentence in `why`.
 */
err_t server_open(struct venue *v, char *at, size_t at_n, char *why, size_t why_n);

/* Serves until SIGTERM or SIGINT, or until the journal breaks (v->failed). */
void server_run(struct venue *v);

void server_close(struct venue *v);

#endif
