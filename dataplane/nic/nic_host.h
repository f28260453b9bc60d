/*
 * nic_host.h - what the machine lacks, found out before DPDK is started, or why it did not find a
 * device: sentences with a remedy.
 */
#ifndef SAKER_NIC_HOST_H
#define SAKER_NIC_HOST_H

#include "dataplane/nic/nic.h"

/* Huge pages, CPU, kernel interfaces, device nodes. Not ERR_OK: `error` holds the sentence. */
err_t nic_host_check(const struct nic_cfg *cfg, char error[NIC_ERROR_MAX]);

/* Why DPDK may not have found `device`, saying `log` about it. Returns ERR_NOT_FOUND. */
err_t nic_host_explain(const char *device, const char *log, char error[NIC_ERROR_MAX]);

#endif
