/*
 * journal.h - order records: what was sent and what came of it, in fixed-size checksummed records,
 * and a reader of such a file.
 *
 * The trade core puts records into a ring after the doorbell; the io thread appends them to a file
 * behind a journal_header. Byte order is the machine's (x86-64: little endian). A torn or truncated
 * tail ends the reading without an error; a damaged record in the middle is counted and skipped,
 * because records are of one size.
 */
#ifndef JOURNAL_H
#define JOURNAL_H

#include "common/err.h"
#include "common/order.h"
#include "common/ring.h"

#define JOURNAL_MAGIC 0x4c4e524a4b41534aULL /* "JSAKJRNL" */
#define JOURNAL_VERSION 1
#define JOURNAL_RECORD 128

enum journal_type {
	JOURNAL_ORDER_SENT = 1,
	JOURNAL_ORDER_EVENT,
	JOURNAL_CANCEL_SENT,
	JOURNAL_CONFIG_EPOCH,
	JOURNAL_SESSION,
	JOURNAL_TYPES
};

struct journal_header {
	u64 magic;
	u32 version, record_size;
	u32 boot;          /* of the client order ids in this file */
	u32 account;
	u64 start_wall_ns;
	u32 rsv[7];
	u32 crc;           /* of everything before it */
};
static_assert(sizeof(struct journal_header) == 64, "records begin behind it");

struct journal_sent {
	u64 order_id;
	struct order_req req;
};

struct journal_cancel {
	u64 order_id, venue_id;
};

struct journal_epoch {
	u64 epoch, hash; /* of the configuration text */
};

/* Sessions and reconciliation: what happened to the order session, and why. */
struct journal_session {
	u32 session;
	u16 what;        /* the trade core's enum */
	u16 rsv;
	int32_t code;
};

struct journal_record {
	u32 crc;         /* crc32c of what follows */
	u16 type;        /* enum journal_type */
	u16 rsv;
	u64 seq;         /* counts from 1 in one file, without gaps */
	ns_t at_ns;
	union {
		struct journal_sent sent;
		struct order_event event;
		struct journal_cancel cancel;
		struct journal_epoch epoch;
		struct journal_session session;
		u8 bytes[JOURNAL_RECORD - 24];
	};
};
static_assert(sizeof(struct journal_record) == JOURNAL_RECORD, "fixed size on disk");

/* ---- writing: trade core ---- */

struct journal {
	struct ring *ring;
	u64 seq;
	u64 *cnt; /* GATEWAY_CNT_COUNT words */
	bool has_room;
};

void journal_init(struct journal *j, struct ring *ring, u64 *cnt);

/*
 * As a turn begins: has_room says whether a quarter of the ring is free, for all the turn may write.
 * Without it new orders are denied (cancels never). Looked at once a turn, and so recorded with it.
 */
void journal_turn(struct journal *j);

/*
 * false: no room; counted. The ring message's type is the record's type, its tag the sequence
 * number.
 */
bool journal_order_sent(struct journal *j, u64 order_id, const struct order_req *req, ns_t now);
bool journal_order_event(struct journal *j, const struct order_event *ev, ns_t now);
bool journal_cancel_sent(struct journal *j, u64 order_id, u64 venue_id, ns_t now);
bool journal_config_epoch(struct journal *j, u64 epoch, u64 hash, ns_t now);
bool journal_session(struct journal *j, u32 session, u16 what, int32_t code, ns_t now);

/* ---- files: any thread ---- */

void journal_header_make(struct journal_header *h, u32 boot, u32 account, u64 start_wall_ns);

struct journal_reader {
	const u8 *p;
	size_t left;
	struct journal_header head;
	u64 next_seq;
	u64 n_bad;      /* records skipped: checksum or type */
	u64 n_lost;     /* sequence numbers missing */
	bool truncated; /* the file ends inside a record */
};

/*
 * Over a file's bytes, which must outlive it. ERR_TRUNCATED, ERR_SYNTAX (no journal),
 * ERR_UNSUPPORTED (version), ERR_CHECKSUM.
 */
err_t journal_open(struct journal_reader *r, const void *bytes, size_t n);
/* The next good record, copied to *rec; false at the end. */
bool journal_next(struct journal_reader *r, struct journal_record *rec);

/* ---- what an older boot left behind ---- */

struct journal_open_order {
	u64 order_id, venue_id;
	struct order_req req;
	i64 filled_qty;
	u8 state;
};

/*
 * Reads a whole journal and writes the orders it leaves open, oldest first, to out[0..max); *n is
 * their number. ERR_FULL: there are more. `last_trade_id` [INSTRUMENTS_MAX], or NULL: the newest
 * trade id per instrument.
 */
err_t journal_open_orders(struct journal_reader *r, struct journal_open_order *out, u32 max, u32 *n,
			  u64 *last_trade_id);

/* CRC-32C (Castagnoli), as in RFC 3720. */
u32 crc32c(u32 crc, const void *data, size_t n);

#endif
