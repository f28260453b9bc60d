/*
 * cursor.h - bounded reading and writing of outside bytes, with a sticky error.
 *
 * A reader never moves past its end and a writer never past its capacity: the first access that
 * would sets `bad`, and every later one returns 0 or does nothing. Check `bad` once, at the end.
 * Multi-byte values are big-endian (network order).
 */
#ifndef SAKER_CURSOR_H
#define SAKER_CURSOR_H

#include <string.h>

#include "common/types.h"

struct rd {
	const u8 *p, *end;
	bool bad;
};

struct wr {
	u8 *p, *start, *end;
	bool bad;
};

static inline struct rd rd_of(const void *p, size_t n) { return (struct rd){ .p = p, .end = (const u8 *)p + n }; }
static inline size_t rd_left(const struct rd *r) { return (size_t)(r->end - r->p); }

/* `n` bytes, consumed; NULL (and bad) where fewer are left. n == 0 is never bad. */
static inline const u8 *rd_bytes(struct rd *r, size_t n)
{
	if (r->bad || rd_left(r) < n) {
		r->bad = true;
		return NULL;
	}
	const u8 *at = r->p;
	r->p += n;
	return at;
}

static inline void rd_skip(struct rd *r, size_t n) { (void)rd_bytes(r, n); }

static inline u8 rd_u8(struct rd *r)
{
	const u8 *b = rd_bytes(r, 1);
	return b ? b[0] : 0;
}

static inline u16 rd_u16(struct rd *r)
{
	const u8 *b = rd_bytes(r, 2);
	return b ? (u16)(b[0] << 8 | b[1]) : 0;
}

static inline u32 rd_u24(struct rd *r)
{
	const u8 *b = rd_bytes(r, 3);
	return b ? (u32)b[0] << 16 | (u32)b[1] << 8 | b[2] : 0;
}

static inline u32 rd_u32(struct rd *r)
{
	const u8 *b = rd_bytes(r, 4);
	return b ? (u32)b[0] << 24 | (u32)b[1] << 16 | (u32)b[2] << 8 | b[3] : 0;
}

static inline u64 rd_u64(struct rd *r)
{
	const u8 *b = rd_bytes(r, 8);
	u64 v = 0;
	for (int i = 0; b && i < 8; i++)
		v = v << 8 | b[i];
	return v;
}

/* A reader over the next `n` bytes, which this one skips. */
static inline struct rd rd_sub(struct rd *r, size_t n)
{
	const u8 *b = rd_bytes(r, n);
	if (r->bad)
		return (struct rd){ .bad = true };
	return rd_of(b, n);
}

static inline struct wr wr_of(void *p, size_t n) { return (struct wr){ .p = p, .start = p, .end = (u8 *)p + n }; }
static inline size_t wr_len(const struct wr *w) { return (size_t)(w->p - w->start); }
static inline size_t wr_left(const struct wr *w) { return (size_t)(w->end - w->p); }

/* Room for `n` bytes, to be filled by the caller; NULL (and bad) where there is none. */
static inline u8 *wr_room(struct wr *w, size_t n)
{
	if (w->bad || wr_left(w) < n) {
		w->bad = true;
		return NULL;
	}
	u8 *at = w->p;
	w->p += n;
	return at;
}

static inline void wr_bytes(struct wr *w, const void *src, size_t n)
{
	u8 *b = wr_room(w, n);
	if (b && n)
		memcpy(b, src, n);
}

static inline void wr_str(struct wr *w, const char *s) { wr_bytes(w, s, strlen(s)); }

static inline void wr_u8(struct wr *w, u8 v) { wr_bytes(w, &v, 1); }

static inline void wr_u16(struct wr *w, u16 v)
{
	u8 b[2] = { (u8)(v >> 8), (u8)v };
	wr_bytes(w, b, sizeof b);
}

static inline void wr_u32(struct wr *w, u32 v)
{
	u8 b[4] = { (u8)(v >> 24), (u8)(v >> 16), (u8)(v >> 8), (u8)v };
	wr_bytes(w, b, sizeof b);
}

static inline void wr_u64(struct wr *w, u64 v)
{
	u8 *b = wr_room(w, 8);
	for (int i = 0; b && i < 8; i++)
		b[i] = (u8)(v >> (56 - 8 * i));
}

#endif
