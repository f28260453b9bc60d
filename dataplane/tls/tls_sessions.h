/*
 * tls_sessions.h - the TLS sessions a client may resume, the newest of each host. Slow thread.
 */
#ifndef TLS_SESSIONS_H
#define TLS_SESSIONS_H

#include "common/types.h"
#include "dataplane/tls/tls_ossl.h"

#define TLS_HOST_MAX     255
#define TLS_SESSIONS_MAX 32 /* hosts; the oldest one gives way */

struct tls_sessions {
	struct {
		char host[TLS_HOST_MAX + 1];
		SSL_SESSION *session; /* NULL: free */
		u64 age;
	} at[TLS_SESSIONS_MAX];
	u64 puts;
};

/* Takes over the caller's reference. */
void tls_sessions_put(struct tls_sessions *s, const char *host, SSL_SESSION *session);

/*
 * A reference to the host's session, or NULL. A TLS 1.3 ticket serves once (RFC 8446 section C.4);
 * a TLS 1.2 session stays: no new one comes with each resumption.
 */
SSL_SESSION *tls_sessions_take(struct tls_sessions *s, const char *host);

void tls_sessions_clear(struct tls_sessions *s);

#endif
