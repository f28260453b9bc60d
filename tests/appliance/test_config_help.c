/* The table itself is sound, and help and reference page say what it says. */
#include "tests/cmocka_all.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "appliance/config_help.h"
#include "appliance/config_option.h"
#include "appliance/config_value.h"

static void test_defaults_are_good_values(void **state)
{
	(void)state;
	for (u32 i = 0; i < config_options_n; i++) {
		const struct option *o = &config_options[i];
		u8 field[CONFIG_TEXT];
		if (!option_is_list(o) && o->def && !strchr(o->def, '<'))
			assert_int_equal(value_set(o, field, o->def, strlen(o->def)), ERR_OK);
	}
}

static void test_paths_are_unique_and_in_groups(void **state)
{
	(void)state;
	for (u32 i = 0; i < config_options_n; i++) {
		const char *path = config_options[i].path, *last = strrchr(path, '.');
		char group[64];
		assert_ptr_equal(option_find(path), &config_options[i]);
		assert_null(option_find_group(path));
		snprintf(group, sizeof group, "%.*s", last ? (int)(last - path) : 0, path);
		assert_true(!*group || option_find_group(group) || !strcmp(group, "strategies[]"));
		assert_string_equal(option_in_group(path, group), last ? last + 1 : path);
	}
}

/* No two options write to the same place: a row copied and left half changed. */
static void test_fields_do_not_overlap(void **state)
{
	(void)state;
	for (u32 i = 0; i < config_options_n; i++)
		for (u32 k = 0; k < i; k++) {
			const struct option *a = &config_options[i], *b = &config_options[k];
			bool inside = strstr(a->path, "[]") && !strcmp(b->path, "strategies");
			assert_true(inside || a->offset >= b->offset + b->size ||
				    b->offset >= a->offset + a->size);
		}
}

static const struct {
	const char *path, *text;
	bool ok;
} value_rows[] = {
	{ "ports.md.ip", "1.2.3.4/32", true },
	{ "ports.md.ip", "1.2.3.4/33", false },
	{ "ports.md.ip", "1.2.3.4/0", false },
	{ "ports.md.ip", "1.2.3.4/08x", false },
	{ "ports.md.ip", "1.2.3/8", false },
	{ "ports.md.ip", "1.2.3.4.5/8", false },
	{ "ports.md.ip", "01.2.3.4/8", false }, /* would be octal to others */
	{ "ports.md.ip6", "2001:db8::2/64", true },
	{ "ports.md.ip6", "2001:db8::2/129", false },
	{ "ports.md.ip6", "::ffff:1.2.3.4/96", false },
	{ "ports.md.ip6", "::/64", false },
	{ "ports.md.gateway6", "fe80::1", true },
	{ "ports.md.gateway6", "1.2.3.4", false },
	{ "venue.stream.address", "2001:db8::1", true },
	{ "venue.stream.address", "1.2.3.4", true },
	{ "venue.stream.address", "1.2.3.4.5", false },
	{ "ports.md.gateway", "0.0.0.0", false },
	{ "ports.md.gateway", "255.255.255.255", true },
	{ "ports.md.gateway", "", true },
	{ "ports.md.gateway", "1.2.3.-4", false },
	{ "ports.md.mac", "02:00:00:00:00:01", true },
	{ "ports.md.mac", "02:AB:cd:00:00:01", true },
	{ "ports.md.mac", "02:00:00:00:00", false },
	{ "ports.md.mac", "02:00:00:00:00:001", false },
	{ "ports.md.mac", "00:00:00:00:00:00", false },
	{ "venue.stream.host", "a-b.c9", true },
	{ "venue.stream.host", "a b", false },
	{ "venue.stream.host", "a/b", false },
	{ "venue.stream.port", "0", false },
	{ "venue.stream.port", "65536", false },
	{ "venue.stream.port", "+1", false },
	{ "venue.stream.port", "", false },
	{ "risk.max_quantity", "007.50", true },
	{ "risk.max_quantity", "1.2.3", false },
	{ "risk.max_quantity", "1,5", false },
	{ "risk.max_quantity", "12345678901234567890123456789.1", true }, /* 31 characters */
	{ "risk.max_quantity", "12345678901234567890123456789.12", false },
};

static void test_values(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(value_rows); i++) {
		u8 field[CONFIG_TEXT] = "untouched";
		const struct option *o = option_find(value_rows[i].path);
		err_t e = value_set(o, field, value_rows[i].text, strlen(value_rows[i].text));
		assert_int_equal(e, value_rows[i].ok ? ERR_OK : ERR_SYNTAX);
		if (e != ERR_OK)
			assert_string_equal((char *)field, "untouched");
	}
}

static const struct {
	const char *group, *key, *expected;
} near_rows[] = {
	{ "", "instrument", "instruments" },
	{ "", "port", "ports" },
	{ "risk", "max_position_", "risk.max_position" },
	{ "risk", "maxposition", "risk.max_position" },
	{ "", "on_stale", "safety.on_stale" },
	{ "ports", "trading", NULL },
	{ "risk", "leverage", NULL },
	{ "", "", NULL },
	{ "", "a_key_that_is_longer_than_any_of_ours_could_be", NULL },
};

static void test_nearest(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(near_rows); i++) {
		const char *near = option_nearest(near_rows[i].group, near_rows[i].key);
		if (near_rows[i].expected)
			assert_string_equal(near, near_rows[i].expected);
		else
			assert_null(near);
	}
}

static char *printed(void (*print)(FILE *out))
{
	char *text;
	size_t n;
	FILE *f = open_memstream(&text, &n);
	print(f);
	fclose(f);
	return text;
}

static void help_all(FILE *f) { assert_int_equal(config_help(f, ""), config_options_n); }
static void help_risk(FILE *f) { assert_in_range(config_help(f, "risk."), 11, 30); }
static void help_none(FILE *f) { assert_int_equal(config_help(f, "nothing"), 0); }

static void test_help_names_every_option(void **state)
{
	(void)state;
	char *all = printed(help_all), *risk = printed(help_risk), *none = printed(help_none);
	for (u32 i = 0; i < config_options_n; i++)
		assert_non_null(strstr(all, config_options[i].path));
	assert_null(strstr(risk, "session."));
	assert_string_equal(none, "");
	assert_non_null(strstr(
		all,
		"tape.slots\n    Events kept, 128 bytes each; a reader further behind reloads.\n"
		"    a power of two from 1024 to 16777216 (events); default: 65536; changed: start\n"));
	free(all);
	free(risk);
	free(none);
}

static void test_the_page_holds_the_reference(void **state)
{
	(void)state;
	static char page[1 << 17];
	char *reference = printed(config_reference);
	FILE *f = fopen("docs/configuration.md", "r");
	assert_non_null(f);
	page[fread(page, 1, sizeof page - 1, f)] = 0;
	fclose(f);
	if (!strstr(page, reference))
		fail_msg("docs/configuration.md does not end with what `hostctl config reference` "
			 "prints");
	free(reference);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_defaults_are_good_values),
		cmocka_unit_test(test_paths_are_unique_and_in_groups),
		cmocka_unit_test(test_fields_do_not_overlap),
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_nearest),
		cmocka_unit_test(test_help_names_every_option),
		cmocka_unit_test(test_the_page_holds_the_reference),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
