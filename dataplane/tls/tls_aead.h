/*
 * tls_aead.h - authenticated encryption (RFC 5116) under one expanded key: AES-GCM by libipsec-mb,
 * ChaCha20-Poly1305 by OpenSSL, AES-GCM by OpenSSL too where the processor lacks the instructions.
 *
 * tls_aead_open and the first tls_crypto_init allocate: start-up only. Setting a key, sealing and
 * opening allocate nothing.
 */
#ifndef TLS_AEAD_H
#define TLS_AEAD_H

#include "common/err.h"
#include "dataplane/tls/tls_keys.h"

#define TLS_TAG_LEN 16

struct gcm_key_data;
struct gcm_context_data;
typedef void (*tls_gcm_fn)(const struct gcm_key_data *, struct gcm_context_data *, u8 *out,
			   const u8 *in, u64 n, const u8 *iv, const u8 *aad, u64 aad_n, u8 *tag,
			   u64 tag_n);
typedef void (*tls_gcm_pre_fn)(const void *key, struct gcm_key_data *);
typedef void (*tls_gcm_begin_fn)(const struct gcm_key_data *, struct gcm_context_data *,
				 const u8 *iv, const u8 *aad, u64 aad_n);
typedef void (*tls_gcm_more_fn)(const struct gcm_key_data *, struct gcm_context_data *, u8 *out,
				const u8 *in, u64 n);
typedef void (*tls_gcm_end_fn)(const struct gcm_key_data *, struct gcm_context_data *, u8 *tag,
			       u64 tag_n);

/*
 * The library's AES-GCM for this processor. Filled once a process, read by any thread. All NULL:
 * OpenSSL does it.
 */
struct tls_crypto {
	tls_gcm_fn seal128, seal256, open128, open256;
	tls_gcm_pre_fn pre128, pre256;
	tls_gcm_begin_fn begin128, begin256; /* opening in pieces */
	tls_gcm_more_fn more128, more256;
	tls_gcm_end_fn end128, end256;
};

/* `fast` false leaves all of it to OpenSSL (other processors, and tests of that path). */
err_t tls_crypto_init(struct tls_crypto *c, bool fast);

struct tls_aead {
	_Alignas(64) u8 gcm[1024]; /* struct gcm_key_data */
	struct tls_crypto crypto;
	void *evp[3]; /* EVP_CIPHER_CTX of each suite, NULL where libipsec-mb does it */
	void *evp_now;
	tls_gcm_fn gcm_fn; /* NULL: EVP */
	bool seals, aes256;
	u16 suite; /* of the key; 0: none */
	u8 key[TLS_KEY_MAX]; /* for tls_aead_reopen */
};

/* What opening in pieces remembers from one to the next. */
struct tls_aead_run {
	_Alignas(64) u8 ctx[128]; /* struct gcm_context_data */
};

/*
 * Makes the contexts for one direction (`seals`: tx). ERR_NO_MEMORY, or ERR_UNSUPPORTED where
 * OpenSSL lacks a cipher.
 */
err_t tls_aead_open(struct tls_aead *a, const struct tls_crypto *c, bool seals);
void tls_aead_close(struct tls_aead *a); /* wipes and frees; a zeroed struct may be closed */

/*
 * `a` is the bytes of one of another process (common/state.h), with its key: what only that process had is made
 * again. ERR_NO_MEMORY.
 */
err_t tls_aead_reopen(struct tls_aead *a, const struct tls_crypto *c);

/* ERR_UNSUPPORTED for a suite of no known cipher. */
err_t tls_aead_key(struct tls_aead *a, u16 suite, const u8 *key);
void tls_aead_wipe(struct tls_aead *a);

/* Encrypts `n` bytes in place and writes 16 tag bytes behind them. `aad_n` <= 16. */
void tls_aead_seal(struct tls_aead *a, const u8 nonce[12], struct span aad, u8 *p, u32 n);

/*
 * Decrypts `n` bytes, followed by their tag, from `in` to `out` (not overlapping); false: the tag
 * is wrong, `out` is garbage.
 */
bool tls_aead_unseal(struct tls_aead *a, const u8 nonce[12], struct span aad, const u8 *in, u32 n,
		     u8 *out);

/*
 * The same in pieces: `begin`, `more` for each piece in order, `end` with the tag; false: it is
 * wrong, all that `more` wrote is garbage. Only where tls_aead_splits: AES-GCM by libipsec-mb.
 */
static inline bool tls_aead_splits(const struct tls_aead *a) { return a->gcm_fn && !a->seals; }
void tls_aead_begin(const struct tls_aead *a, struct tls_aead_run *r, const u8 nonce[12],
		    struct span aad);
void tls_aead_more(const struct tls_aead *a, struct tls_aead_run *r, struct span in, u8 *out);
bool tls_aead_end(const struct tls_aead *a, struct tls_aead_run *r, const u8 tag[TLS_TAG_LEN]);

#endif
