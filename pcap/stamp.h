/*
 * stamp.h - stamps of capture files to nanoseconds since 1970-01-01 UTC.
 */
#ifndef SAKER_PCAP_STAMP_H
#define SAKER_PCAP_STAMP_H

#include "common/types.h"

#define STAMP_MICROSECONDS 6 /* of pcapng where if_tsresol is absent */
#define STAMP_NANOSECONDS 9

/*
 * `ticks` of 10^-n seconds (2^-n where bit 7 of `tsresol` is set), `offset_s` seconds later. Digits
 * below the nanosecond are cut off. False, and 0, where the result is before 1970 or after 2554.
 */
bool stamp_ns(u64 ticks, u8 tsresol, i64 offset_s, u64 *at_ns);

#endif
