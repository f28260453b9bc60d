#include "dataplane/feed/symbols.h"

static struct symbol_text text_of(const char *p, size_t n)
{
	struct symbol_text t = { { 0 } };
	memcpy(t.w, p, n);
	return t;
}

static struct symbol_text lower_of(struct symbol_text t)
{
	char *c = (char *)t.w;
	for (u32 i = 0; i < SYMBOL_ROOM; i++)
		c[i] = c[i] >= 'A' && c[i] <= 'Z' ? (char)(c[i] | 0x20) : c[i];
	return t;
}

const struct symbol *symbols_find(const struct symbols *s, const char *p, size_t n)
{
	if (n == 0 || n > SYMBOL_MAX)
		return NULL;
	struct symbol_text given = text_of(p, n), lower = lower_of(given);
	for (u32 i = symbol_slot(&lower); s->slot[i]; i = (i + 1) % SYMBOL_SLOTS) {
		const struct symbol *at = &s->at[s->slot[i] - 1];
		assert(at->in_use);
		if (at->inst.symbol_n == n &&
		    (symbol_text_equal(&at->lower, &given) || symbol_text_equal(&at->upper, &given)))
			return at;
	}
	return NULL;
}

static void rebuild(struct symbols *s)
{
	memset(s->slot, 0, sizeof s->slot);
	for (u32 id = 0; id < INSTRUMENTS_MAX; id++) {
		if (!s->at[id].in_use)
			continue;
		u32 i = symbol_slot(&s->at[id].lower);
		while (s->slot[i])
			i = (i + 1) % SYMBOL_SLOTS;
		s->slot[i] = (u16)(id + 1);
	}
}

static bool is_symbol(const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!((p[i] >= 'A' && p[i] <= 'Z') || (p[i] >= '0' && p[i] <= '9') || p[i] == '_'))
			return false;
	return n > 0 && n <= SYMBOL_MAX;
}

err_t symbols_add(struct symbols *s, const struct instrument *i)
{
	if (i->id >= INSTRUMENTS_MAX || i->tick <= 0 || i->px_scale > DEC_DECIMALS_MAX ||
	    i->qty_scale > DEC_DECIMALS_MAX || !is_symbol(i->symbol, i->symbol_n))
		return ERR_ARGUMENT;
	const struct symbol *known = symbols_find(s, i->symbol, i->symbol_n);
	if (known && known->inst.id != i->id)
		return ERR_EXISTS;
	struct symbol *at = &s->at[i->id];
	at->inst = *i;
	at->upper = text_of(i->symbol, i->symbol_n);
	at->lower = lower_of(at->upper);
	at->mask = (struct symbol_text){ { 0 } };
	memset(at->mask.w, 0xff, i->symbol_n);
	bool px = digits_cut_of(i->px_scale, &at->px_cut), qty = digits_cut_of(i->qty_scale, &at->qty_cut);
	at->has_cuts = px && qty;
	at->in_use = true;
	rebuild(s);
	assert(symbols_find(s, i->symbol, i->symbol_n) == at);
	return ERR_OK;
}
