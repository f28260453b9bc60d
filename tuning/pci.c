#include "tuning/pci.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#define CONFIG_BYTES 256
#define STATUS 0x06
#define STATUS_HAS_CAPABILITIES 0x10
#define FIRST_CAPABILITY 0x34
#define CAP_PCI_EXPRESS 0x10
#define DEVICE_CAPABILITIES 0x04
#define DEVICE_CONTROL 0x08

static u32 bytes_of(u32 code) { return 128u << (code & 7); }

static u32 u16_at(const u8 *p) { return p[0] | (u32)p[1] << 8; }

/* Where the capability lies; 0: there is none. The list may be damaged: no step is taken twice. */
static u32 find_capability(const u8 *c, u32 n, u8 id)
{
	u32 at = c[FIRST_CAPABILITY] & ~3u;
	if (!(c[STATUS] & STATUS_HAS_CAPABILITIES))
		return 0;
	for (u32 steps = 0; at >= 0x40 && at + DEVICE_CONTROL + 2 <= n && steps < CONFIG_BYTES / 4; steps++) {
		if (c[at] == id)
			return at;
		at = c[at + 1] & ~3u;
	}
	return 0;
}

bool pci_express_read(const struct host *h, const char *address, struct pci_express *out)
{
	u8 c[CONFIG_BYTES];
	char path[512];
	snprintf(path, sizeof path, "%s/sys/bus/pci/devices/%s/config", h->root, address);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd >= 0 ? read(fd, c, sizeof c) : -1;
	if (fd >= 0)
		close(fd);
	u32 at = n > 0x40 ? find_capability(c, (u32)n, CAP_PCI_EXPRESS) : 0;
	if (!at)
		return false;
	u32 control = u16_at(c + at + DEVICE_CONTROL);
	*out = (struct pci_express){ .max_payload_can = bytes_of(c[at + DEVICE_CAPABILITIES]),
				     .max_payload = bytes_of(control >> 5),
				     .max_read_request = bytes_of(control >> 12) };
	return true;
}
