/* patient.h - the machine that doctor and tune are asked about: the configuration's, or the command line's. */
#ifndef HOSTCTL_PATIENT_H
#define HOSTCTL_PATIENT_H

#include "hostctl/verb.h"
#include "tuning/doctor.h"

/*
 * --cores, --profile and --root go before the configuration. EXIT_DONE, or what has been complained
 * about. `p` begins zeroed; the strings of `q` must outlive it.
 */
enum exit_code patient_of(struct patient *p, const struct request *q);

#endif
