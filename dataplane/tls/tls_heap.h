/*
 * tls_heap.h - the memory OpenSSL works in, for it holds traffic secrets and private keys.
 *
 * Guarantee: what is freed is wiped; the region is in no core dump, and locked as it is touched
 * where RLIMIT_MEMLOCK allows. What no longer fits it comes from malloc, is wiped likewise, and
 * counted. Any thread; slow path.
 */
#ifndef TLS_HEAP_H
#define TLS_HEAP_H

#include <pthread.h>

#include "common/types.h"

#define TLS_HEAP_CLASSES 18 /* powers of two: 32 bytes to 4 MB, a head of 16 included */

struct tls_heap {
	pthread_mutex_t lock;
	u8 *base;
	size_t size, used; /* bytes; the objects given back before are in `given_back` */
	void *given_back[TLS_HEAP_CLASSES];
	u64 elsewhere; /* objects malloc had to give */
	bool locked;
};

/* `size` 0, or no address space: all comes from malloc. */
void tls_heap_init(struct tls_heap *h, size_t size);

/* 16-byte aligned; NULL: no memory. */
void *tls_heap_alloc(struct tls_heap *h, size_t n);
/* As realloc does; the old object is wiped where it moves. */
void *tls_heap_realloc(struct tls_heap *h, void *old, size_t n);
void tls_heap_free(struct tls_heap *h, void *p); /* NULL is allowed */

#endif
