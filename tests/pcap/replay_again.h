/*
 * replay_again.h - for the tests of replay: the cores of replay_live.h made again, over a stretch of a capture file.
 */
#ifndef TESTS_REPLAY_AGAIN_H
#define TESTS_REPLAY_AGAIN_H

#include "tests/pcap/replay_live.h"

struct again {
	struct cores c;
	u64 port_cnt[RECORD_CORES][PORT_CNT_COUNT];
	struct replay r;
	struct replay_file file;
	char *orders;
	size_t orders_n;
};

static struct live live;
static struct again again;

static inline void add_text(void *user, const u8 *p, u32 n)
{
	struct again *a = user;
	assert_true(a->orders_n + n + 1 < 1 << 20);
	memcpy(a->orders + a->orders_n, p, n);
	a->orders[a->orders_n + n] = '\n';
	a->orders_n += n + 1;
}

static inline void after(void *user, enum record_core core)
{
	struct again *a = user;
	(void)core;
	empty(a->c.ml.to_ctl);
	empty(a->c.ml.to_slow);
	empty(a->c.tl.to_ctl);
	empty(a->c.tl.to_slow);
	empty(a->c.tl.trace);
	empty(a->c.tl.journal);
}

static inline void again_link(struct again *a, u32 stretch)
{
	a->r = (struct replay){ .stretch = &a->file.stretch[stretch],
				.md = &a->c.md,
				.trade = &a->c.trade,
				.md_tape = a->c.ml.tape,
				.trade_tape = a->c.trade_tape,
				.image = { a->c.trade_image },
				.kill = &a->c.kill,
				.journal = a->c.tl.journal,
				.after = after,
				.user = a };
	struct replay_core *md = &a->r.core[RECORD_MD], *trade = &a->r.core[RECORD_TRADE];
	md->recorder = a->c.rec[RECORD_MD], trade->recorder = a->c.rec[RECORD_TRADE];
	md->records = a->c.records[RECORD_MD], trade->records = a->c.records[RECORD_TRADE];
	md->in[RECORD_CTL] = a->c.ml.in_ctl, md->in[RECORD_SLOW] = a->c.ml.in_slow;
	trade->in[RECORD_CTL] = a->c.tl.in_ctl, trade->in[RECORD_SLOW] = a->c.tl.in_slow;
	replay_port_init(&md->port, &a->c.port[RECORD_MD]);
	replay_port_init(&trade->port, &a->c.port[RECORD_TRADE]);
}

/* Cores made as the live ones were, over the bytes of a file. */
static inline struct again *again_open_at(struct span bytes, u32 stretch)
{
	struct again *a = &again;
	memset(a, 0, sizeof *a);
	a->orders = calloc(1, 1 << 20);
	assert_int_equal(replay_file_add(&a->file, "file", bytes), ERR_OK);
	assert_int_equal(arena_open(&a->c.arena, 96u << 20), ERR_OK);
	for (u32 i = 0; i < RECORD_CORES; i++) {
		a->c.port[i] = live.c.port[i]; /* addresses and size of frames */
		a->c.port[i].counters = a->port_cnt[i];
		a->c.port[i].impl = &a->r.core[i].port;
		replay_port_init(&a->r.core[i].port, &a->c.port[i]);
	}
	cores_make(&a->c, true, 0);
	assert_true(stretch < a->file.n_stretches);
	again_link(a, stretch);
	a->c.rec[RECORD_TRADE]->text = add_text;
	a->c.rec[RECORD_TRADE]->text_user = a;
	cores_adopt(&a->c, live.far[RECORD_MD].mac, live.far[RECORD_TRADE].mac);
	return a;
}

static inline struct again *again_open(struct span bytes) { return again_open_at(bytes, 0); }

static inline void again_close(struct again *a)
{
	cores_close(&a->c);
	replay_file_free(&a->file);
	free(a->orders);
}

#endif
