#include "hostctl/patient.h"

#include <stdlib.h>
#include <string.h>

#include "appliance/config_patient.h"
#include "common/cpus.h"

static enum exit_code take_config(struct patient *p, const struct request *q)
{
	char error[CONFIG_ERROR] = "out of memory";
	struct config *c = malloc(sizeof *c);
	err_t e = c ? config_load(c, q->config, error) : ERR_NO_MEMORY;
	if (e == ERR_OK)
		config_patient(p, c);
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
