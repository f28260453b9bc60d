#include "gateway/gateway_cnt.h"

const struct counter_def gateway_counter_defs[GATEWAY_CNT_COUNT] = {
#define CNT(name, help) { #name, help },
#include "gateway/gateway_cnt.def"
#undef CNT
};
