#include "appliance/config_option.h"

#include <stdio.h>
#include <string.h>

#define KEY_MAX 40 /* longer ones are like nothing we know */

const struct option config_options[] = {
#define GROUP(path, sentence)
#define OPTION(path_, member, type_, change_, min_, max_, unit_, allowed_, default_, sentence) \
	{ .path = path_,                                                                       \
	  .type = OPTION_##type_,                                                              \
	  .change = OPTION_##change_,                                                          \
	  .min = min_,                                                                         \
	  .max = max_,                                                                         \
	  .unit = unit_,                                                                       \
	  .allowed = allowed_,                                                                 \
	  .def = default_,                                                                     \
	  .help = sentence,                                                                    \
	  .offset = offsetof(struct config, member),                                           \
	  .size = sizeof(((struct config *)0)->member) },
#include "appliance/options.def"
#undef OPTION
#undef GROUP
};
const u32 config_options_n = ARRAY_LEN(config_options);
static_assert(ARRAY_LEN(config_options) <= CONFIG_LINES, "each option has a line number");

const struct option_group config_groups[] = {
#define GROUP(path, sentence) { path, sentence },
#define OPTION(...)
#include "appliance/options.def"
#undef OPTION
#undef GROUP
};
const u32 config_groups_n = ARRAY_LEN(config_groups);

const struct option *option_find(const char *path)
{
	for (u32 i = 0; i < config_options_n; i++)
		if (!strcmp(config_options[i].path, path))
			return &config_options[i];
	return NULL;
}

const struct option_group *option_find_group(const char *path)
{
	for (u32 i = 0; i < config_groups_n; i++)
		if (!strcmp(config_groups[i].path, path))
			return &config_groups[i];
	return NULL;
}

const char *option_in_group(const char *path, const char *group)
{
	size_t n = strlen(group);
	const char *key = path;
	if (n) {
		if (strncmp(path, group, n) || path[n] != '.')
			return NULL;
		key = path + n + 1;
	}
	return strchr(key, '.') ? NULL : key;
}

bool option_is_list(const struct option *o) { return o->type >= OPTION_SYMBOLS; }

bool option_is_element(const struct option *o) { return strstr(o->path, "[]"); }

const char *option_change_word(enum option_change c)
{
	static const char *const words[] = {
		[OPTION_START] = "start",      [OPTION_LIVE] = "live", [OPTION_LIMIT] = "live, a limit",
		[OPTION_LIMIT_OR_0] = "live, a limit", [OPTION_FLOOR] = "live, a limit", [OPTION_SERVE] = "serve",
	};
	return words[c];
}

/* "observe|live" as "observe, live" behind `lead`. */
static void expected_choice(const struct option *o, char *out)
{
	int n = snprintf(out, OPTION_EXPECTED_MAX, "one of ");
	for (const char *p = o->allowed; *p && n < OPTION_EXPECTED_MAX - 3; p++)
		n += snprintf(out + n, (size_t)(OPTION_EXPECTED_MAX - n), *p == '|' ? ", " : "%c",
			      *p);
}

static void expected_number(const struct option *o, char *out)
{
	snprintf(out, OPTION_EXPECTED_MAX, "%s from %llu to %llu%s%s%s",
		 o->type == OPTION_INTEGER ? "an integer" : "a power of two",
		 (unsigned long long)o->min, (unsigned long long)o->max, *o->unit ? " (" : "",
		 o->unit, *o->unit ? ")" : "");
}

static void expected_text(const struct option *o, char *out)
{
	snprintf(out, OPTION_EXPECTED_MAX, "text of %llu to %llu characters",
		 (unsigned long long)o->min, (unsigned long long)o->max);
}

const char *option_expected(const struct option *o, char *out)
{
	static const char *const fixed[] = {
		[OPTION_NAME] = "a name of at most 31 letters, digits, '-' or '_'",
		[OPTION_HOST] = "a host name such as stream.binance.com",
		[OPTION_BOOL] = "true or false",
		[OPTION_DECIMAL] = "a decimal number above 0 without exponent, such as 0.001",
		[OPTION_MAC] = "the MAC address of one device, such as 02:00:00:00:00:01",
		[OPTION_IP] = "an IPv4 address such as 10.77.0.1",
		[OPTION_NETWORK] = "an IPv4 address and prefix length such as 10.77.0.2/24",
		[OPTION_IP6] = "an IPv6 address such as 2001:db8::1 or fe80::1",
		[OPTION_NETWORK6] = "an IPv6 address and prefix length such as 2001:db8::2/64",
		[OPTION_ADDRESS] = "an IPv4 or IPv6 address such as 10.77.0.1 or 2001:db8::1",
		[OPTION_CPUS] = "CPU numbers such as 0 or 0,2-3",
		[OPTION_SYMBOLS] =
			"a list of 1 to 64 symbols in upper case, such as [BTCUSDT, ETHUSDT]",
		[OPTION_STRATEGIES] = "a list of at most 16 strategies, each with name and type",
		[OPTION_PARAMS] = "at most 32 lines of the form `name: value`, no value with "
				  "blanks or commas",
	};
	if (o->type == OPTION_CHOICE)
		expected_choice(o, out);
	else if (o->type == OPTION_INTEGER || o->type == OPTION_POWER_OF_2)
		expected_number(o, out);
	else if (o->type == OPTION_TEXT)
		expected_text(o, out);
	else
		snprintf(out, OPTION_EXPECTED_MAX, "%s", fixed[o->type]);
	return out;
}

/* Levenshtein's distance of two words of at most KEY_MAX characters. */
static u32 distance(const char *a, const char *b)
{
	u32 row[KEY_MAX + 1], na = (u32)strlen(a), nb = (u32)strlen(b);
	assert(na <= KEY_MAX && nb <= KEY_MAX);
	for (u32 j = 0; j <= nb; j++)
		row[j] = j;
	for (u32 i = 1; i <= na; i++) {
		u32 diagonal = row[0];
		row[0] = i;
		for (u32 j = 1; j <= nb; j++) {
			u32 change = diagonal + (a[i - 1] != b[j - 1]);
			diagonal = row[j];
			row[j] = u32_min(change, u32_min(row[j], row[j - 1]) + 1);
		}
	}
	return row[nb];
}

struct nearest {
	const char *path;
	u32 score; /* the least wins */
};

static void consider(struct nearest *best, const char *path, const char *group, const char *key)
{
	const char *known = option_in_group(path, group), *last = strrchr(path, '.');
	last = last ? last + 1 : path;
	bool misplaced = !known && !strcmp(last, key) && strcmp(path, group);
	u32 score = known ? 2 * distance(known, key)
		    : misplaced
			    ? 3
			    : UINT32_MAX; /* a letter off here, before the right word elsewhere */
	if (score < best->score)
		*best = (struct nearest){ path, score };
}

const char *option_nearest(const char *group, const char *key)
{
	struct nearest best = { .score = 2 * u32_max(2, (u32)strlen(key) / 3) + 1 };
	if (strlen(key) > KEY_MAX)
		return NULL;
	for (u32 i = 0; i < config_options_n; i++)
		consider(&best, config_options[i].path, group, key);
	for (u32 i = 0; i < config_groups_n; i++)
		consider(&best, config_groups[i].path, group, key);
	return best.path;
}
