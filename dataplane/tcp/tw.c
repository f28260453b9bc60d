#include "dataplane/tcp/tw.h"

static u32 bucket_count(u32 n)
{
	u32 b = 1;
	while (b < 2 * n)
		b *= 2;
	return b;
}

size_t tw_arena_bytes(u32 n)
{
	return n * sizeof(struct tw) + bucket_count(n) * sizeof(struct tw *) + 2 * CACHE_LINE;
}

static struct tw **bucket(const struct tw_table *tw, const struct ip_addr *rem, u32 ports)
{
	u64 w[2];
	memcpy(w, rem->b, sizeof w);
	u64 h = (w[0] ^ w[1] ^ (u64)ports << 16) * 0x9e3779b97f4a7c15ULL;
	return &tw->buckets[(u32)(h >> 32) & tw->mask];
}

static void unlist(struct tw_table *tw, struct tw *e)
{
	*(e->older ? &e->older->newer : &tw->oldest) = e->newer;
	*(e->newer ? &e->newer->older : &tw->newest) = e->older;
}

static void list_newest(struct tw_table *tw, struct tw *e)
{
	e->older = tw->newest;
	e->newer = NULL;
	*(tw->newest ? &tw->newest->newer : &tw->oldest) = e;
	tw->newest = e;
}

static void list_oldest(struct tw_table *tw, struct tw *e)
{
	e->newer = tw->oldest;
	e->older = NULL;
	*(tw->oldest ? &tw->oldest->older : &tw->newest) = e;
	tw->oldest = e;
}

err_t tw_init(struct tw_table *tw, struct arena *a, u32 n, ns_t stay_ns)
{
	u32 buckets = bucket_count(n);
	*tw = (struct tw_table){ .n = n, .mask = buckets - 1, .stay_ns = stay_ns };
	tw->e = ARENA_ARRAY(a, struct tw, n);
	tw->buckets = ARENA_ARRAY(a, struct tw *, buckets);
	if (!tw->e || !tw->buckets)
		return ERR_NO_MEMORY;
	for (u32 i = 0; i < n; i++)
		list_newest(tw, &tw->e[i]);
	return ERR_OK;
}

struct tw *tw_find(const struct tw_table *tw, const struct ip_addr *rem, u32 ports, ns_t now)
{
	struct tw *e = *bucket(tw, rem, ports);
	while (e && (e->ports != ports || !ip_addr_eq(&e->rem, rem)))
		e = e->hash_next;
	return e && now < e->until_ns ? e : NULL;
}

static void unhash(struct tw_table *tw, struct tw *e)
{
	struct tw **p = bucket(tw, &e->rem, e->ports);
	while (*p != e)
		p = &(*p)->hash_next;
	*p = e->hash_next;
}

struct tw *tw_add(struct tw_table *tw, const struct ip_addr *rem, u32 ports, ns_t now, bool *evicted)
{
	struct tw *e = tw->oldest, **head = bucket(tw, rem, ports);
	assert(ports != 0);
	*evicted = e->ports && now < e->until_ns;
	if (e->ports)
		unhash(tw, e);
	unlist(tw, e);
	*e = (struct tw){ .rem = *rem, .ports = ports, .until_ns = now + tw->stay_ns, .hash_next = *head };
	*head = e;
	list_newest(tw, e);
	return e;
}

void tw_renew(struct tw_table *tw, struct tw *e, ns_t now)
{
	assert(e->ports);
	e->until_ns = now + tw->stay_ns;
	unlist(tw, e);
	list_newest(tw, e);
}

void tw_free(struct tw_table *tw, struct tw *e)
{
	assert(e->ports);
	unhash(tw, e);
	unlist(tw, e);
	*e = (struct tw){ 0 };
	list_oldest(tw, e);
}
