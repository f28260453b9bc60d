#include "dataplane/net/eth.h"

#define VLAN_ID_MASK 0x0fff

u32 eth_put(u8 *f, const struct net_cfg *c, const u8 dst[6], u16 type)
{
	u32 n = eth_bytes(c);
	memcpy(f, dst, 6);
	memcpy(f + ETH_OFF_SRC, c->mac, 6);
	if (c->vlan) {
		put_be16(f + ETH_OFF_TYPE, ETH_VLAN);
		put_be16(f + ETH_BYTES, (u16)(c->vlan_priority << 13 | c->vlan));
	}
	put_be16(f + n - 2, type);
	return n;
}

u8 *eth_room(struct net *n, const u8 dst[6], u16 type, u32 len)
{
	bool fits = len <= FRAME_MAX - ETH_BYTES - ETH_TAG_BYTES;
	u8 *f = fits ? n->out->room(n->out) : NULL;
	if (!f) {
		counter_inc(&n->cnt[NET_CNT_tx_no_room]);
		return NULL;
	}
	return f + eth_put(f, &n->cfg, dst, type);
}

bool eth_push(struct net *n, u8 *p, u32 len)
{
	u32 head = eth_bytes(&n->cfg), bytes = head + len;
	for (; bytes < ETH_FRAME_MIN; bytes++)
		p[bytes - head] = 0;
	if (n->out->push(n->out, bytes))
		return true;
	counter_inc(&n->cnt[NET_CNT_tx_no_room]);
	return false;
}

bool eth_parse(struct net *n, const struct frame *f, u16 *type)
{
	if (f->n < eth_bytes(&n->cfg)) {
		counter_inc(&n->cnt[NET_CNT_rx_short]);
		return false;
	}
	u16 outer = be16(f->p + ETH_OFF_TYPE);
	bool tagged = outer == ETH_VLAN || outer == ETH_QINQ;
	bool ours = n->cfg.vlan ? outer == ETH_VLAN && (be16(f->p + ETH_BYTES) & VLAN_ID_MASK) == n->cfg.vlan
				: !tagged;
	if (!ours) {
		counter_inc(&n->cnt[tagged ? NET_CNT_rx_vlan : NET_CNT_rx_untagged]);
		return false;
	}
	*type = be16(f->p + eth_bytes(&n->cfg) - 2);
	return true;
}
