/*
 * pool.h - a fixed number of equal objects, taken and given back in constant time. One thread.
 */
#ifndef SAKER_POOL_H
#define SAKER_POOL_H

#include "common/arena.h"

struct pool {
	u8 *base;
	u32 *free; /* stack of free indices */
	u32 obj_size, n, n_free;
};

/* Objects in the arena's upper part (arena.h) where `bulk`. */
static inline err_t pool_init_in(struct pool *p, struct arena *a, u32 n, u32 obj_size, bool bulk)
{
	*p = (struct pool){ .obj_size = (obj_size + CACHE_LINE - 1) & ~(CACHE_LINE - 1u), .n = n, .n_free = n };
	size_t bytes = (size_t)n * p->obj_size;
	p->base = bulk ? arena_alloc_bulk(a, bytes, CACHE_LINE) : arena_alloc(a, bytes, CACHE_LINE);
	p->free = ARENA_ARRAY(a, u32, n);
	if (!p->base || !p->free)
		return ERR_NO_MEMORY;
	for (u32 i = 0; i < n; i++)
		p->free[i] = n - 1 - i;
	return ERR_OK;
}

static inline err_t pool_init(struct pool *p, struct arena *a, u32 n, u32 obj_size)
{
	return pool_init_in(p, a, n, obj_size, false);
}

static inline void *pool_at(const struct pool *p, u32 index)
{
	assert(index < p->n);
	return p->base + (size_t)index * p->obj_size;
}

static inline u32 pool_index(const struct pool *p, const void *obj)
{
	return (u32)((size_t)((const u8 *)obj - p->base) / p->obj_size);
}

/* NULL where all are taken. The object holds whatever it held before. */
static inline void *pool_get(struct pool *p) { return p->n_free ? pool_at(p, p->free[--p->n_free]) : NULL; }

static inline void pool_put(struct pool *p, void *obj)
{
	u32 index = pool_index(p, obj);
	assert(p->n_free < p->n && "an object came back twice");
	assert(index < p->n && pool_at(p, index) == obj && "not an object of this pool");
	p->free[p->n_free++] = index;
}

#endif
