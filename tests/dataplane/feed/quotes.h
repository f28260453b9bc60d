/*
 * quotes.h - JSON in C tables without a backslash before each quote: a ' stands for a ".
 */
#ifndef TEST_QUOTES_H
#define TEST_QUOTES_H

#include <stdlib.h>
#include <string.h>

/* `n` bytes of `text` with double quotes, in a heap block of exactly that size: the sanitizer sees a byte read too
 * many. */
static inline char *quotes(const char *text, size_t n)
{
	char *s = malloc(n ? n : 1);
	if (!s)
		abort();
	for (size_t i = 0; i < n; i++)
		s[i] = text[i] == '\'' ? '"' : text[i];
	return s;
}

#endif
