/*
 * coid.h - client order ids: `saker-<boot>-<id>`, boot in 8 hex digits, id in 10 decimal digits,
 * both zero-padded.
 *
 * One order has exactly one text, of constant length, inside the venue's `^[a-zA-Z0-9-_]{1,36}$`. A
 * text that differs in any way, padding and case included, is somebody else's.
 */
#ifndef COID_H
#define COID_H

#include "common/types.h"

#define COID_LEN 25
#define COID_VENUE_MAX 36             /* the longest the venue accepts from anybody */
#define ORDER_ID_DIGITS 10
#define ORDER_ID_MAX 9999999999ULL

enum coid_owner { COID_FOREIGN, COID_OURS, COID_OLDER }; /* OLDER: our prefix, another boot */

/* Writes COID_LEN bytes, no NUL. 1 <= id <= ORDER_ID_MAX. */
void coid_print(char *out, u32 boot, u64 id);

/* Whose a client order id is, seen from `boot`; sets *of_boot and *id where it is not foreign. */
enum coid_owner coid_parse(const char *s, size_t n, u32 boot, u32 *of_boot, u64 *id);

#endif
