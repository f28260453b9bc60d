#include "dataplane/nic/nic_args.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

bool nic_device_is_virtual(const char *device) { return strncmp(device, "net_", 4) == 0; }

static char *copy_until_comma(const char *from, char to[NIC_DEVICE_MAX])
{
	size_t n = strcspn(from, ",");
	n = n < NIC_DEVICE_MAX ? n : NIC_DEVICE_MAX - 1;
	memcpy(to, from, n);
	to[n] = 0;
	return to;
}

char *nic_device_name(const char *device, char name[NIC_DEVICE_MAX])
{
	return copy_until_comma(device, name);
}

char *nic_device_iface(const char *device, char iface[NIC_DEVICE_MAX])
{
	const char *at = strstr(device, ",iface=");
	return copy_until_comma(at ? at + strlen(",iface=") : "", iface);
}

/* Domain, bus, device, function: 0000:01:00.0 */
static bool is_pci_address(const char *s)
{
	static const char shape[] = "xxxx:xx:xx.x";
	for (size_t i = 0; i < sizeof(shape); i++)
		if (shape[i] == 'x' ? !isxdigit((unsigned char)s[i]) : s[i] != shape[i])
			return false;
	return true;
}

static bool instance_is_good(const char *s)
{
	size_t n = s ? strlen(s) : 0;
	if (n == 0 || n >= NIC_NAME_MAX || s[0] == '.' || s[0] == '-')
		return false;
	for (size_t i = 0; i < n; i++)
		if (!isalnum((unsigned char)s[i]) && !strchr("-_.", s[i]))
			return false;
	return true;
}

static bool same_device(const char *a, const char *b)
{
	char x[NIC_DEVICE_MAX], y[NIC_DEVICE_MAX];
	if (strcasecmp(nic_device_name(a, x), nic_device_name(b, y)) == 0)
		return true;
	return *nic_device_iface(a, x) && strcmp(x, nic_device_iface(b, y)) == 0;
}

static err_t check_port(const struct nic_cfg *cfg, u32 i, char *error)
{
	const char *d = cfg->ports[i].device ? cfg->ports[i].device : "";
	if (!nic_device_is_virtual(d) && !is_pci_address(d))
		return nic_error(error, ERR_ARGUMENT,
			"port %u: device \"%s\" is neither a PCI address (0000:01:00.0) nor a virtual "
			"device (net_tap0,iface=saker0)", i, d);
	if (strlen(d) >= NIC_DEVICE_MAX)
		return nic_error(error, ERR_ARGUMENT, "port %u: the device has more than %d characters",
			i, NIC_DEVICE_MAX - 1);
	if (cfg->ports[i].mac[0] & 1)
		return nic_error(error, ERR_ARGUMENT,
			"device %s: the MAC address is a multicast address", d);
	for (u32 j = 0; j < i; j++)
		if (same_device(cfg->ports[j].device, d))
			return nic_error(error, ERR_ARGUMENT,
				"device %s is given twice (ports %u and %u): each core needs a port "
				"of its own", d, j, i);
	return ERR_OK;
}

err_t nic_args_check(const struct nic_cfg *cfg, char error[NIC_ERROR_MAX])
{
	if (!instance_is_good(cfg->instance))
		return nic_error(error, ERR_ARGUMENT,
			"instance \"%s\": expected 1 to %d letters, digits, '-', '_' or '.', first a "
			"letter or digit", cfg->instance ? cfg->instance : "", NIC_NAME_MAX - 1);
	if (cfg->n_ports == 0 || cfg->n_ports > NIC_PORTS_MAX)
		return nic_error(error, ERR_ARGUMENT, "%u ports: expected 1 to %d", cfg->n_ports,
			NIC_PORTS_MAX);
	err_t e = ERR_OK;
	for (u32 i = 0; !e && i < cfg->n_ports; i++)
		e = check_port(cfg, i, error);
	return e;
}

static void PRINTF_LIKE(2, 3) add(struct nic_args *args, const char *format, ...)
{
	va_list ap;
	va_start(ap, format);
	char *at = args->text + args->used;
	int n = vsnprintf(at, sizeof(args->text) - args->used, format, ap);
	va_end(ap);
	assert(n >= 0 && args->used + (size_t)n < sizeof(args->text) && args->argc < NIC_ARGC_MAX);
	args->argv[args->argc++] = at;
	args->used += (size_t)n + 1;
}

void nic_args_build(const struct nic_cfg *cfg, struct nic_args *args)
{
	u32 n_virtual = 0;
	*args = (struct nic_args){ 0 };
	add(args, "saker");
	add(args, "--lcores=0@%u", cfg->cpu); /* any CPU number; -l stops at 127 */
	add(args, "--file-prefix=%s", cfg->instance);
	add(args, "--no-telemetry");
	add(args, "--log-level=error");
	add(args, "-m%u", cfg->memory_mb ? cfg->memory_mb : NIC_MEMORY_MB);
	add(args, cfg->no_huge ? "--no-huge" : "--in-memory"); /* the latter: no file in hugetlbfs */
	for (u32 i = 0; i < cfg->n_ports; i++) {
		bool virtual = nic_device_is_virtual(cfg->ports[i].device);
		add(args, virtual ? "--vdev=%s" : "--allow=%s", cfg->ports[i].device);
		n_virtual += virtual;
	}
	if (n_virtual == cfg->n_ports) {
		add(args, "--no-pci");
		add(args, "--iova-mode=va"); /* else DPDK chooses: without an IOMMU cards need pa */
	}
}
