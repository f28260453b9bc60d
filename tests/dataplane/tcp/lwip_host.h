/*
 * lwip_host.h - lwIP as the other host of a test, in this process and in virtual time. It is loaded
 * when the test runs, for its functions have the names of ours. One instance a process: that is
 * lwIP's way.
 */
#ifndef SAKER_TEST_LWIP_HOST_H
#define SAKER_TEST_LWIP_HOST_H

#include "tests/dataplane/tcp/stream.h"

struct lwip_wire {
	void (*send)(void *arg, const u8 *p, u32 n);
	void *arg;
};

/* false: lwIP is not installed. The wire may be another each time; the time must not go back. */
bool lwip_open(const struct lwip_wire *w, const u8 mac[6], u32 ip, ns_t now);

/* One connection to `port` is accepted for `s`. */
bool lwip_listen(u16 port, struct stream *s);
bool lwip_connect(u32 ip, u16 port, struct stream *s);

void lwip_rx(const u8 *p, u32 n);
void lwip_turn(ns_t now);
ns_t lwip_next(void);

#endif
