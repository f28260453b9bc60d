#include "risk/orders.h"

err_t orders_init(struct risk_orders *o, struct arena *a, u32 max)
{
	assert(is_pow2(max) && max <= 65536);
	*o = (struct risk_orders){ .max = max, .spare_n = max };
	o->order = ARENA_ARRAY(a, struct risk_order, max);
	o->spare = ARENA_ARRAY(a, u16, max);
	if (!o->order || !o->spare)
		return ERR_NO_MEMORY;
	for (u32 i = 0; i < max; i++)
		o->spare[i] = o->order[i].slot = (u16)i;
	return idmap_init(&o->map, a, max);
}

struct risk_order *orders_find(const struct risk_orders *o, u64 id)
{
	u32 slot = id ? idmap_find(&o->map, id) : IDMAP_NONE;
	return slot == IDMAP_NONE ? NULL : &o->order[slot];
}

struct risk_order *orders_open(struct risk_orders *o, u64 id)
{
	assert(id && idmap_find(&o->map, id) == IDMAP_NONE);
	if (!o->spare_n)
		return NULL;
	u16 slot = o->spare[o->spare_head];
	o->spare_head = (o->spare_head + 1) & (o->max - 1);
	o->spare_n--;
	struct risk_order *x = &o->order[slot];
	assert(!x->open && x->slot == slot);
	if (x->id)
		idmap_remove(&o->map, x->id);
	*x = (struct risk_order){ .id = id, .slot = slot, .open = true };
	idmap_put(&o->map, id, slot);
	return x;
}

void orders_end(struct risk_orders *o, struct risk_order *x)
{
	assert(x->open && o->spare_n < o->max);
	x->open = x->ending = false;
	o->spare[(o->spare_head + o->spare_n++) & (o->max - 1)] = x->slot;
}
