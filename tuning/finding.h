/*
 * finding.h - what the checks say their results with. Part of the doctor.
 *
 * A check that is not as wanted is `bad`: what that means is the table's affair (struct check), so
 * RED stands for it here.
 */
#ifndef SAKER_FINDING_H
#define SAKER_FINDING_H

#include "common/cpus.h"
#include "tuning/doctor.h"

void finding_say(struct finding *f, bool good, const char *format, ...) PRINTF_LIKE(3, 4);
void finding_want(struct finding *f, const char *format, ...) PRINTF_LIKE(2, 3);
void finding_unknown(struct finding *f, const char *why); /* this machine does not tell */
void finding_none(struct finding *f, const char *why);    /* nothing to check */

/* The NUMA node of a port's card; 0 where it has none, or does not say. */
i64 finding_node(const struct patient *p, u32 port);

/* Whether `a` holds all of `b`; whether they share one. */
bool cpus_cover(const cpu_set_t *a, const cpu_set_t *b);
bool cpus_meet(const cpu_set_t *a, const cpu_set_t *b);

/* true, and said so, where no hot core is known. */
bool finding_no_hot(const struct patient *p, struct finding *f);

/*
 * Asks about each hot core's CPU. `one` writes what it found to `what` and returns whether that is
 * as wanted; NONE where the machine does not tell. The first that is not as wanted is shown.
 */
enum answer { ANSWER_BAD, ANSWER_GOOD, ANSWER_NONE };
#define ANSWER_TEXT 96
typedef enum answer (*finding_one)(const struct patient *p, u32 cpu, char what[ANSWER_TEXT]);
void finding_hot(const struct patient *p, struct finding *f, finding_one one);

/* A file whose number is to be `want`, or at least `want`. */
void finding_number(const struct patient *p, struct finding *f, const char *path, i64 want);
void finding_at_least(const struct patient *p, struct finding *f, const char *path, i64 want);

#endif
