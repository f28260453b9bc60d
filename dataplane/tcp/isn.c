#include "dataplane/tcp/isn.h"

#include "dataplane/tcp/siphash.h"

#define ISN_TICK_NS 4000

/* What is hashed; `use` keeps the three uses of the secret apart. */
struct tuple {
	u32 local_ip, rem_ip, ports, use;
};

u32 tcp_isn(const struct tcp *t, u32 rem_ip, u32 ports, ns_t now)
{
	struct tuple k = { t->ip, rem_ip, ports, 0 };
	return (u32)siphash(t->cfg.secret, &k, sizeof k) + (u32)(now / ISN_TICK_NS);
}

u32 tcp_ts_offset(const struct tcp *t, u32 rem_ip, u32 ports)
{
	struct tuple k = { t->ip, rem_ip, ports, 2 };
	return (u32)siphash(t->cfg.secret, &k, sizeof k);
}

u16 tcp_port_choose(struct tcp *t, u32 rem_ip, u16 remote, ns_t now)
{
	struct tuple k = { t->ip, rem_ip, ports_of(remote, 0), 1 };
	u32 count = (u32)t->cfg.port_hi - t->cfg.port_lo + 1;
	u64 offset = siphash(t->cfg.secret, &k, sizeof k) >> 1;
	for (u32 i = 0; i < count; i++) {
		u16 port = (u16)(t->cfg.port_lo + (offset + t->ports_tried++) % count);
		u32 ports = ports_of(remote, port);
		if (!conn_find(t, rem_ip, ports) && !tw_find(&t->tw, rem_ip, ports, now))
			return port;
	}
	return 0;
}
