#include "dataplane/net/neigh.h"

#include <string.h>

#include "dataplane/net/arp.h"
#include "dataplane/net/nd.h"
#include "dataplane/net/net.h"

/* `mac` NULL: everybody, or the group the neighbour is in. */
static void entry_ask(struct net *n, const struct neigh_entry *e, const u8 *mac)
{
	if (ip_addr_is_v4(&e->ip))
		arp_ask(n, ip_addr_u32(&e->ip), mac);
	else
		nd_ask(n, &e->ip, mac);
}

static void entry_due(struct neigh *t, struct neigh_entry *e, ns_t at)
{
	e->due_ns = at;
	t->next_ns = u64_min(t->next_ns, at);
}

static struct neigh_entry *find(struct neigh *t, const struct ip_addr *ip)
{
	for (u32 i = 0; i < NEIGH_ENTRIES; i++)
		if (t->e[i].state != NEIGH_FREE && ip_addr_eq(&t->e[i].ip, ip))
			return &t->e[i];
	return NULL;
}

/* A free entry; else the one unused longest, of those nobody asked for if there are any. */
static struct neigh_entry *take(struct neigh *t, const struct ip_addr *ip)
{
	struct neigh_entry *best = &t->e[0];
	for (u32 i = 0; i < NEIGH_ENTRIES; i++) {
		struct neigh_entry *e = &t->e[i];
		if (e->state == NEIGH_FREE) {
			best = e;
			break;
		}
		if (e->wanted < best->wanted ||
		    (e->wanted == best->wanted && e->used_ns < best->used_ns))
			best = e;
	}
	*best = (struct neigh_entry){ .ip = *ip, .state = NEIGH_WAITING };
	return best;
}

static bool has_mac(const struct neigh_entry *e)
{
	return e->state == NEIGH_KNOWN || e->state == NEIGH_PROBING;
}

static void entry_failed(struct net *n, struct neigh_entry *e, ns_t now)
{
	counter_inc(&n->cnt[NET_CNT_neigh_failed]);
	e->state = NEIGH_FAILED;
	e->tries = 0;
	entry_due(&n->neigh, e, now + NEIGH_FAILED_NS);
}

/*
 * Asks, or gives up after NEIGH_TRIES. The MAC of an entry that is being probed stays in use
 * meanwhile.
 */
static void entry_retry(struct net *n, struct neigh_entry *e, ns_t now)
{
	if (e->tries == NEIGH_TRIES) {
		entry_failed(n, e, now);
		return;
	}
	bool unicast = e->state == NEIGH_PROBING && e->tries < NEIGH_UNICAST_TRIES;
	entry_ask(n, e, unicast ? e->mac : NULL);
	entry_due(&n->neigh, e, now + (NEIGH_RETRY_NS << e->tries));
	e->tries++;
}

static void entry_probe(struct net *n, struct neigh_entry *e, ns_t now)
{
	e->state = NEIGH_PROBING;
	e->tries = 0;
	entry_retry(n, e, now);
}

/*
 * Somebody says that a known neighbour has moved. Where that is to be verified the old MAC is asked
 * three times; if it is silent what follows is asked of all and finds the new one, in 0.7 s.
 */
static bool entry_doubts(struct net *n, struct neigh_entry *e, u32 how, ns_t now)
{
	bool silent = e->state == NEIGH_PROBING && e->tries > NEIGH_UNICAST_TRIES;
	if ((how & NEIGH_OVERRIDES && !n->cfg.neigh_verify) || silent)
		return false;
	counter_inc(&n->cnt[NET_CNT_neigh_doubted]);
	if (e->state == NEIGH_KNOWN)
		entry_probe(n, e, now);
	return true;
}

static void entry_heard(struct net *n, struct neigh_entry *e, const u8 mac[6], u32 how, ns_t now)
{
	bool moved = has_mac(e) && memcmp(e->mac, mac, 6);
	if (moved && entry_doubts(n, e, how, now))
		return;
	if (has_mac(e) && !moved && !(how & NEIGH_CONFIRMS))
		return; /* nothing new, and no proof that it hears us */
	counter_add(&n->cnt[NET_CNT_neigh_changed], moved);
	n->mac_epoch += moved || !has_mac(e); /* it may have been forgotten, and have moved meanwhile */
	memcpy(e->mac, mac, 6);
	e->tries = 0;
	e->used_ns = now;
	if (e->wanted && !(how & NEIGH_CONFIRMS)) {
		entry_probe(n, e, now);
		return;
	}
	e->state = NEIGH_KNOWN;
	entry_due(&n->neigh, e, now + (e->wanted ? NEIGH_REFRESH_NS : NEIGH_EXPIRE_NS));
}

bool neigh_heard(struct net *n, const struct ip_addr *ip, const u8 mac[6], u32 how, ns_t now)
{
	struct neigh_entry *e = find(&n->neigh, ip);
	if (!e && how & NEIGH_ASKS_US)
		e = take(&n->neigh, ip);
	if (!e) {
		counter_inc(&n->cnt[NET_CNT_neigh_unasked]);
		return false;
	}
	entry_heard(n, e, mac, how, now);
	return true;
}

static bool is_gateway(const struct net *n, const struct neigh_entry *e)
{
	return ip_addr_eq(&e->ip, &n->cfg.gateway) || ip_addr_eq(&e->ip, &n->cfg.gateway6);
}

static void entry_turn(struct net *n, struct neigh_entry *e, ns_t now)
{
	switch (e->state) {
	case NEIGH_KNOWN:
		if (e->wanted)
			entry_probe(n, e, now);
		else
			e->state = NEIGH_FREE;
		return;
	case NEIGH_FAILED:
		e->state = NEIGH_FREE;
		if (is_gateway(n, e)) {
			e->state = NEIGH_WAITING; /* the gateway is never given up */
			entry_retry(n, e, now);
		}
		return;
	default:
		entry_retry(n, e, now);
	}
}

void neigh_init(struct net *n)
{
	const struct ip_addr *gateways[] = { &n->cfg.gateway, &n->cfg.gateway6 };
	n->neigh = (struct neigh){ .next_ns = UINT64_MAX };
	for (u32 i = 0; i < ARRAY_LEN(gateways); i++) {
		if (ip_addr_is_none(gateways[i]))
			continue;
		struct neigh_entry *e = take(&n->neigh, gateways[i]);
		e->wanted = true;
		entry_due(&n->neigh, e, 0);
	}
}

void neigh_turn(struct net *n, ns_t now)
{
	struct neigh *t = &n->neigh;
	t->next_ns = UINT64_MAX;
	for (u32 i = 0; i < NEIGH_ENTRIES; i++) {
		struct neigh_entry *e = &t->e[i];
		if (e->state != NEIGH_FREE && now >= e->due_ns)
			entry_turn(n, e, now);
		if (e->state != NEIGH_FREE)
			t->next_ns = u64_min(t->next_ns, e->due_ns);
	}
}

err_t neigh_resolve(struct net *n, const struct ip_addr *ip, u8 mac[6], ns_t now)
{
	struct neigh_entry *e = find(&n->neigh, ip);
	if (!e) {
		e = take(&n->neigh, ip);
		entry_retry(n, e, now);
	} else if (!e->wanted && e->state == NEIGH_KNOWN) {
		entry_due(&n->neigh, e, now + NEIGH_REFRESH_NS);
	}
	e->wanted = true;
	e->used_ns = now;
	if (e->state == NEIGH_WAITING)
		return ERR_AGAIN;
	if (e->state == NEIGH_FAILED)
		return ERR_UNREACHABLE;
	memcpy(mac, e->mac, 6);
	return ERR_OK;
}

void neigh_doubt(struct net *n, const struct ip_addr *ip, ns_t now)
{
	u8 mac[6];
	if (neigh_resolve(n, ip, mac, now) != ERR_OK)
		return; /* it is being asked for, or has failed and will be by the next doubt */
	struct neigh_entry *e = find(&n->neigh, ip);
	assert(e);
	if (e->state == NEIGH_KNOWN)
		entry_probe(n, e, now);
}
