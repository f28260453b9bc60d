/*
 * bench_wire.c - whole systems from outside: one observer puts a tick's frame on a virtual wire and takes the
 * time until the order's frame stands on another. Saker's two cores on DPDK's net_af_packet (wire.saker),
 * the kernel's sockets polled (peer.kernel), Boost.Beast (peer.beast); blocks in turns, same ticks' kind, same pace.
 *
 * wire.floor answers each frame by another and does nothing else: what the wires, the device and the observer
 * take of every figure here.
 *
 * The observer has the first CPU, the system under test the last; it alone runs there. Each figure
 * holds two crossings of a veth pair and the observer's own two system calls, the same for all. Where
 * CPUs are shared with others the ratios count, and of these the median.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "bench/peers/sut.h"
#include "bench/peers/wire.h"
#include "bench/place.h"
#include "bench/t2t.h"
#include "dataplane/nic/nic.h"

#define TICKS 400 /* of a block, measured */
#define WARM 50
#define PACE_NS (250 * NS_PER_US)
#define PATIENCE_NS (5 * NS_PER_S)
#define BUDGET_NS (60 * NS_PER_S) /* where the CPUs are not ours alone, fewer blocks are run */
#define NOBODY WIRE_SYSTEMS

static struct world w;
static struct wire wire[WIRE_SYSTEMS];
static struct samples samples[WIRE_SYSTEMS];
static struct sockets *kernel;
static struct beast *beast;
static u32 whose, connected; /* enum wire_system: whose turn it is; how many have connected */
static bool stop;

/* ---- the system under test's thread ---- */

static void step(u32 who)
{
	switch (who) {
	case WIRE_FLOOR: wire_floor_step(&wire[WIRE_FLOOR]); return;
	case WIRE_SAKER: {
		u64 tsc = tsc_now();
		md_core_step(&w.md, tsc);
		trade_core_step(&w.trade, tsc);
		return;
	}
	case WIRE_KERNEL: sockets_step(kernel); return;
	case WIRE_BEAST: beast_step(beast); return;
	default: return;
	}
}

static struct sut_venue venue_of(enum wire_system who)
{
	return (struct sut_venue){ wire_market_ip(who), wire_order_ip(who), DOOR_PORT };
}

static void *under_test(void *arg)
{
	struct sut_venue k = venue_of(WIRE_KERNEL), b = venue_of(WIRE_BEAST);
	pin_to(*(u32 *)arg);
	nic_thread_begin();
	kernel = sockets_open(&k);
	beast = beast_open(&b);
	__atomic_store_n(&connected, 1, __ATOMIC_RELEASE);
	while (!__atomic_load_n(&stop, __ATOMIC_RELAXED))
		step(__atomic_load_n(&whose, __ATOMIC_RELAXED));
	beast_close(beast);
	sockets_close(kernel);
	nic_thread_end();
	return NULL;
}

/* ---- the observer ---- */

static ns_t now_ns(void) { return clock_ns(&w.clock, tsc_now()); }

static struct world_quote next_traded(struct rng *r)
{
	struct world_quote q;
	do
		q = t2t_next(r);
	while (!t2t_trades(&q));
	return q;
}

static void rest_until(struct wire *l, ns_t until)
{
	for (ns_t now; (now = now_ns()) < until;)
		wire_turn(l, now);
	if (l == &wire[WIRE_SAKER]) {
		t2t_trace(&w);
		t2t_drain(&w);
	}
}

static void one_tick(u32 who, struct rng *r, struct samples *to)
{
	struct wire *l = &wire[who];
	struct world_quote q = next_traded(r);
	u64 seen = l->check.orders;
	ns_t begin = now_ns();
	u64 sent = wire_tick(l, &w.instrument[0], &q, begin);
	while (l->check.orders == seen) {
		ns_t now = now_ns();
		wire_look(l, now);
		if (now > begin + PATIENCE_NS) {
			fprintf(stderr, "bench: %s: a tick made no order\n", l->name);
			exit(1);
		}
	}
	if (to)
		samples_add(to, tsc_to_ns(&w.clock, l->raw[1].order_tsc - sent));
	rest_until(l, begin + PACE_NS);
}

static void one_block(u32 who, struct rng *r)
{
	__atomic_store_n(&whose, who, __ATOMIC_RELAXED);
	for (u32 i = 0; i < WARM + TICKS; i++)
		one_tick(who, r, i < WARM ? NULL : &samples[who]);
	samples_block(&samples[who]);
	rest_until(&wire[who], now_ns() + NS_PER_MS); /* its last ACKs are out */
}

static void wait_for_connections(void)
{
	while (!__atomic_load_n(&connected, __ATOMIC_ACQUIRE)) {
		wire_turn(&wire[WIRE_KERNEL], now_ns());
		wire_turn(&wire[WIRE_BEAST], now_ns());
	}
}

static void run(u32 cpu)
{
	pthread_t thread;
	struct rng r[WIRE_SYSTEMS];
	u32 blocks = samples_blocks_wanted();
	for (u32 k = 0; k < WIRE_SYSTEMS; k++) {
		rng_seed(&r[k], 1);
		samples_open(&samples[k], blocks * TICKS);
	}
	whose = NOBODY;
	if (pthread_create(&thread, NULL, under_test, &cpu))
		exit(1);
	wait_for_connections();
	ns_t end = now_ns() + BUDGET_NS;
	for (u32 b = 0; b < blocks && now_ns() < end; b++)
		for (u32 k = 0; k < WIRE_SYSTEMS; k++)
			one_block(k, &r[k]);
	__atomic_store_n(&stop, true, __ATOMIC_RELAXED);
	pthread_join(thread, NULL);
	for (u32 k = 0; k < WIRE_SYSTEMS; k++)
		samples_print(&samples[k], wire[k].name, "");
	samples_print_ratio(&samples[WIRE_KERNEL], &samples[WIRE_SAKER], "peer.kernel_over_saker", NULL);
	samples_print_ratio(&samples[WIRE_BEAST], &samples[WIRE_SAKER], "peer.beast_over_saker", NULL);
}

int main(int argc, char **argv)
{
	struct arena arena;
	u32 cpus = (u32)sysconf(_SC_NPROCESSORS_ONLN);
	if (cpus < 2) {
		printf("{\"name\":\"wire\",\"unit\":\"skipped: one CPU\"}\n");
		return 0;
	}
	wire_enter(argc, argv);
	pin_to(0);
	wire_devices();
	SSL_CTX *server = far_ctx();
	if (arena_open(&arena, 256u << 20) != ERR_OK)
		return 1;
	wire_floor(&wire[WIRE_FLOOR], &arena);
	wire_saker(&wire[WIRE_SAKER], &w, &t2t_taker);
	for (u32 k = 0; k < WIRE_SYSTEMS; k++)
		check_open(&wire[k].check, &w.instrument[0]);
	wire_listen(&wire[WIRE_KERNEL], WIRE_KERNEL, &arena, server, &w.crypto);
	wire_listen(&wire[WIRE_BEAST], WIRE_BEAST, &arena, server, &w.crypto);
	run(cpus - 1);
	wire_end(&wire[WIRE_FLOOR], &w);
	world_close(&w);
	arena_close(&arena);
	SSL_CTX_free(server);
	return 0;
}
