#include "dataplane/nic/nic_port.h"

#include <string.h>

#include "common/clock.h"
#include "dataplane/nic/nic_offload.h"
#include "dataplane/nic/nic_rte.h"

#define ETH_LEN 14
#define NIC_OTHERS_EVERY 16 /* polls of which one begins with queue 0 */

static bool is_usable(struct port *p, const struct rte_mbuf *m)
{
	if (m->nb_segs != 1 || m->pkt_len > FRAME_MAX)
		counter_inc(&p->counters[PORT_CNT_rx_oversize]);
	else if (m->pkt_len < ETH_LEN)
		counter_inc(&p->counters[PORT_CNT_rx_runt]);
	else
		return true;
	return false;
}

/* Stamps and tags: the part of a burst that a port without them does not have. */
static bool take_more(struct port *p, const struct rte_mbuf *m, struct frame *f)
{
	const struct nic_port *np = p->impl;
	if ((m->ol_flags & np->tag_flag) != np->tag_flag || (m->vlan_tci & np->tag_mask) != np->tag) {
		counter_inc(&p->counters[PORT_CNT_rx_vlan]);
		return false;
	}
	if (m->ol_flags & np->stamp_flag) {
		f->flags |= FRAME_STAMPED;
		memcpy(&f->device_stamp, (const u8 *)m + np->stamp_at, sizeof(f->device_stamp));
		counter_inc(&p->counters[PORT_CNT_rx_stamped]);
	}
	return true;
}

/* Inlined so that `more` is a constant: a port pays for what it uses alone. */
static inline __attribute__((always_inline)) u32 take(struct port *p, struct frame *f, u16 got, bool more)
{
	struct nic_port *np = p->impl;
	u64 tsc = tsc_now(), bytes = 0;
	u16 n = 0;
	for (u16 i = 0; i < got; i++) {
		struct rte_mbuf *m = np->held[i];
		f[n] = (struct frame){ .p = rte_pktmbuf_mtod(m, const u8 *), .n = m->pkt_len, .rx_tsc = tsc };
		if (!is_usable(p, m) || (more && !take_more(p, m, &f[n]))) {
			rte_pktmbuf_free(m);
			continue;
		}
		f[n].flags |= nic_rx_flags(m->ol_flags);
		if (f[n].flags & FRAME_CSUM_BAD)
			counter_inc(&p->counters[PORT_CNT_rx_csum_bad]);
		np->held[n++] = m;
		bytes += m->pkt_len;
	}
	np->n_held = n;
	counter_add(&p->counters[PORT_CNT_rx_frames], n);
	counter_add(&p->counters[PORT_CNT_rx_bytes], bytes);
	return n;
}

u32 nic_burst_rx(struct port *p, struct frame *f, u32 max)
{
	struct nic_port *np = p->impl;
	assert(np->n_held == 0 && "the burst before was given back");
	u16 got = rte_eth_rx_burst(np->id, 0, np->held, (u16)max);
	return got ? take(p, f, got, false) : 0;
}

/* Our own flows first, but now and then the others: however much comes, a neighbour's question is heard. */
u32 nic_burst_rx_more(struct port *p, struct frame *f, u32 max)
{
	struct nic_port *np = p->impl;
	assert(np->n_held == 0 && "the burst before was given back");
	u16 first = ++np->polls % NIC_OTHERS_EVERY ? np->flow_queue : 0, q = first;
	u16 got = rte_eth_rx_burst(np->id, q, np->held, (u16)max);
	if (!got && np->flow_queue) {
		q = np->flow_queue - first;
		got = rte_eth_rx_burst(np->id, q, np->held, (u16)max);
	}
	if (!got)
		return 0;
	if (q)
		counter_inc(&p->counters[PORT_CNT_rx_steered]);
	return take(p, f, got, true);
}

void nic_burst_rx_done(struct port *p)
{
	struct nic_port *np = p->impl;
	assert(np->n_held > 0 && np->n_held <= PORT_BURST_MAX);
	rte_pktmbuf_free_bulk(np->held, np->n_held);
	np->n_held = 0;
}

u8 *nic_burst_room(struct frame_out *o)
{
	struct port *p = (struct port *)o;
	struct nic_port *np = p->impl;
	if (!np->spare && !(np->spare = rte_pktmbuf_alloc(np->mem))) {
		counter_inc(&p->counters[PORT_CNT_no_buffer]);
		return NULL;
	}
	return rte_pktmbuf_mtod(np->spare, u8 *);
}

static bool send_spare(struct port *p, u32 n)
{
	struct nic_port *np = p->impl;
	np->spare->data_len = (u16)n;
	np->spare->pkt_len = n;
	if (rte_eth_tx_burst(np->id, 0, &np->spare, 1) == 0) {
		counter_inc(&p->counters[PORT_CNT_tx_full]);
		return false;
	}
	np->spare = rte_pktmbuf_alloc(np->mem); /* behind the doorbell: the next room() need not */
	counter_inc(&p->counters[PORT_CNT_tx_frames]);
	counter_add(&p->counters[PORT_CNT_tx_bytes], n);
	return true;
}

bool nic_burst_push(struct frame_out *o, u32 n)
{
	struct port *p = (struct port *)o;
	assert(((struct nic_port *)p->impl)->spare && n >= ETH_LEN && n <= FRAME_MAX);
	return send_spare(p, n);
}

bool nic_burst_push_csum(struct frame_out *o, u32 n)
{
	struct port *p = (struct port *)o;
	struct rte_mbuf *m = ((struct nic_port *)p->impl)->spare;
	assert(m && n >= ETH_LEN && n <= FRAME_MAX);
	struct nic_tx_csum t = nic_tx_csum(rte_pktmbuf_mtod(m, u8 *), n);
	const struct nic_port *np = p->impl;
	m->ol_flags = t.ol_flags | np->tx_flags;
	m->l2_len = t.l2_len;
	m->l3_len = t.l3_len;
	m->vlan_tci = np->tci;
	return send_spare(p, n);
}

bool nic_burst_push_tag(struct frame_out *o, u32 n)
{
	struct port *p = (struct port *)o;
	const struct nic_port *np = p->impl;
	assert(np->spare && n >= ETH_LEN && n <= FRAME_MAX);
	np->spare->ol_flags = np->tx_flags;
	np->spare->vlan_tci = np->tci;
	return send_spare(p, n);
}
