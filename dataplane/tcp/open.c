#include "dataplane/tcp/open.h"

#include "dataplane/tcp/isn.h"
#include "dataplane/tcp/loss.h"
#include "dataplane/tcp/timer.h"
#include "dataplane/tcp/tx.h"

#define RESOLVE_POLL_NS (1 * NS_PER_MS)

/* 1, 2, 4 ... seconds after each SYN. */
static void syn_send(struct tcp_conn *c, ns_t now)
{
	if (!tx_syn(c)) {
		timer_set(c, TIMER_SYN, now); /* no room: again next turn */
		return;
	}
	if (c->tries++ == 0) {
		c->rtt_on = true;
		c->rtt_at = now;
		c->rtt_seq = c->iss + 1;
	} else {
		c->rtt_on = false;
		c->retransmits++;
		tcp_count(c->t, TCP_CNT_rtx_syn);
	}
	u32 doublings = u32_min(c->tries - 1u, 6);
	timer_set(c, TIMER_SYN, now + (RTO_INITIAL_NS << doublings));
}

static void resolve(struct tcp_conn *c, ns_t now)
{
	u8 mac[6];
	err_t e = net_resolve(c->t->net, &c->rem, mac, now);
	if (e == ERR_AGAIN) {
		timer_set(c, TIMER_RESOLVE, now + RESOLVE_POLL_NS);
		return;
	}
	if (e != ERR_OK) {
		conn_end(c, ERR_UNREACHABLE, now);
		return;
	}
	tx_template(c, mac);
	syn_send(c, now);
}

void open_turn(struct tcp_conn *c, ns_t now)
{
	assert(c->state == TCP_SYN_SENT || c->state == TCP_SYN_RECEIVED);
	if (c->timer == TIMER_RESOLVE) {
		resolve(c, now);
	} else if (c->tries > c->t->cfg.syn_retries) {
		tcp_count(c->t, TCP_CNT_conn_timeout);
		conn_end(c, ERR_TIMEOUT, now);
	} else {
		syn_send(c, now);
	}
}

struct tcp_conn *tcp_connect(struct tcp *t, const struct ip_addr *dst, u16 port,
			     const struct tcp_events *ev, void *user, ns_t now)
{
	u16 local = port && t->conns.n_free ? tcp_port_choose(t, dst, port, now) : 0;
	struct tcp_conn *c = local ? conn_new(t, dst, ports_of(port, local), now) : NULL;
	if (!c)
		return NULL;
	c->ev = ev;
	c->user = user;
	c->state = TCP_SYN_SENT;
	timer_set(c, TIMER_RESOLVE, now);
	tcp_count(t, TCP_CNT_conn_active);
	return c;
}

const struct tcp_listener *open_listener(const struct tcp *t, u16 port)
{
	for (u32 i = 0; i < t->n_listeners; i++)
		if (t->listeners[i].port == port)
			return &t->listeners[i];
	return NULL;
}

err_t tcp_listen(struct tcp *t, u16 port, const struct tcp_events *ev, void *user)
{
	if (open_listener(t, port))
		return ERR_EXISTS;
	if (t->n_listeners == TCP_LISTENERS)
		return ERR_FULL;
	t->listeners[t->n_listeners++] = (struct tcp_listener){ .ev = ev, .user = user, .port = port };
	return ERR_OK;
}

void tcp_set_user(struct tcp_conn *c, const struct tcp_events *ev, void *user)
{
	c->ev = ev;
	c->user = user;
}

static void accept_syn(struct tcp *t, const struct tcp_listener *l, const struct tcp_seg *s,
		       ns_t now)
{
	struct tcp_conn *c = NULL;
	if (t->half_open < t->cfg.syn_backlog)
		c = conn_new(t, &s->rem, s->ports, now);
	if (!c) {
		tcp_count(t, TCP_CNT_rx_syn_backlog);
		return;
	}
	t->half_open++;
	c->ev = l->ev;
	c->user = l->user;
	c->passive = true;
	c->state = TCP_SYN_RECEIVED;
	c->rcv_nxt = s->seq + 1; /* data on a SYN is not taken; the peer sends it again */
	conn_peer_opts(c, &s->opts);
	timer_set(c, TIMER_RESOLVE, now);
	tcp_count(t, TCP_CNT_conn_passive);
}

void open_listen_rx(struct tcp *t, const struct tcp_seg *s, ns_t now)
{
	const struct tcp_listener *l = open_listener(t, ports_local(s->ports));
	if (!l || s->flags & TCP_ACK) {
		tcp_count(t, TCP_CNT_rx_no_conn);
		if (!(s->flags & TCP_RST) && reply_allowed(t, now))
			reply_rst(t, s, now);
		return;
	}
	if (s->flags & TCP_RST)
		return;
	if ((s->flags & (TCP_SYN | TCP_FIN)) != TCP_SYN || ports_remote(s->ports) == 0) {
		tcp_count(t, TCP_CNT_rx_bad_syn);
		return;
	}
	accept_syn(t, l, s, now);
}

/*
 * The peer answers a SYN of ours by an ACK of an older connection: RFC 9293 3.5.1. The reset clears
 * it away, and a SYN follows at once, not after the time-out; once a connection, so that nobody can
 * burn our retries.
 */
static void half_open_restart(struct tcp_conn *c, const struct tcp_seg *s, ns_t now)
{
	if (s->flags & TCP_RST)
		return;
	reply_rst(c->t, s, now);
	if (!c->hurried && c->timer == TIMER_SYN) {
		c->hurried = true;
		timer_set(c, TIMER_SYN, now);
	}
}

bool open_syn_sent_rx(struct tcp_conn *c, const struct tcp_seg *s, ns_t now)
{
	bool acks = s->flags & TCP_ACK;
	if (acks && (s->ack != c->iss + 1 || c->snd_nxt == c->iss)) {
		half_open_restart(c, s, now);
		return false;
	}
	if (s->flags & TCP_RST) {
		if (!acks) {
			tcp_count(c->t, TCP_CNT_rx_rst_ignored);
			return false;
		}
		tcp_count(c->t, TCP_CNT_rx_rst);
		conn_end(c, ERR_REFUSED, now);
		return false;
	}
	if (!(s->flags & TCP_SYN) || s->flags & TCP_FIN) {
		tcp_count(c->t, TCP_CNT_rx_bad_syn);
		return false;
	}
	c->rcv_nxt = s->seq + 1;
	conn_peer_opts(c, &s->opts);
	c->snd_wnd = c->max_wnd = s->wnd; /* not scaled on a SYN */
	c->snd_wl1 = s->seq;
	c->snd_wl2 = s->ack;
	if (!acks) { /* simultaneous open */
		c->state = TCP_SYN_RECEIVED;
		c->tries = 0;
		syn_send(c, now);
		return false;
	}
	c->snd_una = s->ack;
	c->ack_now = true;
	conn_pend(c);
	conn_established(c, now);
	return c->state != TCP_CLOSED;
}
