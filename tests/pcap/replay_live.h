/*
 * replay_live.h - for the tests of replay: both cores trading against a venue in memory, in virtual
 * time, while all that can happen to them happens at random; their records become a capture file.
 */
#ifndef TESTS_REPLAY_LIVE_H
#define TESTS_REPLAY_LIVE_H

#include "common/rng.h"
#include "tests/gateway/epoch_text.h"
#include "tests/pcap/replay_cores.h"

#define WALL_NS (1723161255000 * NS_PER_MS)
#define FILE_BYTES (48u << 20)

struct live {
	struct cores c;
	struct port far[RECORD_CORES];
	u64 port_cnt[2 * RECORD_CORES][PORT_CNT_COUNT];
	struct venue venue[RECORD_CORES];
	struct rng rng;
	ns_t now;
	i64 mid;
	u64 update_id, trade_id;
	bool split, hold_journal, stalled;
	ns_t budget_ns;
	u32 n_commands, n_epochs;
	u64 n_full_turns; /* the journal was full */
	struct wr file;
	char *orders; /* texts, one a line */
	size_t orders_n;
	u64 n_orders;
	/* checkpoints: 1: the trading core is asked, 2: both are */
	u8 saving;
	u32 turns; /* run so far */
	bool losing;      /* what is recorded is lost */
	u8 *memory[RECORD_CORES];
	size_t mark;      /* of `orders`, where the newest checkpoint left the trading core */
	u32 n_saved;
};

/* ---- the file ---- */

static inline void file_begin(struct live *w)
{
	w->file = wr_of(malloc(FILE_BYTES), FILE_BYTES);
	w->orders = calloc(1, 1 << 20);
	assert_int_equal(pcapng_write_section(&w->file, &(struct pcapng_section){ 0 }), ERR_OK);
	assert_int_equal(record_write_ifs(&w->file), ERR_OK);
	assert_int_equal(pcapng_write_own(&w->file, PCAPNG_OWN_CONFIG, 1, pcapng_text("x: y\n")), ERR_OK);
	assert_int_equal(pcapng_write_own(&w->file, PCAPNG_OWN_BOOT, 1, pcapng_text("boot")), ERR_OK);
}

/* Records behind a checkpoint wait until it stands in the file. */
static inline bool is_behind(const struct live *w, enum record_core core, const struct ring_msg *m)
{
	const struct recorder *r = w->c.rec[core];
	bool asked = core == RECORD_TRADE ? w->saving >= 1 : w->saving == 2;
	return asked && recorder_obeyed(r) && m->tag >= r->saved.number;
}

static inline void drain_records(struct live *w, enum record_core core)
{
	const struct ring_msg *m;
	struct record_stamp at = { .at_ns = WALL_NS - START_NS + w->now };
	for (; (m = ring_peek(w->c.records[core])) && !is_behind(w, core, m); ring_release(w->c.records[core], m))
		if (!w->losing && m->type < RECORD_TYPES)
			assert_int_equal(record_write(&w->file, core, m, &at), ERR_OK);
}

/* ---- checkpoints, as the io thread makes them ---- */

#define STATE_BYTES (8u << 20)

static inline void want_saved(struct live *w, enum record_core core)
{
	w->c.rec[core]->saved.state = (struct state){ .to = w->memory[core], .cap = STATE_BYTES };
	recorder_want(w->c.rec[core], RECORDER_SAVE);
}

static inline void live_save(struct live *w)
{
	w->saving = 1;
	want_saved(w, RECORD_TRADE);
}

/* Those before `upto`, the last ones that can still be read. */
static inline u32 waiting_events(const struct live *w, u64 from, u64 upto, struct tape_event *out)
{
	u32 n = 0;
	for (; from < upto; from++)
		n = tape_read(w->c.ml.tape, from, &out[n]) == TAPE_OK ? n + 1 : 0;
	return n;
}

static inline void write_checkpoint(struct live *w)
{
	static struct tape_event events[2 * TAPE_SLOTS];
	struct state_place places[32];
	struct checkpoint k = {
		.cores = 3, .place = places, .n_places = cores_places(&w->c, places), .event = events
	};
	size_t n;
	for (u32 i = 0; i < RECORD_CORES; i++) {
		const struct recorder_saved *s = &w->c.rec[i]->saved;
		assert_false(s->state.full);
		k.core[i] = (struct checkpoint_core){ s->number, s->turn, s->tape };
		k.state[i] = (struct span){ s->state.to, s->state.n };
	}
	u64 from = k.core[RECORD_TRADE].tape, upto = k.core[RECORD_MD].tape;
	k.n_events = waiting_events(w, upto - from > TAPE_SLOTS ? upto - TAPE_SLOTS : from, upto, events);
	u8 *bytes = checkpoint_write(&k, &n);
	assert_non_null(bytes);
	err_t e = pcapng_write_own(&w->file, PCAPNG_OWN_CHECKPOINT, CHECKPOINT_VERSION, (struct span){ bytes, n });
	assert_int_equal(e, ERR_OK);
	free(bytes);
	w->n_saved++;
}

static inline void go_on_saving(struct live *w)
{
	if (w->saving == 1 && recorder_obeyed(w->c.rec[RECORD_TRADE])) {
		w->saving = 2;
		want_saved(w, RECORD_MD);
	} else if (w->saving == 2 && recorder_obeyed(w->c.rec[RECORD_MD])) {
		drain_records(w, RECORD_MD);
		w->losing = false;
		write_checkpoint(w);
		w->saving = 0;
	}
}

static inline void add_order(void *user, const u8 *p, u32 n)
{
	struct live *w = user;
	assert_true(w->orders_n + n + 1 < 1 << 20);
	memcpy(w->orders + w->orders_n, p, n);
	w->orders[w->orders_n + n] = '\n';
	w->orders_n += n + 1;
	w->n_orders++;
}

/* ---- the other threads ---- */

static inline void tell(struct ring *r, u16 type, u64 tag, const void *p, u32 n)
{
	assert_true(ring_put(r, type, tag, p, n));
}

static inline void empty(struct ring *r)
{
	for (const struct ring_msg *m; (m = ring_peek(r));)
		ring_release(r, m);
}

static inline void others(struct live *w)
{
	static const char logon[] = "{\"id\":\"l0000000001\",\"method\":\"session.logon\",\"params\":{}}";
	const struct ring_msg *m;
	for (; (m = ring_peek(w->c.tl.to_slow)); ring_release(w->c.tl.to_slow, m))
		if (m->type == MSG_SIGN)
			tell(w->c.tl.in_slow, MSG_SEND, m->tag, logon, sizeof logon - 1);
	empty(w->c.ml.to_slow);
	empty(w->c.ml.to_ctl);
	empty(w->c.tl.to_ctl);
	empty(w->c.tl.trace);
	if (!w->hold_journal)
		empty(w->c.tl.journal);
}

static inline void command(struct live *w, u32 verb)
{
	struct msg_command m = { .verb = verb, .id = ++w->n_commands };
	tell(w->c.tl.in_ctl, MSG_COMMAND, 0, &m, sizeof m);
}

static inline void set_limits(struct live *w)
{
	struct msg_clock k = { .offset_ns = (i64)(WALL_NS - START_NS) };
	struct msg_limits l = rules_limits(0);
	u64 seed[4] = { 11, 12, 13, 14 };
	tell(w->c.ml.in_ctl, MSG_ENTROPY, 0, seed, sizeof seed);
	tell(w->c.tl.in_ctl, MSG_ENTROPY, 0, seed, sizeof seed);
	tell(w->c.ml.in_ctl, MSG_INSTRUMENT, 0, &w->c.instrument, sizeof w->c.instrument);
	tell(w->c.tl.in_ctl, MSG_CLOCK, 0, &k, sizeof k);
	tell(w->c.tl.in_ctl, MSG_LIMITS, 0, &l, sizeof l);
}

/* ---- the market ---- */

static inline void send_bbo(struct live *w)
{
	char t[300];
	i64 b = w->mid - 1, a = w->mid + 1;
	w->mid += (i64)rng_below(&w->rng, 21) - 10;
	sprintf(t,
		"{\"stream\":\"btcusdt@bookTicker\",\"data\":{\"u\":%llu,\"s\":\"BTCUSDT\",\"b\":\"%lld.%02lld\","
		"\"B\":\"1.00000000\",\"a\":\"%lld.%02lld\",\"A\":\"2.00000000\"}}",
		(unsigned long long)++w->update_id, (long long)(b / 100), (long long)(b % 100),
		(long long)(a / 100), (long long)(a % 100));
	venue_send(&w->venue[RECORD_MD], 0, t);
}

/* A diff that follows on the one before, now and then one that does not. */
static inline void send_diff(struct live *w)
{
	char t[400];
	u64 first = w->update_id + 1 + (rng_below(&w->rng, 20) == 0);
	w->update_id = first + 1;
	sprintf(t,
		"{\"stream\":\"btcusdt@depth@100ms\",\"data\":{\"e\":\"depthUpdate\",\"E\":1723161255208,"
		"\"s\":\"BTCUSDT\",\"U\":%llu,\"u\":%llu,\"b\":[[\"%lld.00000000\",\"3.5\"]],"
		"\"a\":[[\"%lld.00000000\",\"1.25\"]]}}",
		(unsigned long long)first, (unsigned long long)w->update_id, (long long)(w->mid / 100 - 3),
		(long long)(w->mid / 100 + 3));
	venue_send(&w->venue[RECORD_MD], 0, t);
}

static inline void send_snapshot(struct live *w)
{
	struct msg_snapshot s = { .update_id = w->update_id + 1 };
	struct {
		struct msg_levels m;
		struct msg_level l[2];
	} bids = { .m = { .n = 2 } }, asks = { .m = { .n = 2, .ask = 1 } };
	for (int i = 0; i < 2; i++) {
		bids.l[i] = (struct msg_level){ w->mid - 100 - i, 100000000 };
		asks.l[i] = (struct msg_level){ w->mid + 100 + i, 100000000 };
	}
	tell(w->c.ml.in_ctl, MSG_SNAPSHOT_BEGIN, 0, &s, sizeof s);
	tell(w->c.ml.in_ctl, MSG_SNAPSHOT_LEVELS, 0, &bids, sizeof bids);
	tell(w->c.ml.in_ctl, MSG_SNAPSHOT_LEVELS, 0, &asks, sizeof asks);
	tell(w->c.ml.in_ctl, MSG_SNAPSHOT_END, 0, &s, sizeof s);
}

static inline void market(struct live *w)
{
	u64 n = rng_below(&w->rng, 4);
	for (u64 i = 0; i < n; i++)
		if (rng_below(&w->rng, 4))
			send_bbo(w);
		else
			send_diff(w);
}

/* ---- what happens ---- */

static inline void fill_some(struct live *w)
{
	struct venue *v = &w->venue[RECORD_TRADE];
	for (u32 i = 0; i < v->n_orders && v->n_trades < 60; i++)
		if (is_open(&v->order[i])) {
			venue_fill(v, i, v->order[i].qty - v->order[i].filled);
			return;
		}
}

/* Other parameters, stopped or running; and once one strategy more. */
static inline void send_epoch(struct live *w)
{
	struct epoch_text t;
	char params[256];
	snprintf(params, sizeof params,
		 "instrument=BTCUSDT half_spread=%u size=0.001 max_position=0.1 refresh=3 post_only=false backoff=5",
		 20 + (u32)rng_below(&w->rng, 20));
	epoch_begin(&t, ++w->n_commands);
	epoch_strategy(&t, "maker", params, rng_below(&w->rng, 4) != 0);
	if (host_count(w->c.trade.host) > 1 || rng_below(&w->rng, 2))
		epoch_strategy(&t, "maker", params, true);
	tell(w->c.tl.in_ctl, MSG_EPOCH, 0, &t, epoch_bytes(&t));
	w->n_epochs++;
}

static inline void something(struct live *w)
{
	switch (rng_below(&w->rng, 60)) {
	case 0: w->c.kill.kill = KILL_CANCEL_ONLY; break;
	case 1:
	case 2:
		w->c.kill.kill = KILL_NONE;
		command(w, CMD_ARM);
		break;
	case 3: send_snapshot(w); break;
	case 4: w->stalled = !w->stalled; break;
	case 5: send_snapshot(w); break;
	case 6: command(w, CMD_CANCEL_ALL); break;
	case 7: send_epoch(w); break;
	case 8: command(w, CMD_RESUME); break;
	case 9: w->stalled = false; break;
	default:
		if (rng_below(&w->rng, 3) == 0)
			fill_some(w);
		break;
	}
}

/* ---- turns ---- */

static inline void step_md(struct live *w)
{
	md_core_step(&w->c.md, w->now);
	drain_records(w, RECORD_MD);
}

static inline void step_trade(struct live *w)
{
	size_t before = w->orders_n;
	bool asked = w->saving == 1 && !recorder_obeyed(w->c.rec[RECORD_TRADE]);
	trade_core_step(&w->c.trade, w->now);
	if (asked)
		w->mark = before;
	w->n_full_turns += !w->c.trade.journal.has_room;
	drain_records(w, RECORD_TRADE);
}

/* Split: neither core waits for the other, and now and then one falls far behind. */
static inline void step(struct live *w)
{
	u64 md = w->split ? rng_below(&w->rng, 3) : 1, trade = w->split ? rng_below(&w->rng, 3) : 1;
	for (; md--; w->now += w->split * rng_below(&w->rng, 50000))
		step_md(w);
	for (; trade--; w->now += w->split * rng_below(&w->rng, 50000))
		step_trade(w);
}

static inline void fall_behind(struct live *w)
{
	for (u32 i = 0; i < 3 * TAPE_SLOTS; i++) {
		send_bbo(w);
		w->now += 20000;
		venue_turn(&w->venue[RECORD_MD], w->now);
		step_md(w);
	}
}

static inline void live_turn(struct live *w)
{
	/* mostly nothing: turns that are not recorded */
	w->now += rng_below(&w->rng, 10) ? rng_below(&w->rng, 1000000) : rng_below(&w->rng, 60000000);
	if (rng_below(&w->rng, 3) == 0)
		market(w);
	something(w);
	for (u32 i = 0; i < RECORD_CORES; i++)
		if (!w->stalled)
			venue_turn(&w->venue[i], w->now);
	w->venue[RECORD_TRADE].log_n = 0;
	step(w);
	go_on_saving(w);
	if (w->split && rng_below(&w->rng, 2000) == 0)
		fall_behind(w);
	others(w);
	if (w->venue[RECORD_TRADE].n_orders > VENUE_ORDERS - 16)
		w->c.kill.kill = KILL_CANCEL_ONLY;
}

/* `late`: nothing is recorded yet. */
static inline void live_open_late(struct live *w, u64 seed, bool split, ns_t budget_ns, bool late)
{
	memset(w, 0, sizeof *w);
	rng_seed(&w->rng, seed);
	w->split = split;
	w->budget_ns = budget_ns;
	w->now = START_NS;
	w->mid = 6183763;
	w->update_id = 1000;
	assert_int_equal(arena_open(&w->c.arena, 96u << 20), ERR_OK);
	for (u32 i = 0; i < RECORD_CORES; i++)
		assert_int_equal(port_mem_pair(&w->c.arena, &w->c.port[i], &w->far[i], 8, w->port_cnt[2 * i],
					       w->port_cnt[2 * i + 1]),
				 ERR_OK);
	cores_make(&w->c, false, budget_ns);
	for (u32 i = 0; i < RECORD_CORES; i++) {
		w->venue[i].now = w->now;
		venue_open(&w->venue[i], &w->c.arena, &w->far[i]);
		w->memory[i] = malloc(STATE_BYTES);
		recorder_want(w->c.rec[i], late ? RECORDER_OFF : RECORDER_ON);
		recorder_switch(w->c.rec[i], 0, w->now);
	}
	w->c.rec[RECORD_TRADE]->text = add_order;
	w->c.rec[RECORD_TRADE]->text_user = w;
	venue_accept(&w->venue[RECORD_MD], 0, &w->c.port[RECORD_MD], &w->c.crypto);
	for (u32 i = 0; i < TRADE_SESSIONS; i++)
		venue_accept(&w->venue[RECORD_TRADE], i, &w->c.port[RECORD_TRADE], &w->c.crypto);
	cores_adopt(&w->c, w->far[RECORD_MD].mac, w->far[RECORD_TRADE].mac);
	file_begin(w);
	set_limits(w);
}

static inline void live_open(struct live *w, u64 seed, bool split, ns_t budget_ns)
{
	live_open_late(w, seed, split, budget_ns, false);
}

static inline void live_run(struct live *w, u32 turns)
{
	for (u32 i = w->turns; i < w->turns + turns; i++) {
		if (i == 400 || i == 500)
			send_snapshot(w);
		if (i == 600) {
			w->c.kill.kill = KILL_NONE;
			command(w, CMD_ARM);
		}
		w->hold_journal = i % 1000 > 700;
		live_turn(w);
	}
	w->turns += turns;
	assert_int_equal(w->c.lost, 0);
}

static inline void live_close(struct live *w)
{
	venue_close(&w->venue[RECORD_MD]);
	venue_close(&w->venue[RECORD_TRADE]);
	cores_close(&w->c);
	free(w->file.start);
	free(w->orders);
	free(w->memory[RECORD_MD]);
	free(w->memory[RECORD_TRADE]);
}

#endif
