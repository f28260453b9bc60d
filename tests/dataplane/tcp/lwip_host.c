#include "tests/dataplane/tcp/lwip_host.h"

#include <assert.h>
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

#if __has_include(<lwip/init.h>)
#include <lwip/init.h>
#include <lwip/etharp.h>
#include <lwip/netif.h>
#include <lwip/pbuf.h>
#include <lwip/tcp.h>
#include <lwip/timeouts.h>
#include <netif/ethernet.h>

/* Nothing of lwIP is called by name: the linker would take our function of that name. */
static struct {
	void *lib;
	typeof(lwip_init) *init;
	typeof(netif_add) *netif_add;
	typeof(netif_set_default) *netif_set_default;
	typeof(netif_set_up) *netif_set_up;
	typeof(netif_set_link_up) *netif_set_link_up;
	typeof(ethernet_input) *input;
	typeof(etharp_output) *arp_output;
	typeof(pbuf_alloc) *pbuf_alloc;
	typeof(pbuf_take) *pbuf_take;
	typeof(pbuf_free) *pbuf_free;
	typeof(pbuf_copy_partial) *pbuf_copy;
	typeof(sys_check_timeouts) *timeouts;
	typeof(sys_timeouts_sleeptime) *sleeptime;
	typeof(tcp_new) *new;
	typeof(tcp_bind) *bind;
	typeof(tcp_listen_with_backlog) *listen;
	typeof(tcp_connect) *connect;
	typeof(tcp_arg) *arg;
	typeof(tcp_accept) *accept;
	typeof(tcp_recv) *recv;
	typeof(tcp_sent) *sent;
	typeof(tcp_err) *err;
	typeof(tcp_recved) *recved;
	typeof(tcp_write) *write;
	typeof(tcp_output) *output;
	typeof(tcp_shutdown) *shutdown;
	typeof(tcp_close) *close;
} L;

static const struct {
	const char *name;
	void **at;
} symbols[] = {
	{ "lwip_init", (void **)&L.init },
	{ "netif_add", (void **)&L.netif_add },
	{ "netif_set_default", (void **)&L.netif_set_default },
	{ "netif_set_up", (void **)&L.netif_set_up },
	{ "netif_set_link_up", (void **)&L.netif_set_link_up },
	{ "ethernet_input", (void **)&L.input },
	{ "etharp_output", (void **)&L.arp_output },
	{ "pbuf_alloc", (void **)&L.pbuf_alloc },
	{ "pbuf_take", (void **)&L.pbuf_take },
	{ "pbuf_free", (void **)&L.pbuf_free },
	{ "pbuf_copy_partial", (void **)&L.pbuf_copy },
	{ "sys_check_timeouts", (void **)&L.timeouts },
	{ "sys_timeouts_sleeptime", (void **)&L.sleeptime },
	{ "tcp_new", (void **)&L.new },
	{ "tcp_bind", (void **)&L.bind },
	{ "tcp_listen_with_backlog", (void **)&L.listen },
	{ "tcp_connect", (void **)&L.connect },
	{ "tcp_arg", (void **)&L.arg },
	{ "tcp_accept", (void **)&L.accept },
	{ "tcp_recv", (void **)&L.recv },
	{ "tcp_sent", (void **)&L.sent },
	{ "tcp_err", (void **)&L.err },
	{ "tcp_recved", (void **)&L.recved },
	{ "tcp_write", (void **)&L.write },
	{ "tcp_output", (void **)&L.output },
	{ "tcp_shutdown", (void **)&L.shutdown },
	{ "tcp_close", (void **)&L.close },
};

static struct lwip_wire wire;
static struct netif netif;
static u8 own_mac[6];
static ns_t clock_ns, base_ns; /* lwIP's clock goes on from test to test */

u32_t sys_now(void); /* in the place of the library's: the linker is told to export it */

u32_t sys_now(void) { return (u32_t)((base_ns + clock_ns) / NS_PER_MS); }

static err_t link_output(struct netif *n, struct pbuf *p)
{
	u8 f[1600] = { 0 };
	u32 len = L.pbuf_copy(p, f, sizeof f, 0);
	(void)n;
	wire.send(wire.arg, f, len < 60 ? 60 : len);
	return ERR_OK;
}

static err_t netif_init_cb(struct netif *n)
{
	n->name[0] = 's', n->name[1] = 'k';
	n->output = L.arp_output;
	n->linkoutput = link_output;
	n->mtu = 1500;
	n->hwaddr_len = 6;
	memcpy(n->hwaddr, own_mac, 6);
	n->flags = NETIF_FLAG_BROADCAST | NETIF_FLAG_ETHARP | NETIF_FLAG_ETHERNET;
	return ERR_OK;
}

static bool load(void)
{
	L.lib = dlopen("liblwip.so.0", RTLD_NOW | RTLD_LOCAL);
	for (size_t i = 0; L.lib && i < sizeof symbols / sizeof symbols[0]; i++) {
		*symbols[i].at = dlsym(L.lib, symbols[i].name);
		if (!*symbols[i].at) {
			fprintf(stderr, "lwIP without %s\n", symbols[i].name);
			return false;
		}
	}
	return L.lib;
}

static bool start(const u8 mac[6], u32 ip)
{
	ip4_addr_t a, mask, none = { 0 };
	if (!load())
		return false;
	memcpy(own_mac, mac, 6);
	IP4_ADDR(&a, ip >> 24, ip >> 16 & 255, ip >> 8 & 255, ip & 255);
	IP4_ADDR(&mask, 255, 255, 255, 0);
	L.init();
	L.netif_add(&netif, &a, &mask, &none, NULL, netif_init_cb, L.input);
	L.netif_set_default(&netif);
	L.netif_set_up(&netif);
	L.netif_set_link_up(&netif);
	return true;
}

bool lwip_open(const struct lwip_wire *w, const u8 mac[6], u32 ip, ns_t now)
{
	wire = *w;
	base_ns += clock_ns - now;
	clock_ns = now;
	return L.lib || start(mac, ip);
}

static void send_more(struct tcp_pcb *pcb, struct stream *s)
{
	u8 piece[1000];
	while (s->sent < s->total) {
		u32 n = s->total - s->sent;
		n = n < sizeof piece ? n : sizeof piece;
		if (n > tcp_sndbuf(pcb))
			break;
		stream_fill(s, piece, n);
		if (L.write(pcb, piece, (u16_t)n, TCP_WRITE_FLAG_COPY) != ERR_OK)
			break;
		s->sent += n;
	}
	L.output(pcb);
}

/* Half closed when all is sent; gone when the other side has closed as well. */
static err_t close_when_done(struct tcp_pcb *pcb, struct stream *s)
{
	if (s->sent < s->total || s->closed)
		return ERR_OK;
	if (s->fin) {
		s->closed = true;
		L.arg(pcb, NULL);
		L.recv(pcb, NULL);
		L.sent(pcb, NULL);
		L.err(pcb, NULL);
		return L.close(pcb);
	}
	return L.shutdown(pcb, 0, 1);
}

static err_t on_recv(void *arg, struct tcp_pcb *pcb, struct pbuf *p, err_t e)
{
	struct stream *s = arg;
	(void)e;
	if (!p) {
		s->fin = true;
	} else {
		for (struct pbuf *q = p; q; q = q->next)
			stream_got(s, q->payload, q->len);
		L.recved(pcb, p->tot_len);
		L.pbuf_free(p);
	}
	if (!s->closed)
		(void)close_when_done(pcb, s);
	return ERR_OK;
}

static err_t on_sent(void *arg, struct tcp_pcb *pcb, u16_t n)
{
	struct stream *s = arg;
	bool more = s->sent < s->total;
	(void)n;
	send_more(pcb, s);
	if (more)
		(void)close_when_done(pcb, s);
	return ERR_OK;
}

static void on_err(void *arg, err_t e)
{
	struct stream *s = arg;
	if (s) {
		s->broken |= e != ERR_CLSD;
		s->closed = true;
	}
}

static err_t on_open(void *arg, struct tcp_pcb *pcb, err_t e)
{
	struct stream *s = arg;
	(void)e;
	s->broken |= s->opened;
	s->opened = true;
	L.arg(pcb, s);
	L.recv(pcb, on_recv);
	L.sent(pcb, on_sent);
	L.err(pcb, on_err);
	send_more(pcb, s);
	return ERR_OK;
}

bool lwip_listen(u16 port, struct stream *s)
{
	struct tcp_pcb *pcb = L.new();
	if (!pcb || L.bind(pcb, NULL, port) != ERR_OK || !(pcb = L.listen(pcb, 1)))
		return false;
	L.arg(pcb, s);
	L.accept(pcb, on_open);
	return true;
}

bool lwip_connect(u32 ip, u16 port, struct stream *s)
{
	ip_addr_t a = IPADDR4_INIT(0);
	struct tcp_pcb *pcb = L.new();
	IP_ADDR4(&a, ip >> 24, ip >> 16 & 255, ip >> 8 & 255, ip & 255);
	if (!pcb)
		return false;
	L.arg(pcb, s);
	L.err(pcb, on_err);
	return L.connect(pcb, &a, port, on_open) == ERR_OK;
}

void lwip_rx(const u8 *p, u32 n)
{
	struct pbuf *b = n ? L.pbuf_alloc(PBUF_RAW, (u16_t)n, PBUF_RAM) : NULL;
	if (!b)
		return;
	L.pbuf_take(b, p, (u16_t)n);
	if (netif.input(b, &netif) != ERR_OK)
		L.pbuf_free(b);
}

void lwip_turn(ns_t now)
{
	clock_ns = now;
	L.timeouts();
}

ns_t lwip_next(void)
{
	u32 ms = L.sleeptime();
	return ms == UINT32_MAX ? UINT64_MAX : clock_ns + ms * NS_PER_MS;
}

#else /* not installed where this was compiled */

bool lwip_open(const struct lwip_wire *w, const u8 mac[6], u32 ip, ns_t now)
{
	(void)w, (void)mac, (void)ip, (void)now;
	return false;
}

bool lwip_listen(u16 port, struct stream *s)
{
	(void)port, (void)s;
	return false;
}

bool lwip_connect(u32 ip, u16 port, struct stream *s)
{
	(void)ip;
	return lwip_listen(port, s);
}

void lwip_rx(const u8 *p, u32 n) { (void)p, (void)n; }
void lwip_turn(ns_t now) { (void)now; }
ns_t lwip_next(void) { return UINT64_MAX; }

#endif
