/*
 * mock_port.h - a Linux TAP interface in the place of a port: frames by read and write, no DPDK.
 * For tests against the kernel.
 */
#ifndef SAKER_TEST_MOCK_PORT_H
#define SAKER_TEST_MOCK_PORT_H

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/frame.h"
#include "common/rng.h"

struct mock_port {
	struct frame_out out; /* first */
	int fd;
	struct rng rng;
	u32 lose; /* of 1,000 frames, either way */
	u8 tx[FRAME_MAX], rx[2048];
};

static inline bool mock_loses(struct mock_port *p)
{
	return p->lose && rng_below(&p->rng, 1000) < p->lose;
}

static inline u8 *mock_room(struct frame_out *o) { return ((struct mock_port *)o)->tx; }

static inline bool mock_push(struct frame_out *o, u32 n)
{
	struct mock_port *p = (struct mock_port *)o;
	if (mock_loses(p))
		return true;
	return write(p->fd, p->tx, n) == (ssize_t)n;
}

static inline bool mock_rx(struct mock_port *p, struct frame *f)
{
	ssize_t n = read(p->fd, p->rx, sizeof p->rx);
	*f = (struct frame){ .p = p->rx, .n = n > 0 && !mock_loses(p) ? (u32)n : 0 };
	return n > 0; /* a lost one arrives empty */
}

static inline bool if_up(const char *name, const char *ip)
{
	int s = socket(AF_INET, SOCK_DGRAM, 0);
	struct ifreq r = { .ifr_flags = 0 };
	snprintf(r.ifr_name, sizeof r.ifr_name, "%s", name);
	struct sockaddr_in *a = (struct sockaddr_in *)&r.ifr_addr;
	bool ok = s >= 0;
	if (ok && ip) {
		a->sin_family = AF_INET;
		inet_pton(AF_INET, ip, &a->sin_addr);
		ok = ioctl(s, SIOCSIFADDR, &r) == 0;
		inet_pton(AF_INET, "255.255.255.0", &a->sin_addr);
		ok = ok && ioctl(s, SIOCSIFNETMASK, &r) == 0;
	}
	ok = ok && ioctl(s, SIOCGIFFLAGS, &r) == 0;
	r.ifr_flags |= IFF_UP;
	ok = ok && ioctl(s, SIOCSIFFLAGS, &r) == 0;
	close(s);
	return ok;
}

/* Network and user namespace of our own, the loopback up, a TAP with `ip` on the kernel's side. */
static inline bool mock_open(struct mock_port *p, const char *ip)
{
	*p = (struct mock_port){ .out = { mock_room, mock_push, false }, .fd = -1 };
	if (unshare(CLONE_NEWUSER | CLONE_NEWNET) || !if_up("lo", NULL))
		return false;
	p->fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK);
	struct ifreq r = { .ifr_flags = IFF_TAP | IFF_NO_PI };
	snprintf(r.ifr_name, sizeof r.ifr_name, "saker0");
	return p->fd >= 0 && ioctl(p->fd, TUNSETIFF, &r) == 0 && if_up("saker0", ip);
}

#endif
