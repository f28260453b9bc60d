/*
 * mkcap.h - the verb mkcap of saker: a recording of market data becomes a capture.
 *
 * It is run through real TLS sessions: the simulated venue plays it on the kernel's sockets, Saker
 * trades on it on virtual devices in a network namespace of its own (demo.sh), and captures both its
 * cores, secrets included. The main thread of a process of its own.
 */
#ifndef SAKER_MKCAP_H
#define SAKER_MKCAP_H

/* `argv` from the word "mkcap" on. Becomes demo.sh; returns an exit code where it cannot. */
int mkcap_main(int argc, char **argv);

#endif
