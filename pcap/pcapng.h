/*
 * pcapng.h - what a pcapng file says, as values: the reader fills them, the writer takes them.
 *
 * The format is draft-ietf-opsawg-pcapng. Spans point into bytes somebody else owns: the file that
 * is read, or what the caller of the writer has. Text is UTF-8 without a closing NUL; an empty span
 * stands for an option that is absent. Stamps are nanoseconds since 1970-01-01 UTC.
 */
#ifndef SAKER_PCAPNG_H
#define SAKER_PCAPNG_H

#include <string.h>

#include "common/types.h"

enum pcapng_type {
	PCAPNG_TYPE_INTERFACE = 1,
	PCAPNG_TYPE_OLD_PACKET = 2, /* obsolete, read only */
	PCAPNG_TYPE_SIMPLE = 3,     /* read only */
	PCAPNG_TYPE_STATS = 5,
	PCAPNG_TYPE_PACKET = 6, /* "enhanced packet" */
	PCAPNG_TYPE_SECRETS = 10,
	PCAPNG_TYPE_CUSTOM = 0xbad,
	PCAPNG_TYPE_CUSTOM_HERE = 0x40000bad, /* means something in this file alone: tools drop it */
	PCAPNG_TYPE_SECTION = 0x0a0d0d0a,
};

#define PCAPNG_BYTE_ORDER 0x1a2b3c4dU
#define PCAPNG_UNKNOWN UINT64_MAX /* a count nobody gave */

enum pcapng_option {
	PCAPNG_OPT_END = 0,
	PCAPNG_OPT_COMMENT = 1,
	PCAPNG_SHB_HARDWARE = 2,
	PCAPNG_SHB_OS = 3,
	PCAPNG_SHB_USERAPPL = 4,
	PCAPNG_IF_NAME = 2,
	PCAPNG_IF_DESCRIPTION = 3,
	PCAPNG_IF_TSRESOL = 9,
	PCAPNG_IF_TSOFFSET = 14,
	PCAPNG_EPB_FLAGS = 2,
	PCAPNG_EPB_DROPCOUNT = 4,
	PCAPNG_ISB_IFRECV = 4,
	PCAPNG_ISB_IFDROP = 5,
};

/* The low two bits of epb_flags. */
enum pcapng_direction { PCAPNG_RX = 1, PCAPNG_TX = 2, PCAPNG_DIRECTION = 3 };

enum pcapng_secrets_type { PCAPNG_SECRETS_TLS = 0x544c534b }; /* NSS key log lines */

/*
 * Our own blocks are custom blocks of private enterprise number 32473, the one RFC 5612 reserves
 * for documentation: we have none registered. Because it is nobody's, a magic word follows it.
 */
enum { PCAPNG_PEN = 32473, PCAPNG_MAGIC = 0x524b4153 /* "SAKR" in the file */ };

enum pcapng_own_type {
	PCAPNG_OWN_NONE,       /* a custom block of somebody else */
	PCAPNG_OWN_RECORD,     /* what a core did or took besides frames: record_file.h */
	PCAPNG_OWN_CONFIG,     /* the text of the configuration */
	PCAPNG_OWN_CHECKPOINT, /* the state of a session that was open already */
	PCAPNG_OWN_BOOT,       /* what the cores were made of besides: appliance/boot_record.h */
};

struct pcapng_section {
	struct span hardware, os, application, comment;
};

struct pcapng_if {
	u16 link;         /* enum link_type */
	u8 tsresol;       /* as in the file: 10^-n, with bit 7 2^-n; the writer always writes 9 */
	bool good;        /* read: its block was sound */
	u32 snaplen;      /* 0: no limit */
	i64 offset_s;     /* read: already part of at_ns; not written */
	struct span name, description;
};

struct pcapng_packet {
	u32 if_id;        /* counts the interfaces of a section */
	u16 link;         /* read: that of its interface */
	bool has_at;      /* read: false in simple packet blocks and where at_ns cannot hold it */
	u32 flags;        /* epb_flags; 0: not given */
	u32 n_wire;       /* the frame's length; data may hold less, and strangers' files more */
	u64 at_ns;
	u64 dropped;      /* frames lost since the one before it on this interface; 0: or not given */
	struct span data;
	struct span comment; /* written; not read */
};

struct pcapng_stats {
	u32 if_id;
	bool has_at;      /* read, as above */
	u64 at_ns;
	u64 received, dropped; /* since the interface was opened; PCAPNG_UNKNOWN */
};

struct pcapng_secrets {
	u32 type; /* enum pcapng_secrets_type */
	struct span data;
};

struct pcapng_custom {
	u32 pen;
	u16 own_type, version; /* enum pcapng_own_type */
	struct span data;      /* own: the payload; else all that follows the number */
};

static inline struct span pcapng_text(const char *s)
{
	return (struct span){ .p = (const u8 *)s, .n = s ? strlen(s) : 0 };
}

#endif
