/*
 * stream.h - one direction of a captured TCP connection put in order (RFC 9293 3.4): what came twice
 * is given once, what came early waits.
 *
 * Nothing is copied: the pieces point into the file, which outlives this. Sequence numbers are
 * compared as RFC 9293 says, so that they may wrap.
 */
#ifndef SAKER_PCAP_STREAM_H
#define SAKER_PCAP_STREAM_H

#include "common/types.h"

#define STREAM_WAITING 1024 /* pieces: then what is missing does not come any more */

struct stream_piece {
	u32 seq; /* of its first byte */
	u64 packet;
	struct span data;
};

struct stream {
	u32 next; /* sequence number of the byte to come */
	u32 n;
	struct stream_piece waiting[STREAM_WAITING];
};

/* Its first byte is to come with this number. */
void stream_begin(struct stream *s, u32 seq);

/* A segment's payload. false: as many pieces wait as can, nothing is taken. */
bool stream_put(struct stream *s, const struct stream_piece *p);

/* The next bytes in order, none given before; false: they have not come. `out->seq` is theirs. */
bool stream_next(struct stream *s, struct stream_piece *out);

/* The piece behind the hole: the one that waits with the lowest number; NULL: none waits. */
const struct stream_piece *stream_behind(const struct stream *s);

#endif
