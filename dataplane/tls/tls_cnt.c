#include "dataplane/tls/tls_cnt.h"

const struct counter_def tls_counter_defs[TLS_CNT_COUNT] = {
#define CNT(name, help) { #name, help },
#include "dataplane/tls/tls_cnt.def"
#undef CNT
};
