/*
 * wire.h - the systems on their virtual wires: a network namespace with two veth pairs a system, market data
 * and orders; the system under test on one end of each, the observer with its venue on the other.
 */
#ifndef PEERS_WIRE_H
#define PEERS_WIRE_H

#include "bench/peers/check.h"
#include "bench/peers/door.h"
#include "bench/peers/raw_port.h"
#include "bench/world.h"

enum wire_system { WIRE_FLOOR, WIRE_SAKER, WIRE_KERNEL, WIRE_BEAST, WIRE_SYSTEMS };

/* The venue's side of one system. The floor has none: a frame as long as a tick's goes, one as an order's comes. */
struct wire {
	const char *name;
	struct raw_port raw[2]; /* market data, orders */
	struct port far[2];
	struct peer peer[2];
	struct peer *market, *orders; /* a peer of ours, or the world's; NULL: the floor */
	struct door door[2];
	struct port near[2];          /* the floor's own, which its step serves */
	struct check check;
	struct world_quote seen; /* the newest tick */
	u64 update_id, venue_order_id;
	void (*text)(void *user, u32 i, const u8 *p, u32 n); /* the world's, behind our check */
};

/* Closes the ports of the floor and of `w`, and ends DPDK with its folder. No thread uses them any more. */
void wire_end(struct wire *floor, struct world *w);

/* Runs this program again inside namespaces of its own and exits with its code; inside, returns. */
void wire_enter(int argc, char **argv);

/* The devices of all systems, and DPDK on those it serves. Exits on failure. */
void wire_devices(void);

/*
 * The least that any system can take here: DPDK's net_af_packet on both wires, each frame answered by one of
 * an order's length, nothing looked at. Memory from `a`. Exits on failure.
 */
void wire_floor(struct wire *l, struct arena *a);
void wire_floor_step(struct wire *l);

/* Saker's cores on net_af_packet, sessions adopted; `w` is ready to trade. Exits on failure. */
void wire_saker(struct wire *l, struct world *w, const struct strategy_desc *strategy);

/* The venue for a system that uses the kernel's sockets, from its memory in `a`; it may connect. Exits on failure. */
void wire_listen(struct wire *l, enum wire_system who, struct arena *a, SSL_CTX *server,
		 const struct tls_crypto *crypto);

/* The venue looks for orders; both its ends take what came. Orders are counted in l->check. */
void wire_look(struct wire *l, ns_t now);
void wire_turn(struct wire *l, ns_t now);

/* One tick onto the wire; returns the time at which it was handed over. */
u64 wire_tick(struct wire *l, const struct instrument *i, const struct world_quote *q, ns_t now);

/* Where a system of the kernel's sockets connects to. */
const char *wire_market_ip(enum wire_system who);
const char *wire_order_ip(enum wire_system who);

#endif
