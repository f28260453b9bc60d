/*
 * prom.h - the HTTP endpoint that Prometheus scrapes: GET /metrics, and GET /health for whoever
 * watches over the process.
 *
 * /health answers 200 where the last sample found the appliance running and is fresh, else 503. A
 * thread of libmicrohttpd serves; a scrape never touches the segment. Few connections, short
 * time-outs: a client can only hold up clients.
 */
#ifndef HOSTCTL_PROM_H
#define HOSTCTL_PROM_H

#include <pthread.h>

#include "common/err.h"
#include "hostctl/metric.h"

#define PROM_WHY_MAX 256

struct MHD_Daemon;

struct prom {
	struct MHD_Daemon *daemon;
	pthread_mutex_t lock;       /* of set and fresh_ns */
	const struct metric_set *set; /* NULL: no sample yet */
	ns_t fresh_ns;              /* older samples than this are not healthy */
};

/* `address` is dotted IPv4. ERR_IO: `why` (PROM_WHY_MAX bytes) says what to do. */
err_t prom_open(struct prom *p, const char *address, u16 port, ns_t fresh_ns, char *why);

void prom_expect(struct prom *p, ns_t fresh_ns); /* from now on */

/* The sample to show from now on; the caller keeps it, untouched, until the next call or the close. */
void prom_show(struct prom *p, const struct metric_set *s);
void prom_close(struct prom *p);

#endif
