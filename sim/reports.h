/*
 * reports.h - user data stream events (user-data-stream.md): executionReport and
 * outboundAccountPosition.
 */
#ifndef SIM_REPORTS_H
#define SIM_REPORTS_H

#include "sim/venue.h"

/* Sends what the matching has reported since the last call to every subscribed session. */
void reports_send(struct venue *v);

/* Tells one session that its subscription has ended (eventStreamTerminated). */
void reports_send_end(struct venue *v, struct conn *c);

#endif
