/*
 * cpus.h - lists of processors as text: "0" or "0,2-3".
 */
#ifndef SAKER_CPUS_H
#define SAKER_CPUS_H

#include <sched.h>

#include "common/err.h"
#include "common/types.h"

/* ERR_SYNTAX: no such list (empty, a range that runs backwards, a number of CPU_SETSIZE or above). */
err_t cpus_parse(const char *text, cpu_set_t *set);

/* The machine's processors that are switched on. Returns how many. */
u32 cpus_online(cpu_set_t *set);

/* "1-3,8"; "none". Returns `out`. */
#define CPUS_TEXT 64
const char *cpus_print(char out[CPUS_TEXT], const cpu_set_t *set);

#endif
