/*
 * types.h - the words everything else is written in.
 *
 * Units come last in names. Time is `ns_t`: nanoseconds of the monotonic clock of clock.h; raw
 * time-stamp counts are `u64 ..._tsc`.
 */
#ifndef SAKER_TYPES_H
#define SAKER_TYPES_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int64_t i64;
typedef __int128 i128;
typedef u64 ns_t;

#define NS_PER_US 1000ULL
#define NS_PER_MS 1000000ULL
#define NS_PER_S  1000000000ULL

#define CACHE_LINE 64
#define CACHE_ALIGNED __attribute__((aligned(CACHE_LINE)))
#define NOINLINE __attribute__((noinline))
#define LIKELY(x) __builtin_expect(!!(x), 1) /* keeps what comes nearly always in one piece of code */

/* Brings `n` bytes nearer that are about to be read, or written. Any address will do: nothing faults. */
static inline void warm_read(const void *p, size_t n)
{
	for (size_t i = 0; i < n; i += CACHE_LINE)
		__builtin_prefetch((const u8 *)p + i, 0);
}

static inline void warm_write(const void *p, size_t n)
{
	for (size_t i = 0; i < n; i += CACHE_LINE)
		__builtin_prefetch((const u8 *)p + i, 1);
}
#define PRINTF_LIKE(f, a) __attribute__((format(printf, f, a)))
#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

/* Bytes somebody else owns; valid as long as the function that hands them over says. */
struct span {
	const u8 *p;
	size_t n;
};

static inline u32 u32_min(u32 a, u32 b) { return a < b ? a : b; }
static inline u32 u32_max(u32 a, u32 b) { return a > b ? a : b; }
static inline u64 u64_min(u64 a, u64 b) { return a < b ? a : b; }
static inline u64 u64_max(u64 a, u64 b) { return a > b ? a : b; }
static inline bool is_pow2(u64 x) { return x && !(x & (x - 1)); }

#endif
