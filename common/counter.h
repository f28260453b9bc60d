/*
 * counter.h - named event counters: single writer, any number of readers, never reset.
 *
 * A module lists its counters in an X-macro file (`CNT(name, sentence)`), makes an enum and a
 * `struct counter_def[]` of it, and increments `u64` words somebody gives it: words of the
 * shared-memory segment in the appliance, a plain array in tests.
 */
#ifndef SAKER_COUNTER_H
#define SAKER_COUNTER_H

#include "common/types.h"

struct counter_def {
	const char *name; /* lower case, "rx_bad_checksum" */
	const char *help; /* one sentence */
};

static inline void counter_add(u64 *c, u64 n) { __atomic_store_n(c, *c + n, __ATOMIC_RELAXED); }
static inline void counter_inc(u64 *c) { counter_add(c, 1); }
static inline void counter_set(u64 *c, u64 v) { __atomic_store_n(c, v, __ATOMIC_RELAXED); } /* for gauges */
static inline u64 counter_get(const u64 *c) { return __atomic_load_n(c, __ATOMIC_RELAXED); }

#endif
