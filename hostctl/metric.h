/*
 * metric.h - one sample of everything an appliance says of itself: named values with labels and a
 * sentence each, and the latency histograms.
 *
 * Values are exact: an integer and its number of decimals. A unit is the last word of a name. The
 * set owns all its text, so that it outlives the segment it was taken from. One writer; whoever
 * shares a set locks it.
 */
#ifndef HOSTCTL_METRIC_H
#define HOSTCTL_METRIC_H

#include "common/counter.h"
#include "common/decimal.h"
#include "common/hist.h"
#include "common/segment.h"

#define METRICS_MAX   4096
#define METRIC_HISTS  16
#define METRIC_LABELS 2
#define LABEL_MAX     24

enum metric_kind { METRIC_GAUGE, METRIC_COUNTER };

enum metric_id {
#define METRIC(group, name, kind, sentence) METRIC_##group##_##name,
#include "hostctl/metrics.def"
#undef METRIC
	METRIC_IDS
};

struct label {
	const char *key; /* static */
	char value[LABEL_MAX];
};

struct metric {
	char group[16], name[COUNTER_NAME_MAX + 1], help[COUNTER_HELP_MAX + 1];
	u8 kind, decimals, n_labels;
	struct label label[METRIC_LABELS];
	i64 value; /* units of 10^-decimals */
};

struct metric_hist {
	char stage[32];
	struct hist h; /* since the appliance's start */
};

struct metric_set {
	char appliance[INSTANCE_MAX + 1];
	ns_t wall_ns; /* when it was taken */
	u32 n, n_hists;
	u32 dropped; /* values that found the set full */
	struct metric metric[METRICS_MAX];
	struct metric_hist hist[METRIC_HISTS];
};

void metric_reset(struct metric_set *s, const char *appliance, ns_t wall_ns);

/* Adds a value of the table; label it by metric_label. NULL: the set is full, which is counted. */
struct metric *metric_add(struct metric_set *s, enum metric_id id, i64 value);

/* Does nothing where `m` is NULL. `key` is static text; a longer value is cut. */
void metric_label(struct metric *m, const char *key, const char *value);
void metric_decimals(struct metric *m, u32 decimals);

/*
 * The words of a region with their texts: "<core>.<module>", "trade.<session>.<module>" or a module
 * alone become group and labels. A sentence that begins with "gauge: " makes a gauge.
 */
void metric_add_counters(struct metric_set *s, const char *region, const u64 *words,
			 const struct counter_text *text, u32 n);

/* The same for counters of this process. */
void metric_add_own(struct metric_set *s, const char *group, const u64 *words,
		    const struct counter_def *defs, u32 n);

/* First of that group and name with that first label's value (NULL: any); NULL: none. */
const struct metric *metric_find(const struct metric_set *s, const char *group, const char *name,
				 const char *value);

/* The set's metrics so that those of one name stand together. */
void metric_by_name(const struct metric_set *s, const struct metric *order[METRICS_MAX]);

/* The same so that those of one group with the same labels stand together, in their order. */
void metric_by_labels(const struct metric_set *s, const struct metric *order[METRICS_MAX]);
bool metric_same_labels(const struct metric *x, const struct metric *y);

/*
 * What was measured since `before` was taken; everything where the appliance has started anew in
 * between, or `before` is empty.
 */
struct hist metric_hist_since(const struct metric_hist *m, const struct metric_set *before);

/* Decimals that the unit in the name stands for seconds by: 9, 6, 3; 0: no unit of time. */
u32 metric_time_decimals(const char *name);

#endif
