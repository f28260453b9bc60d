#include "dataplane/tls/tls_heap.h"

#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "dataplane/tls/tls_ossl.h"

#define HEAD 16
#define CLASS_BITS_MIN 5 /* class 0: 32 bytes */

struct head {
	u64 class;
	struct head *next; /* of those given back */
};

static_assert(sizeof(struct head) == HEAD, "keeps objects aligned");

void tls_heap_init(struct tls_heap *h, size_t size)
{
	*h = (struct tls_heap){ .lock = PTHREAD_MUTEX_INITIALIZER };
	void *p = size ? mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
			      -1, 0) :
			 MAP_FAILED;
	if (p == MAP_FAILED)
		return;
	h->base = p;
	h->size = size;
	(void)madvise(p, size, MADV_DONTDUMP);
	h->locked = mlock2(p, size, MLOCK_ONFAULT) == 0;
}

static bool is_ours(const struct tls_heap *h, const void *p)
{
	return (const u8 *)p >= h->base && (const u8 *)p < h->base + h->size;
}

static size_t room_of(u64 class) { return ((size_t)1 << (class + CLASS_BITS_MIN)) - HEAD; }

static struct head *head_of(void *p) { return (struct head *)((u8 *)p - HEAD); }

/* Bytes that may be used of an object of either kind. */
static size_t usable(const struct tls_heap *h, void *p)
{
	return is_ours(h, p) ? room_of(head_of(p)->class) : malloc_usable_size(p);
}

static struct head *take(struct tls_heap *h, u64 class)
{
	size_t n = room_of(class) + HEAD;
	struct head *x = h->given_back[class];

	if (x) {
		h->given_back[class] = x->next;
	} else if (n <= h->size - h->used) {
		x = (struct head *)(h->base + h->used);
		h->used += n;
	}
	return x;
}

void *tls_heap_alloc(struct tls_heap *h, size_t n)
{
	u64 class = 0;
	while (class < TLS_HEAP_CLASSES && room_of(class) < n)
		class++;
	pthread_mutex_lock(&h->lock);
	struct head *x = class < TLS_HEAP_CLASSES ? take(h, class) : NULL;
	h->elsewhere += !x;
	pthread_mutex_unlock(&h->lock);
	if (!x)
		return malloc(n);
	*x = (struct head){ .class = class };
	return (u8 *)x + HEAD;
}

void tls_heap_free(struct tls_heap *h, void *p)
{
	if (!p)
		return;
	OPENSSL_cleanse(p, usable(h, p));
	if (!is_ours(h, p)) {
		free(p);
		return;
	}
	struct head *x = head_of(p);
	assert(x->class < TLS_HEAP_CLASSES && "not an object of this heap, or overrun");
	pthread_mutex_lock(&h->lock);
	x->next = h->given_back[x->class];
	h->given_back[x->class] = x;
	pthread_mutex_unlock(&h->lock);
}

void *tls_heap_realloc(struct tls_heap *h, void *old, size_t n)
{
	if (old && n && is_ours(h, old) && n <= usable(h, old))
		return old;
	void *p = n ? tls_heap_alloc(h, n) : NULL;
	if (p && old) {
		size_t old_n = usable(h, old);
		memcpy(p, old, old_n < n ? old_n : n);
	}
	if (p || !n)
		tls_heap_free(h, old);
	return p;
}
