/* doctor.c - hostctl doctor: the machine against the table of tuning/doctor.h. */
#include <stdlib.h>
#include <string.h>

#include "common/cpus.h"
#include "hostctl/verb.h"
#include "tuning/doctor.h"

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

/* ---- who is examined ---- */

static bool is_pci(const char *device)
{
	return strlen(device) == 12 && device[4] == ':' && device[7] == ':' && device[10] == '.';
}

static void add_port(struct patient *p, const struct config_port *port, u32 cpu)
{
	struct patient_port *to = &p->port[p->n_ports++];
	to->cpu = cpu;
	snprintf(to->pci, sizeof to->pci, "%.15s", is_pci(port->device) ? port->device : "");
}

static void use_config(struct patient *p, const struct config *c)
{
	u32 md_cpu = c->layout == LAYOUT_SPLIT ? c->md_cpu : c->trade_cpu;
	p->profile = c->deployment;
	p->huge_mb = c->nic_no_huge ? 0 : c->nic_memory_mb;
	CPU_SET(md_cpu, &p->hot);
	CPU_SET(c->trade_cpu, &p->hot);
	cpus_parse(c->shared_cpus, &p->shared);
	add_port(p, &c->md_port, md_cpu);
	add_port(p, &c->trade_port, c->trade_cpu);
}

static enum exit_code take_config(struct patient *p, const struct request *q)
{
	char error[CONFIG_ERROR] = "out of memory";
	struct config *c = malloc(sizeof *c);
	err_t e = c ? config_load(c, q->config, error) : ERR_NO_MEMORY;
	if (e == ERR_OK)
		use_config(p, c);
	free(c);
	return e == ERR_OK ? EXIT_DONE : complain(q, EXIT_CONFIG, "%s", error);
}

static bool take_profile(struct patient *p, const char *name)
{
	for (u32 i = 0; i < PROFILES; i++)
		if (!strcmp(name, profile_names[i])) {
			p->profile = i;
			return true;
		}
	return false;
}

/* --cores and --profile go before the configuration. */
static enum exit_code introduce(struct patient *p, const struct request *q)
{
	enum exit_code code = q->config ? take_config(p, q) : EXIT_DONE;
	if (code != EXIT_DONE)
		return code;
	if (q->profile && !take_profile(p, q->profile))
		return complain(q, EXIT_USAGE, "--profile %s: expected lab, cloud or colocated", q->profile);
	if (q->cores && cpus_parse(q->cores, &p->hot) != ERR_OK)
		return complain(q, EXIT_USAGE, "--cores %s: expected a list of CPUs like 2,4-5", q->cores);
	p->host.root = q->root ? q->root : "";
	return EXIT_DONE;
}

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
	enum exit_code code = introduce(&p, q);
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
