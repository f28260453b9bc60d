/*
 * gateway_cnt.h - the counters of one account's gateway (gateway_cnt.def); the words are the
 * caller's.
 */
#ifndef GATEWAY_CNT_H
#define GATEWAY_CNT_H

#include "common/counter.h"

enum gateway_cnt {
#define CNT(name, help) GATEWAY_CNT_##name,
#include "gateway/gateway_cnt.def"
#undef CNT
	GATEWAY_CNT_COUNT
};

extern const struct counter_def gateway_counter_defs[GATEWAY_CNT_COUNT];

#endif
