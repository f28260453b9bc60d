#include "appliance/config_tree.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <yaml.h>

#include "appliance/config_value.h"

#define PATH_MAX_HERE 64 /* longer than any path of the table */
#define FOUND_MAX     64

struct walk {
	struct config *c;
	yaml_document_t doc;
	u32 element; /* of the list at hand */
	u32 seen; /* rows of its elements given so far, one bit each from the list's own row on */
	char *error;
};

/* What the file says, fit for one line. Returns `out`. */
static const char *found(const yaml_node_t *node, char out[FOUND_MAX])
{
	if (node->type == YAML_MAPPING_NODE)
		return "a group of options";
	if (node->type == YAML_SEQUENCE_NODE)
		return "a list";
	if (!node->data.scalar.length && node->data.scalar.style == YAML_PLAIN_SCALAR_STYLE)
		return "nothing";
	u32 n = 0;
	out[n++] = '"';
	for (size_t i = 0; i < node->data.scalar.length && n < FOUND_MAX - 6; i++) {
		u8 c = node->data.scalar.value[i];
		out[n++] = c < ' ' || c == 0x7f ? '?' : (char)c;
	}
	snprintf(out + n, FOUND_MAX - n,
		 node->data.scalar.length >= FOUND_MAX - 6 ? "...\"" : "\"");
	return out;
}

/* "strategies[].name" as "strategies[2].name". */
static const char *shown(const struct walk *w, const char *path, char out[PATH_MAX_HERE + 8])
{
	const char *at = strstr(path, "[]");
	if (at)
		snprintf(out, PATH_MAX_HERE + 8, "%.*s[%u]%s", (int)(at - path), path, w->element,
			 at + 2);
	else
		snprintf(out, PATH_MAX_HERE + 8, "%s", path);
	return out;
}

static u32 line_of(const yaml_node_t *node) { return (u32)node->start_mark.line + 1; }

static err_t PRINTF_LIKE(4, 5)
	fail(struct walk *w, u32 line, const char *path, const char *format, ...)
{
	char name[PATH_MAX_HERE + 8];
	va_list ap;
	int n = snprintf(w->error, CONFIG_ERROR, "%s:%u: %s%s", w->c->file, line,
			 shown(w, path, name), *path ? ": " : "");
	va_start(ap, format);
	if (n >= 0 && n < CONFIG_ERROR)
		vsnprintf(w->error + n, (size_t)(CONFIG_ERROR - n), format, ap);
	va_end(ap);
	return ERR_SYNTAX;
}

static err_t wrong(struct walk *w, const struct option *o, const yaml_node_t *node)
{
	char expected[OPTION_EXPECTED_MAX], text[FOUND_MAX];
	return fail(w, line_of(node), o->path, "found %s, expected %s%s", found(node, text),
		    option_expected(o, expected),
		    o->def ? "; or leave it out for the default" : "");
}

static yaml_node_t *node_at(struct walk *w, yaml_node_item_t item)
{
	return yaml_document_get_node(&w->doc, item);
}

static const char *text_of(const yaml_node_t *scalar)
{
	return (const char *)scalar->data.scalar.value;
}

static bool same_key(const yaml_node_t *a, const yaml_node_t *b)
{
	return a->type == YAML_SCALAR_NODE && b->type == YAML_SCALAR_NODE &&
	       a->data.scalar.length == b->data.scalar.length &&
	       !memcmp(a->data.scalar.value, b->data.scalar.value, a->data.scalar.length);
}

/* The key of `pair` must be a word, and the first of its kind in `map`. `path` gets it, behind `prefix`. */
static err_t read_key(struct walk *w, const yaml_node_t *map, const yaml_node_pair_t *pair,
		      const char *prefix, char *path)
{
	const yaml_node_t *key = node_at(w, pair->key);
	char text[FOUND_MAX];
	if (key->type != YAML_SCALAR_NODE || !key->data.scalar.length ||
	    strlen(text_of(key)) != key->data.scalar.length)
		return fail(w, line_of(key), prefix, "found %s as a name, expected a word",
			    found(key, text));
	for (const yaml_node_pair_t *p = map->data.mapping.pairs.start; p < pair; p++)
		if (same_key(node_at(w, p->key), key))
			return fail(w, line_of(key), prefix,
				    "%s is given twice, first in line %u; leave one out",
				    found(key, text), line_of(node_at(w, p->key)));
	if ((u32)snprintf(path, PATH_MAX_HERE, "%s%s%s", prefix, *prefix ? "." : "",
			  text_of(key)) >= PATH_MAX_HERE)
		return fail(w, line_of(key), prefix, "found %s, which is no option",
			    found(key, text));
	return ERR_OK;
}

static err_t unknown(struct walk *w, const yaml_node_t *key, const char *group)
{
	char text[FOUND_MAX], name[PATH_MAX_HERE + 8];
	const char *near = option_nearest(group, text_of(key));
	if (near)
		return fail(w, line_of(key), group, "found %s, which is no option; nearest: %s",
			    found(key, text), shown(w, near, name));
	return fail(w, line_of(key), group,
		    "found %s, which is no option; `hostctl config help` lists them",
		    found(key, text));
}

/* ---- lists ---- */

static err_t read_symbols(struct walk *w, const struct option *o, const yaml_node_t *list)
{
	struct config *c = w->c;
	for (yaml_node_item_t *i = list->data.sequence.items.start;
	     i < list->data.sequence.items.top; i++) {
		const yaml_node_t *node = node_at(w, *i);
		char text[FOUND_MAX];
		if (node->type != YAML_SCALAR_NODE ||
		    !value_is_symbol(text_of(node), node->data.scalar.length))
			return fail(w, line_of(node), o->path,
				    "found %s, expected a symbol in upper case such as BTCUSDT",
				    found(node, text));
		for (u32 k = 0; k < c->n_instruments; k++)
			if (!strcmp(c->instrument[k], text_of(node)))
				return fail(w, line_of(node), o->path,
					    "%s is given twice; leave one out", found(node, text));
		memcpy(c->instrument[c->n_instruments++], text_of(node),
		       node->data.scalar.length + 1);
	}
	return ERR_OK;
}

/* Letters, digits and '_', as strategies name their parameters. */
static bool is_param_name(const char *s)
{
	return *s &&
	       !s[strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")];
}

/* Texts of strategies are separated by blanks and commas (strategy/param.h): a value can hold none. */
static bool is_param_value(const yaml_node_t *node)
{
	if (node->type != YAML_SCALAR_NODE || !node->data.scalar.length)
		return false;
	for (size_t i = 0; i < node->data.scalar.length; i++)
		if (node->data.scalar.value[i] <= ' ' || node->data.scalar.value[i] == 0x7f ||
		    node->data.scalar.value[i] == ',')
			return false;
	return true;
}

static err_t read_param(struct walk *w, const struct option *o, const yaml_node_t *key,
			const yaml_node_t *value)
{
	struct config_strategy *s = &w->c->strategy[w->element];
	char text[FOUND_MAX];
	if (!is_param_name(text_of(key)))
		return fail(w, line_of(key), o->path, "found %s, expected the name of a parameter",
			    found(key, text));
	if (!is_param_value(value))
		return fail(w, line_of(value), o->path,
			    "%s: found %s, expected a value without blanks and commas",
			    text_of(key), found(value, text));
	struct config_param *p = &s->param[s->n_params++];
	if ((u32)snprintf(p->text, sizeof p->text, "%s=%s", text_of(key), text_of(value)) >=
	    sizeof p->text)
		return fail(w, line_of(value), o->path,
			    "%s: the value is longer than %u characters", text_of(key),
			    CONFIG_TEXT - 2);
	return ERR_OK;
}

static err_t read_params(struct walk *w, const struct option *o, const yaml_node_t *map)
{
	char path[PATH_MAX_HERE];
	err_t e = ERR_OK;
	for (yaml_node_pair_t *p = map->data.mapping.pairs.start;
	     e == ERR_OK && p < map->data.mapping.pairs.top; p++) {
		e = read_key(w, map, p, o->path, path);
		if (e == ERR_OK)
			e = read_param(w, o, node_at(w, p->key), node_at(w, p->value));
	}
	return e;
}

static err_t read_group(struct walk *w, const yaml_node_t *map, const char *group);
static err_t check_given(struct walk *w, u32 line, const char *element);

static void set_element_defaults(struct config_strategy *s)
{
	for (const struct option *o = config_options; o < config_options + config_options_n; o++)
		if (option_is_element(o) && o->def && !option_is_list(o))
			value_set(o, (u8 *)s + o->offset - offsetof(struct config, strategy), o->def, strlen(o->def));
}

static err_t read_strategies(struct walk *w, const struct option *o, const yaml_node_t *list)
{
	struct config *c = w->c;
	err_t e = ERR_OK;
	for (yaml_node_item_t *i = list->data.sequence.items.start;
	     e == ERR_OK && i < list->data.sequence.items.top; i++) {
		const yaml_node_t *node = node_at(w, *i);
		if (node->type != YAML_MAPPING_NODE)
			return wrong(w, o, node);
		w->element = c->n_strategies;
		w->seen = 0;
		set_element_defaults(&c->strategy[c->n_strategies]);
		c->strategy[c->n_strategies++].line = line_of(node);
		e = read_group(w, node, "strategies[]");
		if (e == ERR_OK)
			e = check_given(w, line_of(node), "strategies[]");
	}
	return e;
}

static err_t read_list(struct walk *w, const struct option *o, const yaml_node_t *node)
{
	bool pairs = o->type == OPTION_PARAMS;
	size_t n;
	if (node->type != (pairs ? YAML_MAPPING_NODE : YAML_SEQUENCE_NODE))
		return wrong(w, o, node);
	n = pairs ? (size_t)(node->data.mapping.pairs.top - node->data.mapping.pairs.start)
		  : (size_t)(node->data.sequence.items.top - node->data.sequence.items.start);
	if (n < o->min || n > o->max) {
		char expected[OPTION_EXPECTED_MAX];
		return fail(w, line_of(node), o->path, "found %zu elements, expected %s", n,
			    option_expected(o, expected));
	}
	switch (o->type) {
	case OPTION_SYMBOLS:
		return read_symbols(w, o, node);
	case OPTION_PARAMS:
		return read_params(w, o, node);
	default:
		return read_strategies(w, o, node);
	}
}

/* ---- groups and options ---- */

static err_t read_option(struct walk *w, const struct option *o, const yaml_node_t *node)
{
	u32 row = (u32)(o - config_options);
	u8 *field = (u8 *)w->c + o->offset;
	if (option_is_element(o)) {
		field += w->element * sizeof(struct config_strategy);
		w->seen |= 1u << (row - (u32)(option_find("strategies") - config_options));
	} else {
		w->c->line[row] = line_of(node);
	}
	if (option_is_list(o))
		return read_list(w, o, node);
	bool nothing = node->type == YAML_SCALAR_NODE && !node->data.scalar.length &&
		       node->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
	if (node->type != YAML_SCALAR_NODE || nothing ||
	    value_set(o, field, text_of(node), node->data.scalar.length) != ERR_OK)
		return wrong(w, o, node);
	return ERR_OK;
}

static err_t read_pair(struct walk *w, const yaml_node_t *map, const yaml_node_pair_t *pair,
		       const char *group)
{
	char path[PATH_MAX_HERE], text[FOUND_MAX];
	const yaml_node_t *value = node_at(w, pair->value);
	err_t e = read_key(w, map, pair, group, path);
	if (e != ERR_OK)
		return e;
	const struct option *o = option_in_group(path, group) ? option_find(path) : NULL;
	if (o)
		return read_option(w, o, value);
	if (!option_in_group(path, group) || !option_find_group(path))
		return unknown(w, node_at(w, pair->key), group);
	if (value->type != YAML_MAPPING_NODE)
		return fail(w, line_of(value), path, "found %s, expected a group of options",
			    found(value, text));
	return read_group(w, value, path);
}

/* Recursion ends with the table's depth: each level has found its group there. */
static err_t read_group(struct walk *w, const yaml_node_t *map, const char *group)
{
	err_t e = ERR_OK;
	for (yaml_node_pair_t *p = map->data.mapping.pairs.start;
	     e == ERR_OK && p < map->data.mapping.pairs.top; p++)
		e = read_pair(w, map, p, group);
	return e;
}

/* What has no default must be there: of the element at hand, or ("") of the file. */
static err_t check_given(struct walk *w, u32 line, const char *element)
{
	const struct option *list = option_find("strategies");
	for (const struct option *o = config_options; o < config_options + config_options_n; o++) {
		char expected[OPTION_EXPECTED_MAX];
		bool given = option_is_element(o) ? w->seen & 1u << (o - list)
						  : w->c->line[o - config_options];
		if (option_is_element(o) == !!*element && !o->def && !given)
			return fail(w, line, o->path, "is missing, expected %s",
				    option_expected(o, expected));
	}
	return ERR_OK;
}

static err_t read_document(struct walk *w)
{
	const yaml_node_t *root = yaml_document_get_root_node(&w->doc);
	char text[FOUND_MAX];
	if (!root)
		return fail(w, 1, "",
			    "the file is empty; `hostctl config help` lists what it may hold");
	if (root->type != YAML_MAPPING_NODE)
		return fail(w, line_of(root), "",
			    "found %s, expected options of the form `name: value`",
			    found(root, text));
	err_t e = read_group(w, root, "");
	return e == ERR_OK ? check_given(w, line_of(root), "") : e;
}

static err_t syntax(struct walk *w, const yaml_parser_t *parser)
{
	size_t line = parser->problem_mark.line + 1;
	return fail(w, (u32)line, "", "no YAML: %s%s%s",
		    parser->problem ? parser->problem : "out of memory",
		    parser->context ? ", " : "", parser->context ? parser->context : "");
}

/* A second document would be read by nobody. */
static err_t check_end(struct walk *w, yaml_parser_t *parser)
{
	yaml_document_t more;
	if (!yaml_parser_load(parser, &more))
		return syntax(w, parser);
	const yaml_node_t *root = yaml_document_get_root_node(&more);
	u32 line = root ? line_of(root) : 0;
	yaml_document_delete(&more);
	return root ? fail(w, line, "",
			   "found a second document, expected one; remove the line `---` before it")
		    : ERR_OK;
}

err_t config_tree_read(struct config *c, const char *text, size_t n, char *error)
{
	struct walk w = { .c = c, .error = error };
	yaml_parser_t parser;
	err_t e;
	if (!yaml_parser_initialize(&parser)) {
		fail(&w, 1, "", "out of memory");
		return ERR_NO_MEMORY;
	}
	yaml_parser_set_input_string(&parser, (const u8 *)text, n);
	if (!yaml_parser_load(&parser, &w.doc)) {
		e = syntax(&w, &parser);
	} else {
		e = read_document(&w);
		bool more = yaml_document_get_root_node(&w.doc) != NULL;
		yaml_document_delete(&w.doc);
		if (e == ERR_OK && more)
			e = check_end(&w, &parser);
	}
	yaml_parser_delete(&parser);
	return e;
}
