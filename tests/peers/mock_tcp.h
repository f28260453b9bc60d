/*
 * mock_tcp.h - a kernel socket to 127.0.0.1 where the appliance has its own TCP: for the peers'
 * client alone. Sending never blocks: what the kernel does not take waits here.
 */
#ifndef TESTS_MOCK_TCP_H
#define TESTS_MOCK_TCP_H

#include "common/types.h"

struct mock_tcp {
	int fd; /* -1: none */
	u8 *out;
	size_t out_n, out_cap;
	bool fin_due; /* shut down our side when everything went */
};

bool mock_tcp_connect(struct mock_tcp *c, u16 port);
void mock_tcp_send(struct mock_tcp *c, const void *p, size_t n);
void mock_tcp_flush(struct mock_tcp *c);
void mock_tcp_finish(struct mock_tcp *c); /* FIN behind what still waits */
void mock_tcp_close(struct mock_tcp *c);

#endif
