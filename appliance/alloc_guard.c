#include "appliance/alloc_guard.h"

#include <errno.h>
#include <malloc.h>
#include <stdlib.h>

#include "common/counter.h"

static _Thread_local bool hot_thread __attribute__((tls_model("initial-exec")));
static u64 *count;
static bool abort_at_first;

void alloc_guard_hot(bool hot) { hot_thread = hot; }

static void check(void)
{
	if (__builtin_expect(!hot_thread, 1))
		return;
	if (abort_at_first)
		abort();
	if (count)
		__atomic_fetch_add(count, 1, __ATOMIC_RELAXED);
}

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)

int __sanitizer_install_malloc_and_free_hooks(void (*on_malloc)(const volatile void *, size_t),
					      void (*on_free)(const volatile void *));

static void on_malloc(const volatile void *p, size_t n)
{
	(void)p, (void)n;
	check();
}

static void on_free(const volatile void *p) { (void)p; }

static void hook(void) { __sanitizer_install_malloc_and_free_hooks(on_malloc, on_free); }

#else

/* glibc's own entry points, for whoever defines the public names. */
void *__libc_malloc(size_t n);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *p, size_t n);
void *__libc_memalign(size_t align, size_t n);

static void hook(void) {}

void *malloc(size_t n)
{
	check();
	return __libc_malloc(n);
}

void *calloc(size_t n, size_t size)
{
	check();
	return __libc_calloc(n, size);
}

void *realloc(void *p, size_t n)
{
	check();
	return __libc_realloc(p, n);
}

void *aligned_alloc(size_t align, size_t n)
{
	check();
	return __libc_memalign(align, n);
}

void *memalign(size_t align, size_t n)
{
	check();
	return __libc_memalign(align, n);
}

int posix_memalign(void **out, size_t align, size_t n)
{
	check();
	void *p = __libc_memalign(align, n);
	if (!p)
		return ENOMEM;
	*out = p;
	return 0;
}

#endif

void alloc_guard_start(u64 *counter)
{
	const char *abort_env = getenv("SAKER_ALLOC_ABORT");
	count = counter;
	abort_at_first = abort_env && abort_env[0] == '1';
	hook();
}
