/*
 * alloc_guard.h - counts every allocation made on a hot thread, by whatever library.
 *
 * The process's malloc family passes through here (alloc_guard.c defines it; under a sanitizer its
 * allocation hook is used instead). With SAKER_ALLOC_ABORT=1 in the environment the first such
 * allocation aborts, so that a debugger shows who made it.
 */
#ifndef SAKER_ALLOC_GUARD_H
#define SAKER_ALLOC_GUARD_H

#include "common/types.h"

void alloc_guard_start(u64 *counter); /* where to count; before any thread is hot */
void alloc_guard_hot(bool hot);       /* the calling thread is hot from now on, or no longer */

#endif
