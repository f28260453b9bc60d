/*
 * secret.h - one line of a file that only its owner may read.
 */
#ifndef HOSTCTL_SECRET_H
#define HOSTCTL_SECRET_H

#include <stddef.h>

#include "common/err.h"

#define SECRET_MAX 256

/*
 * The first line of `file` to `out` (SECRET_MAX bytes); "" for a file of name "". ERR_IO: not
 * readable, empty, too long, or others can read it, too; `why` (`n` bytes) is a sentence that names
 * the option. Wipe `out` after use.
 */
err_t secret_read(const char *option, const char *file, char *out, char *why, size_t n);

#endif
