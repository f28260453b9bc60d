/*
 * fake_instance.h - a fake instance for tests: a segment with the regions an appliance has, filled
 * by hand, and no threads behind it.
 */
#ifndef TESTS_FAKE_INSTANCE_H
#define TESTS_FAKE_INSTANCE_H

#include <jansson.h>

#include "appliance/capture_row.h"
#include "appliance/epochs.h"
#include "common/arena.h"
#include "common/clock.h"
#include "common/core_status.h"
#include "common/hist.h"
#include "common/instrument.h"
#include "common/order_row.h"
#include "common/outlier.h"
#include "common/segment.h"
#include "common/strategy_row.h"
#include "common/tape.h"
#include "dataplane/nic/nic_info.h"
#include "dataplane/book/book_image.h"
#include "gateway/limits_row.h"

#define FAKE_TAPE_SLOTS 64
#define FAKE_LEVELS     32

struct fake_instance {
	char name[INSTANCE_MAX];
	struct segment seg;
	struct clock clock;
	struct arena arena;
	struct core_status *md, *trade;
	struct nic_port_info *ports; /* md, trade */
	struct session_status *session[3]; /* md, order, standby */
	u64 *md_port, *gateway, *app;
	struct tape *tape;
	struct book *book;
	struct book_image *image;
	struct hist *t2t, *lag;
	struct outlier_cell *outliers;
	struct order_cell *orders;
	struct position_cell *positions;
	struct trade_cell *state;
	struct capture_cell *capture;
	struct strategy_cell *strategies;
	struct strategy_values_cell *values;
	struct limits_cell *limits;
	struct epoch_cell *epoch;
	char *config;
};

/* Two instruments (BTCUSDT 0.01 and 10^-5, PEPEUSDT 10^-8 and 1), all numbers 0. Instance "test-<pid>". */
void fake_open(struct fake_instance *f);
void fake_close(struct fake_instance *f);

ns_t fake_now(const struct fake_instance *f);

/* Healthy: beating, turning, sessions open, the book valid at 61837.63 / 61837.64, live and armed. */
void fake_healthy(struct fake_instance *f);

void fake_order(struct fake_instance *f, const struct order_row *row);
void fake_position(struct fake_instance *f, const struct position_row *row);
/* The next epoch is in force; they lie in /tmp/<name>.epochs. */
void fake_epoch(struct fake_instance *f, const char *text);

void fake_trade(struct fake_instance *f, const struct trade_row *row);

/* What hostctl prints and answers: `line` are its words, split at blanks. Free both texts. */
struct ran {
	int code;
	char *out, *err;
};
struct ran run_hostctl(const struct fake_instance *f, const char *line);
void ran_free(struct ran *r);

/* The JSON that `line` prints; fails the test unless it ends with `code`. */
json_t *json_of(const struct fake_instance *f, const char *line, int code);

json_t *row_of(json_t *all, const char *table, size_t i);
const char *text_of(json_t *row, const char *key); /* "null" for null */
i64 number_of(json_t *row, const char *key);

#endif
