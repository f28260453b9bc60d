/*
 * Recorded conversations, among them reordered, repeated, overlapping and broken ones, through
 * reassembly: each direction delivers what a plain table of bytes says, and where the recording
 * comes with the text of the conversation, that. Every frame goes in as it was recorded, too.
 * SAKER_DATA says where the recordings are; without them, or without libpcap, it is skipped.
 */
#include "tests/cmocka_all.h"

#if __has_include(<pcap.h>)
#include <dirent.h>
#include <stdio.h>

#include "dataplane/tcp/conn.h"
#include "tests/dataplane/tcp/capture.h"

#define ZEEK "pcap/zeek-BSD/"
#define PCPP "pcap/pcapplusplus-Unlicense/Pcap++Test/PcapExamples/"

/* The receiver of one direction: a stack with the address the recording has. */
struct receiver {
	struct frame_out out; /* first */
	struct arena arena;
	struct net net;
	struct tcp *tcp;
	struct tcp_conn *c;
	struct capture_stream want;
	u32 got;
	bool wrong, over;
	u8 *text; /* both receivers of a connection write one */
	u32 *text_n;
	u64 net_cnt[NET_CNT_COUNT], tcp_cnt[TCP_CNT_COUNT];
	u8 buf[FRAME_MAX];
};

static u8 *room(struct frame_out *o) { return ((struct receiver *)o)->buf; }

static bool push(struct frame_out *o, u32 n)
{
	(void)o, (void)n;
	return true;
}

static void on_data(void *user, struct tcp_conn *c, const u8 *p, u32 n, ns_t now)
{
	struct receiver *r = user;
	(void)c, (void)now;
	for (u32 i = 0; i < n; i++)
		r->wrong |= r->got + i >= r->want.n || r->want.bytes[r->got + i] != p[i];
	memcpy(r->text + *r->text_n, p, n);
	*r->text_n += n;
	r->got += n;
}

static void on_open(void *user, struct tcp_conn *c, ns_t now) { (void)user, (void)c, (void)now; }

static void on_down(void *user, struct tcp_conn *c, err_t why, ns_t now)
{
	(void)c, (void)why, (void)now;
	((struct receiver *)user)->over = true;
}

static const struct tcp_events events = { on_open, on_data, on_open, on_down };

static bool receiver_open(struct receiver *r, u32 ip, ns_t now)
{
	struct net_cfg nc = { .mac = { 2, 0, 0, 0, 0, 1 }, .ip = ip_addr_v4(ip), .mtu = 1500 };
	struct tcp_cfg cfg = tcp_cfg_default;
	(void)now;
	cfg.max_conns = 2;
	r->out = (struct frame_out){ room, push, false };
	if (arena_open(&r->arena, tcp_arena_bytes(&cfg)) != ERR_OK)
		return false;
	if (net_init(&r->net, &nc, &r->out, r->net_cnt) == ERR_OK)
		r->tcp = tcp_new(&r->arena, &cfg, &r->net, &r->out, r->tcp_cnt);
	return r->tcp != NULL;
}

static void receiver_close(struct receiver *r)
{
	arena_close(&r->arena);
	free(r->want.bytes);
	free(r->want.have);
}

static void receiver_adopt(struct receiver *r, const struct capture_packet *first)
{
	struct tcp_adopt how = { .dst = ip_addr_v4(first->src), .port = first->sport,
				 .local_port = first->dport, .peer_mac = { 2, 9 }, .mss = 1460,
				 .snd_nxt = r->want.top_ack, .rcv_nxt = r->want.base,
				 .snd_wnd = 1u << 30, .rcv_scale = 5, .sack = true };
	r->c = tcp_adopt(r->tcp, &how, &events, r, first->at);
	assert_non_null(r->c);
}

static void receiver_rx(struct receiver *r, const struct capture_packet *p)
{
	u8 *exact = malloc(ETH_BYTES + p->ip_n); /* so that a sanitizer sees the end */
	struct frame f = { .p = exact, .n = ETH_BYTES + p->ip_n, .flags = FRAME_CSUM_GOOD };
	memset(exact, 0, ETH_BYTES);
	memcpy(exact, r->net.cfg.mac, 6);
	put_be16(exact + ETH_OFF_TYPE, ETH_IPV4);
	memcpy(exact + ETH_BYTES, p->ip, p->ip_n);
	tcp_rx(r->tcp, &f, p->at);
	tcp_turn(r->tcp, p->at);
	free(exact);
}

static bool same_way(const struct capture_packet *a, const struct capture_packet *b)
{
	return a->src == b->src && a->dst == b->dst && a->sport == b->sport && a->dport == b->dport;
}

static bool other_way(const struct capture_packet *a, const struct capture_packet *b)
{
	return a->src == b->dst && a->dst == b->src && a->sport == b->dport && a->dport == b->sport;
}

/* What the direction of `first` says in all of the recording. */
static void stream_learn(struct capture_stream *s, const struct capture *c,
			 const struct capture_packet *first, bool reversed)
{
	bool acked = false;
	s->fin = UINT32_MAX;
	s->bytes = calloc(1, CAPTURE_STREAM);
	s->have = calloc(1, CAPTURE_STREAM);
	for (u32 i = 0; i < c->n; i++) {
		const struct capture_packet *p = &c->p[i];
		if (!p->ip || !(reversed ? other_way(p, first) : same_way(p, first)))
			continue;
		capture_add(s, p);
		if (p->flags & TCP_ACK && (!acked || seq_lt(s->top_ack, p->ack)))
			s->top_ack = p->ack, acked = true;
	}
}

struct replay {
	struct capture c;
	u8 text[2 * CAPTURE_STREAM];
	u32 text_n, streams, bytes;
};

/* Both directions of the connection `first` belongs to, in the order of the recording. */
static void connection(struct replay *x, const struct capture_packet *first, const char *name)
{
	struct receiver *r = calloc(2, sizeof *r);
	for (u32 k = 0; k < 2; k++) {
		r[k].text = x->text;
		r[k].text_n = &x->text_n;
		stream_learn(&r[k].want, &x->c, first, k);
		if (!r[k].want.n || !receiver_open(&r[k], k ? first->src : first->dst, first->at))
			r[k].over = true; /* nothing said, or from an address nobody can have */
	}
	for (u32 i = 0; i < x->c.n; i++) {
		const struct capture_packet *p = &x->c.p[i];
		u32 k = p->ip && other_way(p, first);
		if (!p->ip || (!k && !same_way(p, first)) || r[k].over || p->flags & TCP_SYN)
			continue;
		if (!r[k].c)
			receiver_adopt(&r[k], p);
		receiver_rx(&r[k], p);
	}
	for (u32 k = 0; k < 2; k++) {
		if (r[k].c && (r[k].wrong || (!r[k].over && r[k].got != r[k].want.n)))
			fail_msg("%s: port %u to %u: %u of %u bytes%s", name,
				 k ? first->dport : first->sport, k ? first->sport : first->dport,
				 r[k].got, r[k].want.n, r[k].wrong ? ", and others" : "");
		x->streams += r[k].c != NULL;
		x->bytes += r[k].got;
		receiver_close(&r[k]);
	}
	free(r);
}

static bool seen_before(const struct capture *c, u32 i)
{
	for (u32 k = 0; k < i; k++)
		if (c->p[k].ip && (same_way(&c->p[k], &c->p[i]) || other_way(&c->p[k], &c->p[i])))
			return true;
	return false;
}

/* As they are, into a stack they do not mean: only the sanitizers have something to say. */
static void raw_frames(const struct capture *c)
{
	struct receiver *r = calloc(1, sizeof *r);
	assert_true(receiver_open(r, 0x0a000001, 0));
	assert_int_equal(tcp_listen(r->tcp, 80, &events, r), ERR_OK);
	for (u32 i = 0; i < c->n; i++) {
		const struct capture_packet *p = &c->p[i];
		u8 *exact = malloc(p->raw_n + 1);
		struct frame f = { .p = exact, .n = p->raw_n, .flags = FRAME_CSUM_GOOD };
		memcpy(exact, p->raw, p->raw_n);
		tcp_rx(r->tcp, &f, p->at);
		if (p->raw_n >= 34) {
			memcpy(exact, r->net.cfg.mac, 6);
			put_be32(exact + 30, r->net.ip);
			tcp_rx(r->tcp, &f, p->at);
		}
		tcp_turn(r->tcp, p->at);
		free(exact);
	}
	receiver_close(r);
	free(r);
}

static bool play(struct replay *x, const char *path)
{
	x->text_n = 0;
	if (!capture_read(&x->c, path))
		return false;
	for (u32 i = 0; i < x->c.n; i++)
		if (x->c.p[i].ip && !seen_before(&x->c, i))
			connection(x, &x->c.p[i], path);
	raw_frames(&x->c);
	capture_free(&x->c);
	return true;
}

static const char *data_dir(void)
{
	const char *dir = getenv("SAKER_DATA");
	return dir ? dir : "no-data";
}

static void folder(const char *sub, u32 least)
{
	char path[1024];
	struct replay *x = calloc(1, sizeof *x);
	u32 files = 0;
	snprintf(path, sizeof path, "%s/%s", data_dir(), sub);
	DIR *d = opendir(path);
	for (struct dirent *e; d && (e = readdir(d));) {
		snprintf(path, sizeof path, "%s/%s%s", data_dir(), sub, e->d_name);
		if (strstr(e->d_name, ".pcap"))
			files += play(x, path);
	}
	if (d)
		closedir(d);
	print_message("%u recordings, %u streams, %u bytes\n", files, x->streams, x->bytes);
	bool enough = x->streams >= least;
	free(x);
	if (!d)
		skip();
	assert_true(enough);
}

static void test_zeek_tcp(void **state)
{
	(void)state;
	folder(ZEEK "tcp/", 12);
}

static void test_zeek_tls(void **state)
{
	(void)state;
	folder(ZEEK "tls/", 40);
}

static void test_pcapplusplus(void **state)
{
	(void)state;
	folder(PCPP, 8);
}

/* The conversations as their authors wrote them down. */
static void test_texts(void **state)
{
	static const struct {
		const char *capture, *text;
	} rows[] = {
		{ "one_tcp_stream.pcap", "one_tcp_stream_output.txt" },
		{ "one_tcp_stream_max_seq.pcap", "one_tcp_stream_output.txt" },
		{ "one_http_stream_fin.pcap", "one_http_stream_fin_output.txt" },
		{ "one_http_stream_fin2.pcap", "one_http_stream_fin2_output.txt" },
	};
	struct replay *x = calloc(1, sizeof *x);
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char path[1024];
		static u8 want[65536];
		snprintf(path, sizeof path, "%s/%s%s", data_dir(), PCPP, rows[i].text);
		FILE *f = fopen(path, "rb");
		if (!f)
			break;
		size_t n = fread(want, 1, sizeof want, f);
		fclose(f);
		snprintf(path, sizeof path, "%s/%s%s", data_dir(), PCPP, rows[i].capture);
		assert_true(play(x, path));
		if (x->text_n != n || memcmp(x->text, want, n))
			fail_msg("%s: %u bytes, not the %zu of %s", rows[i].capture, x->text_n, n,
				 rows[i].text);
	}
	bool none = !x->streams;
	free(x);
	if (none)
		skip();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_zeek_tcp),
		cmocka_unit_test(test_zeek_tls),
		cmocka_unit_test(test_pcapplusplus),
		cmocka_unit_test(test_texts),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

#else

static void test_without_libpcap(void **state)
{
	(void)state;
	skip();
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_without_libpcap) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}

#endif
