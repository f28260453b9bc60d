#include "appliance/config_help.h"

#include <string.h>

#include "appliance/config_option.h"

/* The table's sentences are Markdown: a terminal needs no backquotes. */
static void put_plain(FILE *out, const char *s)
{
	for (; *s; s++)
		if (*s != '`')
			fputc(*s, out);
}

static const char *default_text(const struct option *o)
{
	if (!o->def)
		return "must be given";
	return *o->def ? o->def : "none";
}

unsigned config_help(FILE *out, const char *prefix)
{
	char expected[OPTION_EXPECTED_MAX];
	unsigned n = 0;
	for (const struct option *o = config_options; o < config_options + config_options_n; o++) {
		if (strncmp(o->path, prefix, strlen(prefix)))
			continue;
		fprintf(out, "%s\n    ", o->path);
		put_plain(out, o->help);
		fputs("\n    ", out);
		put_plain(out, option_expected(o, expected));
		fprintf(out, "%s%s; default: %s; changed: %s\n", o->type == OPTION_DECIMAL ? ", in " : "",
			o->type == OPTION_DECIMAL ? o->unit : "", default_text(o), option_change_word(o->change));
		n++;
	}
	return n;
}

/* Angle brackets outside backquotes would be taken for a tag, a bar for the end of a cell. */
static void reference_row(FILE *out, const struct option *o)
{
	char expected[OPTION_EXPECTED_MAX];
	fprintf(out, "| `%s` | %s%s%s | ", o->path, option_expected(o, expected),
		o->type == OPTION_DECIMAL ? ", in " : "", o->type == OPTION_DECIMAL ? o->unit : "");
	fprintf(out, !o->def ? "**must be given**" : *o->def ? "`%s`" : "none", o->def);
	fprintf(out, " | %s | %s |\n", option_change_word(o->change), o->help);
}

static void reference_table(FILE *out, const char *group)
{
	bool any = false;
	for (const struct option *o = config_options; o < config_options + config_options_n; o++) {
		if (!option_in_group(o->path, group))
			continue;
		if (!any)
			fputs("\n| option | value | default | changed | |\n|---|---|---|---|---|\n", out);
		any = true;
		reference_row(out, o);
	}
}

void config_reference(FILE *out)
{
	fputs("### Top level\n", out);
	reference_table(out, "");
	fputs("\n### `strategies`: each element\n", out);
	reference_table(out, "strategies[]");
	for (u32 i = 0; i < config_groups_n; i++) {
		fprintf(out, "\n### `%s`\n\n%s\n", config_groups[i].path, config_groups[i].help);
		reference_table(out, config_groups[i].path);
	}
}
