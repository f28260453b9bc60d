/*
 * options.h - saker-venue's command line.
 */
#ifndef SIM_OPTIONS_H
#define SIM_OPTIONS_H

#include <stdio.h>

#include "common/err.h"
#include "sim/account.h"

#define OPTIONS_RECORDINGS_MAX 64
#define OPTIONS_HOSTS_MAX 16
#define SPEED_ONE 1000

struct options {
	char ip[64];
	u16 port;                /* 0: any free one */
	const char *dir, *state; /* state NULL: none is kept */
	const char *recordings[OPTIONS_RECORDINGS_MAX];
	size_t recordings_n;
	i64 speed_milli; /* 1000: the recorded pace */
	u64 seed;
	const char *symbol;
	const char *api_key, *public_key;
	const char *base_balance, *quote_balance; /* "BTC=10" */
	i64 base, quote;
	struct fees fees;
	const char *hosts[OPTIONS_HOSTS_MAX];
	size_t hosts_n;
	i64 ping_s, orders_10s; /* seconds between pings; limit of unfilled orders */
	bool admin, help;
};

/* ERR_OK, or ERR_ARGUMENT with a sentence that names the option and what it expects in `why`. */
err_t options_parse(struct options *o, int argc, char **argv, char *why, size_t why_n);

void options_help(FILE *out);

#endif
