#include "hostctl/patient.h"

#include <stdlib.h>
#include <string.h>

#include "common/cpus.h"

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

enum exit_code patient_of(struct patient *p, const struct request *q)
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
