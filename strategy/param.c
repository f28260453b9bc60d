#include "strategy/param.h"

#include <stdio.h>
#include <string.h>

#include "common/decimal.h"

#define TOKEN_SHOWN 48 /* characters of a faulty token that an error repeats */

struct token {
	const char *p;
	size_t n;
};

static struct token token_of(const char *s) { return (struct token){ s, strlen(s) }; }

/* ---- errors ---- */

/* `t` as it may be shown: cut, and without control characters. */
static const char *shown(struct token t, char out[TOKEN_SHOWN + 1])
{
	size_t n = t.n < TOKEN_SHOWN ? t.n : TOKEN_SHOWN;
	for (size_t i = 0; i < n; i++)
		out[i] = t.p[i] >= ' ' && t.p[i] <= '~' ? t.p[i] : '?';
	out[n] = 0;
	return out;
}

/* "an integer from 1 to 100000 (ticks)" */
static void expected(const struct strategy_param *p, char *out, size_t size)
{
	static const char *const words[] = { "an integer", "a decimal number", "true or false",
					     "text" };
	char range[96] = "", decimals[32] = "";
	if (p->min && p->max)
		snprintf(range, sizeof range, " from %.24s to %.24s", p->min, p->max);
	else if (p->min || p->max)
		snprintf(range, sizeof range, " of at %s %.24s", p->min ? "least" : "most",
			 p->min ? p->min : p->max);
	else if (p->type == PARAM_STRING)
		snprintf(range, sizeof range, " of 1 to %d characters", STRATEGY_TEXT_MAX - 1);
	if (p->type == PARAM_DECIMAL)
		snprintf(decimals, sizeof decimals, ", at most %u decimals", p->decimals);
	snprintf(out, size, "%s%s%s%s%s%s", words[p->type], range, decimals, p->unit ? " (" : "",
		 p->unit ? p->unit : "", p->unit ? ")" : "");
}

static err_t refuse(const struct strategy_param *p, struct token t, struct param_error *why)
{
	char what[TOKEN_SHOWN + 1], want[160];
	expected(p, want, sizeof want);
	snprintf(why->text, sizeof why->text, "%s: expected %s", shown(t, what), want);
	return ERR_ARGUMENT;
}

static err_t unknown(const struct strategy_param *p, u32 n, struct token t, struct param_error *why)
{
	char what[TOKEN_SHOWN + 1];
	size_t at = (size_t)snprintf(why->text, sizeof why->text,
				     "%s: no such parameter; known:", shown(t, what));
	for (u32 i = 0; i < n && at < sizeof why->text; i++)
		at += (size_t)snprintf(why->text + at, sizeof why->text - at, " %s", p[i].name);
	return ERR_NOT_FOUND;
}

static err_t complain(struct param_error *why, err_t e, struct token t, const char *text)
{
	char what[TOKEN_SHOWN + 1];
	snprintf(why->text, sizeof why->text, "%s: %s", shown(t, what), text);
	return e;
}

/* ---- one value ---- */

static bool within(const struct strategy_param *p, i64 v)
{
	i64 bound;
	u32 k = p->type == PARAM_DECIMAL ? p->decimals : 0;
	if (p->min && (dec_parse(p->min, strlen(p->min), k, &bound) != ERR_OK || v < bound))
		return false;
	return !p->max || (dec_parse(p->max, strlen(p->max), k, &bound) == ERR_OK && v <= bound);
}

static bool parse_number(const struct strategy_param *p, struct token t, i64 *v)
{
	u32 decimals = p->type == PARAM_DECIMAL ? p->decimals : 0;
	if (p->type == PARAM_INT && memchr(t.p, '.', t.n))
		return false; /* 5.0 is no integer */
	return dec_parse(t.p, t.n, decimals, v) == ERR_OK && within(p, *v);
}

static bool is(struct token t, const char *word)
{
	return t.n == strlen(word) && !memcmp(t.p, word, t.n);
}

static bool parse_value(const struct strategy_param *p, struct token t, struct strategy_value *out)
{
	struct strategy_value v = { 0 };
	switch (p->type) {
	case PARAM_INT:
	case PARAM_DECIMAL:
		if (!parse_number(p, t, &v.i))
			return false;
		break;
	case PARAM_BOOL:
		v.i = is(t, "true");
		if (!v.i && !is(t, "false"))
			return false;
		break;
	default:
		if (!t.n || t.n >= sizeof v.s)
			return false;
		memcpy(v.s, t.p, t.n);
	}
	*out = v;
	return true;
}

/* ---- the table ---- */

static bool name_is_sound(const char *s)
{
	size_t n = s ? strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789_") : 0;
	return n && n <= STRATEGY_NAME_MAX && !s[n];
}

static bool row_is_sound(const struct strategy_param *p)
{
	struct strategy_value v;
	if (p->type > PARAM_STRING || p->decimals > DEC_DECIMALS_MAX || !p->help)
		return false;
	bool number = p->type == PARAM_INT || p->type == PARAM_DECIMAL;
	if (!number)
		return !p->min && !p->max &&
		       (!p->def || parse_value(p, token_of(p->def), &v));
	/* Bounds lie within each other, the default within both. */
	const char *texts[] = { p->min, p->max, p->def };
	for (u32 i = 0; i < ARRAY_LEN(texts); i++)
		if (texts[i] && !parse_value(p, token_of(texts[i]), &v))
			return false;
	return true;
}

err_t param_check_table(const struct strategy_param *p, u32 n, struct param_error *why)
{
	if (n > STRATEGY_PARAMS_MAX || (n && !p)) {
		snprintf(why->text, sizeof why->text, "parameter table: at most %d rows",
			 STRATEGY_PARAMS_MAX);
		return ERR_TOO_LONG;
	}
	for (u32 i = 0; i < n; i++) {
		bool sound = name_is_sound(p[i].name) && row_is_sound(&p[i]);
		for (u32 k = 0; sound && k < i; k++)
			sound = strcmp(p[k].name, p[i].name) != 0;
		if (!sound) {
			snprintf(why->text, sizeof why->text,
				 "parameter table, row %u (%.24s): name, type, bounds or default "
				 "unsound",
				 i + 1, p[i].name ? p[i].name : "no name");
			return ERR_SYNTAX;
		}
	}
	return ERR_OK;
}

void param_defaults(const struct strategy_param *p, u32 n, struct strategy_value *v)
{
	for (u32 i = 0; i < n; i++) {
		v[i] = (struct strategy_value){ 0 };
		bool sound = !p[i].def || parse_value(&p[i], token_of(p[i].def), &v[i]);
		assert(sound && "param_check_table saw this default");
	}
}

/* ---- the text ---- */

static struct token next_token(const char **text)
{
	const char *p = *text + strspn(*text, " \t\r\n,");
	size_t n = strcspn(p, " \t\r\n,");
	*text = p + n;
	return (struct token){ p, n };
}

static u32 find_row(const struct strategy_param *p, u32 n, struct token name)
{
	u32 i = 0;
	while (i < n && !is(name, p[i].name))
		i++;
	return i;
}

err_t param_parse(const struct strategy_param *p, u32 n, const char *text, struct strategy_value *v,
		  u32 *given, struct param_error *why)
{
	struct strategy_value fresh[STRATEGY_PARAMS_MAX];
	assert(n <= STRATEGY_PARAMS_MAX);
	memcpy(fresh, v, n * sizeof *v);
	*given = 0;
	for (struct token t = next_token(&text); t.n; t = next_token(&text)) {
		const char *eq = memchr(t.p, '=', t.n);
		if (!eq)
			return complain(why, ERR_SYNTAX, t, "expected name=value");
		struct token name = { t.p, (size_t)(eq - t.p) };
		struct token value = { eq + 1, t.n - name.n - 1 };
		u32 i = find_row(p, n, name);
		if (i == n)
			return unknown(p, n, name, why);
		if (*given >> i & 1)
			return complain(why, ERR_EXISTS, name, "given twice");
		if (!parse_value(&p[i], value, &fresh[i]))
			return refuse(&p[i], t, why);
		*given |= 1U << i;
	}
	memcpy(v, fresh, n * sizeof *v);
	return ERR_OK;
}

err_t param_require(const struct strategy_param *p, u32 n, u32 given, struct param_error *why)
{
	for (u32 i = 0; i < n; i++)
		if (!p[i].def && !(given >> i & 1)) {
			char want[160];
			expected(&p[i], want, sizeof want);
			snprintf(why->text, sizeof why->text, "%s: must be given: expected %s",
				 p[i].name, want);
			return ERR_ARGUMENT;
		}
	return ERR_OK;
}

u32 param_print(const struct strategy_param *p, const struct strategy_value *v, char *out)
{
	static_assert(PARAM_PRINT_MAX >= DEC_TEXT_MAX && PARAM_PRINT_MAX >= STRATEGY_TEXT_MAX,
		      "either fits");
	if (p->type == PARAM_STRING)
		return (u32)snprintf(out, PARAM_PRINT_MAX, "%.*s", STRATEGY_TEXT_MAX - 1, v->s);
	if (p->type == PARAM_BOOL)
		return (u32)snprintf(out, PARAM_PRINT_MAX, "%s", v->i ? "true" : "false");
	return dec_print_short(out, v->i, p->type == PARAM_DECIMAL ? p->decimals : 0);
}
