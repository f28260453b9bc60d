/* doctor.c - hostctl doctor: the machine against the table of tuning/doctor.h. */
#include "common/cpus.h"
#include "hostctl/patient.h"

static const struct column columns[] = {
	{ "check", "CHECK", SHOW_TEXT },   { "severity", "SEVERITY", SHOW_TEXT },
	{ "found", "FOUND", SHOW_TEXT },   { "wanted", "WANTED", SHOW_TEXT },
	{ "why", "WHY", SHOW_TEXT },       { "remedy", "REMEDY", SHOW_TEXT },
};

static const struct column sum_columns[] = {
	{ "deployment", "deployment", SHOW_TEXT }, { "hot_cpus", "hot CPUs", SHOW_TEXT },
	{ "checks", "checks", SHOW_COUNT },        { "green", "green", SHOW_COUNT },
	{ "unknown", "unknown", SHOW_COUNT },      { "note", "note", SHOW_COUNT },
	{ "yellow", "yellow", SHOW_COUNT },        { "red", "red", SHOW_COUNT },
};

/* ---- the report ---- */

static void add_check(struct table *t, const struct check *c, const struct finding *f)
{
	table_text(t, c->id);
	table_text(t, severity_names[f->severity]);
	table_text(t, f->found);
	table_text(t, f->wanted[0] ? f->wanted : NULL);
	table_text(t, c->why);
	table_text(t, c->remedy);
}

static void print_check(const struct request *q, const struct check *c, const struct finding *f)
{
	fprintf(q->out, "%-7s %s: ", severity_names[f->severity], c->id);
	print_line(q->out, f->found);
	if (f->severity >= SEVERITY_NOTE)
		fprintf(q->out, "          wanted: %s\n          why: %s\n          remedy: %s\n", f->wanted, c->why,
			c->remedy);
}

static void add_sum(struct report *r, const struct patient *p, const u32 *n, u32 total)
{
	char hot[CPUS_TEXT];
	struct table *t = report_record(r, "sum", sum_columns, ARRAY_LEN(sum_columns));
	table_text(t, profile_names[p->profile]);
	table_text(t, cpus_print(hot, &p->hot));
	table_number(t, total);
	for (u32 s = SEVERITY_GREEN; s <= SEVERITY_RED; s++)
		table_number(t, n[s]);
}

enum exit_code verb_doctor(const struct request *q, const struct view *v, struct report *r)
{
	struct patient p = { .host = { "" } };
	u32 n[SEVERITY_RED + 1] = { 0 }, total = 0;
	enum exit_code code = patient_of(&p, q);
	(void)v;
	if (code != EXIT_DONE)
		return code;
	struct table *t = q->json ? report_table(r, "checks", columns, ARRAY_LEN(columns)) : NULL;
	for (const struct check *c; (c = doctor_check(total)); total++) {
		struct finding f;
		doctor_examine(c, &p, &f);
		n[f.severity]++;
		if (t)
			add_check(t, c, &f);
		else if (q->all || f.severity >= SEVERITY_NOTE)
			print_check(q, c, &f);
	}
	add_sum(r, &p, n, total);
	return n[SEVERITY_RED] ? EXIT_REFUSED : EXIT_DONE;
}
