/*
 * capture_world.h - a capture with two recorders and no cores: frames and messages put in as the cores
 * would, files read back. A test whose files are not whole fails.
 */
#ifndef SAKER_TESTS_CAPTURE_WORLD_H
#define SAKER_TESTS_CAPTURE_WORLD_H

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "appliance/capture.h"
#include "common/arena.h"
#include "pcap/pcapng_read.h"
#include "tests/cmocka_all.h"

enum { FILE_BYTES = 16 << 20, PAYLOAD_AT = 54 };

struct fixture {
	struct arena arena;
	struct capture c;
	struct capture_cell cell;
	struct recorder recorder[RECORD_CORES];
	struct port port[RECORD_CORES];
	u64 errors, frames, lost, lost_trade, turn, now_ns;
	struct session_status session;
	char dir[64], captures[80];
};

static inline struct fixture *new_fixture(u32 secrets)
{
	struct fixture *f = calloc(1, sizeof *f);
	strcpy(f->dir, "/tmp/saker-test-capture-XXXXXX");
	assert_non_null(mkdtemp(f->dir));
	snprintf(f->captures, sizeof f->captures, "%s/captures", f->dir);
	assert_int_equal(arena_open(&f->arena, 8 << 20), ERR_OK);
	f->c.cfg = (struct capture_cfg){ .dir = f->captures,
					 .instance = "demo",
					 .application = "saker test",
					 .boot = 7,
					 .file_mb = 1,
					 .keep = 3,
					 .secrets = secrets,
					 .config = { (const u8 *)"mode: observe\n", 14 },
					 .clock = { .mult = 1ull << 32, .tsc_hz = NS_PER_S } };
	for (u32 i = 0; i < RECORD_CORES; i++) {
		struct capture_core *k = &f->c.core[i];
		k->from = ring_new(&f->arena, 1 << 18);
		k->recorder = &f->recorder[i];
		recorder_init(k->recorder, &f->port[i], k->from, i ? &f->lost_trade : &f->lost);
	}
	f->c.keys = ring_new(&f->arena, 1 << 14);
	f->c.asked = ring_new(&f->arena, 1 << 12);
	f->c.answers = ring_new(&f->arena, 1 << 14);
	f->c.cell = &f->cell;
	f->c.errors = &f->errors, f->c.frames = &f->frames;
	f->c.session[0] = &f->session;
	f->now_ns = NS_PER_S;
	assert_int_equal(capture_init(&f->c), ERR_OK);
	return f;
}

static inline void free_fixture(struct fixture *f)
{
	capture_close(&f->c, f->now_ns);
	char command[128];
	snprintf(command, sizeof command, "rm -rf '%s'", f->dir);
	assert_int_equal(system(command), 0);
	arena_close(&f->arena);
	free(f);
}

static inline struct capture_row row_of(const struct fixture *f)
{
	struct capture_row r;
	assert_true(row_read(&f->cell.seq, f->cell.w, &r, sizeof r));
	return r;
}

/* Both cores begin a turn, as they do many times between two steps of the io thread. */
static inline void turn(struct fixture *f)
{
	for (u32 i = 0; i < RECORD_CORES; i++)
		recorder_turn(&f->recorder[i], f->turn, f->now_ns);
	f->turn++;
}

static inline u32 step(struct fixture *f)
{
	f->now_ns += 100 * NS_PER_MS;
	turn(f);
	return capture_step(&f->c, f->now_ns);
}

static inline struct capture_answer ask(struct fixture *f, u16 type)
{
	static u64 id;
	assert_true(ring_put(f->c.asked, type, ++id, NULL, 0));
	for (int i = 0; i < 5; i++)
		step(f);
	const struct ring_msg *m = ring_peek(f->c.answers);
	assert_non_null(m);
	assert_int_equal(m->tag, id);
	struct capture_answer a = *(const struct capture_answer *)(const void *)m->data;
	ring_release(f->c.answers, m);
	assert_null(ring_peek(f->c.answers));
	return a;
}

/* ---- frames of one connection: 10.0.0.2:`port` to 10.0.0.1:443 ---- */

static inline void frame(struct fixture *f, u32 core, bool sent, u8 flags, u16 port, struct span payload)
{
	_Alignas(8) u8 b[sizeof(struct record_frame) + 1518] = { 0 };
	struct record_frame *r = (void *)b;
	u8 *ip = r->data + 14, *tcp = r->data + 34, *to_port = tcp + 2 * sent;
	u16 total = (u16)(40 + payload.n);
	if (f->recorder[core].level == RECORDER_OFF)
		return;
	r->data[12] = 8;
	ip[0] = 0x45, ip[2] = (u8)(total >> 8), ip[3] = (u8)total, ip[8] = 64, ip[9] = 6;
	ip[12] = ip[16] = 10, ip[15] = sent ? 2 : 1, ip[19] = sent ? 1 : 2;
	to_port[0] = 443 >> 8, to_port[1] = 443 & 255;
	to_port = tcp + 2 * !sent;
	to_port[0] = (u8)(port >> 8), to_port[1] = (u8)port;
	tcp[12] = 0x50, tcp[13] = flags;
	if (payload.n)
		memcpy(tcp + 20, payload.p, payload.n);
	r->n = (u32)(PAYLOAD_AT + payload.n);
	r->tsc = __atomic_load_n(&f->now_ns, __ATOMIC_RELAXED);
	recorder_put(&f->recorder[core], sent ? RECORD_TX : RECORD_RX, r, (u32)sizeof *r + r->n);
}

static inline struct span text(const char *s) { return (struct span){ (const u8 *)s, strlen(s) }; }

static inline void hello(struct fixture *f, u32 core, u16 port, u8 random)
{
	u8 b[43] = { 22, 3, 1, 0, 200, 1, 0, 0, 196, 3, 3 };
	memset(b + 11, random, CLIENT_RANDOM);
	frame(f, core, true, TCP_FRAME_SYN, port, text(""));
	frame(f, core, true, TCP_FRAME_ACK, port, (struct span){ b, sizeof b });
}

static inline void keys(struct fixture *f, u8 random)
{
	char b[200] = "CLIENT_RANDOM ";
	for (u32 i = 0; i < CLIENT_RANDOM; i++)
		snprintf(b + strlen(b), 3, "%02x", random);
	strcat(b, " 00ff\n");
	assert_true(ring_put(f->c.keys, 0, 0, b, (u32)strlen(b)));
}

static inline void inbox(struct fixture *f, u32 core, u16 type, const char *secret)
{
	_Alignas(16) u8 b[sizeof(struct ring_msg) + 64] = { 0 };
	struct ring_msg *m = (void *)b;
	*m = (struct ring_msg){ .n = (u32)strlen(secret), .type = type, .tag = 9 };
	memcpy(m->data, secret, m->n);
	recorder_inbox(&f->recorder[core], RECORD_SLOW, m);
}

/* ---- what is in the files ---- */

struct seen {
	u32 packets[RECORD_IFS], secrets, configs, starts, stats;
	u64 dropped, isb_received, isb_dropped;
	u32 inboxes, inbox_bytes;
	bool opened_early; /* a frame the md core received with payload stands before all secrets */
	char comment[1024];
	u8 bytes[FILE_BYTES];
	size_t n;
};

static inline void look_at(struct seen *s, const struct pcapng_block *b)
{
	struct record_item it;
	if (b->kind == PCAPNG_SECTION)
		snprintf(s->comment, sizeof s->comment, "%.*s", (int)b->section.comment.n,
			 (const char *)b->section.comment.p);
	if (b->kind == PCAPNG_PACKET) {
		s->packets[b->packet.if_id]++;
		s->dropped += b->packet.dropped;
		s->opened_early |= b->packet.if_id == 0 && b->packet.data.n > PAYLOAD_AT && !s->secrets;
	}
	if (b->kind == PCAPNG_STATS) {
		s->stats++;
		s->isb_received += b->stats.received;
		s->isb_dropped += b->stats.dropped;
	}
	s->secrets += b->kind == PCAPNG_SECRETS;
	s->configs += b->kind == PCAPNG_CUSTOM && b->custom.own_type == PCAPNG_OWN_CONFIG;
	if (b->kind == PCAPNG_CUSTOM && record_read(b, &it) == ERR_OK) {
		s->starts += it.type == RECORD_START;
		s->inboxes += it.type == RECORD_INBOX;
		s->inbox_bytes += it.type == RECORD_INBOX ? (u32)(it.data.n - sizeof(struct record_inbox)) : 0;
	}
}

/* Reads file `n` of the capture; it must be whole. */
static inline struct seen *read_file(const struct fixture *f, u32 n)
{
	static struct pcapng_if ifs[8];
	struct seen *s = calloc(1, sizeof *s);
	struct pcapng_reader r;
	struct pcapng_block b;
	char path[160];
	err_t e;
	snprintf(path, sizeof path, "%s/demo.00000007.%08x.pcapng", f->captures, n);
	int fd = open(path, O_RDONLY);
	if (fd < 0)
		fail_msg("%s is not there", path);
	ssize_t got = read(fd, s->bytes, sizeof s->bytes);
	close(fd);
	s->n = (size_t)got;
	pcapng_read_init(&r, (struct span){ s->bytes, s->n }, ifs, ARRAY_LEN(ifs));
	while ((e = pcapng_next(&r, &b)) == ERR_OK)
		look_at(s, &b);
	assert_int_equal(e, ERR_NOT_FOUND);
	return s;
}

static inline u32 count_files(const struct fixture *f)
{
	u32 n = 0;
	DIR *d = opendir(f->captures);
	for (const struct dirent *e; d && (e = readdir(d));)
		n += e->d_name[0] != '.';
	if (d)
		closedir(d);
	return n;
}

#endif
