/*
 * keylog.h - TLS secrets out of a key log: the text browsers, curl and OpenSSL write where
 * SSLKEYLOGFILE is set (draft-ietf-tls-keylogfile), one `LABEL client-random secret` a line, in hex.
 *
 * The text is outside bytes: every access is bounded, a search takes time in proportion to it.
 */
#ifndef SAKER_PCAP_KEYLOG_H
#define SAKER_PCAP_KEYLOG_H

#include "common/err.h"
#include "common/types.h"

#define KEYLOG_RANDOM 32
#define KEYLOG_SECRET_MAX 48

struct keylog_secret {
	u8 n; /* 32 or 48 bytes */
	u8 bytes[KEYLOG_SECRET_MAX];
};

/*
 * The secret of `label` ("SERVER_TRAFFIC_SECRET_0") and client random; the first that is there.
 * ERR_NOT_FOUND; ERR_SYNTAX: its line is there, but is not 32 or 48 bytes of hex.
 */
err_t keylog_find(struct span log, const char *label, const u8 random[KEYLOG_RANDOM],
		  struct keylog_secret *out);

#endif
