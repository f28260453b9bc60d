/*
 * tls_cnt.h - the counters of a TLS connection (tls_cnt.def); the words are the caller's.
 */
#ifndef TLS_CNT_H
#define TLS_CNT_H

#include "common/counter.h"

enum tls_cnt {
#define CNT(name, help) TLS_CNT_##name,
#include "dataplane/tls/tls_cnt.def"
#undef CNT
	TLS_CNT_COUNT
};

extern const struct counter_def tls_counter_defs[TLS_CNT_COUNT];

#endif
