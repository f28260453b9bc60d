/* manual.c - hostctl(1) and saker.yaml(5), written from the tables of verbs and of configuration options. */
#include <string.h>

#include "appliance/config_option.h"
#include "hostctl/verb_table.h"

/* Text as groff wants it: what could be a request, an escape or a hyphen is none; `x` is bold. */
static void put(FILE *out, const char *s)
{
	bool bold = false;
	if (*s == '.' || *s == '\'')
		fputs("\\&", out);
	for (; *s; s++) {
		if (*s == '`')
			fputs((bold = !bold) ? "\\fB" : "\\fP", out);
		else if (*s == '-')
			fputs("\\-", out);
		else if (*s == '\\')
			fputs("\\e", out);
		else
			fputc(*s, out);
	}
}

static void head(FILE *out, const char *title, const char *section, const char *what)
{
	fprintf(out, ".TH %s %s \"\" \"Saker\" \"Saker's manual\"\n.SH NAME\n", title, section);
	put(out, what);
	fputs("\n", out);
}

/* A tagged paragraph: `name` bold, `args` behind it. */
static void item(FILE *out, const char *name, const char *args)
{
	fputs(".TP\n\\fB", out);
	put(out, name);
	fputs("\\fP ", out);
	put(out, args);
	fputs("\n", out);
}

static void sentence(FILE *out, const char *s)
{
	put(out, s);
	fputs(".\n", out);
}

static void put_hostctl(FILE *out)
{
	head(out, "HOSTCTL", "1", "hostctl - sees, commands and stops a running Saker");
	fputs(".SH SYNOPSIS\n\\fBhostctl\\fP [\\fB\\-\\-instance\\fP NAME] [\\fB\\-\\-config\\fP FILE] "
	      "[\\fB\\-\\-json\\fP] VERB ...\n.SH VERBS\n", out);
	for (u32 i = 0; i < n_verbs; i++) {
		item(out, verbs[i].name, verbs[i].args);
		sentence(out, verbs[i].help);
	}
	fputs(".SH OPTIONS\nOptions may stand anywhere.\n", out);
	for (u32 i = 0; i < n_verb_options; i++) {
		item(out, verb_options[i].name, verb_options[i].value);
		sentence(out, verb_options[i].help);
	}
	fputs(".SH EXIT STATUS\n", out);
	for (u32 i = 0; i < n_exit_texts; i++) {
		fprintf(out, ".TP\n%d\n", (int)exit_texts[i].code);
		sentence(out, exit_texts[i].text);
	}
	fputs(".SH FILES\n.TP\n/dev/shm/saker.INSTANCE.GENERATION\nWhat the verbs that look read; the kill word is in it.\n"
	      ".SH SEE ALSO\n\\fBsaker\\fP(1), \\fBsaker\\-venue\\fP(1), \\fBsaker.yaml\\fP(5)\n", out);
}

static void put_option(FILE *out, const struct option *o)
{
	char expected[OPTION_EXPECTED_MAX];
	item(out, o->path, "");
	sentence(out, o->help);
	fputs("Expected: ", out);
	put(out, option_expected(o, expected));
	if (o->type == OPTION_DECIMAL) {
		fputs(", in ", out);
		put(out, o->unit);
	}
	fputs(o->def ? "; default: " : "; must be given", out);
	put(out, !o->def ? "" : *o->def ? o->def : "none");
	fputs(".\n", out);
}

static void put_yaml(FILE *out)
{
	head(out, "SAKER.YAML", "5", "saker.yaml - the configuration of a Saker instance");
	fputs(".SH DESCRIPTION\nOne YAML file; \\fBhostctl config check\\fP reads it as \\fBsaker\\fP does and names file, line "
	      "and field of what is wrong. A point in a name stands for a level of the file.\n.SH OPTIONS\n", out);
	for (u32 i = 0; i < config_options_n; i++)
		put_option(out, &config_options[i]);
	fputs(".SH SEE ALSO\n\\fBsaker\\fP(1), \\fBhostctl\\fP(1)\n", out);
}

enum exit_code verb_manual(const struct request *q, const struct view *v, struct report *r)
{
	(void)v;
	(void)r;
	if (!strcmp(q->arg[0], "hostctl"))
		put_hostctl(q->out);
	else
		put_yaml(q->out);
	return EXIT_DONE;
}
