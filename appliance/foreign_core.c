#include "appliance/foreign_core.h"

#include <stdio.h>
#include <string.h>

#include "common/decimal.h"
#include "dataplane/feed/feed_binance_rest.h"

#define ARENA (1024ull << 20)
#define IDLE_NS (10 * NS_PER_MS) /* between two turns of a silent connection */
#define IDLE_TURNS 1000u         /* then everything that time makes due has been done */
#define QTY_SCALE 8              /* what Binance writes in its streams */
#define LEVELS 5000u

/* What the cores are made of, where no network is. */
static const char config_text[] = "instance: replay\n"
				  "mode: observe\n"
				  "cpus: { trade: 0, shared: \"1\" }\n"
				  "ports:\n"
				  "  md: { device: none0, ip: 192.0.2.1/24 }\n"
				  "  trade: { device: none1, ip: 198.51.100.1/24 }\n"
				  "venue:\n"
				  "  stream: { host: capture }\n"
				  "  api: { host: capture }\n"
				  "  rest: { host: capture }\n"
				  "instruments: [NONE]\n";

/* ---- instruments ---- */

/* Digits behind the point, trailing zeros dropped. */
static u32 decimals(const char *s, size_t n)
{
	const char *point = memchr(s, '.', n);
	if (!point)
		return 0;
	while (s[n - 1] == '0')
		n--;
	return (u32)(s + n - point - 1);
}

err_t foreign_instrument(const char *text, struct instrument *out)
{
	const char *tick = strchr(text, ':'), *lot = tick ? strchr(tick + 1, ':') : NULL;
	*out = (struct instrument){ .qty_scale = QTY_SCALE };
	if (!lot || tick == text || tick - text >= SYMBOL_MAX)
		return ERR_SYNTAX;
	out->symbol_n = (u8)(tick - text);
	memcpy(out->symbol, text, out->symbol_n);
	tick++;
	size_t tick_n = (size_t)(lot - tick);
	lot++;
	u32 scale = decimals(tick, tick_n);
	out->px_scale = (u8)scale;
	if (scale > DEC_DECIMALS_MAX || dec_parse(tick, tick_n, scale, &out->tick) != ERR_OK || out->tick <= 0 ||
	    dec_parse(lot, strlen(lot), QTY_SCALE, &out->lot) != ERR_OK || out->lot <= 0)
		return ERR_SYNTAX;
	return ERR_OK;
}

/* ---- snapshots ---- */

static void send_side(struct foreign_core *c, u32 i, bool ask, const struct feed_level *l, u32 n)
{
	struct ring *to = c->app.md_rings.from_ctl;
	for (u32 at = 0; at < n; at += MSG_LEVELS_MAX) {
		u32 k = u32_min(MSG_LEVELS_MAX, n - at);
		struct msg_levels *m =
			ring_reserve(to, MSG_SNAPSHOT_LEVELS, i, (u32)(sizeof *m + k * sizeof m->level[0]));
		assert(m && "the ring has room for a snapshot of 5000 levels");
		*m = (struct msg_levels){ .instrument = i, .n = (u16)k, .ask = ask };
		for (u32 j = 0; j < k; j++)
			m->level[j] = (struct msg_level){ l[at + j].px, l[at + j].qty };
		ring_commit(to);
	}
}

static void send_snapshot(struct foreign_core *c, u32 i)
{
	static struct feed_level bids[LEVELS], asks[LEVELS];
	struct feed_rest_depth d = { .bids = bids, .asks = asks, .cap = LEVELS };
	const struct instrument *in = &c->app.instrument[i];
	struct span json = c->snapshot[i];
	char why[256] = "";
	c->snapshot[i] = (struct span){ 0 }; /* it tells of one moment: once */
	err_t e = feed_rest_depth((const char *)json.p, json.n, in, &d, why, sizeof why);
	if (e != ERR_OK) {
		snprintf(c->why, sizeof c->why, "snapshot of %.*s: %s", in->symbol_n, in->symbol,
			 why[0] ? why : err_text(e));
		return;
	}
	struct msg_snapshot m = { .instrument = i, .update_id = d.last_update_id };
	struct ring *to = c->app.md_rings.from_ctl;
	ring_put(to, MSG_SNAPSHOT_BEGIN, i, &m, sizeof m);
	send_side(c, i, false, d.bids, d.n_bids);
	send_side(c, i, true, d.asks, d.n_asks);
	ring_put(to, MSG_SNAPSHOT_END, i, &m, sizeof m);
}

/* What ctl and slow would take. */
static void answer(struct foreign_core *c)
{
	struct app_rings *r = &c->app.md_rings;
	for (const struct ring_msg *m; (m = ring_peek(r->to_ctl)); ring_release(r->to_ctl, m)) {
		struct msg_snapshot want;
		if (m->type != MSG_WANT_SNAPSHOT || m->n < sizeof want)
			continue;
		memcpy(&want, m->data, sizeof want);
		if (c->snapshot[want.instrument].p)
			send_snapshot(c, want.instrument);
		else
			c->unanswered++;
	}
	for (const struct ring_msg *m; (m = ring_peek(r->to_slow));)
		ring_release(r->to_slow, m);
}

/* ---- the core ---- */

static void make_port(struct port *p, struct replay_port *r, struct app *a, u8 last)
{
	static const u8 mac[6] = { 0x02, 0x53, 0x4b, 0, 0, 0 };
	r->kill = &a->seg.kill->kill;
	replay_port_init(r, p);
	p->mtu = 1500;
	memcpy(p->mac, mac, sizeof p->mac);
	p->mac[5] = last;
}

err_t foreign_core_open(struct foreign_core *c, FILE *plain, char *error)
{
	struct app *a = &c->app;
	a->replay = true;
	a->io.journal_fd = -1;
	a->clock = (struct clock){ .mult = 1ull << 32, .tsc_hz = NS_PER_S };
	err_t e = config_parse(&a->cfg, "replay", config_text, sizeof config_text - 1, error);
	if (e == ERR_OK && c->paper)
		paper_configure(c->paper, &a->cfg);
	if (e != ERR_OK || (e = app_make_private_segment(a, error)) != ERR_OK ||
	    (e = arena_open(&a->arena, ARENA)) != ERR_OK || (e = tls_crypto_init(&a->crypto, true)) != ERR_OK)
		return e;
	make_port(&a->md_port, &c->port[RECORD_MD], a, 1);
	if (!c->paper)
		make_port(&a->trade_port, &c->port[RECORD_TRADE], a, 2);
	else if ((e = paper_open(c->paper, a, error)) != ERR_OK)
		return e;
	if ((e = app_make_cores(a, error)) != ERR_OK || (e = replay_measure(a, error)) != ERR_OK)
		return e;
	for (u32 i = 0; i < a->n_instruments; i++)
		ring_put(a->md_rings.from_ctl, MSG_INSTRUMENT, i, &a->instrument[i], sizeof a->instrument[i]);
	if (plain)
		replay_plain_listen(&c->plain, a, plain);
	return c->paper ? paper_begin(c->paper, error) : ERR_OK;
}

void foreign_core_close(struct foreign_core *c)
{
	if (c->paper)
		paper_close(c->paper);
	if (c->app.trade_up)
		trade_core_close(&c->app.trade);
	if (c->app.md_up)
		md_core_close(&c->app.md);
	if (c->app.seg.base)
		segment_close(&c->app.seg);
	arena_close(&c->app.arena);
	arena_close(&c->app.core_arena[RECORD_MD]);
	arena_close(&c->app.core_arena[RECORD_TRADE]);
}

/* What the last frame has led to is whole: the trading core's turn. */
static void settle(struct foreign_core *c)
{
	if (c->paper && c->turns)
		paper_market(c->paper, c->now);
}

static void step(struct foreign_core *c, ns_t at)
{
	settle(c);
	if (c->pace)
		replay_pace_wait(&c->pacer, &c->app.clock, &c->app.io.clock, at);
	c->now = at;
	c->turns++;
	md_core_step(&c->app.md, at);
	answer(c);
}

void foreign_core_turn(struct foreign_core *c, ns_t at)
{
	for (u32 i = 0; c->turns && i < IDLE_TURNS && c->now + IDLE_NS < at; i++)
		step(c, c->now + IDLE_NS);
	step(c, at);
	c->poll_tsc = tsc_now();
}

bool foreign_core_end(struct foreign_core *c)
{
	settle(c);
	return !c->paper || paper_end(c->paper);
}

void foreign_core_up(struct foreign_core *c, ns_t at)
{
	struct session *s = &c->app.md.session;
	s->user->up(s->ctx, s, at);
}

void foreign_core_text(struct foreign_core *c, const u8 *p, u32 n, ns_t at)
{
	struct session *s = &c->app.md.session;
	c->app.md.rx_tsc = c->poll_tsc;
	s->user->text(s->ctx, s, p, n, at);
}
