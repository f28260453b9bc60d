/* tune.c - hostctl tune: the machine as the doctor wants it, shown, written or taken back. */
#include <stdlib.h>
#include <string.h>

#include "hostctl/patient.h"
#include "tuning/tune.h"

static const struct column columns[] = {
	{ "path", "FILE", SHOW_TEXT },   { "acts", "ACTS", SHOW_TEXT },     { "state", "STATE", SHOW_TEXT },
	{ "check", "CHECK", SHOW_TEXT }, { "wanted", "WANTED", SHOW_TEXT },
};

static const struct column sum_columns[] = {
	{ "files", "files", SHOW_COUNT },
	{ "due", "to be changed", SHOW_COUNT },
	{ "failed", "could not be written", SHOW_COUNT },
	{ "next", "next", SHOW_TEXT },
};

static const char *const acts[] = { [TUNE_NOW] = "now", [TUNE_KEEP] = "each start", [TUNE_START] = "next start" };

static void add_change(struct table *t, const struct tune_change *c)
{
	char line[80];
	size_t n = strcspn(c->text, "\n");
	bool more = c->text[n] && c->text[n + 1];
	snprintf(line, sizeof line, "%.*s%s", (int)u32_min((u32)n, 70), c->text, more ? " ..." : "");
	table_text(t, c->path);
	table_text(t, acts[c->kind]);
	table_text(t, c->failed ? "FAILED" : c->due ? "due" : "as wanted");
	table_text(t, c->check[0] ? c->check : NULL);
	table_text(t, line);
}

static const char *next_step(const struct tune_plan *plan, bool applied)
{
	if (plan->full)
		return "more is wanted than one plan holds: apply, then plan again";
	if (!applied)
		return plan->n_due ? "hostctl tune apply, as root" : "nothing";
	return "update-grub, restart, hostctl doctor";
}

/* All of it as JSON; people see what is due or went wrong, and all of it where nothing is. */
static u32 add_plan(struct report *r, const struct request *q, const struct tune_plan *plan, bool applied)
{
	u32 failed = 0;
	struct table *t = report_table(r, "changes", columns, ARRAY_LEN(columns));
	for (u32 i = 0; i < plan->n; i++) {
		const struct tune_change *c = &plan->change[i];
		failed += c->failed;
		if (q->json || applied || c->due || !plan->n_due)
			add_change(t, c);
	}
	t = report_record(r, "sum", sum_columns, ARRAY_LEN(sum_columns));
	table_number(t, plan->n);
	table_number(t, plan->n_due);
	table_number(t, failed);
	table_text(t, next_step(plan, applied));
	return failed;
}

static enum exit_code plan_verb(const struct request *q, const struct patient *p, struct report *r)
{
	bool apply = q->n_args && !strcmp(q->arg[0], "apply"), verify = q->n_args && !strcmp(q->arg[0], "verify");
	struct tune_plan *plan = malloc(sizeof *plan);
	err_t e = plan ? tune_make(plan, p) : ERR_NO_MEMORY;
	enum exit_code code = EXIT_DONE;
	if (e == ERR_OK && apply)
		e = tune_apply(plan, p);
	if (e != ERR_OK)
		code = complain(q, EXIT_REFUSED, "tune: %s: %s (are you root?)", TUNE_STATE, err_text(e));
	else if (add_plan(r, q, plan, apply) || (verify && plan->n_due))
		code = EXIT_REFUSED;
	if (plan)
		tune_free(plan);
	free(plan);
	return code;
}

static enum exit_code revert(const struct request *q, const struct patient *p)
{
	u32 n;
	err_t e = tune_revert(&p->host, &n);
	if (e == ERR_NOT_FOUND)
		return complain(q, EXIT_REFUSED, "tune: nothing was applied: there is no %s", TUNE_STATE);
	if (e != ERR_OK)
		return complain(q, EXIT_REFUSED, "tune: %s: %s; %u files restored, it stays (are you root?)", TUNE_STATE,
				err_text(e), n);
	fprintf(q->out, "%u files are as they were; update-grub and a restart undo the rest\n", n);
	return EXIT_DONE;
}

enum exit_code verb_tune(const struct request *q, const struct view *v, struct report *r)
{
	struct patient p = { .host = { "" } };
	enum exit_code code = patient_of(&p, q);
	(void)v;
	if (code != EXIT_DONE)
		return code;
	if (q->n_args && !strcmp(q->arg[0], "revert"))
		return revert(q, &p);
	return plan_verb(q, &p, r);
}
