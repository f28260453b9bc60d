/*
 * timer.h - running what is due. Internal to tcp.
 */
#ifndef SAKER_TIMER_H
#define SAKER_TIMER_H

#include "dataplane/tcp/conn.h"

/* The connections that are due, for when tcp.next_ns has come. */
u32 timers_turn(struct tcp *t, ns_t now);

void timer_set(struct tcp_conn *c, enum tcp_timer what, ns_t at);

/* Sets the timer as the state demands; `restart`: from now, even where it runs already. */
void timer_update(struct tcp_conn *c, ns_t now, bool restart);

/* Begins the wait of a delayed ACK. */
void timer_ack(struct tcp_conn *c, ns_t now);

#endif
