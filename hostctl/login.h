/*
 * login.h - who is at the other end of a connection from afar, by client certificate or by
 * token, and how often an address may fail to say so.
 *
 * A token decides where one is given; else the names in a certificate that TLS has verified:
 * the subject's common name, the DNS names and mail addresses beside it, the highest role that
 * access: gives to any of them.
 */
#ifndef HOSTCTL_LOGIN_H
#define HOSTCTL_LOGIN_H

#include <sys/socket.h>

#include "appliance/config.h"
#include "appliance/token.h"
#include "dataplane/tls/tls_ossl.h"

#define LOGIN_FAILURES	 5     /* of one address in a window; then it is not heard for the rest of it */
#define LOGIN_WINDOW_MS	 60000
#define LOGIN_ADDRESSES	 256   /* remembered; the one whose window began first makes room */

struct login_address {
	u8 key[16];
	u64 since_ms; /* of the window's first failure */
	u32 failures; /* 0: free */
};

struct login_limit {
	struct login_address at[LOGIN_ADDRESSES];
};

/* May this address try? IPv6 by its /64. Time is `now_ms`, of any clock that only goes on. */
bool login_may_try(const struct login_limit *l, const struct sockaddr_storage *a, u64 now_ms);
void login_failed(struct login_limit *l, const struct sockaddr_storage *a, u64 now_ms);

struct login {
	char who[DOOR_VIA]; /* "tls:cert:alice@10.0.0.5:4711"; of printable characters without a blank */
	enum role role;	    /* ACCESS_NONE: nobody we know */
};

/* "10.0.0.5:4711", "[2001:db8::5]:4711" to `out`. */
#define LOGIN_ADDRESS_MAX 60
void login_address(const struct sockaddr_storage *a, char out[LOGIN_ADDRESS_MAX]);

struct login_papers {
	const char *tokens; /* the file of token.h */
	const char *token;  /* "": none */
	X509 *cert;         /* NULL: none */
};

/*
 * ERR_AUTH: not known, as login->who then says; ERR_IO: the file of tokens cannot be
 * used, and `why` (TOKEN_WHY bytes) says why.
 */
err_t login_check(struct login *l, const struct access *a, const struct login_papers *p,
		  const struct sockaddr_storage *from, char *why);

#endif
