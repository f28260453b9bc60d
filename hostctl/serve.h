/*
 * serve.h - the daemon: samples the segment at a steady pace and gives each sample to whoever is
 * configured to have it.
 *
 * Nothing here can hold the appliance up: it maps the segment read-only, and asks the command
 * socket only for what an operator asked it by Redis. The caller's thread samples; each exporter
 * that waits for a server does so on a thread of its own, behind a bounded queue.
 */
#ifndef HOSTCTL_SERVE_H
#define HOSTCTL_SERVE_H

#include <signal.h>

#include "appliance/config.h"

#define SERVE_WHY_MAX 640

struct serve;

/* ERR_IO, ERR_NO_MEMORY: `why` (SERVE_WHY_MAX bytes) is a sentence. `c` must outlive it. */
err_t serve_open(struct serve **s, const struct config *c, const char *instance, char *why);

/* Samples until one of `signals`, which are blocked in all threads, arrives. */
void serve_run(struct serve *s, const sigset_t *signals);

/* Sends what is queued where that takes no waiting, ends the threads. NULL is nothing. */
void serve_close(struct serve *s);

#endif
