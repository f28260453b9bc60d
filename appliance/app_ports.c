/*
 * app_ports.c - DPDK and both cores' ports, as the configuration wants them.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "appliance/app.h"
#include "appliance/config_value.h"
#include "appliance/log.h"

static err_t parse_mac(const struct config_port *p, u8 mac[6], char *error)
{
	if (!p->mac[0] || sscanf(p->mac, "%hhx:%hhx:%hhx:%hhx:%hhx:%hhx", mac, mac + 1, mac + 2,
				 mac + 3, mac + 4, mac + 5) == 6)
		return ERR_OK;
	snprintf(error, APP_ERROR, "port %s: mac: expected 02:00:00:00:00:01", p->device);
	return ERR_ARGUMENT;
}

/* An address the check of the configuration let pass; one without stays zero, and is not steered by. */
static void take_addresses(const struct config_port *p, struct nic_port_cfg *to)
{
	u32 ip, len;
	struct ip_addr ip6;
	if (value_network(p->ip, &ip, &len)) {
		ip = htonl(ip);
		memcpy(to->ip4, &ip, sizeof to->ip4);
	}
	if (value_network6(p->ip6, &ip6, &len))
		memcpy(to->ip6, &ip6, sizeof to->ip6);
}

static err_t port_cfg(const struct config_port *p, struct nic_port_cfg *to, char *error)
{
	*to = (struct nic_port_cfg){ .device = p->device,
				     .rx_csum = p->rx_checksum,
				     .groups = p->ip6[0],
				     .tx_csum = p->tx_checksum,
				     .rx_stamp = p->rx_stamp,
				     .vlan_offload = p->vlan_offload,
				     .steering = p->steering };
	if (p->vlan)
		to->vlan_tci = (u16)(p->vlan | p->vlan_priority << 13);
	take_addresses(p, to);
	return parse_mac(p, to->mac, error);
}

/* What was asked for and is not used stands in the log, too, where the device offered it. */
static void log_refused(const struct nic_port_info *i)
{
	for (u32 c = 0; c < NIC_CAPS; c++)
		if (i->cap[c].asked && !i->cap[c].used && strcmp(i->cap[c].offered, "no") != 0)
			log_line("nic", "port %s: %s: %s", i->port, i->cap[c].name, i->cap[c].why);
}

err_t app_open_ports(struct app *a, char *error)
{
	static const char *const names[RECORD_CORES] = { "md", "trade" };
	const struct config_port *from[RECORD_CORES] = { &a->cfg.md_port, &a->cfg.trade_port };
	struct port *port[RECORD_CORES] = { &a->md_port, &a->trade_port };
	struct nic_port_cfg ports[RECORD_CORES];
	struct nic_cfg n = { .instance = a->cfg.instance,
			     .ports = ports,
			     .n_ports = RECORD_CORES,
			     .no_huge = a->cfg.nic_no_huge,
			     .memory_mb = a->cfg.nic_memory_mb,
			     .cpu = a->cfg.trade_cpu };
	for (u32 i = 0; i < RECORD_CORES; i++) {
		err_t e = port_cfg(from[i], &ports[i], error);
		if (e != ERR_OK)
			return e;
	}
	err_t e = nic_start(&a->nic, &n);
	a->nic_up = e == ERR_OK;
	for (u32 i = 0; e == ERR_OK && i < RECORD_CORES; i++) {
		struct nic_port_info *info = &a->port_info[i];
		snprintf(info->port, sizeof info->port, "%s", names[i]);
		e = nic_port_open(&a->nic, i, &a->arena, port[i], port[i]->counters, info);
		if (e == ERR_OK)
			log_refused(info);
	}
	a->ports_up = e == ERR_OK;
	if (e != ERR_OK)
		snprintf(error, APP_ERROR, "%s", a->nic.error);
	return e;
}
