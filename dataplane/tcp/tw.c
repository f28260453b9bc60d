#include "dataplane/tcp/tw.h"

err_t tw_init(struct tw_table *tw, struct arena *a, u32 n)
{
	tw->e = ARENA_ARRAY(a, struct tw, n);
	tw->n = n;
	return tw->e ? ERR_OK : ERR_NO_MEMORY;
}

/* A linear search: it runs only for segments of no connection and when a port is chosen. */
struct tw *tw_find(struct tw_table *tw, u32 rem_ip, u32 ports, ns_t now)
{
	for (u32 i = 0; i < tw->n; i++) {
		struct tw *e = &tw->e[i];
		if (e->ports == ports && e->rem_ip == rem_ip && ports && now < e->until_ns)
			return e;
	}
	return NULL;
}

struct tw *tw_add(struct tw_table *tw, u32 rem_ip, u32 ports, ns_t now, bool *evicted)
{
	assert(ports != 0);
	struct tw *best = &tw->e[0];
	for (u32 i = 0; i < tw->n && best->ports; i++)
		if (!tw->e[i].ports || tw->e[i].until_ns < best->until_ns)
			best = &tw->e[i];
	*evicted = best->ports && now < best->until_ns;
	*best = (struct tw){ .rem_ip = rem_ip, .ports = ports };
	return best;
}

void tw_free(struct tw *e) { *e = (struct tw){ 0 }; }
