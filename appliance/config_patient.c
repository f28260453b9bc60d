#include "appliance/config_patient.h"

#include <stdio.h>
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

void config_patient(struct patient *p, const struct config *c)
{
	u32 md_cpu = c->layout == LAYOUT_SPLIT ? c->md_cpu : c->trade_cpu;
	*p = (struct patient){ .host = p->host,
			       .profile = c->deployment,
			       .huge_mb = c->nic_no_huge ? 0 : c->nic_memory_mb };
	CPU_SET(md_cpu, &p->hot);
	CPU_SET(c->trade_cpu, &p->hot);
	cpus_parse(c->shared_cpus, &p->shared);
	add_port(p, &c->md_port, md_cpu);
	add_port(p, &c->trade_port, c->trade_cpu);
}
