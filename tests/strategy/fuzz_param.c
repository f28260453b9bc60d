/* Any text: parsed, or refused with a reason that is printable, and then no value has changed. */
#include <stdlib.h>
#include <string.h>

#include "strategy/param.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct strategy_param table[] = {
	{ .name = "n", .type = PARAM_INT, .def = "5", .min = "-9", .max = "100", .help = "h" },
	{ .name = "d",
	  .type = PARAM_DECIMAL,
	  .decimals = 3,
	  .def = "0.5",
	  .min = "0",
	  .unit = "ticks",
	  .help = "h" },
	{ .name = "b", .type = PARAM_BOOL, .def = "true", .help = "h" },
	{ .name = "s", .type = PARAM_STRING, .def = "x", .help = "h" },
};
enum { N = ARRAY_LEN(table) };

static void check_bounds(const struct strategy_value *v)
{
	assert(v[0].i >= -9 && v[0].i <= 100);
	assert(v[1].i >= 0);
	assert(v[2].i == 0 || v[2].i == 1);
	assert(strnlen(v[3].s, sizeof v[3].s) < sizeof v[3].s && v[3].s[0]);
}

/* What was accepted, printed and parsed again, is the same. */
static void check_printed(const struct strategy_value *v)
{
	struct strategy_value again[N];
	struct param_error why;
	char text[N * (PARAM_PRINT_MAX + 4)];
	u32 at = 0, given;
	for (u32 i = 0; i < N; i++) {
		at += (u32)strlen(strcpy(text + at, table[i].name));
		text[at++] = '=';
		at += param_print(&table[i], &v[i], text + at);
		text[at++] = ' ';
	}
	text[at] = 0;
	param_defaults(table, N, again);
	err_t e = param_parse(table, N, text, again, &given, &why);
	assert(e == ERR_OK && given == (1U << N) - 1 && !memcmp(v, again, sizeof again));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct strategy_value v[N], before[N];
	struct param_error why = { "" };
	u32 given;
	char *text = malloc(size + 1);
	memcpy(text, data, size);
	text[size] = 0;
	param_defaults(table, N, v);
	memcpy(before, v, sizeof v);
	if (param_parse(table, N, text, v, &given, &why) == ERR_OK) {
		check_bounds(v);
		check_printed(v);
	} else {
		assert(why.text[0] && !memcmp(v, before, sizeof v));
		for (const char *p = why.text; *p; p++)
			assert(*p >= ' ' && *p <= '~');
	}
	free(text);
	return 0;
}
