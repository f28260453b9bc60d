#include "dataplane/nic/nic_steer.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "dataplane/nic/nic_rte.h"

#define IP_TCP	6
#define VLAN_ID 0xfff

static const u8 none[16];

/* One rule: Ethernet, our tag where there is one, IP to our address, TCP. */
struct rule {
	struct rte_flow_item_vlan vlan, vlan_mask;
	struct rte_flow_item_ipv4 ip4, ip4_mask;
	struct rte_flow_item_ipv6 ip6, ip6_mask;
	struct rte_flow_item pattern[5];
};

static void add(struct rule *r, enum rte_flow_item_type type, const void *spec, const void *mask)
{
	u32 n = 0;
	while (r->pattern[n].type != RTE_FLOW_ITEM_TYPE_END)
		n++;
	r->pattern[n] = (struct rte_flow_item){ .type = type, .spec = spec, .mask = mask };
}

static void begin(struct rule *r, u16 vlan)
{
	*r = (struct rule){ .vlan.tci = htons(vlan), .vlan_mask.tci = htons(VLAN_ID) };
	add(r, RTE_FLOW_ITEM_TYPE_ETH, NULL, NULL);
	if (vlan)
		add(r, RTE_FLOW_ITEM_TYPE_VLAN, &r->vlan, &r->vlan_mask);
}

static void rule_ip4(struct rule *r, const u8 ip[4], u16 vlan)
{
	begin(r, vlan);
	r->ip4.hdr.next_proto_id = IP_TCP;
	r->ip4_mask.hdr.next_proto_id = 0xff;
	memcpy(&r->ip4.hdr.dst_addr, ip, 4);
	memset(&r->ip4_mask.hdr.dst_addr, 0xff, 4);
	add(r, RTE_FLOW_ITEM_TYPE_IPV4, &r->ip4, &r->ip4_mask);
	add(r, RTE_FLOW_ITEM_TYPE_TCP, NULL, NULL);
}

static void rule_ip6(struct rule *r, const u8 ip[16], u16 vlan)
{
	begin(r, vlan);
	r->ip6.hdr.proto = IP_TCP;
	r->ip6_mask.hdr.proto = 0xff;
	memcpy(&r->ip6.hdr.dst_addr, ip, 16);
	memset(&r->ip6_mask.hdr.dst_addr, 0xff, 16);
	add(r, RTE_FLOW_ITEM_TYPE_IPV6, &r->ip6, &r->ip6_mask);
	add(r, RTE_FLOW_ITEM_TYPE_TCP, NULL, NULL);
}

/* 0, or an errno. */
static int validate(u16 id, const struct rule *r, const struct rte_flow_action *actions, char *why)
{
	struct rte_flow_attr attr = { .ingress = 1 };
	struct rte_flow_error error = { 0 };
	int rc = rte_flow_validate(id, &attr, r->pattern, actions, &error);
	if (rc != 0)
		snprintf(why, NIC_STEER_WHY, "%s", error.message ? error.message : strerror(-rc));
	return -rc;
}

bool nic_steer_wanted(const struct nic_port_cfg *cfg)
{
	return memcmp(cfg->ip4, none, 4) != 0 || memcmp(cfg->ip6, none, 16) != 0;
}

bool nic_steer_is_offered(u16 id)
{
	char why[NIC_STEER_WHY];
	static const u8 some[4] = { 192, 0, 2, 1 };
	struct rte_flow_action_queue queue = { .index = 0 };
	struct rte_flow_action actions[] = { { RTE_FLOW_ACTION_TYPE_QUEUE, &queue },
					     { RTE_FLOW_ACTION_TYPE_END, NULL } };
	struct rule r;
	rule_ip4(&r, some, 0);
	int e = validate(id, &r, actions, why);
	return e != ENOSYS && e != ENOTSUP;
}

bool nic_steer_marks(u16 id)
{
	static const u8 some[4] = { 192, 0, 2, 1 };
	struct rte_flow_action_queue queue = { .index = 0 };
	struct rte_flow_action_mark mark = { .id = 1 };
	struct rte_flow_action actions[] = { { RTE_FLOW_ACTION_TYPE_MARK, &mark },
					     { RTE_FLOW_ACTION_TYPE_QUEUE, &queue },
					     { RTE_FLOW_ACTION_TYPE_END, NULL } };
	char why[NIC_STEER_WHY];
	struct rule r;
	rule_ip4(&r, some, 0);
	return validate(id, &r, actions, why) == 0;
}

static bool make(u16 id, const struct rule *r, char *why)
{
	struct rte_flow_attr attr = { .ingress = 1 };
	struct rte_flow_action_queue queue = { .index = NIC_STEER_QUEUE };
	struct rte_flow_action actions[] = { { RTE_FLOW_ACTION_TYPE_QUEUE, &queue },
					     { RTE_FLOW_ACTION_TYPE_END, NULL } };
	struct rte_flow_error error = { 0 };
	if (validate(id, r, actions, why) != 0)
		return false;
	if (rte_flow_create(id, &attr, r->pattern, actions, &error))
		return true;
	snprintf(why, NIC_STEER_WHY, "%s", error.message ? error.message : strerror(rte_errno));
	return false;
}

bool nic_steer_start(u16 id, const struct nic_port_cfg *cfg, char why[NIC_STEER_WHY])
{
	struct rule r;
	bool ok = true;
	if (memcmp(cfg->ip4, none, 4) != 0) {
		rule_ip4(&r, cfg->ip4, cfg->vlan_tci & VLAN_ID);
		ok = make(id, &r, why);
	}
	if (ok && memcmp(cfg->ip6, none, 16) != 0) {
		rule_ip6(&r, cfg->ip6, cfg->vlan_tci & VLAN_ID);
		ok = make(id, &r, why);
	}
	if (!ok)
		nic_steer_stop(id);
	return ok;
}

void nic_steer_stop(u16 id)
{
	struct rte_flow_error error;
	rte_flow_flush(id, &error);
}
