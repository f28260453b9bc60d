#include <rte_mbuf.h>

volatile int reg; /* fine here */
void door(void) { rte_pktmbuf_free(0); }
