/*
 * doctor.h - what a trading server should be like, and what this one is: one table of checks.
 *
 * Each check says what it found, what it wants, why, and how to mend it. What the lack of it means
 * depends on the deployment: a laptop in a lab is no colocated server. Reads only. Any thread but a
 * hot one; some checks start a program (ethtool).
 */
#ifndef SAKER_DOCTOR_H
#define SAKER_DOCTOR_H

#include "tuning/host.h"

enum profile { PROFILE_LAB, PROFILE_CLOUD, PROFILE_COLOCATED, PROFILES };

extern const char *const profile_names[PROFILES];

/* GREEN: as wanted. UNKNOWN: this machine does not tell. NONE: nothing to check here. */
enum severity { SEVERITY_NONE, SEVERITY_GREEN, SEVERITY_UNKNOWN, SEVERITY_NOTE, SEVERITY_YELLOW, SEVERITY_RED };

extern const char *const severity_names[];

#define PATIENT_PORTS 4

struct patient_port {
	char pci[16]; /* "0000:01:00.0"; "": a virtual device, which has no hardware to check */
	u32 cpu;      /* of the core that polls it */
};

/* What is examined: the machine, and what is to run on it. */
struct patient {
	struct host host;
	enum profile profile;
	cpu_set_t hot, shared; /* CPUs of the hot cores; of everything else. Empty: not known */
	u32 n_ports;
	struct patient_port port[PATIENT_PORTS];
	u32 huge_mb; /* memory for packet buffers; 0: ordinary pages are meant */
};

struct finding {
	enum severity severity;
	char found[160], wanted[96];
};

struct check {
	const char *id, *why, *remedy;
	enum severity bad[PROFILES]; /* what it means where it is not as wanted */
	void (*run)(const struct patient *p, struct finding *f);
};

/* The whole table, in the order it is shown. */
const struct check *doctor_check(u32 i); /* NULL: there are no more */

/* Runs one check: all of `f` is set. */
void doctor_examine(const struct check *c, const struct patient *p, struct finding *f);

#endif
