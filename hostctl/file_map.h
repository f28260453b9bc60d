/*
 * file_map.h - a file's bytes, read-only, for as long as they are looked at.
 */
#ifndef HOSTCTL_FILE_MAP_H
#define HOSTCTL_FILE_MAP_H

#include "common/types.h"

/* NULL: it cannot be read, or is empty. Give it back with munmap. */
void *file_map(const char *path, size_t *n);

#endif
