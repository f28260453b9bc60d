/*
 * boot_record.h - what both cores were made of that the configuration does not say, as bytes for a
 * capture file: with the text of the configuration it makes the same cores again.
 *
 * The bytes are this build's own structs behind a head: another build reads them where its structs
 * have the same sizes, and refuses them otherwise. They hold TCP's secrets (sequence numbers, ports),
 * and no key.
 */
#ifndef SAKER_BOOT_RECORD_H
#define SAKER_BOOT_RECORD_H

#include "common/clock.h"
#include "common/cursor.h"
#include "common/record.h"
#include "gateway/recon.h"

#define BOOT_RECORD_VERSION 1

/* A core's port as it was opened. */
struct boot_port {
	u8 mac[6];
	u16 mtu;
	u32 caps; /* enum port_cap */
	u32 tx_csum;
};

/* What earlier boots left: their orders still open, the position, the last trades seen. */
struct recovered {
	u32 n_open, rsv;
	u64 fills;
	struct recon_other open[RECON_OTHERS_MAX];
	i64 qty[INSTRUMENTS_MAX], last_px[INSTRUMENTS_MAX];
	u64 last_trade_id[INSTRUMENTS_MAX];
};

struct boot_record {
	char build[48];
	u64 wall_ns; /* CLOCK_REALTIME as it was made */
	u32 boot, n_instruments;
	struct clock clock;
	struct boot_port port[RECORD_CORES];
	u8 tcp_secret[RECORD_CORES][16];
	struct instrument instrument[INSTRUMENTS_MAX];
	struct recovered recovered;
};

/* Bytes boot_record_write writes at most. */
#define BOOT_RECORD_BYTES (sizeof(struct boot_record) + 64)

/* Appends the bytes, the payload of a PCAPNG_OWN_BOOT block; sets w->bad where they do not fit. */
void boot_record_write(struct wr *w, const struct boot_record *b);

/*
 * ERR_TRUNCATED; ERR_CHECKSUM; ERR_UNSUPPORTED: another build's, whose structs differ; then only
 * b->build is filled. ERR_SYNTAX: counts beyond their tables.
 */
err_t boot_record_read(struct boot_record *b, struct span bytes);

#endif
