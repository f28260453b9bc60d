#include "dataplane/tcp/conn.h"

static const char *state_name(const struct tcp_conn *c)
{
	static const char *const names[] = {
		[TCP_CLOSED] = "CLOSED",	     [TCP_SYN_SENT] = "SYN-SENT",
		[TCP_SYN_RECEIVED] = "SYN-RECEIVED", [TCP_ESTABLISHED] = "ESTABLISHED",
		[TCP_FIN_WAIT_1] = "FIN-WAIT-1",     [TCP_FIN_WAIT_2] = "FIN-WAIT-2",
		[TCP_CLOSE_WAIT] = "CLOSE-WAIT",     [TCP_CLOSING] = "CLOSING",
		[TCP_LAST_ACK] = "LAST-ACK",
	};
	assert(c->state < ARRAY_LEN(names));
	return names[c->state];
}

void tcp_info(const struct tcp_conn *c, struct tcp_info *out)
{
	*out = (struct tcp_info){
		.state = state_name(c),
		.dst = c->rem,
		.port = ports_remote(c->ports),
		.local_port = ports_local(c->ports),
		.mss = c->mss,
		.snd_nxt = c->snd_nxt,
		.snd_una = c->snd_una,
		.rcv_nxt = c->rcv_nxt,
		.snd_wnd = c->snd_wnd,
		.cwnd = c->cwnd,
		.ssthresh = c->ssthresh,
		.in_flight = conn_flight(c),
		.queued = conn_unsent(c),
		.retransmits = c->retransmits,
		.srtt_ns = c->rto.srtt_ns,
		.rttvar_ns = c->rto.rttvar_ns,
		.rto_ns = rto_ns(&c->rto),
	};
}
