/*
 * interrupts.h - one processor's column of /proc/interrupts: a copy of its counts, and what changed
 * between two of them.
 */
#ifndef SAKER_INTERRUPTS_H
#define SAKER_INTERRUPTS_H

#include "tuning/host.h"

#define INTERRUPTS_MAX 512
#define INTERRUPT_NAME 16

struct interrupts {
	u32 n;
	struct {
		char name[INTERRUPT_NAME]; /* "36", "LOC" */
		u64 count;
	} line[INTERRUPTS_MAX];
};

/* The column of `cpu`, which the heading names. false: no such file or column. */
bool interrupts_read(const struct host *h, u32 cpu, struct interrupts *out);

/* "LOC +3, 36 +1", in the file's order; "none". Lines are matched by name. Returns `out`. */
const char *interrupts_changes(const struct interrupts *before, const struct interrupts *after, char *out, size_t n);

#endif
