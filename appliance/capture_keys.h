/*
 * capture_keys.h - TLS key log lines of the newest connections, by client random, until they are
 * written into a capture or no longer needed.
 *
 * They decrypt everything: what is dropped is wiped. io thread.
 */
#ifndef SAKER_CAPTURE_KEYS_H
#define SAKER_CAPTURE_KEYS_H

#include "common/types.h"

#define CAPTURE_KEYS 8 /* connections; three are open at a time */
#define CAPTURE_KEYS_LINES 4096
#define CLIENT_RANDOM 32

struct capture_key {
	u8 random[CLIENT_RANDOM];
	u64 nth; /* order of arrival; 0: free */
	u32 n;
	char lines[CAPTURE_KEYS_LINES];
};

struct capture_keys {
	u64 arrivals;
	struct capture_key key[CAPTURE_KEYS];
};

/*
 * Lines of one connection, "LABEL <client random> <secret>" each; they replace what there was of
 * it, or else the oldest. false: no key log line, or too many.
 */
bool capture_keys_put(struct capture_keys *k, struct span lines);

/* Empty: not there (yet). Valid until the next put or drop. */
struct span capture_keys_find(const struct capture_keys *k, const u8 random[CLIENT_RANDOM]);

void capture_keys_drop(struct capture_keys *k, const u8 random[CLIENT_RANDOM]);
void capture_keys_wipe(struct capture_keys *k);

#endif
