/*
 * replay_paper.h - strategies on a replayed capture, for the verb `saker replay`: its options, what came
 * of a run, and whether the next one came to the same.
 */
#ifndef SAKER_REPLAY_PAPER_H
#define SAKER_REPLAY_PAPER_H

#include <stdio.h>

#include "appliance/paper.h"
#include "appliance/replay_plain.h"
#include "pcap/replay_file.h"

struct paper_options {
	const char *fills, *config, *layout; /* NULL: not said */
	const char *round_trip_us, *fees;    /* likewise */
	bool free;
};

struct evp_md_ctx_st; /* OpenSSL's EVP_MD_CTX */

/* What a run came to, for the next to be compared with. */
struct paper_outcome {
	u64 n_orders, n_answers;
	u8 orders_sha[32], answers_sha[32];
};

/* Runs of one capture. Zeroed. */
struct paper_runs {
	struct paper_cfg cfg;
	struct config file; /* --config */
	struct paper paper; /* of the run at hand */
	struct paper_outcome at, first;
	struct evp_md_ctx_st *orders, *answers;
	FILE *orders_to;            /* each order's text, one a line; NULL: not wanted */
	struct replay_plain *plain; /* likewise, set before the run */
	unsigned long n_runs;
	bool differs; /* a run from the first */
};

static inline bool paper_options_given(const struct paper_options *o)
{
	return o->fills || o->free || o->config || o->layout || o->round_trip_us || o->fees;
}

/* Checks the options and reads the configuration. 0, or an exit code: what is wrong was said. */
int paper_runs_open(struct paper_runs *r, const struct paper_options *o);
void paper_runs_close(struct paper_runs *r);

/* A new run's paper, configured, in r->paper. The one before is closed. */
struct paper *paper_runs_next(struct paper_runs *r);

/* How captures of ours and of others are run with it. */
struct paper_way {
	unsigned long times;
	bool pace, latency;
	FILE *plain; /* NULL: not wanted */
};

/* The run is over, its cores still there: prints it, or where an earlier one was, only a difference. */
void paper_runs_done(struct paper_runs *r);

/*
 * replay_paper_own.c: the market data of a capture of ours that replay_file_usable has passed. Exit
 * codes: 0 all of it was run, and each run came to the same; 1 not; 3 nothing could be run.
 */
int paper_runs_own(struct paper_runs *r, const struct replay_file *f, const struct paper_way *way);

#endif
