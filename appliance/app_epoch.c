/*
 * app_epoch.c - the configuration of this start as an epoch, and the way others come into force.
 */
#include <stdio.h>
#include <unistd.h>

#include "appliance/app.h"

#define EPOCH_RING 1024 /* one thing at a time */

/* The io thread's own share of an epoch. */
static void take(void *user, const struct config *c)
{
	struct app *a = user;
	a->capture.cfg.file_mb = c->capture_file_mb;
	a->capture.cfg.file_s = c->capture_file_s;
	a->capture.cfg.keep = c->capture_keep;
	a->io.outliers.total_ns = c->outlier_us * NS_PER_US;
	a->io.outliers.stage_ns = c->outlier_stage_us * NS_PER_US;
}

static err_t make_rings(struct app *a, char *error)
{
	struct ctl_epoch *x = &a->ctl.epoch;
	a->desk.asked = x->ask = ring_new(&a->arena, EPOCH_RING);
	a->desk.answers = x->answers = ring_new(&a->arena, EPOCH_RING);
	if (x->ask && x->answers)
		return ERR_OK;
	snprintf(error, APP_ERROR, "out of memory for the configuration's rings");
	return ERR_NO_MEMORY;
}

static void show_strategies(struct app *a)
{
	struct host_status st;
	strategy_show_init(&a->ctl.epoch.show, &a->seg);
	for (u32 i = 0; host_status(a->trade.host, (u16)i, &st); i++)
		strategy_show_add(&a->ctl.epoch.show, a->cfg.strategy[i].name, st.desc);
}

err_t app_open_epochs(struct app *a, char *error)
{
	struct ctl_epoch *x = &a->ctl.epoch;
	char dir[EPOCH_PATH_MAX], why[EPOCH_WHY_MAX];
	err_t e = make_rings(a, error);
	if (e != ERR_OK)
		return e;
	x->row = (struct epoch_row){ .epoch = { .uid = getuid(), .at_wall_ns = clock_wall_ns(), .role = "admin" } };
	snprintf(x->row.epoch.how, sizeof x->row.epoch.how, "start %.80s", a->cfg.file);
	snprintf(dir, sizeof dir, "%s/epochs", a->cfg.state_dir);
	e = epochs_open(&a->desk.store, dir, why);
	if (e == ERR_OK)
		e = epoch_desk_start(&a->desk, &x->row.epoch, a->config_text, a->config_n, why);
	if (e != ERR_OK) {
		snprintf(error, APP_ERROR, "%s (files.state_dir must be a folder this user may write)", why);
		return e;
	}
	snprintf(x->row.dir, sizeof x->row.dir, "%s", dir);
	x->cell = segment_at(&a->seg, segment_find(&a->seg, "epoch"));
	x->host = a->trade.host;
	a->desk.take = take;
	a->desk.user = a;
	a->io.desk = &a->desk;
	show_strategies(a);
	ctl_epoch_show(&a->ctl);
	return ERR_OK;
}
