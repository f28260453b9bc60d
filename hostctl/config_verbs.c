/* config_verbs.c - hostctl config: a file checked, the options explained; epoch_verbs.c does the rest. */
#include <stdlib.h>
#include <string.h>

#include "appliance/config_check.h"
#include "appliance/config_help.h"
#include "hostctl/epoch_verbs.h"

static const struct column columns[] = {
	{ "file", "file", SHOW_TEXT },
	{ "ok", "sound", SHOW_FLAG },
	{ "error", "error", SHOW_TEXT },
	{ "instance", "instance", SHOW_TEXT },
};

static enum exit_code check(const struct request *q, struct report *r)
{
	char error[CONFIG_ERROR] = "out of memory";
	if (q->n_args != 2)
		return complain(q, EXIT_USAGE, "expected hostctl config check FILE");
	struct config *c = malloc(sizeof *c);
	err_t e = c ? config_load(c, q->arg[1], error) : ERR_NO_MEMORY;
	if (e == ERR_OK)
		e = config_check(c, error);
	if (e == ERR_OK)
		e = check_telemetry(c, error);
	if (e == ERR_OK || q->json) { /* people read the complaint */
		struct table *t = report_record(r, "check", columns, ARRAY_LEN(columns));
		table_text(t, q->arg[1]);
		table_flag(t, e == ERR_OK);
		table_text(t, e == ERR_OK ? NULL : error);
		table_text(t, e == ERR_OK ? c->instance : NULL);
	}
	free(c);
	return e == ERR_OK ? EXIT_DONE : complain(q, EXIT_CONFIG, "%s", error);
}

static enum exit_code usage(const struct request *q)
{
	return complain(q, EXIT_USAGE, "expected hostctl config " CONFIG_WORDS);
}

static enum exit_code help(const struct request *q, struct report *r)
{
	const char *prefix = q->n_args == 2 ? q->arg[1] : "";
	(void)r;
	if (q->n_args > 2)
		return usage(q);
	return config_help(q->out, prefix) ? EXIT_DONE : complain(q, EXIT_REFUSED, "no option begins with %s", prefix);
}

static enum exit_code reference(const struct request *q, struct report *r)
{
	(void)r;
	if (q->n_args != 1)
		return usage(q);
	config_reference(q->out);
	return EXIT_DONE;
}

enum exit_code verb_config(const struct request *q, const struct view *v, struct report *r)
{
	static const struct {
		const char *word;
		enum exit_code (*run)(const struct request *q, struct report *r);
	} words[] = {
		{ "check", check },	  { "show", config_show },	 { "diff", config_changes },
		{ "apply", config_apply }, { "history", config_history }, { "help", help },
		{ "reference", reference },
	};
	(void)v;
	for (u32 i = 0; i < ARRAY_LEN(words); i++)
		if (!strcmp(q->arg[0], words[i].word))
			return words[i].run(q, r);
	return usage(q);
}
