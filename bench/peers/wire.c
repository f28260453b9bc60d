#include "bench/peers/wire.h"

#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/peers/desk.h"
#include "dataplane/net/wire.h"
#include "dataplane/nic/nic.h"

static const struct {
	const char *name, *market_ip, *order_ip; /* NULL: no address of the kernel's */
	u32 ip[2];
} rows[WIRE_SYSTEMS] = {
	[WIRE_FLOOR] = { "wire.floor", NULL, NULL, { 0, 0 } },
	[WIRE_SAKER] = { "wire.saker", NULL, NULL, { PEER_IP, PEER_IP } },
	[WIRE_KERNEL] = { "peer.kernel", "10.81.0.1", "10.82.0.1", { 0x0a510001, 0x0a520001 } },
	[WIRE_BEAST] = { "peer.beast", "10.83.0.1", "10.84.0.1", { 0x0a530001, 0x0a540001 } },
};

static void die(const char *who, const char *why)
{
	fprintf(stderr, "bench: %s: %s\n", who, why);
	exit(1);
}

const char *wire_market_ip(enum wire_system who) { return rows[who].market_ip; }
const char *wire_order_ip(enum wire_system who) { return rows[who].order_ip; }

/* ---- namespaces and devices ---- */

void wire_enter(int argc, char **argv)
{
	char dir[] = "/tmp/saker-wire-XXXXXX", self[512];
	int status = -1;
	if (argc > 1 && !strcmp(argv[1], "--inside"))
		return;
	ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
	if (system("unshare -Urnpf --kill-child true 2>/dev/null")) {
		printf("{\"name\":\"wire\",\"unit\":\"skipped: user namespaces are not permitted\"}\n");
		exit(0);
	}
	if (n < 0 || !mkdtemp(dir))
		die("wire", "no folder in /tmp");
	self[n] = 0;
	fflush(stdout);
	pid_t pid = fork();
	if (pid == 0) {
		setenv("RUNTIME_DIRECTORY", dir, 1);
		execlp("unshare", "unshare", "-Urnpf", "--kill-child", self, "--inside", (char *)NULL);
		_exit(127);
	}
	waitpid(pid, &status, 0);
	char dpdk[64];
	snprintf(dpdk, sizeof dpdk, "%s/dpdk", dir);
	rmdir(dpdk);
	rmdir(dir);
	exit(WIFEXITED(status) ? WEXITSTATUS(status) : 1);
}

static void run(const char *line)
{
	if (system(line))
		die("this command failed", line);
}

static void shell(const char *format, u32 a, u32 b)
{
	char line[256];
	snprintf(line, sizeof line, format, a, b);
	run(line);
}

/* One process has one DPDK, which lives until it ends; only systems without the kernel's addresses use it. */
static struct nic nic;
static struct nic_port_info info[4];

static void start_nic(void)
{
	static const struct nic_port_cfg ports[4] = {
		{ .device = "net_af_packet0,iface=s0", .mac = { 0x02, 0x53, 0x4b, 0x0a, 0, 0 } },
		{ .device = "net_af_packet1,iface=s1", .mac = { 0x02, 0x53, 0x4b, 0x0a, 0, 1 } },
		{ .device = "net_af_packet2,iface=s2", .mac = { 0x02, 0x53, 0x4b, 0x0a, 0, 2 } },
		{ .device = "net_af_packet3,iface=s3", .mac = { 0x02, 0x53, 0x4b, 0x0a, 0, 3 } },
	};
	static_assert(WIRE_FLOOR == 0 && WIRE_SAKER == 1, "s0 to s3 are theirs");
	struct nic_cfg cfg = { .instance = "wire", .ports = ports, .n_ports = 4, .no_huge = true };
	if (nic_start(&nic, &cfg) != ERR_OK)
		die("wire", nic.error);
}

/* Checksums are made where they are sent: the observer looks at them. */
void wire_devices(void)
{
	run("echo 1 >/proc/sys/net/ipv6/conf/all/disable_ipv6; echo 1 >/proc/sys/net/ipv6/conf/default/disable_ipv6");
	for (u32 i = 0; i < 2 * WIRE_SYSTEMS; i++) {
		shell("ip link add s%u type veth peer name o%u", i, i);
		shell("ethtool -K s%u tx off gso off tso off gro off >/dev/null && ip link set s%u up", i, i);
		shell("ip link set o%u up", i, 0);
		if (rows[i / 2].market_ip)
			shell("ip addr add 10.%u.0.2/24 dev s%u", rows[i / 2].ip[i % 2] >> 16 & 0xff, i);
	}
	start_nic();
}

/* ---- the observer's ends ---- */

static void open_far(struct wire *l, enum wire_system who, u32 way, struct arena *a)
{
	u8 mac[6] = { 0x02, 0x53, 0x4b, 0x0b, (u8)who, (u8)way };
	char device[IFNAMSIZ];
	u64 *cnt = ARENA_ARRAY(a, u64, PORT_CNT_COUNT);
	snprintf(device, sizeof device, "o%u", 2 * who + way);
	if (!cnt || !raw_port_open(&l->raw[way], &l->far[way], device, mac, cnt))
		die(rows[who].name, "no packet socket");
}

static void open_near(enum wire_system who, u32 way, struct arena *a, struct port *p)
{
	u64 *cnt = ARENA_ARRAY(a, u64, PORT_CNT_COUNT);
	if (!cnt || nic_port_open(&nic, 2 * who + way, a, p, cnt, &info[2 * who + way]) != ERR_OK)
		die(rows[who].name, nic.error);
}

static void on_order(void *user, u32 i, const u8 *p, u32 n)
{
	struct wire *l = user;
	char text[DESK_ORDER_MAX + 1];
	check_order(&l->check, l->name, l->seen.ask_px, p, n);
	snprintf(text, sizeof text, "%.*s", (int)n, (const char *)p);
	venue_answer(l->orders, i, ++l->venue_order_id, text, true);
}

void wire_listen(struct wire *l, enum wire_system who, struct arena *a, SSL_CTX *server,
		 const struct tls_crypto *crypto)
{
	l->name = rows[who].name;
	for (u32 way = 0; way < 2; way++) {
		open_far(l, who, way, a);
		peer_open_at(&l->peer[way], a, &l->far[way], rows[who].ip[way]);
		door_open(&l->door[way], &l->peer[way], server, crypto);
	}
	l->market = &l->peer[0];
	l->orders = &l->peer[1];
	l->orders->text = on_order;
	l->orders->user = l;
}

/* ---- Saker ---- */

static struct wire *joining; /* what world_cfg.ports has no argument for */

static bool saker_ports(struct world *w)
{
	struct port *near[2] = { &w->md_port, &w->trade_port };
	for (u32 way = 0; way < 2; way++) {
		open_near(WIRE_SAKER, way, &w->arena, near[way]);
		open_far(joining, WIRE_SAKER, way, &w->arena);
	}
	w->md_far = joining->far[0];
	w->trade_far = joining->far[1];
	return true;
}

/* The world answers logons and orders; between the wire and it, each order is looked at. */
static void on_saker(void *user, u32 i, const u8 *p, u32 n)
{
	struct wire *l = user;
	if (memmem(p, n, "order.place", 11))
		check_order(&l->check, l->name, l->seen.ask_px, p, n);
	l->text((u8 *)l->orders - offsetof(struct world, trade_peer), i, p, n);
}

void wire_saker(struct wire *l, struct world *w, const struct strategy_desc *strategy)
{
	struct world_cfg cfg = { .strategy = strategy, .ports = saker_ports };
	l->name = rows[WIRE_SAKER].name;
	joining = l;
	world_open(w, &cfg);
	arena_seal(&w->arena);
	l->market = &w->md_peer;
	l->orders = &w->trade_peer;
	l->update_id = w->update_id[0];
	l->text = w->trade_peer.text;
	l->orders->text = on_saker;
	l->orders->user = l;
}

/* ---- the floor ---- */

#define FLOOR_TICK_BYTES 290
#define FLOOR_ORDER_BYTES 420
#define FLOOR_ETHER_TYPE 0x88b5 /* for experiments (IEEE 802): no stack looks further */

void wire_floor(struct wire *l, struct arena *a)
{
	l->name = rows[WIRE_FLOOR].name;
	for (u32 way = 0; way < 2; way++) {
		open_near(WIRE_FLOOR, way, a, &l->near[way]);
		open_far(l, WIRE_FLOOR, way, a);
	}
}

static void push_plain(struct port *p, const u8 *to, u32 n)
{
	u8 *f = p->out.room(&p->out);
	if (!f)
		return;
	memset(f, 0, n);
	memcpy(f, to, 6);
	memcpy(f + ETH_OFF_SRC, p->mac, 6);
	put_be16(f + ETH_OFF_TYPE, FLOOR_ETHER_TYPE);
	p->out.push(&p->out, n);
}

static u32 take_plain(struct port *p, u32 n)
{
	struct frame f[PORT_BURST_MAX];
	u32 got = port_rx(p, f, PORT_BURST_MAX), of_length = 0;
	for (u32 i = 0; i < got; i++)
		of_length += f[i].n == n && be16(f[i].p + ETH_OFF_TYPE) == FLOOR_ETHER_TYPE;
	if (got)
		port_rx_done(p);
	return of_length;
}

void wire_floor_step(struct wire *l)
{
	if (take_plain(&l->near[0], FLOOR_TICK_BYTES))
		push_plain(&l->near[1], l->far[1].mac, FLOOR_ORDER_BYTES);
}

/* ---- running ---- */

void wire_end(struct wire *floor, struct world *w)
{
	port_close(&floor->near[0]);
	port_close(&floor->near[1]);
	port_close(&w->md_port);
	port_close(&w->trade_port);
	nic_stop(&nic);
}

void wire_look(struct wire *l, ns_t now)
{
	if (l->orders)
		peer_turn(l->orders, now);
	else
		l->check.orders += take_plain(&l->far[1], FLOOR_ORDER_BYTES);
}

void wire_turn(struct wire *l, ns_t now)
{
	wire_look(l, now);
	if (l->market)
		peer_turn(l->market, now);
}

u64 wire_tick(struct wire *l, const struct instrument *i, const struct world_quote *q, ns_t now)
{
	char text[VENUE_TEXT_MAX];
	struct venue_quote v = { ++l->update_id, q->bid_px, q->bid_qty, q->ask_px, q->ask_qty };
	u32 n = venue_quote_text(text, i, &v);
	l->seen = *q;
	if (l->market)
		peer_send(l->market, 0, text, n, now);
	else
		push_plain(&l->far[0], l->near[0].mac, FLOOR_TICK_BYTES);
	return l->raw[0].sent_tsc;
}
