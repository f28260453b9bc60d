/*
 * mock_port.h - a Linux TAP interface in the place of a port: frames by read and write, no DPDK.
 * For tests against the kernel.
 */
#ifndef SAKER_TEST_MOCK_PORT_H
#define SAKER_TEST_MOCK_PORT_H

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/frame.h"
#include "common/rng.h"

struct mock_frame {
	u32 n;
	u8 p[2048];
};

/* What happens to frames, either way; each of 1,000. Reordered: after the next one of its direction. */
struct mock_bad {
	u32 lose, dup, reorder, corrupt, truncate;
};

/* Frames of one direction on their way. */
struct mock_way {
	struct mock_frame held, out[3];
	u32 n_out, at;
};

struct mock_port {
	struct frame_out out; /* first */
	int fd;
	struct rng rng;
	struct mock_bad bad;
	struct mock_way to_kernel, to_us;
	u8 tx[FRAME_MAX];
};

static inline bool mock_chance(struct mock_port *p, u32 of_1000)
{
	return of_1000 && rng_below(&p->rng, 1000) < of_1000;
}

/* Takes one frame of `n` > 0 bytes; what comes out at the other end is w->out then. */
static inline void mock_pass(struct mock_port *p, struct mock_way *w, const u8 *bytes, u32 n)
{
	struct mock_frame f = { .n = n };
	bool arp = n > 14 && bytes[12] == 8 && bytes[13] == 6; /* has no checksum */
	w->n_out = w->at = 0;
	memcpy(f.p, bytes, n);
	if (mock_chance(p, p->bad.lose))
		return;
	if (!arp && mock_chance(p, p->bad.corrupt))
		f.p[rng_below(&p->rng, n)] ^= (u8)(1u << rng_below(&p->rng, 8));
	if (!arp && mock_chance(p, p->bad.truncate))
		f.n = 14 + (u32)rng_below(&p->rng, n - 14);
	if (!w->held.n && mock_chance(p, p->bad.reorder)) {
		w->held = f;
		return;
	}
	w->out[w->n_out++] = f;
	if (mock_chance(p, p->bad.dup))
		w->out[w->n_out++] = f;
	if (w->held.n)
		w->out[w->n_out++] = w->held;
	w->held.n = 0;
}

static inline u8 *mock_room(struct frame_out *o) { return ((struct mock_port *)o)->tx; }

static inline bool mock_push(struct frame_out *o, u32 n)
{
	struct mock_port *p = (struct mock_port *)o;
	struct mock_way *w = &p->to_kernel;
	mock_pass(p, w, p->tx, n);
	for (; w->at < w->n_out; w->at++)
		if (write(p->fd, w->out[w->at].p, w->out[w->at].n) < 0)
			return w->at > 0;
	return true;
}

/* false: nothing has arrived. A lost frame is empty. */
static inline bool mock_rx(struct mock_port *p, struct frame *f)
{
	struct mock_way *w = &p->to_us;
	u8 in[2048];
	*f = (struct frame){ .p = in };
	if (w->at == w->n_out) {
		ssize_t n = read(p->fd, in, sizeof in);
		if (n <= 0)
			return false;
		mock_pass(p, w, in, (u32)n);
	}
	if (w->at < w->n_out) {
		*f = (struct frame){ .p = w->out[w->at].p, .n = w->out[w->at].n };
		w->at++;
	} else {
		f->p = w->out[0].p;
	}
	return true;
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

/* As <linux/ipv6.h> has it, which does not go with <netinet/in.h>. */
struct mock_in6_ifreq {
	struct in6_addr addr;
	u32 prefix_len;
	int index;
};

/* An IPv6 address with a prefix of 64, usable at once: nobody else can have it. */
static inline bool if_ip6(const char *name, const char *ip)
{
	char path[80];
	snprintf(path, sizeof path, "/proc/sys/net/ipv6/conf/%s/accept_dad", name);
	int dad = open(path, O_WRONLY), s = socket(AF_INET6, SOCK_DGRAM, 0);
	struct mock_in6_ifreq r = { .prefix_len = 64, .index = (int)if_nametoindex(name) };
	inet_pton(AF_INET6, ip, &r.addr);
	bool ok = write(dad, "0", 1) == 1 && ioctl(s, SIOCSIFADDR, &r) == 0;
	close(dad);
	close(s);
	return ok;
}

/* Network and user namespace of our own, the loopback up, a TAP with `ip` on the kernel's side. */
static inline bool mock_open(struct mock_port *p, const char *ip)
{
	*p = (struct mock_port){ .out = { mock_room, mock_push, false }, .fd = -1 };
	bool apart = unshare(CLONE_NEWUSER | CLONE_NEWNET) == 0 ||
		     unshare(CLONE_NEWNET) == 0; /* a second time: the user is apart already */
	if (!apart || !if_up("lo", NULL))
		return false;
	p->fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK);
	struct ifreq r = { .ifr_flags = IFF_TAP | IFF_NO_PI };
	snprintf(r.ifr_name, sizeof r.ifr_name, "saker0");
	return p->fd >= 0 && ioctl(p->fd, TUNSETIFF, &r) == 0 && if_up("saker0", ip);
}

#endif
