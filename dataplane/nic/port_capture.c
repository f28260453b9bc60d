#include "dataplane/nic/port_capture.h"

#include <string.h>

#include "common/clock.h"

static void record(struct port_capture *c, enum capture_type type, const struct frame *f)
{
	struct capture_rec *r = ring_reserve(c->to, type, c->number++, sizeof(*r) + f->n);
	if (!r) {
		counter_inc(c->lost);
		return;
	}
	*r = (struct capture_rec){ .tsc = f->rx_tsc, .flags = f->flags, .n = f->n };
	memcpy(r->data, f->p, f->n);
	ring_commit(c->to);
}

/* What was received comes before what was sent because of it. */
static void flush(struct port_capture *c)
{
	for (u32 i = 0; i < c->n_rx; i++)
		record(c, CAPTURE_RX, &c->rx[i]);
	for (u32 i = 0; i < c->n_tx; i++)
		record(c, CAPTURE_TX, &(struct frame){ c->tx[i].data, c->tx[i].n, 0, c->tx[i].tsc });
	c->n_rx = c->n_tx = 0;
}

static u32 capture_rx(struct port *p, struct frame *f, u32 max)
{
	struct port_capture *c = p->impl;
	assert(c->n_rx == 0 && c->n_tx == 0);
	c->n_rx = port_rx(c->under, f, max);
	memcpy(c->rx, f, c->n_rx * sizeof(*f));
	return c->n_rx;
}

static void capture_rx_done(struct port *p)
{
	struct port_capture *c = p->impl;
	flush(c);
	port_rx_done(c->under);
}

static u8 *capture_room(struct frame_out *o)
{
	struct port_capture *c = ((struct port *)o)->impl;
	u8 *room = c->under->out.room(&c->under->out);
	c->room = room;
	return room;
}

static bool capture_push(struct frame_out *o, u32 n)
{
	struct port_capture *c = ((struct port *)o)->impl;
	assert(c->room && n <= FRAME_MAX);
	if (c->n_tx == CAPTURE_STAGED_MAX)
		flush(c);
	struct capture_staged *s = &c->tx[c->n_tx];
	memcpy(s->data, c->room, n);
	if (!c->under->out.push(&c->under->out, n))
		return false;
	s->tsc = tsc_now();
	s->n = n;
	c->n_tx++;
	if (c->n_rx == 0)
		flush(c); /* no burst to wait for */
	return true;
}

static void capture_stats(struct port *p) { port_stats(((struct port_capture *)p->impl)->under); }

static void capture_close(struct port *p)
{
	struct port_capture *c = p->impl;
	flush(c);
	port_close(c->under);
}

static const struct port_ops capture_ops = {
	capture_rx, capture_rx_done, capture_stats, capture_close,
};

void port_capture_init(struct port_capture *c, struct port *under, struct ring *to, u64 *lost)
{
	*c = (struct port_capture){ .port = *under, .under = under, .to = to, .lost = lost };
	c->port.out.room = capture_room;
	c->port.out.push = capture_push;
	c->port.ops = &capture_ops;
	c->port.impl = c;
}
