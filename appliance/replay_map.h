/*
 * replay_map.h - a file's bytes in memory, for a verb that reads it once. Slow.
 */
#ifndef SAKER_REPLAY_MAP_H
#define SAKER_REPLAY_MAP_H

#include "common/types.h"

/* Mapped until the process ends. false, and said on standard error: it cannot be read, or is empty. */
bool replay_map(const char *path, struct span *bytes);

#endif
