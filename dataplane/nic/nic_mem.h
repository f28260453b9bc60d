/*
 * nic_mem.h - two ports joined in memory: what one end pushes the other receives. For tests, replay
 * and benches.
 *
 * Each direction is a single-producer, single-consumer ring of `depth` frames, and room() is the
 * slot itself, so that nothing is copied. Both ends may belong to one thread or each to a thread of
 * its own.
 */
#ifndef SAKER_NIC_MEM_H
#define SAKER_NIC_MEM_H

#include "common/arena.h"
#include "dataplane/nic/port.h"

/*
 * Fills `x` and `y`. `depth` is a power of two; `x_counters` and `y_counters` hold PORT_CNT_COUNT
 * words each. The addresses are 02:00:00:00:00:01 and :02, the caller may change them.
 * ERR_NO_MEMORY where the arena is too small (about 3.2 kB a frame of depth).
 */
err_t port_mem_pair(struct arena *a, struct port *x, struct port *y, u32 depth, u64 *x_counters,
	u64 *y_counters);

/*
 * Frames pushed by `p` from now on arrive with this stamp and these flags (enum frame_flags)
 * instead of with the time of the receiving burst and none. `rx_tsc` 0 goes back to the latter. For
 * replay and for tests of checksum offload.
 */
void port_mem_mark(struct port *p, u64 rx_tsc, u32 flags);

#endif
