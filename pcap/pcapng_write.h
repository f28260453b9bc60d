/*
 * pcapng_write.h - blocks of a pcapng file (draft-ietf-opsawg-pcapng) into the caller's buffer.
 *
 * Guarantee: each call appends one whole block, or nothing and leaves `w` as it was: ERR_FULL where
 * the room is too small (write the buffer out and call again), ERR_ARGUMENT for what no block can
 * say. Sections are little-endian on every machine; stamps are nanoseconds, said so by if_tsresol.
 *
 * Order: a section begins the file, interfaces come before their packets, secrets before the first
 * packet they open. All interfaces of one file should share link type and snaplen: libpcap refuses
 * others. Any thread; nothing is kept between calls, no I/O, no allocation.
 */
#ifndef SAKER_PCAPNG_WRITE_H
#define SAKER_PCAPNG_WRITE_H

#include "common/cursor.h"
#include "common/err.h"
#include "pcap/pcapng.h"

#define PCAPNG_TEXT_MAX 0xffffU    /* of an option */
#define PCAPNG_DATA_MAX (1U << 30) /* of a packet, of secrets, of a payload */
#define PCAPNG_PACKET_EXTRA 59     /* by so much at most a packet's block without comment is longer than its data */

err_t pcapng_write_section(struct wr *w, const struct pcapng_section *s);
err_t pcapng_write_if(struct wr *w, const struct pcapng_if *i);

/* data.n <= n_wire. Where flags or dropped is 0, or the comment empty, that option is left out. */
err_t pcapng_write_packet(struct wr *w, const struct pcapng_packet *p);

err_t pcapng_write_stats(struct wr *w, const struct pcapng_stats *s);
err_t pcapng_write_secrets(struct wr *w, const struct pcapng_secrets *s);

/* `type` is not PCAPNG_OWN_NONE; the payload's layout is that of `version` of its type. */
err_t pcapng_write_own(struct wr *w, enum pcapng_own_type type, u16 version, struct span payload);
/* The same where a head of whole words, at most PCAPNG_TEXT_MAX bytes, stands before the payload. */
err_t pcapng_write_own_head(struct wr *w, enum pcapng_own_type type, u16 version, struct span head,
			    struct span payload);

#endif
