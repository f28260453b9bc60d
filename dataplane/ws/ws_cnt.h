/*
 * ws_cnt.h - the counters of a WebSocket connection (ws_cnt.def); the words are the caller's.
 */
#ifndef WS_CNT_H
#define WS_CNT_H

#include "common/counter.h"

enum ws_cnt {
#define CNT(name, help) WS_CNT_##name,
#include "dataplane/ws/ws_cnt.def"
#undef CNT
	WS_CNT_COUNT
};

extern const struct counter_def ws_counter_defs[WS_CNT_COUNT];

#endif
