/*
 * sample.h - raw samples of one benchmark and their JSON line: name, unit, n, min, p50, p90, p99, p999, max, host.
 */
#ifndef BENCH_SAMPLE_H
#define BENCH_SAMPLE_H

#include "common/types.h"

struct samples {
	u64 *ns;
	u32 n, cap;
};

void samples_open(struct samples *s,
		  u32 cap); /* touched, so that adding never faults; exits where memory is short */
void samples_close(struct samples *s);

static inline void samples_add(struct samples *s, u64 ns)
{
	if (s->n < s->cap)
		s->ns[s->n++] = ns;
}

/* Sorts, and prints one line to standard output. `note` is a JSON member list to add, or "". */
void samples_print(struct samples *s, const char *name, const char *note);

/*
 * One line of a over b, percentile by percentile, to two decimals: both must have been printed, and
 * so sorted, before.
 */
void samples_print_ratio(const struct samples *a, const struct samples *b, const char *name);

#endif
