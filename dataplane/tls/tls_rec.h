/*
 * tls_rec.h - TLS record protection, one direction of one connection (RFC 8446 section 5, RFC 5246
 * section 6.2.3.3).
 *
 * Guarantee: a (key, record number) pair is sealed once; the number advances with each record and
 * never goes back. Thread: the core that owns the connection. tls_dir_open and tls_dir_close: start
 * and stop only.
 */
#ifndef TLS_REC_H
#define TLS_REC_H

#include "dataplane/tls/tls_aead.h"

#define TLS_HEADER_LEN    5
#define TLS_PLAIN_MAX     16384 /* plaintext bytes of one record */
#define TLS_INNER_MAX     (TLS_PLAIN_MAX + 1)
#define TLS_REC_MAX       (TLS_HEADER_LEN + TLS_PLAIN_MAX + 256) /* whole record, TLS 1.3 */
#define TLS_HEAD_MAX      13
#define TLS_OVERHEAD_MAX  (TLS_HEAD_MAX + TLS_TAG_LEN)

/*
 * Records sealed under one key before a KeyUpdate is due: RFC 8446 section 5.5 allows AES-GCM
 * 2^24.5.
 */
#define TLS_SEAL_LIMIT_GCM    (1ull << 24)
#define TLS_SEAL_LIMIT_CHACHA (1ull << 48)

enum tls_type {
	TLS_CHANGE_CIPHER_SPEC = 20,
	TLS_ALERT = 21,
	TLS_HANDSHAKE = 22,
	TLS_APPLICATION_DATA = 23,
};

struct tls_dir {
	u64 seq;       /* of the next record */
	u64 seq_limit; /* a KeyUpdate is due from here on */
	u8 iv[TLS_IV_LEN];
	u16 version;   /* 0: no key yet */
	u8 head;       /* bytes before the plaintext: 5, or 13 with an explicit nonce */
	u8 tail;       /* bytes behind it: tag, and in TLS 1.3 the inner type */
	bool seals;
	u64 key_print; /* of the key set: set again, its numbers stay spent */
	u64 seq_used;  /* record numbers below this one are spent under that key */
	struct tls_aead aead;
};

/* tx: seals; rx: opens. Allocates. */
err_t tls_tx_open(struct tls_dir *d, const struct tls_crypto *c);
err_t tls_rx_open(struct tls_dir *d, const struct tls_crypto *c);
void tls_dir_close(struct tls_dir *d);

/*
 * Sets version, suite, key, iv and record number. ERR_UNSUPPORTED: version or suite. Allocates
 * nothing, expands the key (about 1 us).
 */
err_t tls_dir_set(struct tls_dir *d, const struct tls_dir_keys *k);

/* Forgets the key; the direction is as after tls_tx_open or tls_rx_open. */
void tls_dir_wipe(struct tls_dir *d);

/* Where the plaintext goes in a record, and all bytes a record has beyond its plaintext. */
static inline u32 tls_head(const struct tls_dir *d) { return d->head; }
static inline u32 tls_overhead(const struct tls_dir *d) { return (u32)d->head + d->tail; }

/*
 * Seals one record in place: `plain_n` <= TLS_PLAIN_MAX bytes stand at rec + tls_head(tx),
 * tls_overhead(tx) more than these must be writable at `rec`. Writes header, inner type, ciphertext
 * and tag, advances the record number. Returns the record's length.
 */
u32 tls_seal(struct tls_dir *tx, u8 *rec, u32 plain_n, u8 type);

/* True from a few thousand records before the AEAD limit of this key (RFC 8446 section 5.5). */
static inline bool tls_tx_limit_near(const struct tls_dir *tx) { return tx->seq >= tx->seq_limit; }

/*
 * Bytes that tls_open may write for a record of `rec_n` bytes; 0 where the record is too short to
 * be one.
 */
static inline u32 tls_inner_len(const struct tls_dir *rx, u32 rec_n)
{
	u32 over = (u32)rx->head + TLS_TAG_LEN;
	return rec_n >= over ? rec_n - over : 0;
}

/*
 * Opens one whole record (header included, rec_n as the header says) to `out`, which has
 * tls_inner_len bytes and does not overlap. *out_n is the plaintext's length, *type its inner type.
 * ERR_CHECKSUM: bad_record_mac; ERR_TOO_LONG: record_overflow; ERR_PROTOCOL: unexpected_message (no
 * inner type, or an outer type or version that has no place here); the record number advances only
 * on success. Nothing in `out` is meant for anyone unless the answer is ERR_OK.
 */
err_t tls_open(struct tls_dir *rx, const u8 *rec, u32 rec_n, u8 *out, u32 *out_n, u8 *type);

/*
 * What comes nearly always: TLS 1.3 application data without padding, under AES-GCM by libipsec-mb. As
 * tls_open, except that a record that is none of that, or none at all, gives 0 and changes nothing
 * but `out`: tls_open then says why. Returns the plaintext's length.
 */
u32 tls_open_usual(struct tls_dir *rx, const u8 *rec, u32 rec_n, u8 *out);

/* A record being opened as its pieces arrive. */
struct tls_part {
	struct tls_aead_run run;
	u8 *out;
	u32 rec_n, rec_at;  /* its length, header included; 0: none. Bytes of it that arrived */
	u32 inner_n, inner_at;
	u8 outer;
	u8 tag[TLS_TAG_LEN];
};

/*
 * Begins with the record's first tls_head(rx) bytes at `rec`; `out` as for tls_open, but it stays
 * reserved until the end. False: this one must be gathered (another cipher, or a header that
 * tls_open will refuse).
 */
bool tls_part_begin(struct tls_dir *rx, struct tls_part *p, const u8 *rec, u32 rec_n, u8 *out);

/* The next `n` bytes of the record, at most what it lacks. */
void tls_part_more(struct tls_dir *rx, struct tls_part *p, const u8 *at, u32 n);

static inline u32 tls_part_left(const struct tls_part *p) { return p->rec_n - p->rec_at; }

/* All of it is here: answers like tls_open. */
err_t tls_part_end(struct tls_dir *rx, struct tls_part *p, u32 *out_n, u8 *type);

void tls_part_wipe(struct tls_part *p);

#endif
