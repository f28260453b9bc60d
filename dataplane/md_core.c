#include "dataplane/md_core.h"

#include <string.h>

#include "dataplane/md_publish.h"

#define CHORES_NS (10 * NS_PER_MS)
#define INBOX_BATCH 64 /* messages of one inbox a turn at most: a snapshot must not stop the feed */

const struct counter_def md_counter_defs[MD_CNT_COUNT] = {
#define CNT(name_, help_) { .name = #name_, .help = help_ },
#include "dataplane/md_cnt.def"
#undef CNT
};

/* ---- the session's events ---- */

static void on_up(void *user, struct session *s, ns_t now)
{
	struct md_core *c = user;
	(void)s;
	for (u32 i = 0; i < c->n_instruments; i++)
		if (c->book[i]) {
			book_reset(c->book[i], book_version(c->book[i]));
			md_publish_state(c, i, now);
		}
}

static void on_down(void *user, struct session *s, err_t why, ns_t now)
{
	(void)s, (void)why;
	md_mark_stale(user, now);
}

static void on_text(void *user, struct session *s, const u8 *p, u32 n, ns_t now)
{
	struct md_core *c = user;
	struct feed_msg m;
	if (c->halted)
		return; /* while the session closes the venue goes on talking */
	counter_inc(&c->l.cnt[MD_CNT_messages]);
	if (feed_parse(c->feed, (const char *)p, n, &m) != ERR_OK) {
		counter_inc(&c->l.cnt[MD_CNT_bad_messages]);
		return;
	}
	switch (m.kind) {
	case FEED_BBO: md_on_bbo(c, &m, now); break;
	case FEED_TRADE: md_on_trade(c, &m, now); break;
	case FEED_DEPTH: md_on_depth(c, &m, now); break;
	case FEED_ERROR: counter_inc(&c->l.cnt[MD_CNT_venue_errors]); break;
	case FEED_SHUTDOWN:
		counter_inc(&c->l.cnt[MD_CNT_shutdowns]);
		session_doom(s, ERR_CLOSED, "the venue announced its shutdown");
		break;
	default: break;
	}
}

static const struct session_user session_events = { .up = on_up, .text = on_text, .down = on_down };

/* ---- start ---- */

static err_t make_books(struct md_core *c, struct arena *a)
{
	for (u32 i = 0; i < INSTRUMENTS_MAX; i++) {
		struct book_config bc = { .instrument = i,
					  .levels = c->cfg.book_levels,
					  .buffer_levels = c->cfg.book_buffer_levels };
		if (!c->l.image[i])
			continue;
		if (!(c->book[i] = book_new(a, c->l.book_cnt, &bc)))
			return ERR_NO_MEMORY;
		c->n_instruments = i + 1;
	}
	return ERR_OK;
}

/* For the recorder: between two turns. */
static u64 save(void *core, struct state *s)
{
	struct md_core *c = core;
	state_put(s, c, sizeof *c);
	state_put(s, c->arena->base, c->arena->used);
	tcp_save(c->tcp, s);
	session_save(&c->session, s);
	for (u32 i = 0; i < c->n_instruments; i++)
		if (c->book[i])
			book_save(c->book[i], s);
	return tape_head(c->tape) + 1;
}

err_t md_core_init(struct md_core *c, struct arena *a, const struct md_cfg *cfg,
		   const struct md_links *l)
{
	*c = (struct md_core){ .cfg = *cfg, .l = *l, .port = l->port, .tape = l->tape, .arena = a };
	recorder_saves(l->rec, save, c);
	err_t e = net_init(&c->net, &cfg->net, &l->port->out, l->net_cnt);
	if (e != ERR_OK)
		return e;
	c->tcp = tcp_new(a, &cfg->tcp, &c->net, &l->port->out, l->tcp_cnt);
	c->feed = feed_new(a, l->feed_cnt, cfg->feed_levels);
	if (!c->tcp || !c->feed || make_books(c, a) != ERR_OK)
		return ERR_NO_MEMORY;
	e = session_set_init(&c->sessions, a, 1, cfg->large_buffers, cfg->session.message_max);
	if (e != ERR_OK)
		return e;
	struct session_env env = { .tcp = c->tcp,
				   .set = &c->sessions,
				   .to_slow = l->to_slow,
				   .to_ctl = l->to_ctl,
				   .rng = &c->rng,
				   .rec = l->rec };
	e = session_init(&c->session, a, l->crypto, &cfg->session, &env, &l->session_cnt);
	session_set_user(&c->session, &session_events, c);
	return e;
}

err_t md_core_reopen(struct md_core *c) { return session_reopen(&c->session, c->l.crypto); }

void md_core_close(struct md_core *c) { session_fini(&c->session); }

/* ---- inboxes ---- */

static void on_entropy(struct md_core *c, const struct ring_msg *m)
{
	u64 seed;
	if (m->n < sizeof seed)
		return;
	memcpy(&seed, m->data, sizeof seed);
	rng_seed(&c->rng, seed);
}

static void on_instrument(struct md_core *c, const struct ring_msg *m, ns_t now)
{
	const struct instrument *i = (const void *)m->data;
	if (m->n != sizeof *i || i->id >= c->n_instruments || !c->book[i->id] ||
	    feed_add_instrument(c->feed, i) != ERR_OK)
		return;
	book_reset(c->book[i->id], i->version);
	md_publish_state(c, i->id, now);
}

/* What ctl wants, and what the kill word allows. */
static void connect(struct md_core *c, bool wanted, ns_t now)
{
	c->wanted = wanted;
	if (wanted && !c->halted)
		session_open(&c->session, now);
	else
		session_close(&c->session, now);
}

static void on_ctl(struct md_core *c, const struct ring_msg *m, ns_t now)
{
	switch (m->type) {
	case MSG_ENTROPY: on_entropy(c, m); break;
	case MSG_INSTRUMENT: on_instrument(c, m, now); break;
	case MSG_SNAPSHOT_BEGIN:
	case MSG_SNAPSHOT_LEVELS:
	case MSG_SNAPSHOT_END: md_on_snapshot(c, m, now); break;
	case MSG_SESSION_CONNECT: connect(c, true, now); break;
	case MSG_SESSION_CLOSE: connect(c, false, now); break;
	default: counter_inc(&c->l.cnt[MD_CNT_inbox_unknown]); break;
	}
}

static u32 drain_inboxes(struct md_core *c, ns_t now)
{
	u32 work = 0;
	const struct ring_msg *m;
	for (; work < INBOX_BATCH && (m = ring_peek(c->l.in_ctl)); work++) {
		if (c->rec)
			recorder_inbox(c->rec, RECORD_CTL, m);
		on_ctl(c, m, now);
		ring_release(c->l.in_ctl, m);
	}
	for (u32 n = 0; n < INBOX_BATCH && (m = ring_peek(c->l.in_slow)); n++, work++) {
		if (c->rec)
			recorder_inbox(c->rec, RECORD_SLOW, m);
		session_message(&c->session, m, now);
		ring_release(c->l.in_slow, m);
	}
	return work;
}

/* ---- the turn ---- */

static u32 receive(struct md_core *c, ns_t now)
{
	struct frame f[PORT_BURST_MAX];
	u32 n = port_rx(c->port, f, PORT_BURST_MAX);
	for (u32 i = 0; i < n; i++) {
		c->rx_tsc = f[i].rx_tsc;
		tcp_rx(c->tcp, &f[i], now);
	}
	if (n)
		port_rx_done(c->port);
	c->rx_tsc = 0;
	return n;
}

/*
 * The kill word at its highest level stops the feed as well: nothing is published that could make
 * anyone trade.
 */
static u32 obey_kill(struct md_core *c, u32 level, ns_t now)
{
	bool halt = level >= KILL_HALT;
	c->kill = level;
	counter_set(&c->l.status->kill_seen, level);
	if (halt == c->halted)
		return 1;
	c->halted = halt;
	counter_set(&c->l.status->halted, halt);
	if (halt) {
		counter_inc(&c->l.cnt[MD_CNT_halts]);
		md_mark_stale(c, now);
	}
	connect(c, c->wanted, now);
	return 1;
}

static u32 chores(struct md_core *c, ns_t now)
{
	c->chores_ns = now + CHORES_NS;
	md_check_books(c, now);
	session_show(&c->session, c->l.session_status);
	return 1;
}

static void record_turn(struct md_core *c, u64 tsc, u32 work)
{
	u64 full = counter_get(&c->l.session_cnt.session[SESSION_CNT_slow_ring_full]);
	struct record_turn t = { .turn = c->turn,
				 .tsc = tsc,
				 .tape = tape_head(c->tape) + 1,
				 .kill = c->kill,
				 .kill_last = (u16)c->kill,
				 .flags = full != c->slow_full ? RECORD_SLOW_FULL : 0 };
	c->slow_full = full;
	recorder_end(c->rec, &t, work);
}

u32 md_core_step(struct md_core *c, u64 tsc)
{
	ns_t now = clock_ns(&c->cfg.clock, tsc);
	u32 work = 0, level = kill_level(c->l.kill);
	c->rec = recorder_turn(c->l.rec, c->turn, tsc);
	c->turn++;
	if (c->images_due)
		md_write_images(c);
	if (level != c->kill)
		work += obey_kill(c, level, now);
	work += drain_inboxes(c, now);
	work += tcp_turn(c->tcp, now);
	work += session_set_turn(&c->sessions, now);
	if (now >= c->chores_ns)
		work += chores(c, now);
	core_status_turn(c->l.status, now);
	work += receive(c, now); /* last: the trading core reads at once; ACKs follow next turn */
	if (work)
		counter_inc(&c->l.status->busy_turns);
	if (c->rec)
		record_turn(c, tsc, work);
	return work;
}
