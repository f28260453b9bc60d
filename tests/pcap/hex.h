/* hex.h - bytes written as hexadecimal digits, blanks between them at will; and back. */
#ifndef SAKER_TESTS_PCAP_HEX_H
#define SAKER_TESTS_PCAP_HEX_H

#include <stdio.h>
#include <stdlib.h>

#include "common/types.h"

/* Into `out`; the number of bytes. Ends the program where the digits are not pairs or too many. */
static inline size_t hex_bytes(const char *text, u8 *out, size_t cap)
{
	size_t n = 0;
	for (u32 v; *text; text += 2) {
		while (*text == ' ')
			text++;
		if (!*text)
			break;
		if (n == cap || sscanf(text, "%2x", &v) != 1)
			abort();
		out[n++] = (u8)v;
	}
	return n;
}

#endif
