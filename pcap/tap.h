/*
 * tap.h - captures of other programs: the connections in them, and the WebSocket messages that the
 * server of one of them sent, in order, each with the stamp of the frame that completed it.
 *
 * Reads pcapng and classic pcap of any byte order and resolution (pcapng_read.h), the link types of
 * link.h, plain WebSocket and, with a key log, TLS 1.3 and 1.2. A connection is read from its SYN to its
 * end or to the first thing that is wrong with it; what was not used is counted with the first packet.
 * The bytes may be hostile; files and key logs outlive this. One thread.
 */
#ifndef SAKER_PCAP_TAP_H
#define SAKER_PCAP_TAP_H

#include "pcap/flows.h"
#include "pcap/link.h"
#include "pcap/pcapng_read.h"
#include "pcap/stream.h"
#include "pcap/tap_tls.h"
#include "pcap/tap_ws.h"

#define TAP_FILES 256
#define TAP_LOGS 16
#define TAP_TEXT 512

struct tap_file {
	const char *name;
	struct span bytes;
};

/* A packet's place: tools number them in each file from 1. */
struct tap_place {
	u32 file;
	u64 packet;
};

enum tap_count {
	TAP_LINK,      /* a link type that is not known here */
	TAP_NOT_TCP,   /* other protocols, fragments */
	TAP_MALFORMED, /* headers that cannot be, or are cut off */
	TAP_NO_STAMP,
	TAP_CROWD,     /* of connections beyond FLOWS_MAX */
	TAP_OTHERS,    /* of connections that were not chosen */
	TAP_BEHIND,    /* of the chosen one, behind what ended it */
	TAP_USED_CUT,  /* used as far as they go: cut by the capture's snapshot length */
	TAP_USED_SUM,  /* used, though their TCP checksum is wrong */
	TAP_COUNTS
};

struct tap_tally {
	u64 n;
	struct tap_place first;
};

struct tap_events {
	/* A frame of the connection is about to be read. */
	void (*turn)(void *user, ns_t at);
	void (*opened)(void *user, ns_t at); /* the upgrade was answered */
	void (*text)(void *user, const u8 *p, u32 n, ns_t at);
	void *user;
};

struct tap {
	struct tap_file file[TAP_FILES];
	struct span log[TAP_LOGS];
	u32 n_files, n_logs;
	struct flows flows;
	struct tap_tally count[TAP_COUNTS];
	char broken[TAP_TEXT]; /* where a file is not whole; "": all are */
	/* the run */
	const struct tap_events *ev;
	const struct flow *flow;
	struct tap_place at;
	ns_t now;
	struct stream client, server;
	u8 hello[64]; /* the client's first bytes */
	u32 hello_n;
	bool begun, encrypted, fin;
	u32 fin_seq;
	u64 frames; /* of the connection, read */
	struct arena *arena;
	const struct tls_crypto *crypto;
	struct tap_tls tls;
	struct tap_ws ws;
	char why[TAP_TEXT]; /* what ended the connection early; "": nothing */
};

/* Fills `flows` and the tallies of all files; key logs inside the files are added to `log`. */
void tap_scan(struct tap *t);

/*
 * Reads connection `index` of `flows`, after tap_scan. ERR_NO_MEMORY; else ERR_OK, and `why` says
 * whether and where it ended early. Once.
 */
err_t tap_run(struct tap *t, u32 index, const struct tap_events *ev, struct arena *a,
	      const struct tls_crypto *crypto);

/* "packet 12", or "packet 12 of FILE" where there are several. Returns `text`. */
char *tap_place_text(const struct tap *t, struct tap_place p, char *text, size_t n);

#endif
