/*
 * block.h - two systems in turns: the median of each block, and what the ratios of neighbouring
 * blocks are. A ratio of neighbours holds whatever the machine did to both.
 */
#ifndef PEERS_BLOCK_H
#define PEERS_BLOCK_H

#include "bench/sample.h"

#define BLOCKS_MAX 256

struct block_medians {
	u64 ns[BLOCKS_MAX];
	u32 n;
};

/* Takes the median of `all`'s samples from number `from` on, in whatever order they are. */
void block_add(struct block_medians *m, const struct samples *all, u32 from);

/* One line: unit "ratio", blocks, and the least, median and greatest of a's median over b's. */
void block_print_ratio(const struct block_medians *a, const struct block_medians *b, const char *name);

#endif
