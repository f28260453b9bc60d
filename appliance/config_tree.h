/*
 * config_tree.h - a YAML document laid over the table of options: each node finds its row, or is
 * refused with its line.
 */
#ifndef SAKER_CONFIG_TREE_H
#define SAKER_CONFIG_TREE_H

#include "appliance/config_option.h"

/*
 * Fills `c` (c->file names the text) and c->line from `n` bytes of YAML; fields not given stay as
 * they are. What must be given and is not is refused. ERR_SYNTAX: `error` (CONFIG_ERROR bytes) is
 * one line.
 */
err_t config_tree_read(struct config *c, const char *text, size_t n, char *error);

#endif
