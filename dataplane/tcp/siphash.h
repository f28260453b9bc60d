/*
 * siphash.h - SipHash-2-4, a keyed hash of short input (Aumasson and Bernstein): initial sequence
 * numbers and ports.
 */
#ifndef SAKER_SIPHASH_H
#define SAKER_SIPHASH_H

#include "common/types.h"

u64 siphash(const u8 key[16], const void *p, size_t n);

#endif
