#include "bench/peers/block.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int by_u64(const void *a, const void *b)
{
	u64 x = *(const u64 *)a, y = *(const u64 *)b;
	return (x > y) - (x < y);
}

static int by_double(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

void block_add(struct block_medians *m, const struct samples *all, u32 from)
{
	u32 n = all->n - from;
	u64 *sorted = malloc(n * sizeof *sorted + 1);
	if (!n || !sorted || m->n == BLOCKS_MAX) {
		fprintf(stderr, "bench: a block of peers without a sample\n");
		exit(1);
	}
	memcpy(sorted, all->ns + from, n * sizeof *sorted);
	qsort(sorted, n, sizeof *sorted, by_u64);
	m->ns[m->n++] = sorted[n / 2];
	free(sorted);
}

void block_print_ratio(const struct block_medians *a, const struct block_medians *b, const char *name)
{
	double ratio[BLOCKS_MAX];
	u32 n = u32_min(a->n, b->n);
	assert(n > 0);
	for (u32 i = 0; i < n; i++)
		ratio[i] = (double)a->ns[i] / (double)b->ns[i];
	qsort(ratio, n, sizeof *ratio, by_double);
	printf("{\"name\":\"%s\",\"unit\":\"ratio\",\"n\":%u,\"min\":%.2f,\"p50\":%.2f,\"max\":%.2f}\n", name, n,
	       ratio[0], ratio[n / 2], ratio[n - 1]);
	fflush(stdout);
}
