/* words.c - the words of the command line, by the tables: options anywhere, one verb, its arguments. */
#include <stdlib.h>
#include <string.h>

#include "hostctl/verb_table.h"

struct words {
	char **at, **end;
	const struct verb *verb;
	u32 used; /* TAKES_ bits of the options that were given */
};

const struct verb *find_verb(const char *name)
{
	for (u32 i = 0; i < n_verbs; i++)
		if (!strcmp(verbs[i].name, name))
			return &verbs[i];
	return NULL;
}

static const struct verb_option *find_option(const char *s)
{
	if (!strcmp(s, "-h"))
		s = "--help";
	for (u32 i = 0; i < n_verb_options; i++)
		if (!strcmp(verb_options[i].name, s))
			return &verb_options[i];
	return NULL;
}

static bool take_count(const struct request *q, const struct verb_option *o, const char *s, u32 *to)
{
	char *end;
	unsigned long n = strtoul(s, &end, 10);
	bool good = *s >= '0' && *s <= '9' && !*end && n && n <= o->max;
	if (good)
		*to = (u32)n;
	else
		complain(q, EXIT_USAGE, "%s %s: expected a number from 1 to %u", o->name, s, o->max);
	return good;
}

static bool take_value(struct words *w, struct request *q, const struct verb_option *o, void *to)
{
	if (o->kind == OPTION_PERIOD && (w->at == w->end || **w->at < '0' || **w->at > '9')) {
		*(u32 *)to = PERIOD_DEFAULT;
		return true;
	}
	if (w->at == w->end) {
		complain(q, EXIT_USAGE, "%s needs a value; hostctl --help", o->name);
		return false;
	}
	const char *s = *w->at++;
	if (o->kind != OPTION_WORD)
		return take_count(q, o, s, to);
	*(const char **)to = s;
	return true;
}

static bool take_option(struct words *w, struct request *q, const char *s)
{
	const struct verb_option *o = find_option(s);
	if (!o) {
		complain(q, EXIT_USAGE, "no option %s; hostctl --help", s);
		return false;
	}
	void *to = (u8 *)q + o->at;
	w->used |= o->takes;
	if (o->kind != OPTION_SWITCH)
		return take_value(w, q, o, to);
	*(bool *)to = true;
	return true;
}

static bool take_word(struct words *w, struct request *q, const char *s)
{
	if (!w->verb) {
		w->verb = find_verb(s);
		if (!w->verb)
			complain(q, EXIT_USAGE, "no verb %s; hostctl --help", s);
		return w->verb;
	}
	if (q->n_args == w->verb->args_max) {
		complain(q, EXIT_USAGE, "%s: one word too many: %s; hostctl --help", w->verb->name, s);
		return false;
	}
	q->arg[q->n_args++] = s;
	return true;
}

/* The first word is one of the verb's own, where it has any. */
static bool is_choice(const struct verb *v, const char *s)
{
	size_t n = strlen(s);
	for (const char *p = v->choices; p && *p; p += strcspn(p, " "), p += strspn(p, " "))
		if (strcspn(p, " ") == n && !memcmp(p, s, n))
			return true;
	return !v->choices;
}

bool read_words(char **at, char **end, struct request *q, const struct verb **verb)
{
	struct words w = { .at = at, .end = end };
	while (w.at < w.end) {
		const char *s = *w.at++;
		if (!(*s == '-' ? take_option(&w, q, s) : take_word(&w, q, s)))
			return false;
	}
	const struct verb *v = *verb = w.verb;
	if (q->help || !v)
		return true;
	q->verb = v->name;
	if (w.used & ~v->takes) {
		complain(q, EXIT_USAGE, "%s takes no such option: hostctl %s %s", v->name, v->name, v->args);
		return false;
	}
	if (q->n_args < v->args_min || (q->n_args && !is_choice(v, q->arg[0]))) {
		complain(q, EXIT_USAGE, "expected hostctl %s %s", v->name, v->args);
		return false;
	}
	return true;
}
