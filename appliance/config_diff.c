#include "appliance/config_diff.h"

#include <stdio.h>
#include <string.h>

#include "appliance/config_value.h"

struct diff {
	const struct config *from, *to;
	config_change_fn fn;
	void *user;
	u32 n;
};

static void tell(struct diff *d, const struct config_change *c)
{
	d->n++;
	if (d->fn)
		d->fn(d->user, c);
}

/* ---- which of two allows more ---- */

/* Below 0: a < b. Both as option_expected says of a decimal: digits, at most one point. */
static int compare_decimals(const char *a, const char *b)
{
	a += strspn(a, "0");
	b += strspn(b, "0");
	size_t na = strspn(a, "0123456789"), nb = strspn(b, "0123456789");
	if (na != nb)
		return na < nb ? -1 : 1;
	int whole = memcmp(a, b, na);
	if (whole)
		return whole;
	a += na + (a[na] == '.');
	b += nb + (b[nb] == '.');
	while (*a || *b) {
		char x = *a ? *a++ : '0', y = *b ? *b++ : '0';
		if (x != y)
			return x < y ? -1 : 1;
	}
	return 0;
}

/* A limit's text; "" and, where the option says so, 0 stand for none at all. */
static bool is_none(const struct option *o, const char *text)
{
	return !*text || (o->change == OPTION_LIMIT_OR_0 && !strcmp(text, "0"));
}

static bool loosens(const struct option *o, const struct config_change *c, const void *from, const void *to)
{
	u32 a, b;
	if (o->change == OPTION_FLOOR)
		return compare_decimals(c->to, c->from) < 0;
	if (o->change != OPTION_LIMIT && o->change != OPTION_LIMIT_OR_0)
		return false;
	if (o->type == OPTION_CHOICE) {
		memcpy(&a, from, sizeof a);
		memcpy(&b, to, sizeof b);
		return b > a; /* the table names the safe one first */
	}
	if (is_none(o, c->from) || is_none(o, c->to))
		return is_none(o, c->to);
	return compare_decimals(c->to, c->from) > 0;
}

/* ---- options of one value ---- */

static void diff_value(struct diff *d, const struct option *o, const void *from, const void *to, const char *path)
{
	struct config_change c = { .how = o->change };
	value_print(o, from, c.from);
	value_print(o, to, c.to);
	if (!strcmp(c.from, c.to))
		return;
	snprintf(c.path, sizeof c.path, "%s", path);
	c.loosens = loosens(o, &c, from, to);
	tell(d, &c);
}

static void join(char out[CONFIG_TEXT], const struct config *c)
{
	size_t n = 0;
	*out = 0;
	for (u32 i = 0; i < c->n_instruments && n < CONFIG_TEXT; i++)
		n += (size_t)snprintf(out + n, CONFIG_TEXT - n, "%s%s", i ? ", " : "", c->instrument[i]);
}

static void diff_instruments(struct diff *d, const struct option *o)
{
	struct config_change c = { .how = o->change };
	bool same = d->from->n_instruments == d->to->n_instruments;
	for (u32 i = 0; same && i < d->to->n_instruments; i++)
		same = !strcmp(d->from->instrument[i], d->to->instrument[i]);
	if (same)
		return;
	snprintf(c.path, sizeof c.path, "%s", o->path);
	join(c.from, d->from);
	join(c.to, d->to);
	tell(d, &c);
}

/* ---- strategies ---- */

static const struct config_strategy *find(const struct config *c, const char *name)
{
	for (u32 i = 0; i < c->n_strategies; i++)
		if (!strcmp(c->strategy[i].name, name))
			return &c->strategy[i];
	return NULL;
}

/* The value of the parameter that `text` ("name=value") names; "": not given. */
static const char *param_of(const struct config_strategy *s, const char *text)
{
	size_t n = strcspn(text, "=") + 1;
	for (u32 i = 0; i < s->n_params; i++)
		if (!strncmp(s->param[i].text, text, n))
			return s->param[i].text + n;
	return "";
}

static void diff_param(struct diff *d, const struct config_strategy *from, const struct config_strategy *to,
		       const char *text)
{
	struct config_change c = { .how = OPTION_LIVE };
	snprintf(c.from, sizeof c.from, "%s", param_of(from, text));
	snprintf(c.to, sizeof c.to, "%s", param_of(to, text));
	if (!strcmp(c.from, c.to))
		return;
	snprintf(c.path, sizeof c.path, "strategies[%s].params.%.*s", to->name, (int)strcspn(text, "="), text);
	tell(d, &c);
}

static void diff_strategy(struct diff *d, const struct config_strategy *from, const struct config_strategy *to)
{
	for (const struct option *o = config_options; o < config_options + config_options_n; o++) {
		const char *key = option_in_group(o->path, "strategies[]");
		size_t at = o->offset - offsetof(struct config, strategy);
		char path[CHANGE_PATH_MAX];
		if (!key || option_is_list(o))
			continue;
		snprintf(path, sizeof path, "strategies[%s].%s", to->name, key);
		diff_value(d, o, (const u8 *)from + at, (const u8 *)to + at, path);
	}
	for (u32 i = 0; i < to->n_params; i++)
		diff_param(d, from, to, to->param[i].text);
	for (u32 i = 0; i < from->n_params; i++)
		if (!*param_of(to, from->param[i].text))
			diff_param(d, from, to, from->param[i].text);
}

/* One that comes or goes as a whole. One may come behind the others while it runs; none goes. */
static void tell_strategy(struct diff *d, const struct config_strategy *gone, const struct config_strategy *come)
{
	struct config_change c = { .how = gone ? OPTION_START : OPTION_LIVE };
	snprintf(c.path, sizeof c.path, "strategies[%s]", (gone ? gone : come)->name);
	snprintf(gone ? c.from : c.to, sizeof c.from, "%s", (gone ? gone : come)->type);
	tell(d, &c);
}

/* Their order is that of their ids: what both have must stand in the same places. */
static void diff_order(struct diff *d)
{
	struct config_change c = { .path = "strategies", .how = OPTION_START, .from = "in this order",
				   .to = "in another order" };
	for (u32 i = 0; i < u32_min(d->from->n_strategies, d->to->n_strategies); i++)
		if (strcmp(d->from->strategy[i].name, d->to->strategy[i].name)) {
			tell(d, &c);
			return;
		}
}

static void diff_strategies(struct diff *d)
{
	bool gone = false;
	for (u32 i = 0; i < d->from->n_strategies; i++)
		if (!find(d->to, d->from->strategy[i].name)) {
			tell_strategy(d, &d->from->strategy[i], NULL);
			gone = true;
		}
	if (!gone)
		diff_order(d);
	for (u32 i = 0; i < d->to->n_strategies; i++) {
		const struct config_strategy *to = &d->to->strategy[i], *from = find(d->from, to->name);
		if (from)
			diff_strategy(d, from, to);
		else
			tell_strategy(d, NULL, to);
	}
}

u32 config_diff(const struct config *from, const struct config *to, config_change_fn fn, void *user)
{
	struct diff d = { .from = from, .to = to, .fn = fn, .user = user };
	for (const struct option *o = config_options; o < config_options + config_options_n; o++) {
		if (option_is_element(o))
			continue;
		if (o->type == OPTION_SYMBOLS)
			diff_instruments(&d, o);
		else if (o->type == OPTION_STRATEGIES)
			diff_strategies(&d);
		else
			diff_value(&d, o, (const u8 *)from + o->offset, (const u8 *)to + o->offset, o->path);
	}
	return d.n;
}

const char *config_change_word(const struct config_change *c)
{
	return c->loosens ? "live, role risk" : c->how == OPTION_START ? "start" : c->how == OPTION_SERVE ? "serve" : "live";
}
