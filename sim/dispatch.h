/*
 * dispatch.h - what a client's bytes mean: HTTP requests, the upgrade to WebSocket, then messages.
 */
#ifndef SIM_DISPATCH_H
#define SIM_DISPATCH_H

#include "sim/venue.h"

/* Handles all that is whole in c->in. */
void dispatch(struct venue *v, struct conn *c);

#endif
