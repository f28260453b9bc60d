#include "pcap/flows.h"

#include <string.h>

static bool same(const struct tcp_frame_end *a, const struct tcp_frame_end *b)
{
	return memcmp(a, b, sizeof *a) == 0;
}

/* The newest connection between both ends. */
static struct flow *find(struct flows *f, const struct tcp_frame *t, enum flow_side *from)
{
	for (u32 i = f->n; i--;) {
		struct flow *w = &f->flow[i];
		for (u32 side = 0; side < 2; side++)
			if (same(&t->from, &w->end[side]) && same(&t->to, &w->end[!side])) {
				*from = side;
				return w;
			}
	}
	return NULL;
}

static enum flow_side sender(const struct tcp_frame *t)
{
	if (t->flags & TCP_FRAME_SYN)
		return t->flags & TCP_FRAME_ACK ? FLOW_SERVER : FLOW_CLIENT;
	return t->from.port < t->to.port ? FLOW_SERVER : FLOW_CLIENT;
}

static struct flow *add(struct flows *f, const struct tcp_frame *t, u64 packet, enum flow_side *from)
{
	if (f->n == FLOWS_MAX) {
		f->n_beyond++;
		return NULL;
	}
	struct flow *w = &f->flow[f->n++];
	*from = sender(t);
	*w = (struct flow){ .first_packet = packet };
	w->end[*from] = t->from;
	w->end[!*from] = t->to;
	return w;
}

struct flow *flows_take(struct flows *f, const struct tcp_frame *t, u64 packet, enum flow_side *from)
{
	struct flow *w = find(f, t, from);
	bool syn = t->flags & TCP_FRAME_SYN;
	if (!w || (syn && w->has_isn[*from] && w->isn[*from] != t->seq))
		w = add(f, t, packet, from);
	if (!w)
		return NULL;
	if (syn) {
		w->isn[*from] = t->seq;
		w->has_isn[*from] = true;
	}
	if (syn && *from == FLOW_SERVER && !w->has_isn[FLOW_CLIENT]) { /* its answer names the SYN */
		w->isn[FLOW_CLIENT] = t->ack - 1;
		w->has_isn[FLOW_CLIENT] = true;
	}
	w->frames++;
	w->bytes[*from] += t->payload.n;
	return w;
}
