/*
 * buf.h - a growing byte queue, and growing arrays.
 *
 * Memory comes from malloc; running out of it ends the process with a sentence (this is a test
 * venue, not the appliance).
 */
#ifndef SIM_BUF_H
#define SIM_BUF_H

#include "common/types.h"

struct buf {
	u8 *mem;
	size_t head, tail, cap; /* what is queued: mem[head .. tail) */
};

static inline u8 *buf_p(const struct buf *b) { return b->mem ? b->mem + b->head : NULL; }
static inline size_t buf_n(const struct buf *b) { return b->tail - b->head; }

u8 *buf_room(struct buf *b,
	     size_t n); /* room for n more bytes at the tail; buf_fill() takes them in */
static inline void buf_fill(struct buf *b, size_t n) { b->tail += n; }
void buf_add(struct buf *b, const void *p, size_t n);
void buf_str(struct buf *b, const char *s);
void buf_fmt(struct buf *b, const char *fmt, ...) PRINTF_LIKE(2, 3);
void buf_decimal(struct buf *b, i64 v); /* v in units of 1e-8, quoted: "61837.63000000" */
void buf_eat(struct buf *b, size_t n);  /* drops n bytes from the head */
static inline void buf_clear(struct buf *b) { b->head = b->tail = 0; }
void buf_free(struct buf *b);

/* `v` with room for one more element of `size` bytes; *cap is in elements. The array may move. */
void *vec_grow(void *v, size_t n, size_t *cap, size_t size);

#endif
