/* config_verbs.c - hostctl config: needs no instance. */
#include <stdlib.h>
#include <string.h>

#include "appliance/config_help.h"
#include "hostctl/verb.h"

static const struct column columns[] = {
	{ "file", "file", SHOW_TEXT },
	{ "ok", "sound", SHOW_FLAG },
	{ "error", "error", SHOW_TEXT },
	{ "instance", "instance", SHOW_TEXT },
};

static enum exit_code check(const struct request *q, struct report *r)
{
	char error[CONFIG_ERROR] = "out of memory";
	struct config *c = malloc(sizeof *c);
	err_t e = c ? config_load(c, q->arg[1], error) : ERR_NO_MEMORY;
	if (e == ERR_OK)
		e = config_check(c, error);
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

enum exit_code verb_config(const struct request *q, const struct view *v, struct report *r)
{
	(void)v;
	if (!strcmp(q->arg[0], "check"))
		return q->n_args == 2
			       ? check(q, r)
			       : complain(q, EXIT_USAGE, "expected hostctl config check FILE");
	if (!strcmp(q->arg[0], "help")) {
		const char *prefix = q->n_args == 2 ? q->arg[1] : "";
		return config_help(q->out, prefix)
			       ? EXIT_DONE
			       : complain(q, EXIT_REFUSED, "no option begins with %s", prefix);
	}
	if (!strcmp(q->arg[0], "reference") && q->n_args == 1) {
		config_reference(q->out);
		return EXIT_DONE;
	}
	return complain(
		q, EXIT_USAGE,
		"expected hostctl config check FILE, config help [PREFIX] or config reference");
}
