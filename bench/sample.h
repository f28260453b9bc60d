/*
 * sample.h - raw samples of one benchmark and their JSON line: name, unit, n, min, p50, p90, p99,
 * p999, p9999, max, the median of each block, host.
 *
 * A block is a stretch of the run within which the machine is taken to be the same. Whoever marks
 * none gets SAMPLES_BLOCKS equal stretches: how far their medians lie apart is the run's own noise,
 * which bench/compare judges by. Where BENCH_RAW names a folder the samples go there as well, in
 * the order in which they were taken: `<name>.bin`, one u32 of nanoseconds each.
 */
#ifndef BENCH_SAMPLE_H
#define BENCH_SAMPLE_H

#include "common/types.h"

#define SAMPLES_BLOCKS 21
#define SAMPLES_BLOCKS_MAX 256
#define SAMPLES_RTT_MAX_NS 300 /* a slower round trip between the CPUs: the block is not judged */
#define SAMPLES_LOST UINT32_MAX /* a sample that never ended: infinite */

struct samples {
	u64 *ns;
	const char *unit; /* "ns", unless its user says otherwise */
	u32 n, cap, n_blocks;
	u32 end[SAMPLES_BLOCKS_MAX];                            /* of each block */
	u64 p50[SAMPLES_BLOCKS_MAX], p99[SAMPLES_BLOCKS_MAX]; /* of each block; from samples_print on */
};

/* Touched, so that adding never faults; exits where memory is short. */
void samples_open(struct samples *s, u32 cap);
void samples_close(struct samples *s);

static inline void samples_add(struct samples *s, u64 ns)
{
	if (s->n < s->cap)
		s->ns[s->n++] = ns;
}

/* A block ends here; one without samples is none. */
void samples_block(struct samples *s);

/* How many blocks a bench should run: BENCH_BLOCKS of the environment, else 21. */
u32 samples_blocks_wanted(void);

/* Sorts, and prints one line to standard output. `note` is a JSON member list to add, or "". */
void samples_print(struct samples *s, const char *name, const char *note);

/*
 * One line of a over b, block by block: the medians of the blocks' ratios at p50 and p99, and the
 * p50's quartiles. `rtt_ns` of each block, or NULL. Both must have been printed before, and have
 * the same blocks. "judged":0, and no ratio, where the CPUs were too far apart in each.
 */
void samples_print_ratio(const struct samples *a, const struct samples *b, const char *name, const u64 *rtt_ns);

/* One figure that is no distribution: bytes, or messages a second. */
void sample_print_figure(const char *name, const char *unit, u64 value, const char *note);

#endif
