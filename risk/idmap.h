/*
 * idmap.h - u64 keys to u32 values in a fixed open-addressed table.
 *
 * Linear probing, and removal by moving back what follows, so that there are no tombstones and a
 * probe stays short for ever. The owner bounds the number of keys to half the slots. Key 0 is not
 * allowed.
 */
#ifndef SAKER_IDMAP_H
#define SAKER_IDMAP_H

#include "common/arena.h"

#define IDMAP_NONE UINT32_MAX

struct idmap_slot {
	u64 key; /* 0: free */
	u64 value;
};

struct idmap {
	struct idmap_slot *slot;
	u32 mask, shift, n, max;
};

/* Room for `max` keys. ERR_NO_MEMORY: the arena is too small. */
err_t idmap_init(struct idmap *m, struct arena *a, u32 max);

u32 idmap_find(const struct idmap *m, u64 key); /* IDMAP_NONE: absent */
void idmap_put(struct idmap *m, u64 key, u32 value); /* must be absent, and there must be room */
void idmap_remove(struct idmap *m, u64 key); /* must be present */

#endif
