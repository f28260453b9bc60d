#include "hostctl/login.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- addresses ---- */

static void key_of(const struct sockaddr_storage *a, u8 key[16])
{
	memset(key, 0, 16);
	if (a->ss_family == AF_INET6) {
		const struct sockaddr_in6 *in6 = (const void *)a;
		bool v4 = IN6_IS_ADDR_V4MAPPED(&in6->sin6_addr);
		memcpy(key, &in6->sin6_addr, v4 ? 16 : 8);
	} else {
		const struct sockaddr_in *in = (const void *)a;
		key[10] = key[11] = 0xff;
		memcpy(key + 12, &in->sin_addr, 4);
	}
}

static bool is_over(const struct login_address *at, u64 now_ms)
{
	return !at->failures || now_ms - at->since_ms >= LOGIN_WINDOW_MS;
}

bool login_may_try(const struct login_limit *l, const struct sockaddr_storage *a, u64 now_ms)
{
	u8 key[16];
	key_of(a, key);
	for (u32 i = 0; i < LOGIN_ADDRESSES; i++) {
		const struct login_address *at = &l->at[i];
		if (!is_over(at, now_ms) && !memcmp(at->key, key, sizeof key))
			return at->failures < LOGIN_FAILURES;
	}
	return true;
}

void login_failed(struct login_limit *l, const struct sockaddr_storage *a, u64 now_ms)
{
	struct login_address *room = &l->at[0];
	u8 key[16];
	key_of(a, key);
	for (u32 i = 0; i < LOGIN_ADDRESSES; i++) {
		struct login_address *at = &l->at[i];
		bool over = is_over(at, now_ms);
		if (!over && !memcmp(at->key, key, sizeof key)) {
			at->failures++;
			return;
		}
		if (over)
			at->failures = 0, at->since_ms = 0;
		if (at->since_ms < room->since_ms)
			room = at;
	}
	*room = (struct login_address){ .since_ms = now_ms, .failures = 1 };
	memcpy(room->key, key, sizeof key);
}

void login_address(const struct sockaddr_storage *a, char out[LOGIN_ADDRESS_MAX])
{
	char text[INET6_ADDRSTRLEN] = "?";
	if (a->ss_family == AF_INET6) {
		const struct sockaddr_in6 *in6 = (const void *)a;
		inet_ntop(AF_INET6, &in6->sin6_addr, text, sizeof text);
		snprintf(out, LOGIN_ADDRESS_MAX, "[%s]:%u", text, ntohs(in6->sin6_port));
	} else {
		const struct sockaddr_in *in = (const void *)a;
		inet_ntop(AF_INET, &in->sin_addr, text, sizeof text);
		snprintf(out, LOGIN_ADDRESS_MAX, "%s:%u", text, ntohs(in->sin_port));
	}
}

/* ---- names ---- */

/* Names of others are bounded and printable: they become a word of the audit log. */
static void say_who(struct login *l, const char *kind, const char *name, const struct sockaddr_storage *from)
{
	char safe[TOKEN_NAME_MAX], address[LOGIN_ADDRESS_MAX];
	size_t n = 0;
	for (; name[n] && n + 1 < sizeof safe; n++)
		safe[n] = (u8)name[n] > 0x20 && (u8)name[n] < 0x7f ? name[n] : '?';
	safe[n] = 0;
	login_address(from, address);
	snprintf(l->who, sizeof l->who, "tls:%s%s%s@%s", kind, *safe ? ":" : "", safe, address);
}

/* The string's text; "" where it holds what no name does. */
static void text_of(const ASN1_STRING *s, char *out, size_t room)
{
	unsigned char *utf8 = NULL;
	int n = s ? ASN1_STRING_to_UTF8(&utf8, s) : -1;
	bool ok = n > 0 && (size_t)n < room && !memchr(utf8, 0, (size_t)n);
	snprintf(out, room, "%.*s", ok ? n : 0, ok ? (const char *)utf8 : "");
	OPENSSL_free(utf8);
}

struct best {
	const struct access *a;
	enum role role;
	char name[ACCESS_NAME], first[ACCESS_NAME]; /* first: where none has a role */
};

static void consider(struct best *b, const ASN1_STRING *s)
{
	char name[ACCESS_NAME];
	text_of(s, name, sizeof name);
	enum role r = access_cert_role(b->a, name);
	if (!*b->first)
		memcpy(b->first, name, sizeof name);
	if (r <= b->role)
		return;
	b->role = r;
	memcpy(b->name, name, sizeof name);
}

static void consider_all(struct best *b, X509 *cert)
{
	const X509_NAME *subject = X509_get_subject_name(cert);
	int at = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
	if (at >= 0)
		consider(b, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at)));
	GENERAL_NAMES *names = X509_get_ext_d2i(cert, NID_subject_alt_name, NULL, NULL);
	for (int i = 0; i < sk_GENERAL_NAME_num(names); i++) {
		const GENERAL_NAME *g = sk_GENERAL_NAME_value(names, i);
		if (g->type == GEN_DNS || g->type == GEN_EMAIL)
			consider(b, g->d.ia5);
	}
	GENERAL_NAMES_free(names);
}

static err_t by_cert(struct login *l, const struct access *a, X509 *cert, const struct sockaddr_storage *from)
{
	struct best b = { .a = a };
	consider_all(&b, cert);
	l->role = b.role;
	say_who(l, "cert", b.role == ACCESS_NONE ? b.first : b.name, from);
	return b.role == ACCESS_NONE ? ERR_AUTH : ERR_OK;
}

static err_t by_token(struct login *l, const struct login_papers *p, const struct sockaddr_storage *from, char *why)
{
	struct token_file *f = malloc(sizeof *f);
	err_t e = f ? token_read(f, p->tokens, why) : ERR_NO_MEMORY;
	const struct token_row *r = e == ERR_OK ? token_find(f, p->token) : NULL;
	say_who(l, "token", r ? r->name : "", from);
	l->role = r ? r->role : ACCESS_NONE;
	free(f);
	if (e != ERR_OK)
		return ERR_IO;
	return l->role == ACCESS_NONE ? ERR_AUTH : ERR_OK;
}

err_t login_check(struct login *l, const struct access *a, const struct login_papers *p,
		  const struct sockaddr_storage *from, char *why)
{
	*l = (struct login){ .role = ACCESS_NONE };
	*why = 0;
	if (*p->token)
		return by_token(l, p, from, why);
	if (p->cert)
		return by_cert(l, a, p->cert, from);
	say_who(l, "nobody", "", from);
	return ERR_AUTH;
}
