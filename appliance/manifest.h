/*
 * manifest.h - what one run is: files.state_dir/run.<boot>.json, written as the run begins, and
 * run.json, a link to the newest.
 *
 * Build, configuration with its SHA-256, the doctor's report, and what of each port's device is
 * used. Read by people and programs; nothing here reads it back. Blocks (disk); start-up.
 */
#ifndef SAKER_MANIFEST_H
#define SAKER_MANIFEST_H

#include "appliance/config.h"
#include "dataplane/nic/nic_info.h"
#include "tuning/fitness.h"

struct manifest {
	const struct config *cfg;
	const char *build, *config_sha256;
	u32 boot, epoch; /* epoch: of the configuration as the run begins */
	u64 start_wall_ns;
	const struct fitness *fitness;
	const char *override; /* why it may trade live whatever the doctor found; "" or NULL: nobody said so */
	const struct nic_port_info *port;
	u32 n_ports;
};

/* The whole file is there, or nothing new is. ERR_IO: `error` (of `n` bytes) names the file. */
err_t manifest_write(const struct manifest *m, char *error, size_t n);

#endif
