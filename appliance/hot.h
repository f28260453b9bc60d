/*
 * hot.h - the threads of the hot cores: one for both step functions (fused) or one each (split).
 *
 * A hot thread is pinned, blocks all signals, and does nothing but step. While it runs, an
 * allocation on it is counted (alloc_guard.h).
 */
#ifndef SAKER_HOT_H
#define SAKER_HOT_H

#include <pthread.h>

#include "dataplane/md_core.h"
#include "gateway/trade_core.h"

struct hot {
	struct md_core *md;
	struct trade_core *trade;
	bool split;
	u32 md_cpu, trade_cpu;
	u32 n_threads;
	pthread_t thread[2];
	u32 ready; /* threads that step */
	bool stop; /* relaxed */
};

/* ERR_IO: a thread could not be made or pinned; `error` says where. Returns when every thread steps. */
err_t hot_start(struct hot *h, char *error, size_t n);
void hot_stop(struct hot *h);

#endif
