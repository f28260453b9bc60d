#include "dataplane/nic/nic_port.h"

#include "common/clock.h"
#include "dataplane/nic/nic_offload.h"
#include "dataplane/nic/nic_rte.h"

#define ETH_LEN 14

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

u32 nic_burst_rx(struct port *p, struct frame *f, u32 max)
{
	struct nic_port *np = p->impl;
	assert(np->n_held == 0 && "the burst before was given back");
	u16 got = rte_eth_rx_burst(np->id, 0, np->held, (u16)max);
	if (got == 0)
		return 0;
	u64 tsc = tsc_now(), bytes = 0;
	u16 n = 0;
	for (u16 i = 0; i < got; i++) {
		struct rte_mbuf *m = np->held[i];
		if (!is_usable(p, m)) {
			rte_pktmbuf_free(m);
			continue;
		}
		u32 flags = nic_rx_flags(m->ol_flags);
		if (flags & FRAME_CSUM_BAD)
			counter_inc(&p->counters[PORT_CNT_rx_csum_bad]);
		const u8 *at = rte_pktmbuf_mtod(m, const u8 *);
		f[n] = (struct frame){ .p = at, .n = m->pkt_len, .flags = flags, .rx_tsc = tsc };
		np->held[n++] = m;
		bytes += m->pkt_len;
	}
	np->n_held = n;
	counter_add(&p->counters[PORT_CNT_rx_frames], n);
	counter_add(&p->counters[PORT_CNT_rx_bytes], bytes);
	return n;
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
	m->ol_flags = t.ol_flags;
	m->l2_len = t.l2_len;
	m->l3_len = t.l3_len;
	return send_spare(p, n);
}
