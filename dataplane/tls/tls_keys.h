/*
 * tls_keys.h - the key material of one TLS connection, as it travels from the slow thread to a hot
 * core.
 *
 * Plain values without pointers: they may cross a ring or lie in a capture. Whoever holds a copy
 * wipes it after use.
 */
#ifndef TLS_KEYS_H
#define TLS_KEYS_H

#include "common/types.h"

#define TLS_1_2 0x0303
#define TLS_1_3 0x0304

/*
 * The numbers of RFC 8446 B.4. In TLS 1.2 they stand for the same cipher, whatever the key exchange
 * and PRF were.
 */
enum tls_suite {
	TLS_AES_128_GCM_SHA256 = 0x1301,
	TLS_AES_256_GCM_SHA384 = 0x1302,
	TLS_CHACHA20_POLY1305_SHA256 = 0x1303,
};

#define TLS_KEY_MAX    32
#define TLS_IV_LEN     12 /* TLS 1.2 GCM: the first four bytes, the salt; the rest zero */
#define TLS_SECRET_MAX 48
#define TLS_RANDOM_LEN 32

/* One direction, one generation. */
struct tls_dir_keys {
	u64 seq;     /* record number of the next record */
	u16 version; /* TLS_1_2 or TLS_1_3 */
	u16 suite;   /* enum tls_suite */
	u8 secret_n; /* 32 or 48; 0 in TLS 1.2, which has no next generation */
	u8 key[TLS_KEY_MAX];
	u8 iv[TLS_IV_LEN];
	u8 secret[TLS_SECRET_MAX]; /* the traffic secret the rest was derived from */
};

enum tls_way { TLS_RX, TLS_TX };

/* Both directions and, in TLS 1.3, the generation after a KeyUpdate. Indexed by enum tls_way. */
struct tls_keys {
	struct tls_dir_keys now[2];
	struct tls_dir_keys next[2]; /* secret_n == 0: not derived */
};

/* Key bytes of a suite; 0 for a suite that is none of ours. */
static inline u32 tls_key_len(u16 suite)
{
	switch (suite) {
	case TLS_AES_128_GCM_SHA256: return 16;
	case TLS_AES_256_GCM_SHA384:
	case TLS_CHACHA20_POLY1305_SHA256: return 32;
	default: return 0;
	}
}

#endif
