/*
 * pcapng_body.h - what is inside one block whose frame is sound. For the reader alone.
 *
 * `body` is what lies between the two lengths. Each returns ERR_OK, or ERR_SYNTAX or ERR_TOO_LONG
 * for this block; the interface table is kept in step also where an interface block is refused.
 */
#ifndef SAKER_PCAPNG_BODY_H
#define SAKER_PCAPNG_BODY_H

#include "pcap/pcapng_read.h"

/* The options of a section header; `body` begins behind the section's length. */
err_t pcapng_body_section(struct pcapng_reader *r, struct rd body, struct pcapng_block *b);

/* Any other type. */
err_t pcapng_body(struct pcapng_reader *r, struct rd body, struct pcapng_block *b);

#endif
