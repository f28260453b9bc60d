/*
 * host.h - the machine as its files and tools show it: /proc, /sys, /etc below a root, and what a
 * few commands print.
 *
 * The root is "" for the machine itself. A test gives a folder that is shaped like one; commands are
 * then not run: what they would print is the file `<root>/commands/<command line>`. Nothing here
 * changes anything. Any thread but a hot one.
 */
#ifndef SAKER_TUNING_HOST_H
#define SAKER_TUNING_HOST_H

#include <sched.h>

#include "common/types.h"

#define HOST_TEXT 4096

struct host {
	const char *root;
};

/*
 * The file's first bytes as text, white space cut off at its end. false: it is not there, or cannot
 * be read; `out` is then empty.
 */
bool host_read(const struct host *h, char *out, size_t n, const char *path, ...) PRINTF_LIKE(4, 5);

/* A file that holds one number, 0x before a hexadecimal one. */
bool host_number(const struct host *h, i64 *out, const char *path, ...) PRINTF_LIKE(3, 4);

/* A file that holds a list of processors ("0-3,8"); an empty file is an empty set. */
bool host_cpus(const struct host *h, cpu_set_t *out, const char *path, ...) PRINTF_LIKE(3, 4);

/* A file that holds a mask of processors ("ff" or "00000001,00000000"). */
bool host_mask(const struct host *h, cpu_set_t *out, const char *path, ...) PRINTF_LIKE(3, 4);

bool host_exists(const struct host *h, const char *path, ...) PRINTF_LIKE(2, 3);

/* The last part of what a symbolic link points to. */
bool host_link(const struct host *h, char *out, size_t n, const char *path, ...) PRINTF_LIKE(4, 5);

/* Calls `each` for every name in a folder but . and .., until it returns false. */
void host_list(const struct host *h, const char *path, bool (*each)(void *user, const char *name), void *user);

/*
 * Standard output of a command, which is one of the programs' own words and no outsider's. false:
 * it is not installed, or failed.
 */
bool host_command(const struct host *h, char *out, size_t n, const char *line);

/* The value of `key=` on the kernel's command line; the last one counts, as for the kernel. */
bool host_boot_option(const struct host *h, const char *key, char *out, size_t n);

/* Whether a process of that name runs. */
bool host_runs(const struct host *h, const char *name);

#endif
