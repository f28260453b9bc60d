/*
 * sut.h - a system under test on a virtual wire: a peer that uses the kernel's sockets.
 *
 * Connects to both ends of the venue, upgrades both to WebSocket, then each step is one turn of its
 * loop, which never blocks. All calls come from one thread. Exits with a sentence on failure.
 */
#ifndef PEERS_SUT_H
#define PEERS_SUT_H

#ifdef __cplusplus
extern "C" {
#endif

struct sut_venue {
	const char *market_ip, *order_ip;
	unsigned short port;
};

/* Sockets and OpenSSL, written by hand. */
struct sockets;
struct sockets *sockets_open(const struct sut_venue *v);
void sockets_step(void *s);
void sockets_close(struct sockets *s);

/* Boost.Beast with coroutines. */
struct beast;
struct beast *beast_open(const struct sut_venue *v);
void beast_step(void *b);
void beast_close(struct beast *b);

#ifdef __cplusplus
}
#endif

#endif
