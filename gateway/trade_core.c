#include "gateway/trade_core.h"

#include <string.h>

#include "gateway/trade_internal.h"

#define CHORES_NS (10 * NS_PER_MS)
#define INBOX_BATCH 64
#define OVERRUNS_MAX 16    /* strategy callbacks over budget in a row, then paused */
#define CANCEL_RESERVE 200 /* request weight kept for cancels */
#define SPARE_BYTES (1u << 20) /* for strategies that come while it runs */

const struct counter_def trade_counter_defs[TRADE_CNT_COUNT] = {
#define CNT(name_, help_) { .name = #name_, .help = help_ },
#include "gateway/trade_cnt.def"
#undef CNT
};

/* ---- host_ops ---- */

static i64 host_position(void *core, u32 instrument)
{
	const struct trade_core *c = core;
	return instrument < c->n_instruments ? risk_position(c->risk, instrument)->qty : 0;
}

static void host_trace(void *core, u16 strategy, const char id[8], i64 a, i64 b)
{
	char text[9] = { 0 };
	(void)strategy;
	memcpy(text, id, 8);
	trade_notice(core, NOTICE_STRATEGY, a, b, text);
}

/* Its orders go with it: nobody looks after them any more. */
static void host_paused(void *core, u16 strategy)
{
	struct trade_core *c = core;
	struct host_status st;
	if (c->rec && host_status(c->host, strategy, &st)) {
		struct record_host h = { .strategy = strategy, .calls = st.calls };
		recorder_put(c->rec, RECORD_HOST, &h, sizeof h);
	}
	for (u32 i = c->orders.n_open; i--;)
		if (order_table_open(&c->orders, i)->strategy == strategy)
			trade_want_cancel(c, order_table_open(&c->orders, i));
	trade_notice(c, NOTICE_STRATEGY, strategy, 0, "paused: it overran its turn budget repeatedly");
}

static u64 host_tsc(void *core)
{
	(void)core;
	return tsc_now();
}

static const struct host_ops host_ops = { .submit = trade_submit,
					  .cancel = trade_cancel,
					  .position = host_position,
					  .trace = host_trace,
					  .paused = host_paused,
					  .tsc = host_tsc };

static const struct host_ops untimed_ops = { .submit = trade_submit,
					     .cancel = trade_cancel,
					     .position = host_position,
					     .trace = host_trace,
					     .paused = host_paused };

/* ---- start ---- */

static err_t make_instruments(struct trade_core *c, struct arena *a)
{
	for (u32 i = 0; i < c->n_instruments; i++) {
		c->instrument[i] = c->cfg.instruments[i];
		c->tmpl[i] = ARENA_NEW(a, struct binance_tmpls);
		if (!c->tmpl[i])
			return ERR_NO_MEMORY;
		err_t e =
			binance_tmpls_init(c->tmpl[i], &c->instrument[i], c->cfg.boot, c->cfg.recv_window_ms);
		if (e == ERR_OK)
			e = risk_set_instrument(c->risk, &c->instrument[i]);
		if (e != ERR_OK)
			return e;
		c->market[i].version = c->instrument[i].version;
		c->market[i].view.status = c->instrument[i].status;
	}
	return ERR_OK;
}

static err_t make_strategies(struct trade_core *c, struct arena *a, struct param_error *why)
{
	struct host_cfg hc = { .ops = c->cfg.turn_budget_ns ? &host_ops : &untimed_ops,
			       .core = c,
			       .instruments = c->instrument,
			       .n_instruments = c->n_instruments,
			       .overruns_max = OVERRUNS_MAX,
			       .seed = c->cfg.seed,
			       .counters = c->l.host_cnt,
			       .budget_tsc = (u64)((unsigned __int128)c->cfg.turn_budget_ns *
						   c->cfg.clock.tsc_hz / NS_PER_S) };
	c->host = host_new(a, &hc);
	err_t e = c->host ? arena_carve(a, &c->spare, SPARE_BYTES) : ERR_NO_MEMORY;
	for (u32 i = 0; e == ERR_OK && i < c->cfg.n_strategies; i++) {
		const struct trade_strategy *s = &c->cfg.strategies[i];
		u16 id = 0;
		if (s->plugin[0] && !host_find(c->host, s->type))
			e = host_load(c->host, s->plugin, why);
		if (e == ERR_OK)
			e = host_add(c->host, a, s->type, s->params, &id, why);
		if (e == ERR_OK && s->stopped)
			host_enable(c->host, id, false);
		if (e == ERR_OK)
			trade_show_values(c, i);
	}
	return e;
}

static err_t make_sessions(struct trade_core *c, struct arena *a)
{
	struct session_env env = { .tcp = c->tcp,
				   .set = &c->sessions,
				   .to_slow = c->l.to_slow,
				   .to_ctl = c->l.to_ctl,
				   .rng = &c->rng,
				   .rec = c->l.rec };
	err_t e = session_set_init(&c->sessions, a, TRADE_SESSIONS, c->cfg.large_buffers,
				   c->cfg.session.message_max);
	for (u32 i = 0; i < TRADE_SESSIONS && e == ERR_OK; i++) {
		struct session_cfg sc = c->cfg.session;
		sc.index = (u16)i;
		e = session_init(&c->session[i], a, c->l.crypto, &sc, &env, &c->l.session_cnt[i]);
		session_set_user(&c->session[i], &trade_session_events, c);
	}
	return e;
}

static err_t make_gateway(struct trade_core *c, struct arena *a)
{
	u64 *cnt = c->l.gateway_cnt;
	err_t e = order_table_init(&c->orders, a, c->cfg.boot, cnt);
	rate_init(&c->rate, CANCEL_RESERVE, cnt);
	journal_init(&c->journal, c->l.journal, cnt);
	binance_decoder_init(&c->decoder, c->instrument, c->n_instruments, c->cfg.boot, cnt);
	c->decoder.sink = trade_sink;
	c->decoder.sink.ctx = c;
	trade_recon_init(c);
	return e;
}

/* For the recorder: between two turns. */
static u64 save(void *core, struct state *s)
{
	struct trade_core *c = core;
	state_put(s, c, sizeof *c);
	state_put(s, c->arena->base, c->arena->used);
	state_put(s, c->spare.base, c->spare.used);
	tcp_save(c->tcp, s);
	for (u32 i = 0; i < TRADE_SESSIONS; i++)
		session_save(&c->session[i], s);
	return c->tape_next;
}

err_t trade_core_init(struct trade_core *c, struct arena *a, const struct trade_cfg *cfg,
		      const struct trade_links *l, struct param_error *why)
{
	*c = (struct trade_core){ .cfg = *cfg, .l = *l, .port = l->port, .tape = l->tape, .arena = a };
	recorder_saves(l->rec, save, c);
	c->n_instruments = cfg->n_instruments;
	c->profile = cfg->profile_every - 1; /* 0: as good as never */
	err_t e = net_init(&c->net, &cfg->net, &l->port->out, l->net_cnt);
	if (e != ERR_OK)
		return e;
	c->tcp = tcp_new(a, &cfg->tcp, &c->net, &l->port->out, l->tcp_cnt);
	c->risk = risk_new(a, l->risk_cnt);
	if (!c->tcp || !c->risk)
		return ERR_NO_MEMORY;
	if ((e = make_instruments(c, a)) != ERR_OK || (e = make_gateway(c, a)) != ERR_OK ||
	    (e = make_sessions(c, a)) != ERR_OK)
		return e;
	e = make_strategies(c, a, why);
	trade_reload(c);
	return e;
}

err_t trade_core_reopen(struct trade_core *c)
{
	err_t e = ERR_OK;
	for (u32 i = 0; i < TRADE_SESSIONS && e == ERR_OK; i++)
		e = session_reopen(&c->session[i], c->l.crypto);
	host_measure(c->host, &untimed_ops);
	return e;
}

void trade_core_close(struct trade_core *c)
{
	for (u32 i = 0; i < TRADE_SESSIONS; i++)
		session_fini(&c->session[i]);
}

/* ---- inboxes ---- */

static void on_entropy(struct trade_core *c, const struct ring_msg *m)
{
	u64 seed;
	if (m->n < sizeof seed)
		return;
	memcpy(&seed, m->data, sizeof seed);
	rng_seed(&c->rng, seed);
}

static void on_limits(struct trade_core *c, const struct ring_msg *m)
{
	const struct msg_limits *l = (const void *)m->data;
	if (m->n != sizeof *l)
		return;
	err_t e = risk_set_limits(c->risk, l->instrument, &l->limits);
	if (e == ERR_OK)
		e = risk_set_account(c->risk, &l->account, c->now);
	if (e != ERR_OK)
		trade_notice(c, NOTICE_DENIED, l->instrument, e,
			     "risk refused the limits: nothing is allowed in this instrument");
	else
		trade_show_limits(c, l);
}

static void on_instrument(struct trade_core *c, const struct ring_msg *m)
{
	const struct instrument *i = (const void *)m->data;
	if (m->n != sizeof *i || i->id >= c->n_instruments || i->version == c->instrument[i->id].version)
		return;
	if (risk_set_instrument(c->risk, i) != ERR_OK)
		return;
	c->instrument[i->id] = *i;
	c->market[i->id].version = i->version;
	binance_tmpls_init(c->tmpl[i->id], i, c->cfg.boot, c->cfg.recv_window_ms);
}

static void on_clock(struct trade_core *c, const struct ring_msg *m)
{
	const struct msg_clock *k = (const void *)m->data;
	if (m->n == sizeof *k)
		c->venue_offset_ns = k->offset_ns;
}

static void on_ctl(struct trade_core *c, const struct ring_msg *m)
{
	switch (m->type) {
	case MSG_ENTROPY: on_entropy(c, m); break;
	case MSG_LIMITS: on_limits(c, m); break;
	case MSG_INSTRUMENT: on_instrument(c, m); break;
	case MSG_CLOCK: on_clock(c, m); break;
	case MSG_EPOCH: trade_epoch(c, m); break;
	case MSG_SESSION_CONNECT:
		if (m->tag < TRADE_SESSIONS && c->cfg.live)
			session_open(&c->session[m->tag], c->now);
		break;
	case MSG_SESSION_CLOSE:
		if (m->tag < TRADE_SESSIONS)
			session_close(&c->session[m->tag], c->now);
		break;
	case MSG_COMMAND:
		if (m->n == sizeof(struct msg_command))
			trade_command(c, (const void *)m->data);
		break;
	default: trade_count(c, TRADE_CNT_inbox_unknown); break;
	}
}

static u32 drain_inboxes(struct trade_core *c)
{
	u32 work = 0;
	const struct ring_msg *m;
	for (; work < INBOX_BATCH && (m = ring_peek(c->l.in_ctl)); work++) {
		if (c->rec)
			recorder_inbox(c->rec, RECORD_CTL, m);
		on_ctl(c, m);
		ring_release(c->l.in_ctl, m);
	}
	for (u32 n = 0; n < INBOX_BATCH && (m = ring_peek(c->l.in_slow)); n++, work++) {
		u32 i = SESSION_TAG_INDEX(m->tag);
		assert(i < TRADE_SESSIONS);
		if (c->rec)
			recorder_inbox(c->rec, RECORD_SLOW, m);
		session_message(&c->session[i], m, c->now);
		ring_release(c->l.in_slow, m);
	}
	return work;
}

/* ---- the turn ---- */

static u32 receive(struct trade_core *c)
{
	struct frame f[PORT_BURST_MAX];
	u32 n = port_rx(c->port, f, PORT_BURST_MAX);
	for (u32 i = 0; i < n; i++) {
		c->rx_tsc = f[i].rx_tsc;
		tcp_rx(c->tcp, &f[i], c->now);
	}
	if (n)
		port_rx_done(c->port);
	return n;
}

/* The loss limit sees prices that move while nothing fills. */
static void mark(struct trade_core *c)
{
	for (u32 i = 0; i < c->n_instruments; i++) {
		const struct market_view *m = &c->market[i].view;
		if (m->book_state == BOOK_VALID && m->bid_px && m->ask_px)
			risk_mark(c->risk, i, m->bid_px + (m->ask_px - m->bid_px) / 2);
	}
}

static u32 chores(struct trade_core *c)
{
	c->chores_ns = c->now + CHORES_NS;
	recon_expire(&c->recon, c->now);
	mark(c);
	trade_retry_cancels(c);
	trade_command_turn(c);
	trade_show(c);
	return 1;
}

static u16 turn_flags(struct trade_core *c)
{
	u64 full = 0;
	for (u32 i = 0; i < TRADE_SESSIONS; i++)
		full += counter_get(&c->l.session_cnt[i].session[SESSION_CNT_slow_ring_full]);
	bool changed = full != c->slow_full;
	c->slow_full = full;
	return (u16)((changed ? RECORD_SLOW_FULL : 0) | (c->journal.has_room ? 0 : RECORD_JOURNAL_FULL));
}

static void record_turn(struct trade_core *c, u64 tsc, u32 level, u32 work)
{
	struct record_turn t = { .turn = c->turn,
				 .tsc = tsc,
				 .tape = c->tape_next,
				 .kill = level,
				 .kill_last = c->kill,
				 .flags = turn_flags(c) };
	recorder_end(c->rec, &t, work);
}

u32 trade_core_step(struct trade_core *c, u64 tsc)
{
	c->now = clock_ns(&c->cfg.clock, tsc);
	c->turn_tsc = tsc;
	c->rec = recorder_turn(c->l.rec, c->turn, tsc);
	c->turn++;
	u32 work = 0, level = kill_level(c->l.kill);
	journal_turn(&c->journal);
	if (level != c->kill)
		work += trade_obey_kill(c, level);
	work += trade_read_tape(c);
	work += receive(c);
	work += drain_inboxes(c);
	work += host_next_timer(c->host) <= c->now ? host_on_time(c->host, c->now, tsc_now()) : 0;
	work += tcp_turn(c->tcp, c->now);
	work += session_set_turn(&c->sessions, c->now);
	work += trade_link_turn(c);
	if (c->now >= c->chores_ns)
		work += chores(c);
	if (work)
		counter_inc(&c->l.status->busy_turns);
	trade_warm(c);
	core_status_turn(c->l.status, c->now);
	if (c->rec)
		record_turn(c, tsc, level, work);
	return work;
}
