/*
 * fitness.h - the doctor's report on one machine at one moment, kept: what a run's manifest says of
 * it, and whether live trading may begin there.
 *
 * Looking takes tens of milliseconds and may start programs (ethtool): before the hot cores run.
 */
#ifndef SAKER_FITNESS_H
#define SAKER_FITNESS_H

#include "tuning/doctor.h"

#define FITNESS_BAD_MAX 64
#define FITNESS_TEXT	400

struct fitness_row {
	const struct check *check;
	struct finding finding;
};

struct fitness {
	enum profile profile;
	u64 at_wall_ns, took_ns; /* when it was looked, and for how long */
	u32 total, n[SEVERITY_RED + 1]; /* checks, by severity */
	u32 n_bad;
	struct fitness_row bad[FITNESS_BAD_MAX]; /* the red ones, then the yellow ones */
};

/* `p` as it is now. The strings of the table are kept, nothing else of `p`. */
void fitness_examine(struct fitness *f, const struct patient *p);

/* Nothing is red. */
static inline bool fitness_is_fit(const struct fitness *f) { return f->n[SEVERITY_RED] == 0; }

/* A sentence of what is red, with what was found, as far as FITNESS_TEXT bytes hold. Returns `out`. */
const char *fitness_refusal(const struct fitness *f, char out[FITNESS_TEXT]);

#endif
