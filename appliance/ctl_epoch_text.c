#include "appliance/ctl_epoch_text.h"

#include <stdio.h>
#include <string.h>

#include "appliance/config_print.h"
#include "appliance/config_value.h"

#define BLANKS " \t"

/* The next word of *arg; its length, 0: there is none. */
static size_t next_word(const char **arg, const char **word)
{
	*word = *arg + strspn(*arg, BLANKS);
	size_t n = strcspn(*word, BLANKS);
	*arg = *word + n;
	return n;
}

static struct config_strategy *find(struct config *c, const char *name, size_t n)
{
	for (u32 i = 0; i < c->n_strategies; i++)
		if (strlen(c->strategy[i].name) == n && !memcmp(c->strategy[i].name, name, n))
			return &c->strategy[i];
	return NULL;
}

/* Its place, or a new one; NULL: there is no room. */
static struct config_param *param_of(struct config_strategy *s, const char *word, size_t name_n)
{
	for (u32 i = 0; i < s->n_params; i++)
		if (!strncmp(s->param[i].text, word, name_n + 1))
			return &s->param[i];
	return s->n_params < CONFIG_PARAMS ? &s->param[s->n_params++] : NULL;
}

/* "name=value name=value" over what it has. What is a name or a value is the strategy's to say. */
static err_t set_params(struct config_strategy *s, const char *arg, char *why, size_t n)
{
	const char *word;
	for (size_t word_n; (word_n = next_word(&arg, &word));) {
		const char *eq = memchr(word, '=', word_n);
		bool whole = eq && eq != word && eq + 1 < word + word_n && word_n < CONFIG_TEXT;
		if (!whole || memchr(word, ',', word_n)) {
			snprintf(why, n, "%.*s: expected PARAMETER=VALUE", (int)word_n, word);
			return ERR_ARGUMENT;
		}
		struct config_param *p = param_of(s, word, (size_t)(eq - word));
		if (!p) {
			snprintf(why, n, "%s: at most %d parameters", s->name, CONFIG_PARAMS);
			return ERR_FULL;
		}
		snprintf(p->text, sizeof p->text, "%.*s", (int)word_n, word);
	}
	return ERR_OK;
}

static err_t put_name(const char *path, char *to, const char *word, size_t word_n, char *why, size_t n)
{
	const struct option *o = option_find(path);
	char expected[OPTION_EXPECTED_MAX];
	if (value_set(o, to, word, word_n) == ERR_OK)
		return ERR_OK;
	snprintf(why, n, "%s: found %.*s, expected %s", path, (int)word_n, word, option_expected(o, expected));
	return ERR_ARGUMENT;
}

/* "NAME TYPE name=value ..." */
static err_t add(struct config *c, const char *arg, char *why, size_t n)
{
	const char *name, *type;
	size_t name_n = next_word(&arg, &name), type_n = next_word(&arg, &type);
	if (!name_n || !type_n) {
		snprintf(why, n, "expected add NAME TYPE PARAMETER=VALUE ...");
		return ERR_ARGUMENT;
	}
	if (find(c, name, name_n)) {
		snprintf(why, n, "%.*s: there is a strategy of that name", (int)name_n, name);
		return ERR_EXISTS;
	}
	if (c->n_strategies == CONFIG_STRATEGIES) {
		snprintf(why, n, "at most %d strategies", CONFIG_STRATEGIES);
		return ERR_FULL;
	}
	struct config_strategy *s = &c->strategy[c->n_strategies];
	*s = (struct config_strategy){ .enabled = true };
	err_t e = put_name("strategies[].name", s->name, name, name_n, why, n);
	if (e == ERR_OK)
		e = put_name("strategies[].type", s->type, type, type_n, why, n);
	if (e != ERR_OK)
		return e;
	c->n_strategies++;
	c->line[option_find("strategies") - config_options] = 1; /* given, from now on */
	return set_params(s, arg, why, n);
}

bool epoch_edits(const char *verb)
{
	static const char *const verbs[] = { "set", "enable", "disable", "add" };
	for (u32 i = 0; i < ARRAY_LEN(verbs); i++)
		if (!strcmp(verbs[i], verb))
			return true;
	return false;
}

err_t epoch_edit(struct config *c, const char *verb, const char *arg, char *why, size_t n)
{
	const char *name;
	bool is_set = !strcmp(verb, "set");
	if (!strcmp(verb, "add"))
		return add(c, arg, why, n);
	size_t name_n = next_word(&arg, &name);
	bool more = arg[strspn(arg, BLANKS)];
	if (!name_n || more != is_set) {
		snprintf(why, n, "expected %s STRATEGY%s", verb, is_set ? " PARAMETER=VALUE ..." : "");
		return ERR_ARGUMENT;
	}
	struct config_strategy *s = find(c, name, name_n);
	if (!s) {
		snprintf(why, n, "no strategy %.*s; hostctl strategy list names them", (int)name_n, name);
		return ERR_NOT_FOUND;
	}
	if (is_set)
		return set_params(s, arg, why, n);
	s->enabled = !strcmp(verb, "enable");
	return ERR_OK;
}

err_t epoch_print(const struct config *c, char **text, size_t *n)
{
	FILE *f = open_memstream(text, n);
	if (!f)
		return ERR_NO_MEMORY;
	config_print(f, c, false);
	return fclose(f) ? ERR_NO_MEMORY : ERR_OK;
}

err_t epoch_strategy_text(const struct config_strategy *s, struct epoch_strategy *to, char *why, size_t n)
{
	size_t at = 0;
	to->enabled = s->enabled;
	size_t type_n = (size_t)snprintf(to->type, sizeof to->type, "%s", s->type);
	for (u32 i = 0; i < s->n_params && at < sizeof to->params; i++)
		at += (size_t)snprintf(to->params + at, sizeof to->params - at, "%s ", s->param[i].text);
	if (at < sizeof to->params && type_n < sizeof to->type)
		return ERR_OK;
	snprintf(why, n, "%s: its parameters are too long", s->name);
	return ERR_TOO_LONG;
}
