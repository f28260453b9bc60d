#include "dataplane/ws/ws_cnt.h"

const struct counter_def ws_counter_defs[WS_CNT_COUNT] = {
#define CNT(name, help) { #name, help },
#include "dataplane/ws/ws_cnt.def"
#undef CNT
};
