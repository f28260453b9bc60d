/*
 * pcapng_read.h - the blocks of a capture file, one by one, out of bytes in memory.
 *
 * It reads pcapng (draft-ietf-opsawg-pcapng; sections of both byte orders, interfaces of any link
 * type and resolution) and classic pcap (micro- and nanoseconds, both orders), told apart by their
 * first word. The bytes may be hostile: nothing beyond them is read, each call takes time in
 * proportion to one block, and what is given lies within them.
 *
 * Two kinds of errors. Where the chain of blocks itself is broken (truncated, lengths that
 * disagree) `broken` is set, and each later call says the same. Where the chain holds but one block
 * makes no sense, the next call goes on behind it. `offset` and `number` say which block it was.
 */
#ifndef SAKER_PCAPNG_READ_H
#define SAKER_PCAPNG_READ_H

#include "common/cursor.h"
#include "common/err.h"
#include "pcap/pcapng.h"

enum pcapng_kind {
	PCAPNG_OTHER, /* a block type not known here: go on */
	PCAPNG_SECTION,
	PCAPNG_INTERFACE, /* also the header of a classic file, which has no section */
	PCAPNG_PACKET,    /* enhanced, simple, obsolete or classic */
	PCAPNG_STATS,
	PCAPNG_SECRETS,
	PCAPNG_CUSTOM,
};

struct pcapng_block {
	enum pcapng_kind kind;
	u32 type; /* as in the file; 0 in classic ones */
	union {
		struct pcapng_section section;
		struct pcapng_if interface;
		struct pcapng_packet packet;
		struct pcapng_stats stats;
		struct pcapng_secrets secrets;
		struct pcapng_custom custom;
	};
};

struct pcapng_reader {
	struct rd rd;
	const u8 *start;
	u64 offset, number;    /* of the block given or refused last; numbers begin at 1 */
	struct pcapng_if *ifs; /* of the present section */
	u32 if_cap, n_ifs;     /* n_ifs counts those beyond the table, too */
	err_t broken;
	bool classic, big;
};

/* `bytes` and the table `ifs` (if_cap >= 1) stay the caller's and outlive the reader. */
void pcapng_read_init(struct pcapng_reader *r, struct span bytes, struct pcapng_if *ifs, u32 if_cap);

/*
 * The next block. ERR_NOT_FOUND: there is none. Final: ERR_TRUNCATED (the file ends within the
 * block), ERR_SYNTAX, ERR_UNSUPPORTED (no capture file, or a version not known). Of one block:
 * ERR_SYNTAX (also a packet of an interface never described), ERR_TOO_LONG (of one beyond if_cap).
 */
err_t pcapng_next(struct pcapng_reader *r, struct pcapng_block *b);

#endif
