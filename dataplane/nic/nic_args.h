/*
 * nic_args.h - the configuration checked, and turned into the arguments of DPDK's environment layer
 * (EAL).
 */
#ifndef SAKER_NIC_ARGS_H
#define SAKER_NIC_ARGS_H

#include "dataplane/nic/nic.h"

#define NIC_DEVICE_MAX 128 /* characters of one device */
#define NIC_ARGC_MAX   (10 + NIC_PORTS_MAX)
#define NIC_MEMORY_MB  64 /* where the configuration says 0 */

struct nic_args {
	int argc;
	char *argv[NIC_ARGC_MAX + 1];
	size_t used;
	char text[(NIC_ARGC_MAX + 1) * (NIC_DEVICE_MAX + 8)];
};

/* Virtual devices are named net_..., all others are PCI addresses. */
bool nic_device_is_virtual(const char *device);

/* DPDK's name of a device: what stands before the first comma. Returns `name`. */
char *nic_device_name(const char *device, char name[NIC_DEVICE_MAX]);

/* The value of `iface=` among a virtual device's arguments, "" without one. Returns `iface`. */
char *nic_device_iface(const char *device, char iface[NIC_DEVICE_MAX]);

/* Looks at nothing but `cfg`. ERR_ARGUMENT with a sentence in `error`. */
err_t nic_args_check(const struct nic_cfg *cfg, char error[NIC_ERROR_MAX]);

/* The argument vector for a configuration that nic_args_check accepted. */
void nic_args_build(const struct nic_cfg *cfg, struct nic_args *args);

#endif
