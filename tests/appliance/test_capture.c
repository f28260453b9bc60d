/*
 * The capture as the io thread runs it: two cores' records in, files out that can be read again.
 * Secrets before the frames they open, losses said, rotation, a disk that fails, commands.
 */
#include "appliance/capture.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "common/arena.h"
#include "common/msg.h"
#include "pcap/pcapng_read.h"
#include "tests/cmocka_all.h"

enum { FILES = 64, FILE_BYTES = 16 << 20, PAYLOAD_AT = 54 };

struct fixture {
	struct arena arena;
	struct capture c;
	struct capture_cell cell;
	struct recorder recorder[RECORD_CORES];
	struct port port[RECORD_CORES];
	u64 errors, frames, lost, turn, now_ns;
	struct session_status session;
	char dir[64], captures[80];
};

static struct fixture *new_fixture(u32 secrets)
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
		recorder_init(k->recorder, &f->port[i], k->from, &f->lost);
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

static void free_fixture(struct fixture *f)
{
	capture_close(&f->c, f->now_ns);
	char command[128];
	snprintf(command, sizeof command, "rm -rf '%s'", f->dir);
	assert_int_equal(system(command), 0);
	arena_close(&f->arena);
	free(f);
}

static struct capture_row row_of(const struct fixture *f)
{
	struct capture_row r;
	assert_true(row_read(&f->cell.seq, f->cell.w, &r, sizeof r));
	return r;
}

/* Both cores begin a turn, as they do many times between two steps of the io thread. */
static void turn(struct fixture *f)
{
	for (u32 i = 0; i < RECORD_CORES; i++)
		recorder_turn(&f->recorder[i], f->turn, f->now_ns);
	f->turn++;
}

static u32 step(struct fixture *f)
{
	f->now_ns += 100 * NS_PER_MS;
	turn(f);
	return capture_step(&f->c, f->now_ns);
}

static struct capture_answer ask(struct fixture *f, u16 type)
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

static void frame(struct fixture *f, u32 core, bool sent, u8 flags, u16 port, struct span payload)
{
	_Alignas(8) u8 b[sizeof(struct record_frame) + 1518] = { 0 };
	struct record_frame *r = (void *)b;
	u8 *ip = r->data + 14, *tcp = r->data + 34, *to_port = tcp + 2 * sent;
	u16 total = (u16)(40 + payload.n);
	if (!recorder_is_on(&f->recorder[core]))
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
	r->tsc = f->now_ns;
	recorder_put(&f->recorder[core], sent ? RECORD_TX : RECORD_RX, r, (u32)sizeof *r + r->n);
}

static struct span text(const char *s) { return (struct span){ (const u8 *)s, strlen(s) }; }

static void hello(struct fixture *f, u32 core, u16 port, u8 random)
{
	u8 b[43] = { 22, 3, 1, 0, 200, 1, 0, 0, 196, 3, 3 };
	memset(b + 11, random, CLIENT_RANDOM);
	frame(f, core, true, TCP_FRAME_SYN, port, text(""));
	frame(f, core, true, TCP_FRAME_ACK, port, (struct span){ b, sizeof b });
}

static void keys(struct fixture *f, u8 random)
{
	char b[200] = "CLIENT_RANDOM ";
	for (u32 i = 0; i < CLIENT_RANDOM; i++)
		snprintf(b + strlen(b), 3, "%02x", random);
	strcat(b, " 00ff\n");
	assert_true(ring_put(f->c.keys, 0, 0, b, (u32)strlen(b)));
}

static void inbox(struct fixture *f, u32 core, u16 type, const char *secret)
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

static void look_at(struct seen *s, const struct pcapng_block *b)
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
static struct seen *read_file(const struct fixture *f, u32 n)
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

static u32 count_files(const struct fixture *f)
{
	u32 n = 0;
	DIR *d = opendir(f->captures);
	for (const struct dirent *e; d && (e = readdir(d));)
		n += e->d_name[0] != '.';
	if (d)
		closedir(d);
	return n;
}

/* ---- tests ---- */

static void begun_and_ended_by_command(void **state)
{
	struct fixture *f = new_fixture(CAPTURE_SECRETS_ALL);
	(void)state;
	assert_int_equal(row_of(f).state, CAPTURE_OFF);
	assert_int_equal(ask(f, CAPTURE_STOP).err, ERR_STATE);
	f->session.state = SESSION_OPEN;
	struct capture_answer a = ask(f, CAPTURE_START);
	assert_int_equal(a.err, ERR_OK);
	assert_non_null(strstr(a.text, f->captures));
	assert_int_equal(ask(f, CAPTURE_START).err, ERR_STATE);
	assert_int_equal(row_of(f).state, CAPTURE_ON);
	frame(f, RECORD_MD, false, TCP_FRAME_ACK, 1, text("tick"));
	frame(f, RECORD_TRADE, true, TCP_FRAME_ACK, 2, text("order"));
	frame(f, RECORD_TRADE, true, TCP_FRAME_ACK, 2, text("order"));
	a = ask(f, CAPTURE_STOP);
	assert_int_equal(a.err, ERR_OK);
	assert_non_null(strstr(a.text, "3 frames, 0 lost"));
	assert_int_equal(row_of(f).state, CAPTURE_OFF);
	struct seen *s = read_file(f, 1);
	assert_int_equal(s->packets[0] + 10 * s->packets[1] + 100 * s->packets[2] + 1000 * s->packets[3], 2001);
	assert_int_equal(s->configs, 1);
	assert_int_equal(s->starts, RECORD_CORES);
	assert_int_equal(s->stats, RECORD_IFS);
	assert_int_equal(s->isb_received, 3);
	assert_non_null(strstr(s->comment, "cannot be replayed from its beginning"));
	assert_non_null(strstr(s->comment, "from here: md"));
	free(s);
	assert_int_equal(ask(f, CAPTURE_START).err, ERR_OK);
	assert_int_equal(row_of(f).frames, 0);
	free_fixture(f);
}

static void secrets_come_before_what_they_open(void **state)
{
	struct fixture *f = new_fixture(CAPTURE_SECRETS_MARKET);
	(void)state;
	assert_int_equal(capture_begin(&f->c, f->now_ns), ERR_OK);
	step(f);
	hello(f, RECORD_MD, 1000, 5);
	frame(f, RECORD_MD, false, TCP_FRAME_ACK, 1000, text("server hello and more"));
	frame(f, RECORD_MD, false, TCP_FRAME_ACK, 1000, text("more"));
	hello(f, RECORD_TRADE, 2000, 6); /* its keys are not kept: it does not wait for them */
	frame(f, RECORD_TRADE, false, TCP_FRAME_ACK, 2000, text("server hello"));
	for (int i = 0; i < 5; i++)
		step(f);
	assert_int_equal(row_of(f).frames, 5);
	keys(f, 5);
	for (int i = 0; i < 5; i++)
		step(f);
	assert_int_equal(row_of(f).frames, 7);
	capture_close(&f->c, f->now_ns);
	struct seen *s = read_file(f, 1);
	assert_int_equal(s->secrets, 1);
	assert_false(s->opened_early);
	assert_non_null(strstr(s->comment, "begins with the process"));
	assert_non_null(strstr(s->comment, "secrets: market data alone"));
	assert_non_null(memmem(s->bytes, s->n, "00ff\n", 5));
	free(s);
	assert_int_equal(f->c.lines.arrivals, 0); /* wiped */
	assert_int_equal(capture_init(&f->c), ERR_OK);
	free_fixture(f);
}

static void a_session_without_keys_waits_no_longer_than_a_second(void **state)
{
	struct fixture *f = new_fixture(CAPTURE_SECRETS_ALL);
	(void)state;
	assert_int_equal(capture_begin(&f->c, f->now_ns), ERR_OK);
	step(f);
	hello(f, RECORD_MD, 1000, 5);
	frame(f, RECORD_MD, false, TCP_FRAME_ACK, 1000, text("server hello"));
	for (int i = 0; i < 9; i++)
		step(f);
	assert_int_equal(row_of(f).frames, 2);
	for (int i = 0; i < 4; i++)
		step(f);
	assert_int_equal(row_of(f).frames, 3);
	free_fixture(f);
}

static const struct {
	u32 secrets, core;
	u16 type;
	bool kept;
	const char *remark;
} kinds[] = {
	{ CAPTURE_SECRETS_ALL, RECORD_TRADE, MSG_TLS_KEYS, true, "all: everything" },
	{ CAPTURE_SECRETS_ALL, RECORD_TRADE, MSG_SEND, true, "all: the logon" },
	{ CAPTURE_SECRETS_MARKET, RECORD_MD, MSG_TLS_KEYS, true, "market: of the md core" },
	{ CAPTURE_SECRETS_MARKET, RECORD_TRADE, MSG_TLS_KEYS, false, "market: keys of orders" },
	{ CAPTURE_SECRETS_MARKET, RECORD_TRADE, MSG_TLS_REFILL, false, "market: later keys of orders" },
	{ CAPTURE_SECRETS_MARKET, RECORD_TRADE, MSG_SEND, false, "market: the signed logon" },
	{ CAPTURE_SECRETS_MARKET, RECORD_TRADE, MSG_TLS_SEND, true, "market: what the wire shows anyhow" },
	{ CAPTURE_SECRETS_NONE, RECORD_MD, MSG_TLS_KEYS, false, "none" },
	{ CAPTURE_SECRETS_NONE, RECORD_MD, MSG_TLS_REFILL, false, "none" },
	{ CAPTURE_SECRETS_NONE, RECORD_MD, MSG_CLOCK, true, "none: no key" },
};

static void messages_with_keys_are_withheld(void **state)
{
	static const char secret[] = "this must not be on disk";
	(void)state;
	for (u32 i = 0; i < ARRAY_LEN(kinds); i++) {
		struct fixture *f = new_fixture(kinds[i].secrets);
		assert_int_equal(capture_begin(&f->c, f->now_ns), ERR_OK);
		step(f);
		inbox(f, kinds[i].core, kinds[i].type, secret);
		step(f);
		ask(f, CAPTURE_STOP);
		struct seen *s = read_file(f, 1);
		bool found = memmem(s->bytes, s->n, secret, strlen(secret));
		if (found != kinds[i].kept || s->inboxes != 1 ||
		    s->inbox_bytes != (found ? strlen(secret) : 0))
			fail_msg("%s", kinds[i].remark);
		free(s);
		free_fixture(f);
	}
}

/* The io thread is late, the ring full: what is missing is counted at the next frame and at the end. */
static void losses_are_said(void **state)
{
	struct fixture *f = new_fixture(CAPTURE_SECRETS_ALL);
	(void)state;
	assert_int_equal(capture_begin(&f->c, f->now_ns), ERR_OK);
	step(f);
	u8 large[1400] = { 0 };
	for (int i = 0; i < 1000; i++)
		frame(f, RECORD_MD, false, TCP_FRAME_ACK, 1, (struct span){ large, sizeof large });
	u64 lost = f->lost;
	assert_true(lost > 100);
	step(f);
	frame(f, RECORD_MD, false, TCP_FRAME_ACK, 1, text("after"));
	struct capture_answer a = ask(f, CAPTURE_STOP);
	assert_int_equal(a.err, ERR_OK);
	struct capture_row r = row_of(f);
	assert_int_equal(r.lost, lost);
	assert_int_equal(r.frames, 1001 - lost);
	struct seen *s = read_file(f, 1);
	assert_int_equal(s->dropped, lost);
	assert_int_equal(s->isb_dropped, lost);
	assert_int_equal(s->isb_received, 1001);
	free(s);
	free_fixture(f);
}

/* Files of a megabyte, three kept: each has the secrets of the session that is open. */
static void rotation(void **state)
{
	struct fixture *f = new_fixture(CAPTURE_SECRETS_ALL);
	u8 large[1400] = { 0 };
	(void)state;
	assert_int_equal(capture_begin(&f->c, f->now_ns), ERR_OK);
	step(f);
	hello(f, RECORD_MD, 1000, 5);
	keys(f, 5);
	for (u32 i = 0; i < 4000; i++) {
		frame(f, RECORD_MD, false, TCP_FRAME_ACK, 1000, (struct span){ large, sizeof large });
		if (i % 100 == 99)
			step(f);
	}
	ask(f, CAPTURE_STOP);
	struct capture_row r = row_of(f);
	assert_int_equal(r.lost, 0);
	assert_int_equal(r.files, 6); /* 5.7 MB */
	assert_int_equal(count_files(f), 3);
	assert_true(r.bytes > 4000 * 1454);
	for (u32 i = 4; i <= 6; i++) {
		struct seen *s = read_file(f, i);
		assert_int_equal(s->secrets, 1);
		assert_int_equal(s->configs, 1);
		assert_int_equal(s->stats, RECORD_IFS);
		assert_non_null(strstr(s->comment, "goes on from the file before it"));
		free(s);
	}
	free_fixture(f);
}

static void rotation_by_time_and_ended_sessions(void **state)
{
	struct fixture *f = new_fixture(CAPTURE_SECRETS_ALL);
	(void)state;
	f->c.cfg.file_mb = 100;
	f->c.cfg.file_s = 1;
	assert_int_equal(capture_begin(&f->c, f->now_ns), ERR_OK);
	step(f);
	hello(f, RECORD_MD, 1000, 5);
	keys(f, 5);
	step(f);
	frame(f, RECORD_MD, false, TCP_FRAME_ACK, 1000, text("x"));
	frame(f, RECORD_MD, false, TCP_FRAME_FIN | TCP_FRAME_ACK, 1000, text(""));
	for (int i = 0; i < 12; i++)
		step(f);
	assert_int_equal(row_of(f).files, 2);
	ask(f, CAPTURE_STOP);
	struct seen *s = read_file(f, 1);
	assert_int_equal(s->secrets, 1);
	free(s);
	s = read_file(f, 2);
	assert_int_equal(s->secrets, 0); /* it had ended */
	free(s);
	free_fixture(f);
}

/* A limit on file size stands for a full disk. */
static void a_full_disk_ends_the_capture_alone(void **state)
{
	struct fixture *f = new_fixture(CAPTURE_SECRETS_ALL);
	struct rlimit old, tight;
	u8 large[1400] = { 0 };
	(void)state;
	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &old);
	tight = old;
	tight.rlim_cur = 100000;
	assert_int_equal(capture_begin(&f->c, f->now_ns), ERR_OK);
	step(f);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &tight), 0);
	for (int k = 0; k < 20; k++) {
		for (int i = 0; i < 50; i++)
			frame(f, RECORD_MD, false, TCP_FRAME_ACK, 1, (struct span){ large, sizeof large });
		step(f);
	}
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
	struct capture_row r = row_of(f);
	assert_int_equal(r.state, CAPTURE_FAILED);
	assert_non_null(strstr(r.why, "File too large"));
	assert_non_null(strstr(r.why, "hostctl capture start"));
	assert_int_equal(f->errors, 1);
	assert_false(recorder_is_on(&f->recorder[RECORD_MD]));
	assert_int_equal(f->lost, 0); /* the core's records were taken to the end */
	free(read_file(f, 1));
	assert_int_equal(ask(f, CAPTURE_START).err, ERR_OK);
	assert_int_equal(row_of(f).state, CAPTURE_ON);
	free_fixture(f);
}

static void a_folder_that_vanishes(void **state)
{
	struct fixture *f = new_fixture(CAPTURE_SECRETS_ALL);
	char aside[100], command[300];
	(void)state;
	f->c.cfg.file_s = 1;
	assert_int_equal(capture_begin(&f->c, f->now_ns), ERR_OK);
	step(f);
	snprintf(aside, sizeof aside, "%s.aside", f->dir);
	snprintf(command, sizeof command, "mv '%s' '%s'", f->dir, aside);
	assert_int_equal(system(command), 0);
	for (int i = 0; i < 15; i++)
		step(f);
	struct capture_row r = row_of(f);
	assert_int_equal(r.state, CAPTURE_FAILED);
	assert_non_null(strstr(r.why, "No such file or directory"));
	struct capture_answer a = ask(f, CAPTURE_START);
	assert_int_equal(a.err, ERR_IO);
	assert_non_null(strstr(a.text, "capture.dir"));
	assert_int_equal(f->errors, 2);
	snprintf(command, sizeof command, "mv '%s' '%s'", aside, f->dir);
	assert_int_equal(system(command), 0);
	assert_int_equal(ask(f, CAPTURE_START).err, ERR_OK);
	free_fixture(f);
}

static void without_a_folder(void **state)
{
	struct fixture *f = new_fixture(CAPTURE_SECRETS_ALL);
	(void)state;
	f->c.cfg.dir = "";
	capture_file_free(&f->c.file);
	assert_int_equal(capture_init(&f->c), ERR_OK);
	struct capture_answer a = ask(f, CAPTURE_START);
	assert_int_equal(a.err, ERR_STATE);
	assert_non_null(strstr(a.text, "set capture.dir"));
	assert_int_equal(row_of(f).state, CAPTURE_ABSENT);
	free_fixture(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(begun_and_ended_by_command),
		cmocka_unit_test(secrets_come_before_what_they_open),
		cmocka_unit_test(a_session_without_keys_waits_no_longer_than_a_second),
		cmocka_unit_test(messages_with_keys_are_withheld),
		cmocka_unit_test(losses_are_said),
		cmocka_unit_test(rotation),
		cmocka_unit_test(rotation_by_time_and_ended_sessions),
		cmocka_unit_test(a_full_disk_ends_the_capture_alone),
		cmocka_unit_test(a_folder_that_vanishes),
		cmocka_unit_test(without_a_folder),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
