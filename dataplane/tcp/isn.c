#include "dataplane/tcp/isn.h"

#include "dataplane/tcp/siphash.h"

#define ISN_TICK_NS 4000

/* What is hashed; `use` keeps the three uses of the secret apart. */
struct tuple {
	struct ip_addr local, rem;
	u32 ports, use;
};
static_assert(sizeof(struct tuple) == 40, "nothing undefined is hashed");

static struct tuple tuple_of(const struct tcp *t, const struct ip_addr *rem, u32 ports, u32 use)
{
	const struct net_cfg *c = &t->net->cfg;
	return (struct tuple){ ip_addr_is_v4(rem) ? c->ip : c->ip6, *rem, ports, use };
}

u32 tcp_isn(const struct tcp *t, const struct ip_addr *rem, u32 ports, ns_t now)
{
	struct tuple k = tuple_of(t, rem, ports, 0);
	return (u32)siphash(t->cfg.secret, &k, sizeof k) + (u32)(now / ISN_TICK_NS);
}

u32 tcp_ts_offset(const struct tcp *t, const struct ip_addr *rem, u32 ports)
{
	struct tuple k = tuple_of(t, rem, ports, 2);
	return (u32)siphash(t->cfg.secret, &k, sizeof k);
}

u16 tcp_port_choose(struct tcp *t, const struct ip_addr *rem, u16 remote, ns_t now)
{
	struct tuple k = tuple_of(t, rem, ports_of(remote, 0), 1);
	u32 count = (u32)t->cfg.port_hi - t->cfg.port_lo + 1;
	u64 offset = siphash(t->cfg.secret, &k, sizeof k) >> 1;
	for (u32 i = 0; i < count; i++) {
		u16 port = (u16)(t->cfg.port_lo + (offset + t->ports_tried++) % count);
		u32 ports = ports_of(remote, port);
		if (!conn_find(t, rem, ports) && !tw_find(&t->tw, rem, ports, now))
			return port;
	}
	return 0;
}
