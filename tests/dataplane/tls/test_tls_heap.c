/*
 * The memory OpenSSL works in: against a slow model with random requests, wiped when freed, out of
 * core dumps, and the place where a handshake's objects really are.
 */
#include <malloc.h>
#include <stdio.h>

#include "common/rng.h"
#include "dataplane/tls/tls_client.h"
#include "dataplane/tls/tls_heap.h"
#include "tests/dataplane/tls/venue.h"

#define N     200
#define STEPS 20000

struct object {
	u8 *p;
	u32 n;
	u8 fill;
};

static void check(const struct object *o)
{
	assert_int_equal((uintptr_t)o->p % 16, 0);
	for (u32 i = 0; i < o->n; i++)
		assert_int_equal(o->p[i], o->fill);
}

static void fill(struct object *o, u8 *p, u32 n, u8 with)
{
	*o = (struct object){ p, n, with };
	memset(p, with, n);
}

/* No two objects overlap: each keeps its bytes whatever happens to the others. */
static void keeps_what_is_in_it(void **state)
{
	static const size_t sizes[] = { 0, 64 << 10, 16 << 20 }; /* none, too small, enough */
	(void)state;
	for (u32 k = 0; k < ARRAY_LEN(sizes); k++) {
		struct object o[N] = { { 0 } };
		struct tls_heap h;
		struct rng r;
		rng_seed(&r, k + 1);
		tls_heap_init(&h, sizes[k]);
		for (u32 i = 0; i < STEPS; i++) {
			struct object *x = &o[rng_below(&r, N)];
			u32 n = 1 + (u32)rng_below(&r, 1u << rng_below(&r, 15));
			check(x);
			if (!x->p) {
				fill(x, tls_heap_alloc(&h, n), n, (u8)i);
			} else if (rng_below(&r, 2)) {
				u32 kept = u32_min(n, x->n);
				x->p = tls_heap_realloc(&h, x->p, n);
				x->n = kept;
				check(x);
				fill(x, x->p, n, (u8)i);
			} else {
				tls_heap_free(&h, x->p);
				*x = (struct object){ 0 };
			}
		}
		for (u32 i = 0; i < N; i++)
			tls_heap_free(&h, o[i].p);
		assert_true(k == 2 ? h.elsewhere == 0 : h.elsewhere > 0);
		assert_true(h.used <= h.size);
	}
}

static void wipes_what_is_freed(void **state)
{
	struct tls_heap h;
	(void)state;
	tls_heap_init(&h, 1 << 20);
	u8 *p = tls_heap_alloc(&h, 100);
	memset(p, 0x5a, 100);
	tls_heap_free(&h, p);
	for (u32 i = 0; i < 100; i++)
		assert_int_equal(p[i], 0);
	assert_ptr_equal(tls_heap_alloc(&h, 90), p); /* the place is used again */
	u8 *moved = tls_heap_realloc(&h, p, 5000);
	assert_ptr_not_equal(moved, p);
	assert_null(tls_heap_realloc(&h, moved, 0));
	assert_int_equal(h.elsewhere, 0);
	void *large = tls_heap_alloc(&h, 8 << 20); /* of no class */
	assert_non_null(large);
	assert_int_equal(h.elsewhere, 1);
	tls_heap_free(&h, large);
	tls_heap_free(&h, NULL);
}

/* The flags of the mapping that holds `p`, by the kernel. */
static void flags_of(const void *p, char flags[512])
{
	FILE *f = fopen("/proc/self/smaps", "re");
	char line[512];
	unsigned long from, to;
	bool inside = false;
	flags[0] = 0;
	while (fgets(line, sizeof line, f)) {
		if (sscanf(line, "%lx-%lx ", &from, &to) == 2)
			inside = from <= (unsigned long)p && (unsigned long)p < to;
		else if (inside && !strncmp(line, "VmFlags:", 8))
			strcpy(flags, line);
	}
	fclose(f);
}

static void openssl_works_in_it(void **state)
{
	struct venue v;
	char flags[512];
	(void)state;
#ifdef __SANITIZE_ADDRESS__
	skip(); /* there OpenSSL has the sanitizer's malloc, so that its leaks are seen */
#endif
	assert_true(tls_client_wipes());
	venue_open(&v, &(struct venue_cfg){ 0 });
	SSL *ssl = SSL_new(v.ctx);
	flags_of(ssl, flags);
	assert_non_null(strstr(flags, " dd")); /* "do not include in a core dump" */
	assert_true(!tls_client_locked() || strstr(flags, " lo"));
	SSL_free(ssl);
	venue_close(&v);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keeps_what_is_in_it),
		cmocka_unit_test(wipes_what_is_freed),
		cmocka_unit_test(openssl_works_in_it),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
