/*
 * gate.h - where those far away knock: TLS 1.3 on a TCP port, one request and one answer a
 * connection; hostctl serve's.
 *
 * What is asked is done as hostctl does it on this machine (afar_run.h), with the role of
 * whoever asks. Nothing of it touches the saker process but a line at its control socket. A
 * thread accepts, each connection has one of its own, with a deadline for everything up to the
 * request and one for the answer; when all places are taken the one that has been silent for
 * longest makes room. An address that keeps failing to say who it is is not heard for a while.
 */
#ifndef HOSTCTL_GATE_H
#define HOSTCTL_GATE_H

#include "hostctl/gate_tls.h"

#define GATE_PLACES	 16
#define GATE_LOGIN_MS	 5000  /* handshake and request */
#define GATE_ANSWER_MS	 10000 /* for the answer to leave, once it is there */

struct gate;

/*
 * As access.tcp says; `c` and `instance` outlive it. ERR_IO, ERR_NO_MEMORY: `why` (GATE_WHY
 * bytes).
 */
err_t gate_open(struct gate **g, const struct config *c, const char *instance, char *why);

u16 gate_port(const struct gate *g); /* that was taken, where the configuration's is 0 */

/* Hangs up on everybody, ends the threads. NULL is nothing. */
void gate_close(struct gate *g);

#endif
