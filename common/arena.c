#include "common/arena.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

err_t arena_open(struct arena *a, size_t size)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (p == MAP_FAILED)
		return ERR_NO_MEMORY;
	(void)madvise(p, size, MADV_DONTDUMP); /* sessions have their keys there */
	*a = (struct arena){ .base = p, .size = size };
	return ERR_OK;
}

void *arena_alloc(struct arena *a, size_t n, size_t align)
{
	assert(is_pow2(align));
	if (a->sealed)
		abort(); /* the promise of the header: nothing allocates once trading has begun */
	size_t at = (a->used + align - 1) & ~(align - 1);
	if (at > a->size - a->bulk || n > a->size - a->bulk - at)
		return NULL;
	a->used = at + n;
	return memset(a->base + at, 0, n); /* touching the pages is the point */
}

err_t arena_carve(struct arena *a, struct arena *part, size_t n)
{
	*part = (struct arena){ .base = arena_alloc_bulk(a, n, CACHE_LINE), .size = n };
	return part->base ? ERR_OK : ERR_NO_MEMORY;
}

void *arena_alloc_bulk(struct arena *a, size_t n, size_t align)
{
	assert(is_pow2(align));
	if (a->sealed)
		abort();
	size_t end = a->size - a->bulk;
	if (n > end || ((end - n) & ~(align - 1)) < a->used)
		return NULL;
	size_t at = (end - n) & ~(align - 1);
	a->bulk = a->size - at;
	return memset(a->base + at, 0, n);
}

bool arena_lock(const struct arena *a)
{
	return mlock(a->base, a->used) == 0 && mlock(arena_bulk(a), a->bulk) == 0;
}

void arena_seal(struct arena *a) { a->sealed = true; }

void arena_close(struct arena *a)
{
	if (a->base)
		munmap(a->base, a->size);
	*a = (struct arena){ 0 };
}
