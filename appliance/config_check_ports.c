/*
 * config_check_ports.c - devices and addresses: each port its own, each gateway within reach.
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "appliance/config_check.h"
#include "appliance/config_value.h"

static u32 mask_of(u32 prefix_len) { return prefix_len ? ~0u << (32 - prefix_len) : 0; }

/* The addresses a host can have: neither the network's own nor its broadcast (a /31 and a /32 have none). */
static bool is_host(u32 ip, u32 len)
{
	u32 rest = ip & ~mask_of(len);
	return (ip >> 28) < 14 && (ip >> 24) != 127 &&
	       (len > 30 || (rest && rest != ~mask_of(len)));
}

static err_t check_ip(const struct config *c, const struct config_port *p, const char *prefix,
		      char *error)
{
	char path[32];
	u32 ip, len, gateway;
	snprintf(path, sizeof path, "%s.ip", prefix);
	if (!value_network(p->ip, &ip, &len) || !is_host(ip, len))
		return check_failed(c, path, error,
				    "found %s, which no host can have; expected an address of its "
				    "network such as 10.77.0.2/24",
				    p->ip);
	if (!*p->gateway)
		return ERR_OK;
	snprintf(path, sizeof path, "%s.gateway", prefix);
	if (!value_ip(p->gateway, &gateway) || (gateway ^ ip) & mask_of(len))
		return check_failed(c, path, error,
				    "found %s, which is not in our network %s; a router must be in "
				    "reach without a router",
				    p->gateway, p->ip);
	if (gateway == ip)
		return check_failed(c, path, error,
				    "found %s, which is our own address; expected the router's",
				    p->gateway);
	return ERR_OK;
}

static err_t check_ip6(const struct config *c, const struct config_port *p, const char *prefix,
		       char *error)
{
	char path[32];
	struct ip_addr ip, gateway;
	u32 len;
	snprintf(path, sizeof path, "%s.ip6", prefix);
	if (!value_network6(p->ip6, &ip, &len) || !ip_addr_is_unicast(&ip))
		return check_failed(c, path, error,
				    "found %s, which no host can have; expected an address of its "
				    "network such as 2001:db8::2/64",
				    p->ip6);
	if (!*p->gateway6)
		return ERR_OK;
	snprintf(path, sizeof path, "%s.gateway6", prefix);
	if (!value_ip6(p->gateway6, &gateway) || !ip_addr_is_unicast(&gateway) ||
	    !(ip_addr_is_link_local(&gateway) || ip_addr_same_prefix(&gateway, &ip, len)))
		return check_failed(c, path, error,
				    "found %s, which is neither link-local nor in our network %s; a "
				    "router must be in reach without a router",
				    p->gateway6, p->ip6);
	if (ip_addr_eq(&gateway, &ip))
		return check_failed(c, path, error,
				    "found %s, which is our own address; expected the router's",
				    p->gateway6);
	return ERR_OK;
}

static err_t check_address(const struct config *c, const struct config_port *p, const char *prefix,
			   char *error)
{
	char path[32];
	err_t e = ERR_OK;
	bool lone = (*p->gateway && !*p->ip) || (*p->gateway6 && !*p->ip6);
	snprintf(path, sizeof path, "%s.%s", prefix, *p->gateway && !*p->ip ? "gateway" : "gateway6");
	if (lone)
		return check_failed(c, path, error,
				    "is a router for a port without address of its kind; give %s.ip "
				    "for gateway, %s.ip6 for gateway6",
				    prefix, prefix);
	snprintf(path, sizeof path, "%s.device", prefix);
	if (!*p->ip && !*p->ip6)
		return check_failed(c, path, error, "has no address; give %s.ip, %s.ip6, or both", prefix,
				    prefix);
	if (*p->ip)
		e = check_ip(c, p, prefix, error);
	return e == ERR_OK && *p->ip6 ? check_ip6(c, p, prefix, error) : e;
}

/* A connection begins at a port that has an address of its kind. */
static err_t check_reach(const struct config *c, const struct config_endpoint *to, const char *path,
			 const struct config_port *from, char *error)
{
	bool v6 = strchr(to->address, ':');
	if (!*to->address || *(v6 ? from->ip6 : from->ip))
		return ERR_OK;
	return check_failed(c, path, error, "found %s, but the port %s has no %s address", to->address,
			    from == &c->md_port ? "ports.md" : "ports.trade", v6 ? "IPv6" : "IPv4");
}

/* "iface=..." of a virtual device's arguments, up to the next comma; its length. */
static size_t iface_of(const char *device, const char **at)
{
	const char *p = strstr(device, ",iface=");
	*at = p ? p + strlen(",iface=") : "";
	return strcspn(*at, ",");
}

static bool same_device(const char *a, const char *b)
{
	const char *ia, *ib;
	size_t na = strcspn(a, ","), nb = strcspn(b, ","), nia = iface_of(a, &ia),
	       nib = iface_of(b, &ib);
	return (na == nb && !strncasecmp(a, b, na)) || (nia && nia == nib && !memcmp(ia, ib, nia));
}

static err_t check_distinct(const struct config *c, char *error)
{
	const struct config_port *md = &c->md_port, *trade = &c->trade_port;
	u32 ip_md, ip_trade, len;
	struct ip_addr ip6_md, ip6_trade;
	if (value_network(md->ip, &ip_md, &len) && value_network(trade->ip, &ip_trade, &len) &&
	    ip_md == ip_trade)
		return check_failed(c, "ports.trade.ip", error,
				    "found %s, which ports.md has already; give each port an "
				    "address of its own",
				    trade->ip);
	if (value_network6(md->ip6, &ip6_md, &len) && value_network6(trade->ip6, &ip6_trade, &len) &&
	    ip_addr_eq(&ip6_md, &ip6_trade))
		return check_failed(c, "ports.trade.ip6", error,
				    "found %s, which ports.md has already; give each port an "
				    "address of its own",
				    trade->ip6);
	if (*md->mac && !strcasecmp(md->mac, trade->mac))
		return check_failed(
			c, "ports.trade.mac", error,
			"found %s, which ports.md has already; give each port a MAC of its own",
			trade->mac);
	return ERR_OK;
}

err_t check_ports(const struct config *c, char *error)
{
	const struct config_port *md = &c->md_port, *trade = &c->trade_port;
	err_t e;
	if (same_device(md->device, trade->device))
		return check_failed(c, "ports.trade.device", error,
				    "found %s, which ports.md has already (%s); give each port a "
				    "device of its own",
				    trade->device, md->device);
	if ((e = check_address(c, md, "ports.md", error)) != ERR_OK ||
	    (e = check_address(c, trade, "ports.trade", error)) != ERR_OK ||
	    (e = check_distinct(c, error)) != ERR_OK ||
	    (e = check_reach(c, &c->stream, "venue.stream.address", md, error)) != ERR_OK)
		return e;
	return check_reach(c, &c->api, "venue.api.address", trade, error);
}
