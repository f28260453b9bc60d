/*
 * hex.h - bytes written as hexadecimal, for the tests of this folder.
 */
#ifndef TESTS_TLS_HEX_H
#define TESTS_TLS_HEX_H

#include <ctype.h>
#include <stdio.h>

#include "common/types.h"
#include "tests/cmocka_all.h"

/* Blanks are skipped; stops at what is no digit. Returns the bytes written. */
static inline u32 from_hex(const char *hex, u8 *out, u32 room)
{
	u32 n = 0;
	unsigned v;

	for (;;) {
		while (*hex == ' ')
			hex++;
		if (!isxdigit((unsigned char)hex[0]) || !isxdigit((unsigned char)hex[1]))
			return n;
		assert_true(n < room);
		assert_int_equal(sscanf(hex, "%2x", &v), 1);
		out[n++] = (u8)v;
		hex += 2;
	}
}

#endif
