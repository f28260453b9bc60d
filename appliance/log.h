/*
 * log.h - lines for the operator, from the ctl, slow and io threads alone: time, area, text. Never from a hot core.
 */
#ifndef SAKER_LOG_H
#define SAKER_LOG_H

#include "common/types.h"

/* Appends to `path`, or standard error where it is "". false: it cannot be opened; lines then go to standard error. */
bool log_open(const char *path);
void log_line(const char *area, const char *format, ...) PRINTF_LIKE(2, 3);

#endif
