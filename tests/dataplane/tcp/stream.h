/*
 * stream.h - one host's use of one connection: sends a stream that is a function of a key, hashes
 * what comes, closes when all is sent.
 */
#ifndef SAKER_TEST_STREAM_H
#define SAKER_TEST_STREAM_H

#include "common/types.h"

struct stream {
	u64 key, other_key; /* what we send, what we are sent */
	u32 total, sent, got;
	u64 hash;
	bool opened, fin, closed, broken;
};

static inline u8 stream_byte(u64 key, u32 at)
{
	u64 z = (key + at / 8) * 0x9e3779b97f4a7c15ULL;
	return (u8)((z ^ z >> 29) >> at % 8 * 8);
}

static inline void stream_fill(const struct stream *s, u8 *p, u32 n)
{
	for (u32 i = 0; i < n; i++)
		p[i] = stream_byte(s->key, s->sent + i);
}

static inline u64 stream_hash(u64 h, u8 b) { return (h ^ b) * 0x100000001b3ULL; }

static inline void stream_got(struct stream *s, const u8 *p, u32 n)
{
	for (u32 i = 0; i < n; i++)
		s->hash = stream_hash(s->hash, p[i]);
	s->got += n;
	s->broken |= s->fin;
}

/* All of the other side's stream has come, once, in order, and nothing else. */
static inline bool stream_whole(const struct stream *s)
{
	u64 h = 0;
	for (u32 i = 0; i < s->total; i++)
		h = stream_hash(h, stream_byte(s->other_key, i));
	return s->got == s->total && h == s->hash && s->fin && !s->broken;
}

#endif
