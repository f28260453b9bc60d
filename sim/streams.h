/*
 * streams.h - market data streams at /stream and /ws (web-socket-streams.md): subscriptions and
 * delivery.
 */
#ifndef SIM_STREAMS_H
#define SIM_STREAMS_H

#include "sim/venue.h"

/*
 * Subscribes a fresh connection to `names`, separated by '/'. False where there are too many or
 * one is malformed.
 */
bool streams_subscribe_all(struct conn *c, const char *names);

/* SUBSCRIBE and the like from a client. */
void streams_on_text(struct conn *c, const void *text, size_t n);

/*
 * One market message, byte for byte, to everyone subscribed to its stream; nothing while the
 * venue is silent.
 */
void streams_send(struct venue *v, const struct message *m);

/* Counts a client's frames; over the venue's five a second it is sent away. */
void streams_count(struct conn *c, u32 frames, ns_t now);

#endif
