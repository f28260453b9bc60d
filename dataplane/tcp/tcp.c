#include "dataplane/tcp/tcp.h"

#include "dataplane/net/eth.h"
#include "dataplane/tcp/conn.h"
#include "dataplane/tcp/loss.h"
#include "dataplane/tcp/timer.h"
#include "dataplane/tcp/tx.h"

#define TIME_WAIT_PER_CONN 8
#define BUCKETS_PER_CONN 4
#define MAX_CONNS 4096
#define RING_MIN 4096
#define RING_MAX (1u << 28) /* well within half the sequence space, and what scale 14 can say */

const struct counter_def tcp_counter_defs[TCP_CNT_COUNT] = {
#define CNT(name, help) { #name, help },
#include "dataplane/tcp/tcp_cnt.def"
#undef CNT
};

const struct tcp_cfg tcp_cfg_default = {
	.max_conns = 16,
	.snd_ring_bytes = 256 << 10,
	.rcv_wnd_bytes = 1 << 20,
	.port_lo = 32768,
	.port_hi = 60999,
	.syn_retries = 3,
	.syn_backlog = 8,
	.rto_min_ns = 200 * NS_PER_MS,
	.ack_delay_ns = 40 * NS_PER_MS,
	.peer_ack_delay_ns = 40 * NS_PER_MS,
	.time_wait_ns = 60 * NS_PER_S,
	.user_timeout_ns = 30 * NS_PER_S,
	.keepalive_retry_ns = 5 * NS_PER_S,
};

static bool ring_ok(u32 n) { return is_pow2(n) && n >= RING_MIN && n <= RING_MAX; }

static bool cfg_ok(const struct tcp_cfg *c)
{
	return c->max_conns > 0 && c->max_conns <= MAX_CONNS && ring_ok(c->snd_ring_bytes) &&
	       ring_ok(c->rcv_wnd_bytes) && c->port_lo > 0 && c->port_lo <= c->port_hi &&
	       c->rto_min_ns > 0 && c->rto_min_ns <= RTO_MAX_NS && c->user_timeout_ns > 0 &&
	       c->ack_delay_ns <= 500 * NS_PER_MS && (!c->keepalive_ns || c->keepalive_retry_ns);
}

static u32 bucket_count(const struct tcp_cfg *cfg)
{
	u32 n = 1;
	while (n < BUCKETS_PER_CONN * cfg->max_conns)
		n *= 2;
	return n;
}

size_t tcp_arena_bytes(const struct tcp_cfg *cfg)
{
	size_t per_conn = sizeof(struct tcp_conn) + CACHE_LINE + sizeof(u32) +
			  cfg->snd_ring_bytes + cfg->rcv_wnd_bytes;
	return sizeof(struct tcp) + cfg->max_conns * per_conn + due_arena_bytes(cfg->max_conns) +
	       2 * bucket_count(cfg) * sizeof(struct tcp_conn *) +
	       tw_arena_bytes(cfg->max_conns * TIME_WAIT_PER_CONN) + 8 * CACHE_LINE;
}

static bool tcp_memory(struct tcp *t, struct arena *a)
{
	const struct tcp_cfg *cfg = &t->cfg;
	u32 n = cfg->max_conns, buckets = bucket_count(cfg);
	t->bucket_mask = buckets - 1;
	t->buckets = ARENA_ARRAY(a, struct tcp_conn *, buckets);
	t->buckets6 = ARENA_ARRAY(a, struct tcp_conn *, buckets);
	t->snd_mem = arena_alloc_bulk(a, (size_t)n * cfg->snd_ring_bytes, CACHE_LINE);
	t->rcv_mem = arena_alloc_bulk(a, (size_t)n * cfg->rcv_wnd_bytes, CACHE_LINE);
	return t->buckets && t->buckets6 && t->snd_mem && t->rcv_mem &&
	       pool_init(&t->conns, a, n, sizeof(struct tcp_conn)) == ERR_OK &&
	       due_init(&t->due, a, n) == ERR_OK &&
	       tw_init(&t->tw, a, n * TIME_WAIT_PER_CONN, cfg->time_wait_ns) == ERR_OK;
}

struct tcp *tcp_new(struct arena *a, const struct tcp_cfg *cfg, struct net *net,
		    struct frame_out *out, u64 *counters)
{
	struct tcp *t = cfg_ok(cfg) ? ARENA_NEW(a, struct tcp) : NULL;
	if (!t)
		return NULL;
	*t = (struct tcp){ .cfg = *cfg, .net = net, .out = out, .cnt = counters };
	t->next_ns = TCP_NEVER;
	t->ip = __builtin_bswap32(net->ip);
	t->ip6 = net->cfg.ip6;
	t->eth_bytes = eth_bytes(&net->cfg);
	if (net->cfg.vlan) {
		t->tag = __builtin_bswap32((u32)ETH_VLAN << 16 | net->cfg.vlan);
		t->tag_mask = __builtin_bswap32(0xffff0fff); /* whatever its priority is */
	}
	memcpy(&t->mac, net->cfg.mac, sizeof net->cfg.mac);
	t->mac_epoch = net->mac_epoch;
	while (cfg->rcv_wnd_bytes >> t->rcv_scale > 65535)
		t->rcv_scale++;
	assert(t->rcv_scale <= TCP_SCALE_MAX);
	return tcp_memory(t, a) ? t : NULL;
}

/* Deferred by the cut-through path, or not taken by the device. */
static void conn_flush(struct tcp_conn *c, ns_t now)
{
	c->pending = false;
	if (c->state == TCP_CLOSED)
		return;
	if (c->state == TCP_SYN_SENT && c->fin_queued) {
		conn_end(c, ERR_CLOSED, now);
		return;
	}
	if (!conn_synchronized(c))
		return;
	if (c->snd_una != c->una_done)
		loss_acked(c, now);
	tx_output(c, now);
	if (c->ack_now || c->ack_segs >= 2 || (c->ack_segs && c->quick))
		(void)tx_ack(c);
	else if (c->ack_segs && c->ack_at == TCP_NEVER)
		timer_ack(c, now);
	conn_slow_update(c);
	conn_check(c);
}

static u32 flush_all(struct tcp *t, ns_t now)
{
	struct tcp_conn *c = t->pend, *next;
	u32 work = 0;
	t->pend = NULL; /* what comes back here meanwhile is for the next turn */
	for (; c; c = next, work++) {
		next = c->pend_next;
		conn_flush(c, now);
	}
	return work;
}

/* Only here does a connection's memory become another's: events may still have held the handle. */
static void reap(struct tcp *t)
{
	struct tcp_conn **p = &t->dead;
	while (*p) {
		struct tcp_conn *c = *p;
		if (c->pending) {
			p = &c->hash_next;
			continue;
		}
		*p = c->hash_next;
		pool_put(&t->conns, c);
	}
}

static void conn_save(const struct tcp_conn *c, struct state *s)
{
	u32 n = c->snd_end - c->snd_una;
	if (n <= c->snd.size) /* beyond: the FIN is acknowledged, too */
		state_put_ring(s, c->snd.p, c->snd.size, c->snd_una, n);
	for (u32 i = 0; i < c->ooo.held.n; i++) {
		const struct range *r = &c->ooo.held.r[i];
		state_put_ring(s, c->ooo.p, c->ooo.size, r->lo, r->hi - r->lo);
	}
}

void tcp_save(const struct tcp *t, struct state *s)
{
	for (u32 i = 0; i < t->conns.n; i++) {
		const struct tcp_conn *c = pool_at(&t->conns, i);
		if (c->state != TCP_CLOSED)
			conn_save(c, s);
	}
}

/* A neighbour's MAC has changed: fail-over of a gateway. */
static u32 headers_renew(struct tcp *t, ns_t now)
{
	t->mac_epoch = t->net->mac_epoch;
	for (u32 i = 0; i < t->conns.n; i++) {
		struct tcp_conn *c = pool_at(&t->conns, i);
		u8 mac[6];
		if (c->state != TCP_CLOSED && c->mac_known &&
		    net_resolve(t->net, &c->rem, mac, now) == ERR_OK)
			tx_template(c, mac);
	}
	return 1;
}

u32 tcp_turn(struct tcp *t, ns_t now)
{
	assert(!t->room_of);
	u32 work = net_turn(t->net, now);
	if (!t->pend && !t->dead && now < t->next_ns && t->mac_epoch == t->net->mac_epoch)
		return work;
	/* a turn that changes anything is not idle: a replay leaves out those that are */
	work += t->dead != NULL;
	ts_tick(t, now);
	if (t->mac_epoch != t->net->mac_epoch)
		work += headers_renew(t, now);
	if (t->pend)
		work += flush_all(t, now);
	if (now >= t->next_ns)
		work += timers_turn(t, now);
	reap(t);
	return work;
}
