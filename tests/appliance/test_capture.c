/*
 * The capture as the io thread runs it: two cores' records in, files out that can be read again.
 * Secrets before the frames they open, losses said, rotation, a disk that fails, commands.
 */
#include <signal.h>
#include <sys/resource.h>

#include "common/msg.h"
#include "tests/appliance/capture_world.h"

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
	assert_non_null(strstr(s->comment, "already open: md\n"));
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

/* A connection of the md core, from its SYN: four frames, and its key log lines. */
static void open_connection(struct fixture *f, u32 core, u16 port, u8 random)
{
	recorder_opening(&f->recorder[core]);
	step(f);
	hello(f, core, port, random);
	keys(f, random);
	frame(f, core, false, TCP_FRAME_ACK, port, text("server hello and more"));
	frame(f, core, true, TCP_FRAME_ACK, port, text("upgrade"));
	step(f);
}

static u32 packets_of(const struct seen *s)
{
	return s->packets[0] + s->packets[1] + s->packets[2] + s->packets[3];
}

static void first_frames_are_kept_while_no_capture_runs(void **state)
{
	struct fixture *f = new_fixture(CAPTURE_SECRETS_MARKET);
	(void)state;
	step(f);
	open_connection(f, RECORD_MD, 1000, 5);
	open_connection(f, RECORD_TRADE, 2000, 6); /* whose keys are not kept */
	assert_int_equal(f->recorder[RECORD_TRADE].level, RECORDER_OFF);
	assert_int_equal(ask(f, CAPTURE_START).err, ERR_OK);
	assert_int_equal(row_of(f).frames, 4);
	frame(f, RECORD_MD, false, TCP_FRAME_ACK, 1000, text("tick"));
	ask(f, CAPTURE_STOP);
	struct seen *s = read_file(f, 1);
	assert_int_equal(s->packets[0], 2);
	assert_int_equal(s->packets[1], 3);
	assert_int_equal(packets_of(s), 5);
	assert_int_equal(s->secrets, 2);
	assert_false(s->opened_early);
	assert_int_equal(s->dropped, 0);
	assert_non_null(strstr(s->comment, "head of this file: 1, of 1 no frame"));
	free(s);
	assert_int_equal(f->recorder[RECORD_MD].level, RECORDER_OPENING); /* of its 64 KB little is used */
	frame(f, RECORD_MD, false, TCP_FRAME_ACK, 1000, text("between two captures"));
	ask(f, CAPTURE_START);
	ask(f, CAPTURE_STOP);
	s = read_file(f, 2);
	assert_int_equal(packets_of(s), 6);
	free(s);
	free_fixture(f);
}

/* How the frames of a connection come to be missing before a capture begins. */
enum missing { PAUSED, RING_FULL, TOO_MANY, ENDED };

static void miss(struct fixture *f, enum missing how)
{
	u8 large[1400] = { 0 };
	switch (how) {
	case PAUSED:
		f->recorder[RECORD_MD].opening_left = 0;
		f->recorder[RECORD_MD].at = RECORDER_LOOK_AGAIN;
		step(f);
		step(f);
		assert_int_equal(f->recorder[RECORD_MD].level, RECORDER_OFF);
		break;
	case RING_FULL:
		while (!f->lost)
			frame(f, RECORD_MD, false, TCP_FRAME_ACK, 1001, text("another"));
		step(f);
		break;
	case TOO_MANY:
		for (u32 i = 0; i < 50; i++)
			frame(f, RECORD_MD, false, TCP_FRAME_ACK, 1000, (struct span){ large, sizeof large });
		step(f);
		break;
	case ENDED: frame(f, RECORD_MD, false, TCP_FRAME_RST, 1000, text("")); step(f); break;
	}
}

static void frames_missing_since_are_said(void **state)
{
	static const struct {
		enum missing how;
		u32 frames;
		const char *says;
	} rows[] = {
		{ PAUSED, 4, "file: 1, of 0 no frame" },
		{ RING_FULL, 4, "file: 1, of 0 no frame" },
		{ TOO_MANY, 47, "file: 1, of 0 no frame" },
		{ ENDED, 0, "file: 0, of 0 no frame" },
	};
	(void)state;
	for (u32 i = 0; i < ARRAY_LEN(rows); i++) {
		struct fixture *f = new_fixture(CAPTURE_SECRETS_ALL);
		step(f);
		open_connection(f, RECORD_MD, 1000, 5);
		miss(f, rows[i].how);
		frame(f, RECORD_MD, false, TCP_FRAME_ACK, 1000, text("behind the hole"));
		step(f);
		ask(f, CAPTURE_START);
		ask(f, CAPTURE_STOP);
		struct seen *s = read_file(f, 1);
		if (packets_of(s) != rows[i].frames || !strstr(s->comment, rows[i].says))
			fail_msg("row %u: %u frames, %s", i, packets_of(s), s->comment);
		free(s);
		free_fixture(f);
	}
}

/* A core that obeys late leaves a record of a capture that is over: it is not the next one's. */
static void a_start_waits_for_the_last_end(void **state)
{
	struct fixture *f = new_fixture(CAPTURE_SECRETS_ALL);
	(void)state;
	assert_int_equal(ask(f, CAPTURE_START).err, ERR_OK);
	frame(f, RECORD_MD, false, TCP_FRAME_ACK, 1, text("of the first"));
	ring_put(f->c.asked, CAPTURE_STOP, 1, NULL, 0);
	ring_put(f->c.asked, CAPTURE_START, 2, NULL, 0);
	for (int i = 0; i < 10; i++)
		capture_step(&f->c, f->now_ns); /* the cores hang in a turn */
	assert_int_equal(row_of(f).state, CAPTURE_STOPPING);
	frame(f, RECORD_MD, false, TCP_FRAME_ACK, 1, text("of the first, too"));
	for (int i = 0; i < 5; i++)
		step(f);
	assert_int_equal(row_of(f).state, CAPTURE_ON);
	assert_int_equal(row_of(f).frames, 0);
	capture_close(&f->c, f->now_ns);
	for (u32 n = 1; n <= 2; n++) {
		struct seen *s = read_file(f, n);
		assert_int_equal(s->starts, RECORD_CORES);
		assert_int_equal(packets_of(s), n == 1 ? 2 : 0);
		free(s);
	}
	assert_int_equal(capture_init(&f->c), ERR_OK);
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
		cmocka_unit_test(first_frames_are_kept_while_no_capture_runs),
		cmocka_unit_test(frames_missing_since_are_said),
		cmocka_unit_test(a_start_waits_for_the_last_end),
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
