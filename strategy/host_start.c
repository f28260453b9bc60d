/* The cold half of the host: descriptors, plug-ins, instances. Runs at start only. */
#include "strategy/host_state.h"

#include <dlfcn.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "strategy/builtin.h"

const struct counter_def host_counter_defs[HOST_COUNTERS] = {
#define CNT(name, help) { #name, help },
#include "strategy/counters.def"
#undef CNT
};

static err_t PRINTF_LIKE(3, 4) fail(struct param_error *why, err_t e, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	vsnprintf(why->text, sizeof why->text, format, args);
	va_end(args);
	return e;
}

struct host *host_new(struct arena *a, const struct host_cfg *cfg)
{
	struct host *h = ARENA_NEW(a, struct host);
	if (!h)
		return NULL;
	assert(cfg->n_instruments <= INSTRUMENTS_MAX);
	h->cfg = *cfg;
	h->next_timer = UINT64_MAX;
	h->desc[h->n_descs++] = &strategy_maker;
	h->desc[h->n_descs++] = &strategy_null;
	return h;
}

void host_measure(struct host *h, const struct host_ops *ops) { h->cfg.ops = ops; }

const struct strategy_desc *host_find(const struct host *h, const char *name)
{
	for (u32 i = 0; i < h->n_descs; i++)
		if (!strcmp(h->desc[i]->name, name))
			return h->desc[i];
	return NULL;
}

/* Major first: the fields after it mean what ours mean only when it is the same. */
static err_t check_abi(const struct strategy_desc *d, struct param_error *why)
{
	if (d->abi_major != STRATEGY_ABI_MAJOR)
		return fail(why, ERR_UNSUPPORTED, "made for strategy ABI %u, this is %u",
			    d->abi_major, STRATEGY_ABI_MAJOR);
	if (d->abi_minor > STRATEGY_ABI_MINOR)
		return fail(why, ERR_UNSUPPORTED, "made for strategy ABI %u.%u, this is %u.%u",
			    d->abi_major, d->abi_minor, STRATEGY_ABI_MAJOR, STRATEGY_ABI_MINOR);
	bool same = d->desc_size == sizeof *d && d->event_size == sizeof(struct order_event) &&
		    d->param_size == sizeof(struct strategy_param);
	if (!same || d->api_size > sizeof(struct strategy_api) ||
	    d->view_size > sizeof(struct market_view))
		return fail(why, ERR_UNSUPPORTED,
			    "made with other headers: sizes of descriptor %u, event %u, row %u",
			    d->desc_size, d->event_size, d->param_size);
	return ERR_OK;
}

err_t host_register(struct host *h, const struct strategy_desc *d, struct param_error *why)
{
	err_t e = check_abi(d, why);
	if (e != ERR_OK)
		return e;
	if (!d->name || !d->name[0] || strnlen(d->name, STRATEGY_NAME_MAX) == STRATEGY_NAME_MAX)
		return fail(why, ERR_SYNTAX, "a strategy's name has 1 to %d characters",
			    STRATEGY_NAME_MAX - 1);
	if (!d->init)
		return fail(why, ERR_SYNTAX, "%s: no init", d->name);
	if (host_find(h, d->name))
		return fail(why, ERR_EXISTS, "%s: a strategy of that name is registered already",
			    d->name);
	if (h->n_descs == HOST_DESCS_MAX)
		return fail(why, ERR_FULL, "%s: at most %d kinds of strategies", d->name,
			    HOST_DESCS_MAX);
	if ((e = param_check_table(d->params, d->n_params, why)) != ERR_OK)
		return e;
	h->desc[h->n_descs++] = d;
	return ERR_OK;
}

err_t host_load(struct host *h, const char *path, struct param_error *why)
{
	struct param_error inner;
	if (!strchr(path, '/'))
		/* dlopen would search the system's folders for it */
		return fail(why, ERR_ARGUMENT, "%.100s: expected a path with a '/'", path);
	void *so = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	if (!so)
		return fail(why, ERR_IO, "%s", dlerror());
	const struct strategy_desc *d = dlsym(so, STRATEGY_SYMBOL);
	err_t e = d ? host_register(h, d, &inner)
		    : fail(&inner, ERR_NOT_FOUND, "exports no " STRATEGY_SYMBOL);
	if (e == ERR_OK)
		return e; /* its code stays mapped for as long as the process runs */
	fail(why, e, "%.100s: %.120s", path, inner.text);
	dlclose(so);
	return e;
}

/* Defaults, then what `text` says, into memory of its own. */
static err_t make_values(struct strategy_ctx *c, struct arena *a, const char *text,
			 struct param_error *why)
{
	const struct strategy_desc *d = c->desc;
	u32 given;
	c->values = arena_alloc(a, sizeof(struct strategy_value[STRATEGY_PARAMS_MAX]), CACHE_LINE);
	c->state = arena_alloc(a, d->state_size ? d->state_size : 1, CACHE_LINE);
	if (!c->values || !c->state)
		return fail(why, ERR_NO_MEMORY, "%s: the core's memory is used up", d->name);
	param_defaults(d->params, d->n_params, c->values);
	err_t e = param_parse(d->params, d->n_params, text, c->values, &given, why);
	return e == ERR_OK ? param_require(d->params, d->n_params, given, why) : e;
}

/* Only now, when init has succeeded, do events reach it. */
static void enlist(struct host *h, struct strategy_ctx *c)
{
	for (u32 i = 0; i < h->cfg.n_instruments; i++)
		if (instrument_set_has(&c->subscribed, i))
			h->subscriber[i][h->n_subscribers[i]++] = c;
}

err_t host_add(struct host *h, struct arena *a, const char *name, const char *params, u16 *id,
	       struct param_error *why)
{
	const struct strategy_desc *d = host_find(h, name);
	if (!d)
		return fail(why, ERR_NOT_FOUND, "%.32s: no such strategy", name);
	if (h->n == HOST_INSTANCES_MAX)
		return fail(why, ERR_FULL, "%s: at most %d strategies", name, HOST_INSTANCES_MAX);
	struct strategy_ctx *c = &h->instance[h->n];
	*c = (struct strategy_ctx){ .host = h,
				    .on_market = d->on_market,
				    .id = (u16)h->n,
				    .timer = UINT64_MAX,
				    .desc = d };
	rng_seed(&c->rng, h->cfg.seed + h->n * 0x9e3779b97f4a7c15ULL);
	err_t e = make_values(c, a, params, why);
	if (e != ERR_OK)
		return e;
	c->starting = true;
	e = d->init(c->state, &host_api, c, c->values);
	c->starting = false;
	if (e != ERR_OK)
		return fail(why, e, "%s: does not start with these parameters: %s", name,
			    err_text(e));
	enlist(h, c);
	*id = (u16)h->n++;
	return ERR_OK;
}
