#include "sim/signature.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ED25519_SIGNATURE 64
#define ED25519_BASE64 88 /* 64 bytes with padding */

EVP_PKEY *signature_key(const char *pem_file, char *why, size_t why_n)
{
	FILE *f = fopen(pem_file, "re");
	if (!f) {
		snprintf(why, why_n, "cannot open %s: %s", pem_file, strerror(errno));
		return NULL;
	}
	EVP_PKEY *key = PEM_read_PUBKEY(f, NULL, NULL, NULL);
	fclose(f);
	if (key && EVP_PKEY_get_id(key) == EVP_PKEY_ED25519)
		return key;
	EVP_PKEY_free(key);
	snprintf(why, why_n,
		 "%s is not an Ed25519 public key in PEM; make one with: openssl pkey -in "
		 "private.pem -pubout",
		 pem_file);
	return NULL;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool add_value(struct buf *out, const json_t *v)
{
	if (json_is_string(v)) {
		buf_add(out, json_string_value(v), json_string_length(v));
		return true;
	}
	if (!json_is_number(v) && !json_is_boolean(v))
		return false;
	char *text = json_dumps(v, JSON_ENCODE_ANY | JSON_REAL_PRECISION(15));
	buf_str(out, text ? text : "");
	free(text);
	return true;
}

err_t signature_payload(const json_t *params, struct buf *out)
{
	const char *name;
	const char **names = NULL;
	size_t n = 0, cap = 0;
	json_t *value;
	bool ok = true;
	json_object_foreach((json_t *)params, name, value)
	{
		names = vec_grow(names, n, &cap, sizeof *names);
		names[n++] = name;
	}
	if (n)
		qsort(names, n, sizeof *names, by_name);
	for (size_t i = 0; i < n && ok; i++) {
		if (!strcmp(names[i], "signature"))
			continue;
		buf_fmt(out, "%s%s=", buf_n(out) ? "&" : "", names[i]);
		ok = add_value(out, json_object_get(params, names[i]));
	}
	free(names);
	return ok ? ERR_OK : ERR_SYNTAX;
}

/* Strict: one signature has one text (stray padding bits would make several). */
static bool decode(const char *base64, u8 sig[ED25519_BASE64 / 4 * 3])
{
	char again[ED25519_BASE64 + 1];
	if (strlen(base64) != ED25519_BASE64 ||
	    EVP_DecodeBlock(sig, (const u8 *)base64, ED25519_BASE64) < ED25519_SIGNATURE)
		return false;
	EVP_EncodeBlock((u8 *)again, sig, ED25519_SIGNATURE);
	return !strcmp(again, base64);
}

bool signature_ok(EVP_PKEY *key, const void *payload, size_t n, const char *base64)
{
	u8 sig[ED25519_BASE64 / 4 * 3];
	if (!decode(base64, sig))
		return false;
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool ok = ctx && EVP_DigestVerifyInit(ctx, NULL, NULL, NULL, key) == 1 &&
		  EVP_DigestVerify(ctx, sig, ED25519_SIGNATURE, payload, n) == 1;
	EVP_MD_CTX_free(ctx);
	return ok;
}
