#include "sim/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/decimal.h"
#include "sim/rules.h"

static void *xrealloc(void *p, size_t n)
{
	void *q = realloc(p, n);
	if (!q) {
		fprintf(stderr, "out of memory (%zu bytes asked)\n", n);
		exit(1);
	}
	return q;
}

u8 *buf_room(struct buf *b, size_t n)
{
	if (b->cap - b->tail >= n && b->mem)
		return b->mem + b->tail;
	size_t used = buf_n(b);
	if (b->mem && b->head) {
		memmove(b->mem, b->mem + b->head, used);
		b->head = 0;
		b->tail = used;
	}
	size_t cap = b->cap ? b->cap : 256;
	while (cap - used < n)
		cap *= 2;
	if (cap != b->cap) {
		b->mem = xrealloc(b->mem, cap);
		b->cap = cap;
	}
	return b->mem + b->tail;
}

void buf_add(struct buf *b, const void *p, size_t n)
{
	if (!n)
		return;
	memcpy(buf_room(b, n), p, n);
	buf_fill(b, n);
}

void buf_str(struct buf *b, const char *s) { buf_add(b, s, strlen(s)); }

void buf_fmt(struct buf *b, const char *fmt, ...)
{
	va_list ap;
	char text[512];
	va_start(ap, fmt);
	int n = vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	assert(n >= 0);
	if ((size_t)n < sizeof text) {
		buf_add(b, text, (size_t)n);
		return;
	}
	va_start(ap, fmt);
	vsnprintf((char *)buf_room(b, (size_t)n + 1), (size_t)n + 1, fmt, ap);
	va_end(ap);
	buf_fill(b, (size_t)n);
}

void buf_decimal(struct buf *b, i64 v)
{
	char text[DEC_TEXT_MAX];
	u32 n = dec_print(text, v, SIM_DECIMALS);
	buf_add(b, "\"", 1);
	buf_add(b, text, n);
	buf_add(b, "\"", 1);
}

void buf_eat(struct buf *b, size_t n)
{
	assert(n <= buf_n(b));
	b->head += n;
	if (b->head == b->tail)
		b->head = b->tail = 0;
}

void buf_free(struct buf *b)
{
	free(b->mem);
	*b = (struct buf){ 0 };
}

void *vec_grow(void *v, size_t n, size_t *cap, size_t size)
{
	if (n < *cap)
		return v;
	*cap = *cap ? *cap * 2 : 16;
	return xrealloc(v, *cap * size);
}
