/*
 * What is printed is read back as the same configuration: random trees of valid values, with defaults
 * and without.
 */
#include "tests/cmocka_all.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "appliance/config_diff.h"
#include "appliance/config_print.h"
#include "appliance/config_value.h"
#include "common/rng.h"
#include "tests/appliance/config_least.h"

#define TREES 2000

static struct config made, read, again;
static char error[CONFIG_ERROR];
static struct rng rng;

static u32 below(u64 n) { return (u32)rng_below(&rng, n); }

static void parse(struct config *c, const char *text)
{
	err_t e = config_parse(c, "printed", text, strlen(text), error);
	if (e != ERR_OK)
		fprintf(stderr, "%s\n%s\n", error, text);
	assert_int_equal(e, ERR_OK);
}

static char *printed(const struct config *c, bool all)
{
	char *text;
	size_t n;
	FILE *f = open_memstream(&text, &n);
	config_print(f, c, all);
	fclose(f);
	return text;
}

/* ---- a random value that the option takes ---- */

static void random_text(char *out, u32 n, const char *chars)
{
	for (u32 i = 0; i < n; i++)
		out[i] = chars[below(strlen(chars))];
	out[n] = 0;
}

static void random_form(const struct option *o, char out[CONFIG_TEXT])
{
	static const char *const forms[][3] = {
		[OPTION_BOOL] = { "true", "false", "true" },
		[OPTION_DECIMAL] = { "0.001", "12", "007.50" },
		[OPTION_MAC] = { "02:00:00:00:00:01", "02:aB:00:00:00:ff", "00:00:00:00:00:02" },
		[OPTION_IP] = { "10.77.0.1", "127.0.0.1", "255.1.2.3" },
		[OPTION_NETWORK] = { "10.77.0.2/24", "10.1.0.2/30", "1.2.3.4/1" },
		[OPTION_IP6] = { "fe80::1", "2001:db8::1", "::1" },
		[OPTION_NETWORK6] = { "2001:db8::2/64", "fe80::3/10", "::1/128" },
		[OPTION_ADDRESS] = { "10.77.0.1", "::1", "2001:db8::1" },
		[OPTION_CPUS] = { "0", "0,2-3", "1-2" },
	};
	assert_true(o->type < ARRAY_LEN(forms) && forms[o->type][0]);
	snprintf(out, CONFIG_TEXT, "%s", forms[o->type][below(3)]);
}

static void random_choice(const struct option *o, char out[CONFIG_TEXT])
{
	const char *p = o->allowed;
	for (u32 skip = below(4); skip && strchr(p, '|'); skip--)
		p = strchr(p, '|') + 1;
	snprintf(out, CONFIG_TEXT, "%.*s", (int)strcspn(p, "|"), p);
}

static void random_value(const struct option *o, char out[CONFIG_TEXT])
{
	u32 n = (u32)o->min + below(u64_min(o->max, 30) - u64_min(o->min, 30) + 1);
	switch (o->type) {
	case OPTION_TEXT:
		random_text(out, n, "aZ0 \"\\'#:{}[],&*!|>%@`-?=~/.");
		break;
	case OPTION_NAME:
		random_text(out, n, "aZ0-_");
		break;
	case OPTION_HOST:
		random_text(out, n, "az09-.");
		break;
	case OPTION_INTEGER:
		snprintf(out, CONFIG_TEXT, "%llu", (unsigned long long)(o->min + rng_below(&rng, o->max - o->min + 1)));
		break;
	case OPTION_POWER_OF_2:
		snprintf(out, CONFIG_TEXT, "%llu", (unsigned long long)o->min << below(2));
		break;
	case OPTION_CHOICE:
		random_choice(o, out);
		break;
	default:
		random_form(o, out);
	}
}

static void random_strategy(struct config_strategy *s, u32 i)
{
	*s = (struct config_strategy){ .enabled = below(2), .n_params = below(4) };
	snprintf(s->name, sizeof s->name, "s%u", i);
	snprintf(s->type, sizeof s->type, "%s", below(2) ? "maker" : "null");
	if (below(2))
		snprintf(s->plugin, sizeof s->plugin, "/lib/\"x\" %u.so", i);
	for (u32 k = 0; k < s->n_params; k++)
		snprintf(s->param[k].text, sizeof s->param[k].text, "p%u=%s", k,
			 (const char *const[]){ "0.10", "a\"b", "#=:x", "~" }[below(4)]);
}

static void random_option(const struct option *o)
{
	u32 row = (u32)(o - config_options);
	char text[CONFIG_TEXT];
	if (option_is_element(o) || o->type == OPTION_SYMBOLS || (!made.line[row] && below(2)))
		return;
	made.line[row] = 1;
	if (o->type == OPTION_STRATEGIES) {
		made.n_strategies = below(CONFIG_STRATEGIES + 1);
		for (u32 i = 0; i < made.n_strategies; i++)
			random_strategy(&made.strategy[i], i);
		return;
	}
	random_value(o, text);
	if (value_set(o, (u8 *)&made + o->offset, text, strlen(text)) != ERR_OK)
		fail_msg("%s: not a value: %s", o->path, text);
}

/* ---- */

static void show_change(void *user, const struct config_change *c)
{
	(void)user;
	fprintf(stderr, "%s: %s -> %s\n", c->path, c->from, c->to);
}

static void test_random_trees_come_back(void **state)
{
	u64 seed = getenv("SEED") ? strtoull(getenv("SEED"), NULL, 10) : (u64)time(NULL);
	(void)state;
	print_message("SEED=%llu\n", (unsigned long long)seed);
	rng_seed(&rng, seed);
	for (u32 i = 0; i < TREES; i++) {
		parse(&made, CONFIG_LEAST);
		for (u32 k = 0; k < config_options_n; k++)
			random_option(&config_options[k]);
		char *given = printed(&made, false);
		parse(&read, given);
		char *all = printed(&read, true);
		parse(&again, all);
		for (u32 k = 0; k < config_options_n; k++) {
			assert_int_equal(!!read.line[k], !!made.line[k]);
			if (!made.line[k] && config_options[k].def) /* "<...>" stands for another's value */
				memcpy((u8 *)&made + config_options[k].offset,
				       (u8 *)&read + config_options[k].offset, config_options[k].size);
		}
		assert_int_equal(config_diff(&made, &read, show_change, NULL), 0);
		assert_int_equal(config_diff(&read, &again, show_change, NULL), 0);
		free(given);
		free(all);
	}
}

static void test_defaults_are_marked(void **state)
{
	(void)state;
	parse(&made, CONFIG_LEAST "risk: { max_rejects: 20 }\nstrategies: [{ name: q, type: null }]\n");
	char *all = printed(&made, true), *given = printed(&made, false);
	assert_non_null(strstr(all, "\n  max_rejects: 20\n"));
	assert_non_null(strstr(all, "\n  max_fills: 0  # default\n"));
	assert_non_null(strstr(all, "\n    enabled: true  # default\n"));
	assert_null(strstr(given, "default"));
	assert_null(strstr(given, "max_fills"));
	assert_non_null(strstr(given, "\nrisk:\n  max_rejects: 20\n"));
	assert_non_null(strstr(given, "strategies:\n  - name: q\n    type: null\n"));
	free(all);
	free(given);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random_trees_come_back),
		cmocka_unit_test(test_defaults_are_marked),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
