/*
 * pci.h - the PCI Express capability of a device, from its configuration space.
 *
 * PCI Express Base Specification, 7.5.3: Device Capabilities, Control. Any thread but a hot one.
 */
#ifndef SAKER_PCI_H
#define SAKER_PCI_H

#include "tuning/host.h"

struct pci_express {
	u32 max_payload_can, max_payload, max_read_request; /* bytes */
};

/* false: no such device or capability, or the space beyond its header may not be read (root alone may). */
bool pci_express_read(const struct host *h, const char *address, struct pci_express *out);

#endif
