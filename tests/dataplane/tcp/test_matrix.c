/*
 * Bad links between us and ourselves, and us and lwIP: whatever the link does, the streams arrive
 * whole, in order and once, and both ends close. Compared by hash.
 *
 * TRANSPORT_FULL=1: 100 MB each way between ourselves and more seeds. A failure names the command that
 * repeats it: LINK=name PEER=ours|lwip SEED=n BYTES=n.
 */
#include "tests/cmocka_all.h"

#include <stdio.h>

#include "dataplane/tcp/conn.h"
#include "tests/dataplane/tcp/link.h"
#include "tests/dataplane/tcp/lwip_host.h"

#define MS NS_PER_MS
#define PORT 7
#define PATIENCE_NS (4 * 3600 * NS_PER_S)

static const struct link_cfg links[] = {
	{ "clean", .delay_ns = MS / 10 },
	{ "far", .delay_ns = 100 * MS },
	{ "loss-1", .loss = 100, .delay_ns = 1 * MS },
	{ "loss-10", .loss = 1000, .delay_ns = 1 * MS },
	{ "dup", .dup = 500, .delay_ns = 1 * MS },
	{ "reorder", .reorder = 500, .late_ns = 5 * MS, .delay_ns = 1 * MS },
	{ "corrupt", .corrupt = 200, .delay_ns = 1 * MS },
	{ "truncate", .truncate = 200, .delay_ns = 1 * MS },
	{ "bottleneck", .bits_per_s = 20000000, .queue_bytes = 30000, .delay_ns = 5 * MS },
	{ "shallow", .bits_per_s = 100000000, .queue_bytes = 4000, .delay_ns = 1 * MS },
	{ "all", .loss = 200, .dup = 100, .reorder = 500, .corrupt = 50, .truncate = 50,
	  .late_ns = 3 * MS, .delay_ns = 2 * MS, .bits_per_s = 200000000, .queue_bytes = 100000 },
};

/* Side 0 is ours; side 1 too, or lwIP. */
struct ours {
	struct frame_out out; /* first */
	struct cell *cell;
	u32 side;
	struct arena arena;
	struct net net;
	struct tcp *tcp;
	struct tcp_conn *c;
	struct stream s;
	u64 net_cnt[NET_CNT_COUNT], tcp_cnt[TCP_CNT_COUNT];
	u8 buf[FRAME_MAX];
};

struct cell {
	struct link link;
	bool lwip, lwip_opens;
	struct ours side[2];
	struct stream lwip_stream;
};

static u32 ours_of(const struct cell *c) { return c->lwip ? 1 : 2; }

static u8 *room(struct frame_out *o) { return ((struct ours *)o)->buf; }

static bool push(struct frame_out *o, u32 n)
{
	struct ours *x = (struct ours *)o;
	link_send(&x->cell->link, !x->side, x->buf, n);
	memset(x->buf, 0xdd, 64); /* it is the device's now */
	return true;
}

static void lwip_sends(void *arg, const u8 *p, u32 n)
{
	link_send(&((struct cell *)arg)->link, 0, p, n);
}

static void send_more(struct ours *x, ns_t now)
{
	struct stream *s = &x->s;
	u8 piece[1460];
	while (x->c && s->sent < s->total) {
		u32 n = u32_min(s->total - s->sent, 200 + s->sent % 1261);
		u8 *hot = n <= x->c->mss ? tcp_tx_room(x->c, n) : NULL;
		stream_fill(s, hot ? hot : piece, n);
		if (hot)
			tcp_tx_fire(x->c, n, now);
		else if (tcp_write(x->c, piece, n, now) != ERR_OK)
			return;
		s->sent += n;
	}
	if (x->c && s->sent == s->total)
		tcp_close(x->c, now);
}

static void on_open(void *user, struct tcp_conn *c, ns_t now)
{
	struct ours *x = user;
	x->s.broken |= x->s.opened;
	x->s.opened = true;
	x->c = c;
	send_more(x, now);
}

static void on_data(void *user, struct tcp_conn *c, const u8 *p, u32 n, ns_t now)
{
	(void)c, (void)now;
	stream_got(&((struct ours *)user)->s, p, n);
}

static void on_fin(void *user, struct tcp_conn *c, ns_t now)
{
	(void)c, (void)now;
	((struct ours *)user)->s.fin = true;
}

static void on_down(void *user, struct tcp_conn *c, err_t why, ns_t now)
{
	struct ours *x = user;
	(void)c, (void)now;
	x->s.closed = true;
	x->s.broken |= why != ERR_CLOSED;
	x->c = NULL;
}

static const struct tcp_events events = { on_open, on_data, on_fin, on_down };

static void ours_open(struct cell *c, u32 side, u64 seed)
{
	struct ours *x = &c->side[side];
	struct net_cfg nc = { .mac = { 2, 0, 0, 0, 0, (u8)(1 + side) }, .prefix_len = 24,
			      .mtu = 1500, .ip = ip_addr_v4(0x0a000001 + side) };
	struct tcp_cfg cfg = tcp_cfg_default;
	cfg.max_conns = 2;
	cfg.user_timeout_ns = PATIENCE_NS;
	cfg.syn_retries = 12;
	cfg.timestamps = seed % 2;
	memset(cfg.secret, (int)(seed + side), sizeof cfg.secret);
	x->out = (struct frame_out){ room, push, false };
	x->cell = c;
	x->side = side;
	assert_int_equal(arena_open(&x->arena, tcp_arena_bytes(&cfg)), ERR_OK);
	assert_int_equal(net_init(&x->net, &nc, &x->out, x->net_cnt), ERR_OK);
	x->tcp = tcp_new(&x->arena, &cfg, &x->net, &x->out, x->tcp_cnt);
	assert_non_null(x->tcp);
}

static ns_t ours_next(const struct ours *x)
{
	if (x->tcp->pend || x->tcp->dead)
		return 0;
	return u64_min(x->tcp->next_ns, x->net.neigh.next_ns);
}

static ns_t cell_next(struct cell *c)
{
	const struct link_frame *f = link_first(&c->link);
	ns_t next = u64_min(ours_next(&c->side[0]), f ? f->at_ns : UINT64_MAX);
	return u64_min(next, c->lwip ? lwip_next() : ours_next(&c->side[1]));
}

static void cell_rx(struct cell *c, const struct link_frame *f)
{
	struct frame frame = { .p = f->data, .n = f->n };
	if (f->to && c->lwip)
		lwip_rx(f->data, f->n);
	else
		tcp_rx(c->side[f->to].tcp, &frame, c->link.now);
}

static void cell_step(struct cell *c)
{
	struct link *l = &c->link;
	l->now = u64_max(l->now + 1000, cell_next(c));
	for (struct link_frame *f; (f = link_first(l)) && f->at_ns <= l->now;) {
		struct link_frame copy = *f; /* what it provokes may take its place */
		link_drop(l);
		cell_rx(c, &copy);
	}
	for (u32 i = 0; i < ours_of(c); i++) {
		if (c->side[i].s.opened)
			send_more(&c->side[i], l->now);
		tcp_turn(c->side[i].tcp, l->now);
	}
	if (c->lwip)
		lwip_turn(l->now);
}

static struct stream *other(struct cell *c) { return c->lwip ? &c->lwip_stream : &c->side[1].s; }

static void streams_set(struct cell *c, u64 seed, u32 bytes)
{
	struct stream *a = &c->side[0].s, *b = other(c);
	a->key = b->other_key = seed * 1000003;
	b->key = a->other_key = seed * 1000033 + 7;
	a->total = b->total = bytes;
}

static void cell_begin(struct cell *c, u16 port)
{
	struct ip_addr dst = ip_addr_v4(0x0a000002);
	struct ours *x = &c->side[0];
	if (c->lwip_opens) {
		assert_int_equal(tcp_listen(x->tcp, port, &events, x), ERR_OK);
		assert_true(lwip_connect(0x0a000001, port, &c->lwip_stream));
		return;
	}
	if (c->lwip)
		assert_true(lwip_listen(port, &c->lwip_stream));
	else
		assert_int_equal(tcp_listen(c->side[1].tcp, port, &events, &c->side[1]), ERR_OK);
	x->c = tcp_connect(x->tcp, &dst, port, &events, x, c->link.now);
	assert_non_null(x->c);
}

static bool done(struct cell *c)
{
	const struct stream *a = &c->side[0].s, *b = other(c);
	return a->broken || b->broken || (a->closed && (b->closed || (c->lwip && b->fin)));
}

/* false: lwIP is not here. */
static bool cell_run(const struct link_cfg *cfg, bool lwip, u64 seed, u32 bytes)
{
	static u16 port = PORT; /* lwIP remembers the connections of earlier cells */
	struct cell *c = calloc(1, sizeof *c);
	static const u8 mac[6] = { 2, 0, 0, 0, 0, 2 };
	struct lwip_wire wire = { lwip_sends, c };
	ns_t begin = 1000 * NS_PER_S;
	assert_non_null(c);
	link_open(&c->link, cfg, seed, begin);
	c->lwip = lwip;
	c->lwip_opens = lwip && seed % 2;
	if (lwip && !lwip_open(&wire, mac, 0x0a000002, begin)) {
		link_close(&c->link);
		free(c);
		return false;
	}
	for (u32 i = 0; i < ours_of(c); i++)
		ours_open(c, i, seed);
	streams_set(c, seed, bytes);
	cell_begin(c, port++);
	while (!done(c) && c->link.now < begin + PATIENCE_NS)
		cell_step(c);
	const struct stream *a = &c->side[0].s, *b = other(c);
	const u64 *n = c->side[0].tcp_cnt;
	if (getenv("VERBOSE"))
		print_message("%-10s %s seed %llu: %.3f s, again %llu fast, %llu time-outs, %llu probes\n",
			      cfg->name, lwip ? "lwip" : "ours", (unsigned long long)seed,
			      (double)(c->link.now - begin) / 1e9,
			      (unsigned long long)n[TCP_CNT_rtx_fast],
			      (unsigned long long)n[TCP_CNT_rtx_timeouts],
			      (unsigned long long)n[TCP_CNT_rtx_probe]);
	if (!stream_whole(a) || !stream_whole(b))
		fail_msg("%u and %u of %u bytes, broken %d %d; again: LINK=%s PEER=%s SEED=%llu BYTES=%u "
			 "test_matrix", a->got, b->got, bytes, a->broken, b->broken, cfg->name,
			 lwip ? "lwip" : "ours", (unsigned long long)seed, bytes);
	for (u32 i = 0; i < ours_of(c); i++)
		arena_close(&c->side[i].arena);
	link_close(&c->link);
	free(c);
	return true;
}

static u64 env_u64(const char *name, u64 otherwise)
{
	const char *v = getenv(name);
	return v ? strtoull(v, NULL, 10) : otherwise;
}

static bool named(const char *variable, const char *name)
{
	const char *v = getenv(variable);
	return !v || !strcmp(v, name);
}

static void matrix(const char *peer, u32 quick, u32 full)
{
	bool lwip = !strcmp(peer, "lwip"), all = getenv("TRANSPORT_FULL");
	u64 seed = env_u64("SEED", 0), seeds = all ? 4 : 2;
	u32 bytes = (u32)env_u64("BYTES", all ? full : quick);
	for (size_t i = 0; named("PEER", peer) && i < ARRAY_LEN(links); i++)
		for (u64 s = seed ? seed : 1; named("LINK", links[i].name) && s <= (seed ? seed : seeds);
		     s++)
			if (!cell_run(&links[i], lwip, s, bytes))
				skip();
}

static void test_ours(void **state)
{
	(void)state;
	matrix("ours", 2 << 20, 100 << 20);
}

static void test_lwip(void **state)
{
	(void)state;
	matrix("lwip", 64 << 10, 256 << 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ours),
		cmocka_unit_test(test_lwip),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
