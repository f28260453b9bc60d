#include "dataplane/nic/port.h"

const struct counter_def port_counter_defs[PORT_CNT_COUNT] = {
#define CNT(name_, help_) [PORT_CNT_##name_] = { .name = #name_, .help = help_ },
#include "dataplane/nic/port_counters.def"
#undef CNT
};
