/*
 * epoch_source.h - where the epochs of an instance lie, and the configurations that words name.
 *
 * A running instance says it in its segment; of one that does not run, --config names the state folder.
 */
#ifndef HOSTCTL_EPOCH_SOURCE_H
#define HOSTCTL_EPOCH_SOURCE_H

#include "appliance/epochs.h"
#include "hostctl/verb.h"

struct epoch_source {
	bool running;
	struct epoch epoch;         /* in force, or was last */
	char dir[EPOCH_PATH_MAX];
	char file[CONFIG_TEXT];     /* the configuration file it was started with, or --config; "": not known */
};

/* EXIT_DONE, or the complaint's code. */
enum exit_code epoch_source_find(const struct request *q, struct epoch_source *s);

/* Does the word name an epoch? */
bool is_epoch_number(const char *word);

/* The file of that epoch, or the file itself; absolute. EXIT_REFUSED: there is none. */
enum exit_code epoch_path(const struct request *q, const struct epoch_source *s, const char *word,
			  char out[EPOCH_PATH_MAX]);

/* The configuration that `word` names, a file or an epoch. */
enum exit_code epoch_config(const struct request *q, const struct epoch_source *s, const char *word, struct config *c);

/* "2026-11-21T05:06:03Z". Returns `out`. */
#define EPOCH_TIME_MAX 24
const char *epoch_time(ns_t wall_ns, char out[EPOCH_TIME_MAX]);

#endif
