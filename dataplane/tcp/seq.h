/*
 * seq.h - sequence numbers: order within half the space (RFC 9293 3.4).
 */
#ifndef SAKER_SEQ_H
#define SAKER_SEQ_H

#include "common/types.h"

static inline bool seq_lt(u32 a, u32 b) { return (int32_t)(a - b) < 0; }
static inline bool seq_leq(u32 a, u32 b) { return (int32_t)(a - b) <= 0; }
static inline u32 seq_max(u32 a, u32 b) { return seq_lt(a, b) ? b : a; }
static inline u32 seq_min(u32 a, u32 b) { return seq_lt(a, b) ? a : b; }

#endif
