/*
 * nic_error.h - a code and its sentence in one statement.
 */
#ifndef SAKER_NIC_ERROR_H
#define SAKER_NIC_ERROR_H

#include "common/err.h"
#include "common/types.h"

#define NIC_ERROR_MAX 1024

/* Writes the sentence into `error`, cut where it is too long, and returns `e`. */
err_t PRINTF_LIKE(3, 4) nic_error(char error[NIC_ERROR_MAX], err_t e, const char *format, ...);

#endif
