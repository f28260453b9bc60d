/*
 * pcap_classic.h - classic pcap files (draft-ietf-opsawg-pcap), version 2.4. For the reader alone.
 */
#ifndef SAKER_PCAP_CLASSIC_H
#define SAKER_PCAP_CLASSIC_H

#include "pcap/pcapng_read.h"

/* Whether `magic`, the first word in big-endian order, begins a classic file. */
bool pcap_is_classic(u32 magic);

/* The file header, as an interface; ERR_TRUNCATED or ERR_UNSUPPORTED are final. */
err_t pcap_header(struct pcapng_reader *r, struct pcapng_block *b);

/* One record; ERR_TRUNCATED is final. */
err_t pcap_record(struct pcapng_reader *r, struct pcapng_block *b);

#endif
