#include "dataplane/tcp/timer.h"

#include "dataplane/tcp/loss.h"
#include "dataplane/tcp/open.h"
#include "dataplane/tcp/tx.h"

#define KEEPALIVE_TRIES 3
#define PROBE_MIN_NS (2 * NS_PER_MS) /* a peer's scheduling is coarser than a round trip in a rack */

static void due_at(struct tcp_conn *c, ns_t at)
{
	struct tcp *t = c->t;
	due_by(&t->due, c->index, at);
	t->next_ns = due_first(&t->due);
}

void timer_set(struct tcp_conn *c, enum tcp_timer what, ns_t at)
{
	c->timer = what;
	c->rtx_at = what == TIMER_OFF ? TCP_NEVER : at;
	if (what != TIMER_OFF)
		due_at(c, at);
}

void timer_ack(struct tcp_conn *c, ns_t now)
{
	c->ack_at = now + c->t->cfg.ack_delay_ns;
	due_at(c, c->ack_at);
}

/* RFC 8985 7.2; a lone segment's ACK may be delayed by the peer. */
static ns_t probe_ns(const struct tcp_conn *c)
{
	if (!c->rto.srtt_ns)
		return RTO_INITIAL_NS;
	ns_t lone = conn_flight(c) <= c->mss ? c->t->cfg.peer_ack_delay_ns : 0;
	return u64_max(2 * c->rto.srtt_ns + lone, PROBE_MIN_NS);
}

static enum tcp_timer timer_kind(const struct tcp_conn *c)
{
	u32 flight = conn_flight(c);
	if (!flight && !conn_unsent(c)) {
		if (c->state == TCP_FIN_WAIT_2)
			return TIMER_LINGER;
		return c->t->cfg.keepalive_ns ? TIMER_KEEPALIVE : TIMER_OFF;
	}
	if (!flight || !c->snd_wnd)
		return TIMER_PERSIST;
	bool may_probe = c->loss == LOSS_NONE && !c->probe_out && c->rto.backoff == 0;
	return may_probe && probe_ns(c) < rto_ns(&c->rto) ? TIMER_PROBE : TIMER_RTO;
}

void timer_update(struct tcp_conn *c, ns_t now, bool restart)
{
	enum tcp_timer kind = timer_kind(c);
	bool either = (c->timer == TIMER_RTO && kind == TIMER_PROBE) ||
		      (c->timer == TIMER_PROBE && kind == TIMER_RTO && c->loss == LOSS_NONE);
	bool running = c->timer == kind || either; /* in recovery nothing is probed: RFC 8985 7.2 */
	if (kind == TIMER_OFF) {
		timer_set(c, TIMER_OFF, 0);
		return;
	}
	if (running && !restart)
		return;
	if (kind == TIMER_KEEPALIVE) {
		c->keep_seen = c->rcv_nxt + c->snd_una;
		c->keep_tries = 0;
		timer_set(c, kind, now + c->t->cfg.keepalive_ns);
		return;
	}
	if (c->timer == TIMER_OFF || c->timer == TIMER_KEEPALIVE)
		c->progress_at = now;
	ns_t give_up = u64_max(c->progress_at + c->t->cfg.user_timeout_ns, now);
	ns_t at = now + (kind == TIMER_PROBE ? probe_ns(c) : rto_ns(&c->rto));
	timer_set(c, kind, kind == TIMER_LINGER ? give_up : u64_min(at, give_up));
}

/*
 * RFC 9293 3.8.6.1: one byte, the first the peer has not taken, so that it tells its window. Where
 * the window is open but too small to be worth a segment the wait is over: what fits is sent (RFC
 * 9293 3.8.6.2.1, the override timeout).
 */
static void persist(struct tcp_conn *c, ns_t now)
{
	u32 flight = conn_flight(c), n = u32_min(conn_unsent(c), c->mss);
	if (!flight && c->snd_wnd) {
		if (!tx_data(c, c->snd_nxt, u32_min(n, c->snd_wnd)))
			conn_pend(c);
		timer_update(c, now, true);
		return;
	}
	tcp_count(c->t, TCP_CNT_window_probe);
	u32 data = c->snd_end - c->snd_una;
	(void)tx_data(c, c->snd_una, u32_min(data, 1)); /* not sent: the next one will be */
	c->rtt_on = false;
	rto_expired(&c->rto);
	timer_update(c, now, true);
}

/*
 * RFC 9293 3.8.4: a segment just below the peer's window, which it has to answer. Any segment
 * received settles it: rx_conn begins the wait anew, the cut-through path moves rcv_nxt or snd_una.
 */
static void keepalive(struct tcp_conn *c, ns_t now)
{
	assert(!conn_flight(c) && c->t->cfg.keepalive_ns);
	if (c->keep_seen != c->rcv_nxt + c->snd_una) {
		timer_update(c, now, true);
		return;
	}
	if (c->keep_tries == KEEPALIVE_TRIES) {
		tcp_count(c->t, TCP_CNT_conn_timeout);
		conn_fail(c, ERR_TIMEOUT, now);
		return;
	}
	c->keep_tries++;
	if (tx_keepalive(c))
		tcp_count(c->t, TCP_CNT_keepalive_probe);
	timer_set(c, TIMER_KEEPALIVE, now + c->t->cfg.keepalive_retry_ns);
}

static bool given_up(const struct tcp_conn *c, ns_t now)
{
	return now - c->progress_at >= c->t->cfg.user_timeout_ns;
}

static void conn_expired(struct tcp_conn *c, ns_t now)
{
	bool waits = c->timer >= TIMER_RTO && c->timer != TIMER_KEEPALIVE;
	if (waits && given_up(c, now)) {
		tcp_count(c->t, TCP_CNT_conn_timeout);
		conn_fail(c, ERR_TIMEOUT, now);
		return;
	}
	switch (c->timer) {
	case TIMER_RESOLVE:
	case TIMER_SYN:
		open_turn(c, now);
		break;
	case TIMER_RTO:
		loss_timeout(c, now);
		break;
	case TIMER_PROBE:
		loss_probe(c, now);
		break;
	case TIMER_PERSIST:
		persist(c, now);
		break;
	case TIMER_KEEPALIVE:
		keepalive(c, now);
		break;
	default:
		timer_update(c, now, true);
	}
}

static u32 conn_timers(struct tcp_conn *c, ns_t now)
{
	u32 work = 0;
	if (now >= c->ack_at) {
		c->ack_at = TCP_NEVER;
		(void)tx_ack(c); /* stays owed where it fails */
		work++;
	}
	if (now >= c->rtx_at) {
		conn_expired(c, now);
		conn_slow_update(c);
		work++;
	}
	return work;
}

/*
 * Those that are due, as a list: what becomes due meanwhile is for the next turn. Free ones are left
 * out: an event may make them new connections, with other links, before the list is done.
 */
static struct tcp_conn *take_due(struct tcp *t, ns_t now)
{
	struct tcp_conn *first = NULL, **end = &first;
	while (due_first(&t->due) <= now) {
		struct tcp_conn *c = pool_at(&t->conns, due_take(&t->due));
		if (c->state == TCP_CLOSED)
			continue;
		*end = c;
		end = &c->due_next;
	}
	*end = NULL;
	return first;
}

u32 timers_turn(struct tcp *t, ns_t now)
{
	u32 work = 0;
	struct tcp_conn *c = take_due(t, now), *next;
	for (; c; c = next) {
		next = c->due_next;
		if (c->state == TCP_CLOSED)
			continue;
		work += conn_timers(c, now);
		ns_t at = u64_min(c->rtx_at, c->ack_at);
		if (c->state != TCP_CLOSED && at != TCP_NEVER)
			due_by(&t->due, c->index, at);
	}
	t->next_ns = due_first(&t->due);
	return work;
}
