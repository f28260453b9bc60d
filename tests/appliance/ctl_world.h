/* ctl_world.h - the ctl thread's structs with a client at the door; the test is trade core and io thread. */
#ifndef TESTS_CTL_WORLD_H
#define TESTS_CTL_WORLD_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "appliance/ctl.h"
#include "common/arena.h"
#include "gateway/trade_epoch.h"
#include "strategy/host.h"
#include "tests/appliance/config_least.h"
#include "tests/cmocka_all.h"

#define CTL_STRATEGY "strategies: [{ name: q, type: null, params: { instrument: BTCUSDT } }]\n"

struct ctl_world {
	struct ctl ctl;
	struct config cfg;
	struct clock clock;
	struct arena arena;
	struct segment_kill_page kill;
	struct segment seg;
	struct epoch_desk desk;
	struct instrument instrument[2];
	u64 cnt[APP_CNT_COUNT], host_cnt[HOST_COUNTERS];
	char names[STRATEGY_NAMES_MAX];
	struct strategy_param_row rows[STRATEGY_PARAM_ROWS];
	struct epoch_cell cell;
	int client; /* the other end of the door's only client */
	u32 id;
	char dir[64];
	struct msg_command told; /* to the trade core, last */
	u32 n_told;
};

static struct ctl_world w;

static inline void world_parse(struct config *c, const char *more)
{
	char text[2048], error[CONFIG_ERROR];
	snprintf(text, sizeof text, "%sfiles: { state_dir: %s, socket: %s/ctl.sock }\n%s", CONFIG_LEAST, w.dir, w.dir, more);
	if (config_parse(c, "t.yaml", text, strlen(text), error) != ERR_OK)
		fail_msg("%s", error);
}

static inline void world_links(void)
{
	struct ctl *c = &w.ctl;
	static const struct host_ops none;
	struct host_cfg hc = { .ops = &none, .instruments = w.instrument, .n_instruments = 2, .counters = w.host_cnt };
	c->cfg = &w.cfg;
	c->clock = &w.clock;
	c->seg = &w.seg;
	w.seg.kill = &w.kill;
	c->instrument = w.instrument;
	c->n_instruments = 2;
	c->cnt = w.cnt;
	c->md.to = ring_new(&w.arena, 1 << 16), c->md.from = ring_new(&w.arena, 1 << 16);
	c->trade.to = ring_new(&w.arena, 1 << 18), c->trade.from = ring_new(&w.arena, 1 << 16);
	c->capture_ask = ring_new(&w.arena, 1 << 12), c->capture_answers = ring_new(&w.arena, 1 << 12);
	c->audit = ring_new(&w.arena, 1 << 16);
	c->epoch.ask = w.desk.asked = ring_new(&w.arena, 1 << 10);
	c->epoch.answers = w.desk.answers = ring_new(&w.arena, 1 << 10);
	c->epoch.cell = &w.cell;
	c->epoch.host = host_new(&w.arena, &hc);
	c->epoch.show = (struct strategy_show){ .names = w.names, .row = w.rows };
	c->access = (struct access){ .own_uid = 500, .n = 3, .entry = { { false, ACCESS_OPERATOR, 1001 },
									{ false, ACCESS_RISK, 1002 },
									{ false, ACCESS_VIEWER, 1003 } } };
	c->door.open = true;
	c->door.listener = -1;
	for (u32 i = 0; i < DOOR_CLIENTS; i++)
		c->door.client[i].fd = -1;
}

static inline void world_open(const char *more)
{
	char why[EPOCH_WHY_MAX], dir[80];
	memset(&w, 0, sizeof w);
	w.client = -1;
	snprintf(w.dir, sizeof w.dir, "/tmp/saker-test-ctl-XXXXXX");
	assert_non_null(mkdtemp(w.dir));
	world_parse(&w.cfg, more);
	assert_int_equal(clock_calibrate(&w.clock), ERR_OK);
	assert_int_equal(arena_open(&w.arena, 16u << 20), ERR_OK);
	for (u32 i = 0; i < 2; i++) {
		w.instrument[i] = (struct instrument){ .id = i, .qty_scale = 8, .max_qty = 1000, .symbol_n = 7 };
		memcpy(w.instrument[i].symbol, w.cfg.instrument[i], 8);
	}
	world_links();
	snprintf(dir, sizeof dir, "%s/epochs", w.dir);
	assert_int_equal(epochs_open(&w.desk.store, dir, why), ERR_OK);
	assert_int_equal(epoch_desk_start(&w.desk, &w.ctl.epoch.row.epoch, "first\n", 6, why), ERR_OK);
}

static inline void world_close(void)
{
	char line[128];
	ctl_epoch_close(&w.ctl);
	arena_close(&w.arena);
	if (w.client >= 0)
		close(w.client);
	snprintf(line, sizeof line, "rm -rf %s", w.dir);
	assert_int_equal(system(line), 0);
}

/* "VERB ARG", of that user; what comes of it is asked by `said`. */
static inline void ask(u32 uid, const char *words)
{
	int fd[2];
	char line[DOOR_LINE] = "", *verb = line, *arg;
	struct door_peer p = { .known = true, .uid = uid, .pid = 1 };
	if (w.client >= 0)
		close(w.client);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fd), 0);
	w.client = fd[1];
	w.ctl.door.client[0] = (struct door_client){ .fd = fd[0], .id = ++w.id, .peer = p };
	assert_true(strlen(words) < sizeof line);
	memcpy(line, words, strlen(words));
	arg = line + strcspn(line, " ");
	if (*arg)
		*arg++ = 0;
	ctl_on_request(&w.ctl, w.id, &p, verb, arg);
}

/* What the client has been told: "OK: text"; "" if nothing yet. */
static inline const char *said(void)
{
	static char out[1024];
	char line[1024] = "", error[32] = "", *text;
	ssize_t n = recv(w.client, line, sizeof line - 1, MSG_DONTWAIT);
	if (n <= 0)
		return "";
	text = strstr(line, "\"text\":\"");
	assert_non_null(text);
	assert_int_equal(sscanf(strstr(line, "\"error\":\"") + 9, "%31[A-Z_]", error), 1);
	text += 8;
	text[strcspn(text, "\"")] = 0;
	snprintf(out, sizeof out, "%s: %s", error, text);
	return out;
}

/* One turn of the io thread and one of ctl. */
static inline void turn(void)
{
	epoch_desk_step(&w.desk);
	ctl_epoch_turn(&w.ctl, clock_ns(&w.clock, tsc_now()));
}

#endif
