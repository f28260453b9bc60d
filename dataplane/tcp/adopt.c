#include "dataplane/tcp/conn.h"
#include "dataplane/tcp/loss.h"
#include "dataplane/tcp/timer.h"
#include "dataplane/tcp/tx.h"

struct tcp_conn *tcp_adopt(struct tcp *t, const struct tcp_adopt *how, const struct tcp_events *ev,
			   void *user, ns_t now)
{
	u32 ports = ports_of(how->port, how->local_port);
	assert(how->snd_scale <= TCP_SCALE_MAX && how->rcv_scale <= TCP_SCALE_MAX);
	bool taken = conn_find(t, &how->dst, ports);
	struct tcp_conn *c = taken ? NULL : conn_new(t, &how->dst, ports, now);
	if (!c)
		return NULL;
	c->ev = ev;
	c->user = user;
	c->state = TCP_ESTABLISHED;
	c->iss = how->snd_nxt - 1;
	c->snd_una = c->snd_nxt = c->snd_end = how->snd_nxt;
	c->rcv_nxt = how->rcv_nxt;
	c->snd_wl1 = how->rcv_nxt;
	c->snd_wl2 = how->snd_nxt;
	c->snd_wnd = c->max_wnd = how->snd_wnd;
	c->snd_scale = how->snd_scale;
	c->rcv_scale = how->rcv_scale;
	c->rcv_wnd = u32_min(c->rcv_wnd, 65535u << how->rcv_scale);
	c->wnd_field = (u16)(c->rcv_wnd >> how->rcv_scale);
	c->mss = (u16)u32_min(u32_max(how->mss, TCP_MSS_MIN), conn_mss_max(c));
	c->sack_ok = how->sack;
	c->ts_ok = false;
	tx_template(c, how->peer_mac);
	loss_open(c);
	timer_update(c, now, true);
	conn_slow_update(c);
	return c;
}
