#include "appliance/config_print.h"

#include <string.h>

#include "appliance/config_value.h"

#define GROUP_MAX 64 /* longer than any group's path */

struct printer {
	FILE *out;
	const struct config *c;
	bool all;
	char group[GROUP_MAX]; /* the one that is open */
};

static void indent(FILE *out, u32 depth)
{
	for (u32 i = 0; i < depth; i++)
		fputs("  ", out);
}

/* A word stands as it is; whatever could mean something to YAML is quoted. */
static void put_scalar(FILE *out, const char *s)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./-";
	if (*s && *s != '-' && !s[strspn(s, plain)]) {
		fputs(s, out);
		return;
	}
	fputc('"', out);
	for (; *s; s++) {
		if (*s == '"' || *s == '\\')
			fputc('\\', out);
		fputc(*s, out);
	}
	fputc('"', out);
}

/* Bytes that two paths have in common, up to the end of a word in both. */
static size_t common_words(const char *a, const char *b)
{
	size_t n = 0;
	for (size_t i = 0;; i++) {
		if ((!a[i] || a[i] == '.') && (!b[i] || b[i] == '.'))
			n = i;
		if (!a[i] || a[i] != b[i])
			return n;
	}
}

static u32 depth_of(const char *path, size_t n)
{
	u32 depth = n != 0;
	for (size_t i = 0; i < n; i++)
		depth += path[i] == '.';
	return depth;
}

/* The heads of the groups that `group` is in and the one before was not. */
static void open_group(struct printer *p, const char *group)
{
	size_t at = common_words(p->group, group);
	while (group[at]) {
		const char *word = group + at + (group[at] == '.');
		size_t n = strcspn(word, ".");
		indent(p->out, depth_of(group, at));
		fprintf(p->out, "%.*s:\n", (int)n, word);
		at = (size_t)(word + n - group);
	}
	snprintf(p->group, sizeof p->group, "%s", group);
}

static void put_symbols(struct printer *p)
{
	fputs("instruments: [", p->out);
	for (u32 i = 0; i < p->c->n_instruments; i++) {
		fputs(i ? ", " : "", p->out);
		put_scalar(p->out, p->c->instrument[i]);
	}
	fputs("]", p->out);
}

static void put_params(struct printer *p, const struct config_strategy *s)
{
	if (!s->n_params)
		return;
	fputs("    params:\n", p->out);
	for (u32 i = 0; i < s->n_params; i++) {
		size_t n = strcspn(s->param[i].text, "=");
		fprintf(p->out, "      %.*s: ", (int)n, s->param[i].text);
		put_scalar(p->out, s->param[i].text + n + 1);
		fputs("\n", p->out);
	}
}

static void put_strategy(struct printer *p, const struct config_strategy *s)
{
	const char *lead = "  - ";
	for (const struct option *o = config_options; o < config_options + config_options_n; o++) {
		const char *key = option_in_group(o->path, "strategies[]");
		const void *field = (const u8 *)s + o->offset - offsetof(struct config, strategy);
		char text[CONFIG_TEXT];
		if (!key || option_is_list(o))
			continue;
		value_print(o, field, text);
		if (o->def && !strcmp(text, o->def) && !p->all)
			continue;
		fprintf(p->out, "%s%s: ", lead, key);
		put_scalar(p->out, text);
		fputs(o->def && !strcmp(text, o->def) ? "  # default\n" : "\n", p->out);
		lead = "    ";
	}
	put_params(p, s);
}

static void put_strategies(struct printer *p)
{
	fputs(p->c->n_strategies ? "strategies:\n" : "strategies: []", p->out);
	for (u32 i = 0; i < p->c->n_strategies; i++)
		put_strategy(p, &p->c->strategy[i]);
}

static void put_option(struct printer *p, const struct option *o)
{
	bool given = p->c->line[o - config_options];
	char group[GROUP_MAX], text[CONFIG_TEXT];
	const char *last = strrchr(o->path, '.');
	if (option_is_element(o) || (!given && !p->all))
		return;
	snprintf(group, sizeof group, "%.*s", last ? (int)(last - o->path) : 0, o->path);
	open_group(p, group);
	if (o->type == OPTION_SYMBOLS) {
		put_symbols(p);
	} else if (o->type == OPTION_STRATEGIES) {
		put_strategies(p);
		if (p->c->n_strategies)
			return;
	} else {
		indent(p->out, depth_of(group, strlen(group)));
		fprintf(p->out, "%s: ", last ? last + 1 : o->path);
		value_print(o, (const u8 *)p->c + o->offset, text);
		put_scalar(p->out, text);
	}
	fputs(given ? "\n" : "  # default\n", p->out);
}

void config_print(FILE *out, const struct config *c, bool all)
{
	struct printer p = { .out = out, .c = c, .all = all };
	for (u32 i = 0; i < config_options_n; i++)
		put_option(&p, &config_options[i]);
}
