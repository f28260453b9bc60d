/*
 * nic_host.h - what the machine lacks, found out before DPDK is started, or why it did not find a device: sentences with a remedy.
 */
#ifndef SAKER_NIC_HOST_H
#define SAKER_NIC_HOST_H

#include "dataplane/nic/nic.h"

/* Huge pages, CPU, kernel interfaces, device nodes. Not ERR_OK: `error` holds the sentence. */
err_t nic_host_check(const struct nic_cfg *cfg, char *error, size_t n);

/* Why `device` may be missing after DPDK has started; `log` is what DPDK said about it. */
void nic_host_explain(const char *device, const char *log, char *error, size_t n);

#endif
