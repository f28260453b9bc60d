#include "gateway/recon_other.h"

#include <string.h>

static struct recon_other *find_other(struct recon *r, const struct reply_order *o)
{
	for (u32 i = 0; i < r->n_other; i++) {
		struct recon_other *x = &r->other[i];
		bool same_coid = x->coid_n == o->coid_n && memcmp(x->coid, o->coid, o->coid_n) == 0;
		if (x->instrument == o->instrument && (x->venue_id ? x->venue_id == o->venue_id : same_coid))
			return x;
	}
	return NULL;
}

void recon_other_saw(struct recon *r, const struct reply_order *o)
{
	struct recon_other *x = find_other(r, o);
	if (!x) {
		counter_inc(&r->cnt[o->owner == COID_FOREIGN ? GATEWAY_CNT_recon_foreign : GATEWAY_CNT_recon_older]);
		if (r->n_other == RECON_OTHERS_MAX)
			return;
		x = &r->other[r->n_other++];
		*x = (struct recon_other){ .instrument = o->instrument, .boot = o->boot, .order_id = o->order_id,
					   .owner = o->owner, .coid_n = o->coid_n };
		memcpy(x->coid, o->coid, o->coid_n);
		r->n_foreign += o->owner == COID_FOREIGN;
	}
	x->venue_id = o->venue_id;
	x->side = o->side;
	x->px = o->px;
	x->qty = o->qty;
	x->filled_qty = o->cum_qty > 0 ? o->cum_qty : 0;
	x->open = true;
	x->ended = false;
	x->todo = x->owner == COID_FOREIGN ? TODO_NOTHING : TODO_CANCEL;
}

void recon_other_ended(struct recon_other *x)
{
	x->open = false;
	x->ended = true;
	x->todo = TODO_NOTHING;
}

bool recon_other_is_older(const struct recon *r, u32 instrument, u64 venue_id)
{
	for (u32 i = 0; i < r->n_other; i++) {
		const struct recon_other *x = &r->other[i];
		if (x->owner == COID_OLDER && x->instrument == instrument && x->venue_id == venue_id)
			return true;
	}
	return false;
}

err_t recon_add_older(struct recon *r, const struct recon_other *o)
{
	if (o->instrument >= r->n_instruments || o->coid_n > COID_VENUE_MAX)
		return ERR_ARGUMENT;
	if (r->n_other == RECON_OTHERS_MAX)
		return ERR_FULL;
	struct recon_other *x = &r->other[r->n_other++];
	*x = *o;
	x->owner = COID_OLDER;
	x->ended = false;
	x->todo = TODO_ASK;
	return ERR_OK;
}

void recon_other_forget(struct recon *r)
{
	u32 kept = 0;
	for (u32 i = 0; i < r->n_other; i++)
		if (r->other[i].todo != TODO_NOTHING)
			r->other[kept++] = r->other[i];
	r->n_other = kept;
	r->n_foreign = 0;
}
