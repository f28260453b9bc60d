/*
 * app_cores.c - rings, memory and both hot cores, from the configuration.
 */
#include <stdio.h>
#include <string.h>

#include "appliance/app.h"
#include "appliance/config_value.h"

#define CTL_RING (4u << 20)  /* a snapshot of 5000 levels a side is 160 KB */
#define SLOW_RING (1u << 20) /* a handshake is some 10 KB */
#define TRACE_RING (8u << 20)
#define JOURNAL_RING (4u << 20)
#define MESSAGE_OWN (64u << 10) /* of a session's memory for one message: the largest diff seen is 20 KB */
/* of one WebSocket message: a whole book or a list of instruments; an account's open orders */
#define MD_MESSAGE_MAX (16u << 20)
#define TRADE_MESSAGE_MAX (1u << 20)
#define FEED_LEVELS 5000
#define BOOK_BUFFER 65536
#define STALE_NS (2 * NS_PER_S)
#define SNAPSHOT_NS (3 * NS_PER_S)
#define TURN_BUDGET_NS (50 * NS_PER_US)
#define CORE_ARENA (1ull << 30) /* address space; pages are taken as they are used */

/* ---- rings ---- */

static bool make_rings(struct arena *a, struct app_rings *r)
{
	r->from_ctl = ring_new(a, CTL_RING);
	r->from_slow = ring_new(a, SLOW_RING);
	r->to_ctl = ring_new(a, CTL_RING);
	r->to_slow = ring_new(a, SLOW_RING);
	return r->from_ctl && r->from_slow && r->to_ctl && r->to_slow;
}

/* Without a folder nothing can be captured: no recorder stands before the ports, and none has a ring. */
static bool make_recorders(struct app *a)
{
	struct port *under[RECORD_CORES] = { &a->md_port, &a->trade_port };
	u64 *lost[RECORD_CORES] = { &a->ctl.cnt[APP_CNT_capture_lost_md],
				    &a->ctl.cnt[APP_CNT_capture_lost_trade] };
	if (!a->cfg.capture_dir[0] && !a->replay)
		return true;
	for (u32 i = 0; i < RECORD_CORES; i++) {
		a->records[i] = ring_new(&a->arena, a->cfg.capture_ring_mb << 20);
		a->recorder[i] = ARENA_NEW(&a->arena, struct recorder);
		if (!a->records[i] || !a->recorder[i])
			return false;
		recorder_init(a->recorder[i], under[i], a->records[i], lost[i]);
	}
	return true;
}

static void link_rings(struct app *a)
{
	const struct app_rings *m = &a->md_rings, *t = &a->trade_rings;
	struct md_links *ml = &a->md_links;
	struct trade_links *tl = &a->trade_links;
	ml->in_ctl = m->from_ctl, ml->in_slow = m->from_slow, ml->to_ctl = m->to_ctl,
	ml->to_slow = m->to_slow;
	tl->in_ctl = t->from_ctl, tl->in_slow = t->from_slow, tl->to_ctl = t->to_ctl,
	tl->to_slow = t->to_slow;
	tl->journal = a->journal;
	tl->trace = a->trace;
	ml->rec = a->recorder[RECORD_MD], tl->rec = a->recorder[RECORD_TRADE];
	ml->port = ml->rec ? &ml->rec->port : &a->md_port;
	tl->port = tl->rec ? &tl->rec->port : &a->trade_port;
	ml->crypto = tl->crypto = &a->crypto;
}

/* ---- configuration of the cores ---- */

static err_t net_cfg(const struct config_port *p, const struct port *port, struct net_cfg *out, char *error)
{
	u32 ip, len = 0, len6 = 0;
	*out = (struct net_cfg){ .mtu = port->mtu };
	if (!(port->caps & PORT_CAP_VLAN)) { /* else the device takes tags off and puts them on */
		out->vlan = p->vlan;
		out->vlan_priority = (u8)p->vlan_priority;
	}
	memcpy(out->mac, port->mac, sizeof out->mac);
	bool ok = (!p->ip[0] || value_network(p->ip, &ip, &len)) &&
		  (!p->gateway[0] || ip_addr_parse(p->gateway, &out->gateway) == ERR_OK) &&
		  (!p->ip6[0] || value_network6(p->ip6, &out->ip6, &len6)) &&
		  (!p->gateway6[0] || ip_addr_parse(p->gateway6, &out->gateway6) == ERR_OK);
	if (ok && p->ip[0])
		out->ip = ip_addr_v4(ip);
	out->prefix_len = (u8)len;
	out->prefix6_len = (u8)len6;
	if (!ok)
		snprintf(error, APP_ERROR, "port %s: ip, gateway, ip6 or gateway6: expected as in 10.0.0.2/24, "
			 "10.0.0.1, 2001:db8::2/64, fe80::1", p->device);
	return ok ? ERR_OK : ERR_ARGUMENT;
}

static struct tcp_cfg tcp_cfg(const u8 secret[16])
{
	struct tcp_cfg t = tcp_cfg_default;
	t.max_conns = 16;
	memcpy(t.secret, secret, sizeof t.secret);
	return t;
}

static struct session_cfg session_cfg(const struct config *c, u32 message_max)
{
	return (struct session_cfg){ .message_own = MESSAGE_OWN,
				     .message_max = message_max,
				     .step_timeout_ns = c->session_timeout_ms * NS_PER_MS,
				     .idle_ns = c->session_idle_ms * NS_PER_MS,
				     .retry_min_ns = c->retry_min_ms * NS_PER_MS,
				     .retry_max_ns = c->retry_max_ms * NS_PER_MS };
}

static err_t make_md(struct app *a, char *error)
{
	struct md_cfg m = { .clock = a->clock,
			    .tcp = tcp_cfg(a->tcp_secret[RECORD_MD]),
			    .session = session_cfg(&a->cfg, MD_MESSAGE_MAX),
			    .large_buffers = 1,
			    .book_levels = a->cfg.book_depth,
			    .book_buffer_levels = BOOK_BUFFER,
			    .feed_levels = FEED_LEVELS,
			    .stale_ns = STALE_NS,
			    .snapshot_ns = SNAPSHOT_NS };
	err_t e = net_cfg(&a->cfg.md_port, &a->md_port, &m.net, error);
	if (e == ERR_OK && (e = md_core_init(&a->md, &a->core_arena[RECORD_MD], &m, &a->md_links)) != ERR_OK)
		snprintf(error, APP_ERROR, "market-data core: %s (addresses of ports.md, book.depth)",
			 err_text(e));
	a->md_up = e == ERR_OK;
	return e;
}

static void strategy_texts(const struct config *c, struct trade_strategy *out,
			   char (*params)[CONFIG_PARAMS * 64])
{
	for (u32 i = 0; i < c->n_strategies; i++) {
		size_t n = 0;
		params[i][0] = 0;
		for (u32 p = 0; p < c->strategy[i].n_params && n < sizeof params[i]; p++)
			n += (size_t)snprintf(params[i] + n, sizeof params[i] - n, "%s ",
					      c->strategy[i].param[p].text);
		out[i] = (struct trade_strategy){ .type = c->strategy[i].type,
						  .plugin = c->strategy[i].plugin,
						  .params = params[i],
						  .stopped = !c->strategy[i].enabled };
	}
}

static err_t make_trade(struct app *a, char *error)
{
	static char params[CONFIG_STRATEGIES][CONFIG_PARAMS * 64];
	struct trade_strategy s[CONFIG_STRATEGIES];
	struct param_error why = { "" };
	struct trade_cfg t = { .clock = a->clock,
			       .tcp = tcp_cfg(a->tcp_secret[RECORD_TRADE]),
			       .session = session_cfg(&a->cfg, TRADE_MESSAGE_MAX),
			       .large_buffers = TRADE_SESSIONS,
			       .boot = a->boot,
			       .recv_window_ms = a->cfg.recv_window_ms,
			       .live = a->cfg.mode == MODE_LIVE,
			       .cancel_on_stale = a->cfg.on_stale == ON_LOSS_CANCEL,
			       .cancel_on_session_loss = a->cfg.on_session_loss == ON_LOSS_CANCEL,
			       .instruments = a->instrument,
			       .n_instruments = a->n_instruments,
			       .strategies = s,
			       .n_strategies = a->cfg.n_strategies,
			       .profile_every = a->cfg.profile_every,
			       .turn_budget_ns = a->replay ? 0 : TURN_BUDGET_NS,
			       .seed = a->boot };
	strategy_texts(&a->cfg, s, params);
	err_t e = net_cfg(&a->cfg.trade_port, &a->trade_port, &t.net, error);
	struct arena *own = &a->core_arena[RECORD_TRADE];
	if (e == ERR_OK && (e = trade_core_init(&a->trade, own, &t, &a->trade_links, &why)) != ERR_OK)
		snprintf(error, APP_ERROR, "trading core: %s", why.text[0] ? why.text : err_text(e));
	a->trade_up = e == ERR_OK;
	return e;
}

err_t app_make_cores(struct app *a, char *error)
{
	if (!make_rings(&a->arena, &a->md_rings) || !make_rings(&a->arena, &a->trade_rings) ||
	    !(a->journal = ring_new(&a->arena, JOURNAL_RING)) ||
	    !(a->trace = ring_new(&a->arena, TRACE_RING)) || !make_recorders(a) ||
	    arena_open(&a->core_arena[RECORD_MD], CORE_ARENA) != ERR_OK ||
	    arena_open(&a->core_arena[RECORD_TRADE], CORE_ARENA) != ERR_OK) {
		snprintf(error, APP_ERROR, "out of memory for the rings");
		return ERR_NO_MEMORY;
	}
	link_rings(a);
	err_t e = make_md(a, error);
	return e == ERR_OK ? make_trade(a, error) : e;
}

static struct boot_port boot_port(const struct port *p)
{
	struct boot_port b = { .mtu = p->mtu, .caps = p->caps, .tx_csum = p->out.tx_csum };
	memcpy(b.mac, p->mac, sizeof b.mac);
	return b;
}

void app_boot_record(const struct app *a, struct boot_record *b)
{
	memset(b, 0, sizeof *b);
	snprintf(b->build, sizeof b->build, "%s", SAKER_BUILD);
	b->wall_ns = clock_wall_ns();
	b->boot = a->boot;
	b->clock = a->clock;
	b->port[RECORD_MD] = boot_port(&a->md_port);
	b->port[RECORD_TRADE] = boot_port(&a->trade_port);
	memcpy(b->tcp_secret, a->tcp_secret, sizeof b->tcp_secret);
	b->n_instruments = a->n_instruments;
	memcpy(b->instrument, a->instrument, sizeof b->instrument);
	b->recovered = a->recovered;
}
