/*
 * config_patient.h - the machine as the doctor is asked about it: what the configuration says runs there.
 */
#ifndef SAKER_CONFIG_PATIENT_H
#define SAKER_CONFIG_PATIENT_H

#include "appliance/config.h"
#include "tuning/doctor.h"

/* Fills all of `p` but p->host. */
void config_patient(struct patient *p, const struct config *c);

#endif
