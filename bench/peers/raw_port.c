#include "bench/peers/raw_port.h"

#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/clock.h"

static u8 *raw_room(struct frame_out *o) { return ((struct raw_port *)((struct port *)o)->impl)->out; }

static bool raw_push(struct frame_out *o, u32 n)
{
	struct raw_port *r = ((struct port *)o)->impl;
	r->sent_tsc = tsc_now();
	return send(r->fd, r->out, n, MSG_DONTWAIT) == (ssize_t)n;
}

static u32 raw_rx(struct port *p, struct frame *f, u32 max)
{
	struct raw_port *r = p->impl;
	ssize_t n = max ? recv(r->fd, r->in, sizeof r->in, MSG_DONTWAIT) : 0;
	if (n < ETHER_HDR_LEN || n > FRAME_MAX)
		return 0;
	*f = (struct frame){ .p = r->in, .n = (u32)n, .rx_tsc = tsc_now() };
	if (n >= RAW_ORDER_MIN)
		r->order_tsc = f->rx_tsc;
	return 1;
}

static void raw_rx_done(struct port *p) { (void)p; }
static void raw_stats(struct port *p) { counter_set(&p->counters[PORT_CNT_link_up], 1); }
static void raw_close(struct port *p) { close(((struct raw_port *)p->impl)->fd); }

static const struct port_ops raw_ops = { raw_rx, raw_rx_done, raw_stats, raw_close };

bool raw_port_open(struct raw_port *r, struct port *p, const char *device, const u8 mac[6], u64 *counters)
{
	struct sockaddr_ll at = { .sll_family = AF_PACKET,
				  .sll_protocol = htons(ETH_P_ALL),
				  .sll_ifindex = (int)if_nametoindex(device) };
	int one = 1;
	r->fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	if (!at.sll_ifindex || r->fd < 0 ||
	    setsockopt(r->fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &one, sizeof one) ||
	    setsockopt(r->fd, SOL_PACKET, PACKET_QDISC_BYPASS, &one, sizeof one) ||
	    bind(r->fd, (struct sockaddr *)&at, sizeof at))
		return false;
	*p = (struct port){ .out = { .room = raw_room, .push = raw_push },
			    .ops = &raw_ops,
			    .impl = r,
			    .counters = counters,
			    .mtu = 1500 };
	memcpy(p->mac, mac, sizeof p->mac);
	return true;
}
