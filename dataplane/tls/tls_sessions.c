#include <string.h>

#include "dataplane/tls/tls_sessions.h"

static int find(const struct tls_sessions *s, const char *host)
{
	for (int i = 0; i < TLS_SESSIONS_MAX; i++)
		if (s->at[i].session && strcmp(s->at[i].host, host) == 0)
			return i;
	return -1;
}

/* A free place, or the one filled longest ago. */
static int place(const struct tls_sessions *s)
{
	int oldest = 0;

	for (int i = 0; i < TLS_SESSIONS_MAX; i++) {
		if (!s->at[i].session)
			return i;
		if (s->at[i].age < s->at[oldest].age)
			oldest = i;
	}
	return oldest;
}

void tls_sessions_put(struct tls_sessions *s, const char *host, SSL_SESSION *session)
{
	int i = find(s, host);

	assert(session && strlen(host) <= TLS_HOST_MAX);
	if (i < 0)
		i = place(s);
	SSL_SESSION_free(s->at[i].session);
	strcpy(s->at[i].host, host);
	s->at[i].session = session;
	s->at[i].age = s->puts++;
}

SSL_SESSION *tls_sessions_take(struct tls_sessions *s, const char *host)
{
	int i = find(s, host);
	SSL_SESSION *session = i < 0 ? NULL : s->at[i].session;

	if (!session)
		return NULL;
	if (SSL_SESSION_get_protocol_version(session) == TLS1_2_VERSION)
		SSL_SESSION_up_ref(session);
	else
		s->at[i].session = NULL;
	return session;
}

void tls_sessions_clear(struct tls_sessions *s)
{
	for (int i = 0; i < TLS_SESSIONS_MAX; i++)
		SSL_SESSION_free(s->at[i].session);
	memset(s, 0, sizeof *s);
}
