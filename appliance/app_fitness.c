/*
 * app_fitness.c - whether this machine is one to trade live on, and the manifest of the run.
 */
#include "appliance/app.h"
#include "appliance/config_patient.h"
#include "appliance/log.h"
#include "appliance/manifest.h"

/* Before the ports take huge pages and devices away, which the doctor would then miss. */
void app_examine(struct app *a)
{
	struct patient p = { .host = { "" } };
	config_patient(&p, &a->cfg);
	fitness_examine(&a->fitness, &p);
	const struct fitness *f = &a->fitness;
	log_line("doctor", "%s: %u checks, %u red, %u yellow, in %llu ms", profile_names[f->profile], f->total,
		 f->n[SEVERITY_RED], f->n[SEVERITY_YELLOW], (unsigned long long)(f->took_ns / NS_PER_MS));
	for (u32 i = 0; i < f->n_bad; i++)
		log_line("doctor", "%s: %s: %s, wanted %s: %s", severity_names[f->bad[i].finding.severity],
			 f->bad[i].check->id, f->bad[i].finding.found, f->bad[i].finding.wanted,
			 f->bad[i].check->remedy);
}

void app_write_manifest(const struct app *a)
{
	const struct epoch *epoch = &a->ctl.epoch.row.epoch;
	char error[APP_ERROR];
	struct manifest m = { .cfg = &a->cfg,
			      .build = a->seg.h->build,
			      .epoch = epoch->number,
			      .config_sha256 = epoch->hash,
			      .boot = a->boot,
			      .start_wall_ns = a->seg.h->start_wall_ns,
			      .fitness = &a->fitness,
			      .override = a->override,
			      .port = a->port_info,
			      .n_ports = RECORD_CORES };
	if (manifest_write(&m, error, sizeof error) != ERR_OK)
		log_line("saker", "the run's manifest is missing: %s", error);
}
