/*
 * positions.h - the segment's table of positions, row by row, for the verbs that show it.
 */
#ifndef HOSTCTL_POSITIONS_H
#define HOSTCTL_POSITIONS_H

#include "hostctl/verb.h"

typedef void (*position_fn)(void *user, const struct position_row *p);

/* Each instrument's row, by id, also one not yet written. EXIT_REFUSED: one could not be read; the rest is left out. */
enum exit_code each_position(const struct request *q, const struct view *v, position_fn fn, void *user);

void cell_asset(struct table *t, const char asset[8]); /* none: "" */

#endif
