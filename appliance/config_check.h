/*
 * config_check.h - the parts of config_check (config.h), one a subject, and the line all of them report by.
 *
 * Each returns ERR_OK, or ERR_ARGUMENT (ERR_IO where a file is the trouble) with `error`:
 * file:line: field: found, expected, remedy.
 */
#ifndef SAKER_CONFIG_CHECK_H
#define SAKER_CONFIG_CHECK_H

#include <sched.h>

#include "appliance/config.h"
#include "appliance/role.h"

/* `path` is a path of options.def; its line is where the option stands in the file. */
err_t check_failed(const struct config *c, const char *path, char *error, const char *format, ...)
	PRINTF_LIKE(4, 5);

/* Was the option given in the file? */
bool check_given(const struct config *c, const char *path);

/* `online`: processors of the machine it is to run on. */
err_t check_cpus(const struct config *c, const cpu_set_t *online, char *error);

err_t check_ports(const struct config *c, char *error);
err_t check_capture(const struct config *c, char *error);
err_t check_files(const struct config *c, char *error);
/* What hostctl serve needs: it asks, and `hostctl config check`; the appliance runs without. */
err_t check_telemetry(const struct config *c, char *error);
/* Also fills `a`, as the appliance then uses it. */
err_t check_access(const struct config *c, struct access *a, char *error);
err_t check_strategies(const struct config *c, char *error);

#endif
