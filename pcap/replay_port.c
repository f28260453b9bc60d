#include "pcap/replay_port.h"

#include "common/clock.h"

/* The next refusal of the turn, where it is of this room(). */
static bool refuses(struct replay_port *r, u32 pushed)
{
	struct record_refused what;
	while (r->at_refused < r->n_items && r->items[r->at_refused].r.type != RECORD_REFUSED)
		r->at_refused++;
	if (r->at_refused == r->n_items)
		return false;
	memcpy(&what, r->items[r->at_refused].r.data.p, sizeof what);
	if (what.pushed != pushed || what.nth != r->n_rooms)
		return false;
	r->at_refused++;
	return true;
}

static u8 *replay_room(struct frame_out *o)
{
	struct port *p = (struct port *)o;
	struct replay_port *r = p->impl;
	r->n_rooms++;
	return refuses(r, 0) ? NULL : r->room;
}

static bool replay_push(struct frame_out *o, u32 n)
{
	struct port *p = (struct port *)o;
	if (refuses(p->impl, 1))
		return false;
	counter_inc(&p->counters[PORT_CNT_tx_frames]);
	counter_add(&p->counters[PORT_CNT_tx_bytes], n);
	return true;
}

static u32 replay_rx(struct port *p, struct frame *f, u32 max)
{
	struct replay_port *r = p->impl;
	u64 tsc = tsc_now();
	u32 n = 0;
	__atomic_store_n(r->kill, r->kill_last, __ATOMIC_RELAXED);
	for (u64 i = 0; i < r->n_items && n < max; i++) {
		const struct record_item *it = &r->items[i].r;
		if (it->type != RECORD_RX)
			continue;
		f[n] = (struct frame){
			.p = it->data.p, .n = (u32)it->data.n, .flags = it->flags, .rx_tsc = tsc
		};
		n++;
		counter_inc(&p->counters[PORT_CNT_rx_frames]);
		counter_add(&p->counters[PORT_CNT_rx_bytes], it->data.n);
	}
	return n;
}

static void nothing(struct port *p) { (void)p; }

static const struct port_ops replay_ops = { replay_rx, nothing, nothing, nothing };

void replay_port_init(struct replay_port *r, struct port *p)
{
	p->out.room = replay_room;
	p->out.push = replay_push;
	p->ops = &replay_ops;
	p->impl = r;
}

void replay_port_turn(struct replay_port *r, const struct replay_item *items, u64 n)
{
	r->items = items;
	r->n_items = n;
	r->at_refused = 0;
	r->n_rooms = 0;
}
