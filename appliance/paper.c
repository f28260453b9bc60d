#include "appliance/paper.h"

#include <stdio.h>
#include <string.h>

#include "common/instrument_set.h"
#include "gateway/binance_id.h"

#define QUEUE 4096u           /* requests on their way; a power of two */
#define BEFORE_NS NS_PER_S    /* what logon and reconciliation may take ahead of the first turn */
#define STEPS_MAX 1000u       /* turns of one time, until nothing is left to do */
#define CHORES_NS (10 * NS_PER_MS)
#define ID_AT 7               /* in {"id":"p0000000001" */

static void fail(struct paper *p, const char *why)
{
	if (!p->failed)
		snprintf(p->why, sizeof p->why, "%s", why);
	p->failed = true;
}

static ns_t ns_at(const struct paper *p, u64 tsc) { return clock_ns(&p->app->clock, tsc); }

static i64 venue_ms(const struct paper *p, u64 tsc)
{
	return ((i64)ns_at(p, tsc) + p->cfg.wall_offset_ns) / (i64)NS_PER_MS;
}

/* Ticks that take at least so long. */
static u64 ticks(const struct clock *c, u64 ns)
{
	return (u64)((((unsigned __int128)ns << 32) + c->mult - 1) / c->mult);
}

/* The first count at which the clock shows `at`, or a little later. */
static u64 tsc_of(const struct clock *c, ns_t at)
{
	return at > c->ns_base ? c->tsc_base + ticks(c, at - c->ns_base) : c->tsc_base;
}

/* ---- requests ---- */

static bool is_order(const u8 *text, u32 n)
{
	u64 number;
	u8 req = n < ID_AT + BINANCE_ID_LEN ? (u8)BINANCE_REQ_NONE
					    : binance_id_parse((const char *)text + ID_AT, BINANCE_ID_LEN, &number);
	return req == BINANCE_REQ_PLACE || req == BINANCE_REQ_CANCEL;
}

static void on_request(void *user, u32 session, const u8 *text, u32 n, ns_t now)
{
	struct paper *p = user;
	struct paper_request *r = &p->queue[p->queue_tail % QUEUE];
	if (p->queue_tail - p->queue_head == QUEUE || n > sizeof r->text) {
		fail(p, n > sizeof r->text ? "a request is too long" : "too many requests without an answer");
		return;
	}
	*r = (struct paper_request){ .session = session, .n = n };
	r->due_tsc = p->now_tsc + (p->ready ? p->round_trip_tsc : 0);
	memcpy(r->text, text, n);
	p->queue_tail++;
	if (!is_order(text, n))
		return;
	p->n_texts++;
	if (p->text)
		p->text(p->user, text, n, now);
}

static u32 answer_due(struct paper *p, u64 tsc)
{
	u32 n = 0;
	for (; p->queue_head != p->queue_tail && !p->failed; p->queue_head++, n++) {
		const struct paper_request *r = &p->queue[p->queue_head % QUEUE];
		if (r->due_tsc > tsc)
			break;
		paper_venue_request(p->venue, r->session, r->text, r->n, venue_ms(p, tsc));
	}
	return n;
}

static void on_say(void *user, u32 session, const u8 *text, u32 n)
{
	struct paper *p = user;
	if (p->answer)
		p->answer(p->user, text, n, ns_at(p, p->now_tsc));
	paper_wire_say(&p->wire, session, text, n, ns_at(p, p->now_tsc));
}

/* ---- what the other threads would take ---- */

static void empty(struct ring *r)
{
	for (const struct ring_msg *m; (m = ring_peek(r));)
		ring_release(r, m);
}

static void tell(struct paper *p, struct ring *to, u16 type, u64 tag, const void *data, u32 n)
{
	if (!ring_put(to, type, tag, data, n))
		fail(p, "the trading core's inbox is full");
}

/* A logon that needs no key: the sessions are the venue's own already. */
static void log_on(struct paper *p, const struct ring_msg *m)
{
	static const char text[] = "{\"id\":\"l0000000001\",\"method\":\"session.status\"}";
	if (m->type == MSG_SIGN)
		tell(p, p->app->trade_rings.from_slow, MSG_SEND, m->tag, text, sizeof text - 1);
}

static void hear(struct paper *p, const struct ring_msg *m)
{
	const struct msg_command *a = (const void *)m->data;
	const struct msg_notice *n = (const void *)m->data;
	if (m->type == MSG_ANSWER && a->result != ERR_OK)
		fail(p, a->why);
	if (m->type == MSG_NOTICE && n->kind == NOTICE_DENIED)
		fail(p, n->text);
}

static void others(struct paper *p)
{
	struct app_rings *r = &p->app->trade_rings;
	for (const struct ring_msg *m; (m = ring_peek(r->to_slow)); ring_release(r->to_slow, m))
		log_on(p, m);
	for (const struct ring_msg *m; (m = ring_peek(r->to_ctl)); ring_release(r->to_ctl, m))
		hear(p, m);
	empty(p->app->journal);
	if (p->cfg.measure)
		io_measure(&p->app->io);
	else
		empty(p->app->trace);
}

/* ---- turns ---- */

static u32 step(struct paper *p, u64 tsc)
{
	u32 work = answer_due(p, tsc);
	work += trade_core_step(&p->app->trade, tsc);
	work += paper_wire_turn(&p->wire, ns_at(p, tsc));
	others(p);
	if (p->wire.why)
		fail(p, p->wire.why);
	return work;
}

/* At one time, until nothing is left to do. */
static void turn(struct paper *p, u64 tsc)
{
	p->now_tsc = tsc;
	for (u32 i = 0; i < STEPS_MAX && !p->failed && step(p, tsc); i++)
		;
}

/* The md core's events up to `head`: onto the core's own tape, and to the venue. */
static void take_events(struct paper *p, u64 tsc, u64 head)
{
	const struct tape *from = p->app->md_links.tape;
	struct tape_event e;
	for (u64 at = p->taken + 1; at <= head; at++) {
		if (tape_read(from, at, &e) != TAPE_OK) {
			if (p->tape) {
				fail(p, "an event is no longer on the tape: market.tape_slots is too small");
				return;
			}
			at = head; /* free: the core itself has lost it as well */
			continue;
		}
		if (p->tape)
			tape_publish(p->tape, &e);
		paper_venue_market(p->venue, &e, venue_ms(p, tsc));
	}
}

/* When the trading core has something to do by itself next. */
static u64 next_tsc(const struct paper *p)
{
	const struct trade_core *c = &p->app->trade;
	ns_t timer = host_next_timer(c->host);
	u64 next = p->now_tsc + p->chores_tsc;
	if (p->queue_head != p->queue_tail)
		next = u64_min(next, p->queue[p->queue_head % QUEUE].due_tsc);
	if (timer != UINT64_MAX)
		next = u64_min(next, tsc_of(&p->app->clock, timer));
	return u64_max(next, p->now_tsc + 1);
}

void paper_run(struct paper *p, u64 tsc, u64 head)
{
	u64 next;
	if (!p->ready && !p->failed)
		paper_ready(p, tsc);
	while (!p->failed && (next = next_tsc(p)) < tsc)
		turn(p, next);
	p->now_tsc = tsc;
	if (!p->failed)
		take_events(p, tsc, head);
	__atomic_store_n(&p->taken, head, __ATOMIC_RELAXED); /* whatever became of them */
	turn(p, tsc);
}

u32 paper_poll(struct paper *p)
{
	u64 tsc = __atomic_load_n(&p->md_tsc, __ATOMIC_ACQUIRE); /* pairs with paper_thread_post */
	u64 head = tape_head(p->app->md_links.tape);
	u32 work = 0;
	if (!tsc)
		return 0;
	if (!p->ready && !p->failed)
		paper_ready(p, tsc);
	p->now_tsc = u64_max(p->now_tsc, tsc);
	if (!p->failed) {
		work = step(p, p->now_tsc);
		take_events(p, p->now_tsc, head); /* behind the core: what it is measured by is over */
	}
	__atomic_store_n(&p->taken, head, __ATOMIC_RELAXED);
	return work;
}

/* ---- start ---- */

static void send_limits(struct paper *p)
{
	char error[APP_ERROR];
	struct msg_limits m;
	for (u32 i = 0; i < p->app->n_instruments; i++)
		if (ctl_limits(&p->app->cfg, &p->app->instrument[i], &m, error, sizeof error) != ERR_OK)
			fail(p, error);
		else
			tell(p, p->app->trade_rings.from_ctl, MSG_LIMITS, i, &m, sizeof m);
}

static void send_settings(struct paper *p)
{
	static const u64 seed[4] = { 1, 2, 3, 4 }; /* masks that come again */
	struct msg_clock k = { .offset_ns = p->cfg.wall_offset_ns };
	tell(p, p->app->trade_rings.from_ctl, MSG_ENTROPY, 0, seed, sizeof seed);
	tell(p, p->app->trade_rings.from_ctl, MSG_CLOCK, 0, &k, sizeof k);
	send_limits(p);
}

static void join(struct paper *p, u64 tsc)
{
	struct app *a = p->app;
	for (u32 i = 0; i < PAPER_SESSIONS && !p->failed; i++)
		if (paper_wire_join(&p->wire, i, &a->trade.session[i], &a->trade_port, ns_at(p, tsc)) != ERR_OK)
			fail(p, "an order session cannot be adopted");
}

void paper_ready(struct paper *p, u64 tsc)
{
	struct msg_command arm = { .verb = CMD_ARM };
	const struct clock *c = &p->app->clock;
	u64 at = tsc - ticks(c, BEFORE_NS);
	send_settings(p);
	turn(p, at);
	join(p, at);
	while (!p->failed && p->app->trade.link[0] != LINK_READY && at < tsc)
		turn(p, at += ticks(c, NS_PER_MS));
	if (p->app->trade.link[0] != LINK_READY)
		fail(p, "the order session did not become ready");
	tell(p, p->app->trade_rings.from_ctl, MSG_COMMAND, 0, &arm, sizeof arm);
	turn(p, at + 1);
	p->ready = true;
}

/* ---- life ---- */

static void take_trading(struct config *cfg, const struct config *t)
{
	memcpy(cfg->file, t->file, sizeof cfg->file);
	memcpy(cfg->strategy, t->strategy, sizeof cfg->strategy);
	cfg->n_strategies = t->n_strategies;
	cfg->risk = t->risk;
	cfg->on_stale = t->on_stale;
	cfg->on_session_loss = t->on_session_loss;
	cfg->recv_window_ms = t->recv_window_ms;
	cfg->profile_every = t->profile_every;
}

void paper_configure(const struct paper *p, struct config *cfg)
{
	const struct config *t = p->cfg.trading;
	cfg->mode = MODE_LIVE; /* to the stand-in */
	cfg->trade_port = (struct config_port){ .device = "paper", .ip = PAPER_ADDRESS };
	if (t)
		take_trading(cfg, t);
	if (p->cfg.measure)
		cfg->profile_every = 1;
}

static bool is_symbol(const struct instrument *i, const char *s)
{
	return strlen(s) == i->symbol_n && !memcmp(i->symbol, s, i->symbol_n);
}

err_t paper_check_instruments(const struct config *cfg, const struct instrument *table, u32 n, bool all, char *error)
{
	struct instrument_set named = { { 0 } };
	for (u32 k = 0; k < cfg->n_instruments; k++) {
		u32 i = 0;
		while (i < n && !is_symbol(&table[i], cfg->instrument[k]))
			i++;
		if (i == n) {
			snprintf(error, APP_ERROR, "%s: instruments: %s is not in the replayed market data", cfg->file,
				 cfg->instrument[k]);
			return ERR_NOT_FOUND;
		}
		instrument_set_add(&named, i);
	}
	for (u32 i = 0; i < n && all; i++)
		if (!instrument_set_has(&named, i)) {
			snprintf(error, APP_ERROR, "%.*s is not among the instruments of %s", table[i].symbol_n,
				 table[i].symbol, cfg->file);
			return ERR_NOT_FOUND;
		}
	return ERR_OK;
}

static err_t own_tape(struct paper *p)
{
	struct app *a = p->app;
	void *mem = arena_alloc(&a->arena, tape_bytes(a->cfg.tape_slots), CACHE_LINE);
	if (!mem)
		return ERR_NO_MEMORY;
	p->tape = tape_init(mem, a->cfg.tape_slots);
	a->trade_links.tape = p->tape;
	return ERR_OK;
}

err_t paper_open(struct paper *p, struct app *a, char *error)
{
	struct paper_venue_cfg v = { .instrument = a->instrument,
				     .n_instruments = a->n_instruments,
				     .fills = p->cfg.fills,
				     .maker_ppm = p->cfg.maker_ppm,
				     .taker_ppm = p->cfg.taker_ppm,
				     .say = on_say,
				     .user = p };
	p->app = a;
	for (u32 i = 0; i < a->n_instruments; i++)
		ctl_own_minimum(&a->cfg.risk, &a->instrument[i]);
	p->wire.request = on_request;
	p->wire.user = p;
	p->wire.crypto = &a->crypto;
	p->round_trip_tsc = ticks(&a->clock, p->cfg.round_trip_ns);
	p->chores_tsc = ticks(&a->clock, CHORES_NS);
	a->trade_links.kill = &p->kill;
	p->queue = ARENA_ARRAY(&a->arena, struct paper_request, QUEUE);
	err_t e = p->queue ? paper_wire_open(&p->wire, &a->arena, &a->trade_port) : ERR_NO_MEMORY;
	if (e == ERR_OK && p->cfg.layout != PAPER_FREE)
		e = own_tape(p);
	snprintf(error, APP_ERROR, "the stand-in for the order session: %s", err_text(e));
	if (e == ERR_OK && !(p->venue = paper_venue_new(&v, error, APP_ERROR)))
		e = ERR_ARGUMENT;
	return e;
}

err_t paper_begin(struct paper *p, char *error)
{
	p->begun = true;
	return p->cfg.layout == PAPER_FUSED ? ERR_OK : paper_thread_start(p, error);
}

void paper_market(struct paper *p, u64 tsc)
{
	if (p->cfg.layout == PAPER_FUSED)
		paper_run(p, tsc, tape_head(p->app->md_links.tape));
	else
		paper_thread_post(p, tsc);
}

bool paper_end(struct paper *p)
{
	if (p->threaded)
		paper_thread_join(p);
	if (p->ready) /* what was sent last takes effect as well */
		paper_run(p, p->now_tsc + p->round_trip_tsc, tape_head(p->app->md_links.tape));
	return !p->failed;
}

void paper_close(struct paper *p)
{
	if (p->threaded)
		paper_thread_join(p);
	paper_wire_close(&p->wire);
	paper_venue_free(p->venue);
	p->venue = NULL;
}
