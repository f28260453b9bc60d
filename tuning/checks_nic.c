/*
 * checks_nic.c - the network cards of the ports: driver, place, link. A port that is a virtual
 * device has no hardware to check.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tuning/checks.h"
#include "tuning/finding.h"
#include "tuning/pci.h"

#define PCI "/sys/bus/pci/devices"
#define RING_MIN 512

/* Asks about each port that is hardware, as finding_hot does about CPUs. */
typedef enum answer (*nic_one)(const struct patient *p, const struct patient_port *port, char what[ANSWER_TEXT]);

static void each(const struct patient *p, struct finding *f, nic_one one)
{
	char what[ANSWER_TEXT];
	u32 cards = 0, told = 0;
	for (u32 i = 0; i < p->n_ports; i++) {
		if (!p->port[i].pci[0])
			continue;
		cards++;
		enum answer a = one(p, &p->port[i], what);
		if (a == ANSWER_NONE)
			continue;
		told++;
		finding_say(f, a == ANSWER_GOOD, "%s: %s", p->port[i].pci, what);
		if (a == ANSWER_BAD)
			return;
	}
	if (!cards)
		finding_none(f, "no port is a PCI device");
	else if (!told)
		finding_unknown(f, "the kernel shows none of this for the cards");
}

static enum answer is_present(const struct patient *p, const struct patient_port *port, char what[ANSWER_TEXT])
{
	bool there = host_exists(&p->host, PCI "/%s", port->pci);
	snprintf(what, ANSWER_TEXT, "%s", there ? "there" : "no such device");
	return there ? ANSWER_GOOD : ANSWER_BAD;
}

static void present(const struct patient *p, struct finding *f)
{
	finding_want(f, "there");
	each(p, f, is_present);
}

/* Drivers DPDK can take a card from: all of it, or queues beside the kernel. */
static enum answer driver_of(const struct patient *p, const struct patient_port *port, char what[ANSWER_TEXT])
{
	static const char *const good[] = { "vfio-pci", "igb_uio", "uio_pci_generic", "mlx5_core", "mlx4_core", "mana" };
	if (!host_link(&p->host, what, ANSWER_TEXT, PCI "/%s/driver", port->pci)) {
		snprintf(what, ANSWER_TEXT, "no driver");
		return ANSWER_BAD;
	}
	for (u32 i = 0; i < ARRAY_LEN(good); i++)
		if (!strcmp(what, good[i]))
			return ANSWER_GOOD;
	return ANSWER_BAD;
}

static void driver(const struct patient *p, struct finding *f)
{
	finding_want(f, "vfio-pci, or a driver that shares (mlx5_core)");
	each(p, f, driver_of);
}

static enum answer is_near(const struct patient *p, const struct patient_port *port, char what[ANSWER_TEXT])
{
	i64 node;
	if (!host_number(&p->host, &node, PCI "/%s/numa_node", port->pci) || node < 0)
		return ANSWER_NONE;
	bool same = host_exists(&p->host, "/sys/devices/system/cpu/cpu%u/node%lld", port->cpu, (long long)node);
	snprintf(what, ANSWER_TEXT, "node %lld, CPU %u %s", (long long)node, port->cpu, same ? "too" : "is on another");
	return same ? ANSWER_GOOD : ANSWER_BAD;
}

static void near(const struct patient *p, struct finding *f)
{
	finding_want(f, "the hot core's NUMA node");
	each(p, f, is_near);
}

static enum answer link_of(const struct patient *p, const struct patient_port *port, char what[ANSWER_TEXT])
{
	char speed[32], max_speed[32], width[16], max_width[16];
	if (!host_read(&p->host, speed, sizeof speed, PCI "/%s/current_link_speed", port->pci) ||
	    !host_read(&p->host, max_speed, sizeof max_speed, PCI "/%s/max_link_speed", port->pci) ||
	    !host_read(&p->host, width, sizeof width, PCI "/%s/current_link_width", port->pci) ||
	    !host_read(&p->host, max_width, sizeof max_width, PCI "/%s/max_link_width", port->pci) ||
	    !strncmp(max_speed, "Unknown", 7))
		return ANSWER_NONE;
	snprintf(what, ANSWER_TEXT, "%.20s x%.4s of %.20s x%.4s", speed, width, max_speed, max_width);
	return strcmp(speed, max_speed) || strcmp(width, max_width) ? ANSWER_BAD : ANSWER_GOOD;
}

static void pcie_link(const struct patient *p, struct finding *f)
{
	finding_want(f, "the most the card can");
	each(p, f, link_of);
}

static enum answer payload_of(const struct patient *p, const struct patient_port *port, char what[ANSWER_TEXT])
{
	struct pci_express x;
	if (!pci_express_read(&p->host, port->pci, &x))
		return ANSWER_NONE;
	snprintf(what, ANSWER_TEXT, "%u of %u bytes", x.max_payload, x.max_payload_can);
	return x.max_payload < 256 && x.max_payload < x.max_payload_can ? ANSWER_BAD : ANSWER_GOOD;
}

static void max_payload(const struct patient *p, struct finding *f)
{
	finding_want(f, "256 bytes or more, if the card can");
	each(p, f, payload_of);
}

static enum answer read_request_of(const struct patient *p, const struct patient_port *port, char what[ANSWER_TEXT])
{
	struct pci_express x;
	if (!pci_express_read(&p->host, port->pci, &x))
		return ANSWER_NONE;
	snprintf(what, ANSWER_TEXT, "%u bytes", x.max_read_request);
	return x.max_read_request >= 512 ? ANSWER_GOOD : ANSWER_BAD;
}

static void max_read_request(const struct patient *p, struct finding *f)
{
	finding_want(f, "512 bytes or more");
	each(p, f, read_request_of);
}

static void aspm(const struct patient *p, struct finding *f)
{
	char text[128];
	finding_want(f, "performance");
	if (!host_read(&p->host, text, sizeof text, "/sys/module/pcie_aspm/parameters/policy"))
		finding_unknown(f, "/sys/module/pcie_aspm/parameters/policy");
	else
		finding_say(f, strstr(text, "[performance]"), "%s", text);
}

struct groups {
	u32 n;
};

static bool add_group(void *user, const char *name)
{
	struct groups *g = user;
	(void)name;
	g->n++;
	return true;
}

static void iommu(const struct patient *p, struct finding *f)
{
	struct groups g = { 0 };
	finding_want(f, "on, so that vfio can keep the card to its own memory");
	host_list(&p->host, "/sys/kernel/iommu_groups", add_group, &g);
	finding_say(f, g.n, g.n ? "%u groups" : "no groups", g.n);
}

/* ---- cards the kernel drives, too: their kernel interface has more to tell ---- */

static bool first_name(void *user, const char *name)
{
	snprintf(user, 32, "%.31s", name);
	return false;
}

/* What `ethtool <option> <interface>` prints; false: the card has no kernel interface. */
static bool ethtool(const struct patient *p, const struct patient_port *port, const char *option, char *out, size_t n)
{
	char net[64], name[32] = "", line[64];
	snprintf(net, sizeof net, PCI "/%.15s/net", port->pci);
	host_list(&p->host, net, first_name, name);
	if (!name[0] || strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-") != strlen(name))
		return false;
	snprintf(line, sizeof line, "ethtool %s %s", option, name);
	return host_command(&p->host, out, n, line);
}

/* The number behind the last line that begins with `name`: what is set, below what is possible. */
static bool value(const char *text, const char *name, char *out, size_t n)
{
	const char *at = text, *last = NULL;
	for (; (at = strstr(at, name)); at += strlen(name))
		if (at == text || at[-1] == '\n' || at[-1] == '\t')
			last = at + strlen(name);
	if (!last)
		return false;
	last += strspn(last, " \t");
	snprintf(out, n, "%.*s", (int)strcspn(last, "\n"), last);
	return true;
}

static enum answer coalescing_of(const struct patient *p, const struct patient_port *port, char what[ANSWER_TEXT])
{
	char text[HOST_TEXT], us[16];
	if (!ethtool(p, port, "-c", text, sizeof text) || !value(text, "rx-usecs:", us, sizeof us))
		return ANSWER_NONE;
	bool adaptive = strstr(text, "Adaptive RX: on");
	snprintf(what, ANSWER_TEXT, "rx-usecs %.15s%s", us, adaptive ? ", adaptive" : "");
	return atoi(us) == 0 && !adaptive ? ANSWER_GOOD : ANSWER_BAD;
}

static void coalescing(const struct patient *p, struct finding *f)
{
	finding_want(f, "rx-usecs 0, not adaptive");
	each(p, f, coalescing_of);
}

static enum answer rings_of(const struct patient *p, const struct patient_port *port, char what[ANSWER_TEXT])
{
	char text[HOST_TEXT], rx[16];
	if (!ethtool(p, port, "-g", text, sizeof text) || !value(text, "RX:", rx, sizeof rx))
		return ANSWER_NONE;
	snprintf(what, ANSWER_TEXT, "RX %.15s", rx);
	return atoi(rx) >= RING_MIN ? ANSWER_GOOD : ANSWER_BAD;
}

static void rings(const struct patient *p, struct finding *f)
{
	finding_want(f, "%d descriptors or more", RING_MIN);
	each(p, f, rings_of);
}

static enum answer offloads_of(const struct patient *p, const struct patient_port *port, char what[ANSWER_TEXT])
{
	static const char *const late[] = { "generic-receive-offload:", "large-receive-offload:" };
	char text[HOST_TEXT], state[32];
	if (!ethtool(p, port, "-k", text, sizeof text))
		return ANSWER_NONE;
	snprintf(what, ANSWER_TEXT, "none that holds frames back");
	for (u32 i = 0; i < ARRAY_LEN(late); i++)
		if (value(text, late[i], state, sizeof state) && !strncmp(state, "on", 2)) {
			snprintf(what, ANSWER_TEXT, "%s on", late[i]);
			return ANSWER_BAD;
		}
	return ANSWER_GOOD;
}

static void offloads(const struct patient *p, struct finding *f)
{
	finding_want(f, "no frames held back to be merged (GRO, LRO)");
	each(p, f, offloads_of);
}

static enum answer firmware_of(const struct patient *p, const struct patient_port *port, char what[ANSWER_TEXT])
{
	char text[HOST_TEXT];
	if (!ethtool(p, port, "-i", text, sizeof text) || !value(text, "firmware-version:", what, ANSWER_TEXT))
		return ANSWER_NONE;
	return what[0] && strcmp(what, "N/A") ? ANSWER_GOOD : ANSWER_BAD;
}

static void firmware(const struct patient *p, struct finding *f)
{
	finding_want(f, "known");
	each(p, f, firmware_of);
}

#define NOTE   SEVERITY_NOTE
#define YELLOW SEVERITY_YELLOW
#define RED    SEVERITY_RED

const struct check checks_nic[] = {
	{ "nic.present", "a port's device must exist", "check ports.md.device and ports.trade.device against lspci -D",
	  { RED, RED, RED }, present },
	{ "nic.driver", "DPDK cannot take a card from a kernel driver that does not share it",
	  "dpdk-devbind.py -b vfio-pci <device>", { RED, RED, RED }, driver },
	{ "nic.node", "each access to a card on another socket crosses the link between them",
	  "choose hot CPUs on the card's node, or put the card into the other socket's slot", { NOTE, YELLOW, RED }, near },
	{ "nic.pcie_link", "a card in a narrow or slow slot takes longer for each frame",
	  "put it into a slot of its full width; look for a riser or BIOS limit", { NOTE, YELLOW, RED }, pcie_link },
	{ "nic.max_payload", "small PCIe packets cost more headers for each frame",
	  "boot with pci=pcie_bus_perf, or set it in the BIOS", { NOTE, NOTE, YELLOW }, max_payload },
	{ "nic.max_read_request", "frames to send are fetched in this size",
	  "raise it in the BIOS, or by setpci", { NOTE, NOTE, YELLOW }, max_read_request },
	{ "nic.power", "a PCIe link that sleeps takes microseconds to wake",
	  "boot with pcie_aspm.policy=performance", { NOTE, NOTE, RED }, aspm },
	{ "nic.iommu", "without it vfio needs its unsafe mode: the card can then write to all memory",
	  "switch VT-d or AMD-Vi on in the BIOS, boot with intel_iommu=on iommu=pt", { NOTE, NOTE, YELLOW }, iommu },
	{ "nic.coalescing", "a card that waits for more frames before it tells adds that wait to each tick",
	  "ethtool -C <interface> adaptive-rx off rx-usecs 0", { NOTE, YELLOW, RED }, coalescing },
	{ "nic.rings", "a burst larger than the ring is lost", "ethtool -G <interface> rx 1024", { NOTE, YELLOW, YELLOW },
	  rings },
	{ "nic.offloads", "merging frames means to wait for them", "ethtool -K <interface> gro off lro off",
	  { NOTE, NOTE, YELLOW }, offloads },
	{ "nic.firmware", "firmware decides on stamps, steering and known faults: it belongs in the record of a run",
	  "nothing to mend where it is shown; otherwise ask the maker's tool", { NOTE, NOTE, NOTE }, firmware },
};
const u32 checks_nic_n = ARRAY_LEN(checks_nic);
