/*
 * scan.h - for tests: does this process still hold certain bytes anywhere it can write? The wanted
 * bytes are kept in disguise, so that the search does not find itself.
 */
#ifndef TESTS_TLS_SCAN_H
#define TESTS_TLS_SCAN_H

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/types.h"

#define SCAN_MAX      48
#define SCAN_DISGUISE 0xa5

struct wanted {
	const char *what;
	u32 n;
	u8 bytes[SCAN_MAX]; /* each XOR SCAN_DISGUISE */
};

static inline struct wanted wanted_of(const char *what, const u8 *p, u32 n)
{
	struct wanted w = { .what = what, .n = n };

	assert(n <= SCAN_MAX);
	for (u32 i = 0; i < n; i++)
		w.bytes[i] = p[i] ^ SCAN_DISGUISE;
	return w;
}

static inline bool scan_here(const struct wanted *w, const volatile u8 *p)
{
	for (u32 i = 0; i < w->n; i++)
		if ((p[i] ^ SCAN_DISGUISE) != w->bytes[i])
			return false;
	return true;
}

/* How often they stand in writable memory; where, is printed. */
static inline u32 scan_memory(const struct wanted *w)
{
	FILE *f = fopen("/proc/self/maps", "re");
	char line[512], access[8];
	uintptr_t from, to;
	u32 found = 0;

	while (f && fgets(line, sizeof line, f)) {
		if (sscanf(line, "%" SCNxPTR "-%" SCNxPTR " %7s", &from, &to, access) != 3)
			continue;
		if (strncmp(access, "rw", 2) != 0)
			continue;
		for (uintptr_t at = from; at + w->n <= to; at++)
			if (scan_here(w, (const volatile u8 *)at)) {
				printf("%s at %#" PRIxPTR " in %s", w->what, at, line);
				found++;
			}
	}
	if (f)
		fclose(f);
	return found;
}

#endif
