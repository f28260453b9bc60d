/*
 * decimal.h - exact decimal text to scaled integers and back.
 *
 * A value with `decimals` = k is an i64 in units of 10^-k. Nothing is ever rounded: text with a
 * non-zero digit beyond k decimals is ERR_SYNTAX, a value beyond INT64_MAX either way ERR_OVERFLOW.
 * Accepted: optional '-', at least one digit, optionally '.' and digits. No exponent, no '+', no
 * blanks.
 */
#ifndef SAKER_DECIMAL_H
#define SAKER_DECIMAL_H

#include "common/err.h"
#include "common/types.h"

#define DEC_DECIMALS_MAX 18
#define DEC_TEXT_MAX 24 /* sign, 19 digits, point, leading zero, NUL */

extern const i64 dec_pow10[DEC_DECIMALS_MAX + 1];

err_t dec_parse(const char *s, size_t n, u32 decimals, i64 *out);

/*
 * Writes all `decimals` digits ("61837.63000000" for k = 8) and a NUL to `out` of DEC_TEXT_MAX
 * bytes; returns the length.
 */
u32 dec_print(char *out, i64 v, u32 decimals);

/* Like dec_print without trailing zeros ("61837.63"). */
u32 dec_print_short(char *out, i64 v, u32 decimals);

#endif
