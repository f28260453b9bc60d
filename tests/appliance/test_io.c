/*
 * The io thread's work: a journal that can be read again, a disk that is full, histograms of the
 * traces.
 */
#include "appliance/io.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "common/arena.h"
#include "gateway/gateway_cnt.h"
#include "tests/cmocka_all.h"

#define SLOTS 64

struct fixture {
	struct arena arena;
	struct io io;
	struct journal journal;
	u64 cnt[GATEWAY_CNT_COUNT], write_errors, lag_negative, lag_implausible;
	char dir[64], path[96];
	struct tape *tape;
	u64 tape_lapped;
};

static struct fixture *new_fixture(u32 boot)
{
	struct fixture *f = calloc(1, sizeof *f);
	char error[256];
	strcpy(f->dir, "/tmp/saker-test-io-XXXXXX");
	assert_non_null(mkdtemp(f->dir));
	snprintf(f->path, sizeof f->path, "%s/journal.%08x", f->dir, boot);
	assert_int_equal(arena_open(&f->arena, 64 << 20), ERR_OK);
	f->io = (struct io){ .clock = { .mult = 1ull << 32, .tsc_hz = NS_PER_S },
			     .journal_fd = -1,
			     .write_errors = &f->write_errors,
			     .lag_negative = &f->lag_negative,
			     .lag_implausible = &f->lag_implausible,
			     .tape_lapped = &f->tape_lapped };
	f->io.journal = ring_new(&f->arena, 1 << 16);
	f->io.trace = ring_new(&f->arena, 1 << 16);
	f->tape = tape_init(arena_alloc(&f->arena, tape_bytes(SLOTS), CACHE_LINE), SLOTS);
	f->io.tape = f->tape;
	f->io.tape_next = 1;
	for (u32 i = 0; i < IO_HISTS; i++)
		f->io.hist[i] = ARENA_NEW(&f->arena, struct hist);
	journal_init(&f->journal, f->io.journal, f->cnt);
	assert_int_equal(io_open_journal(&f->io, f->dir, boot, error, sizeof error), ERR_OK);
	return f;
}

static void free_fixture(struct fixture *f)
{
	io_close(&f->io);
	assert_int_equal(f->io.journal_fd, -1);
	unlink(f->path);
	assert_int_equal(rmdir(f->dir), 0);
	arena_close(&f->arena);
	free(f);
}

/* Reads the file; asserts that its records are cancels of 1, 2, .. n. */
static void assert_journal(const struct fixture *f, u32 n)
{
	static u8 bytes[1 << 20];
	struct journal_reader r;
	struct journal_record rec;
	int fd = open(f->path, O_RDONLY);
	ssize_t size = read(fd, bytes, sizeof bytes);
	close(fd);
	assert_int_equal(journal_open(&r, bytes, (size_t)size), ERR_OK);
	for (u32 i = 1; i <= n; i++) {
		assert_true(journal_next(&r, &rec));
		assert_int_equal(rec.type, JOURNAL_CANCEL_SENT);
		assert_int_equal(rec.cancel.order_id, i);
	}
	assert_false(journal_next(&r, &rec));
	assert_int_equal(r.n_bad + r.n_lost + r.truncated, 0);
}

static void put(struct fixture *f, u32 from, u32 n)
{
	for (u32 i = 0; i < n; i++)
		assert_true(journal_cancel_sent(&f->journal, from + i, 9, 1));
}

static void the_journal_is_readable(void **state)
{
	struct fixture *f = new_fixture(7);
	(void)state;
	put(f, 1, 150); /* more than one batch */
	while (io_step(&f->io))
		;
	put(f, 151, 1);
	assert_int_equal(io_step(&f->io), 1);
	assert_int_equal(io_step(&f->io), 0);
	assert_journal(f, 151);
	free_fixture(f);
}

static void a_journal_is_never_written_over(void **state)
{
	struct fixture *f = new_fixture(7);
	struct io other = { .journal_fd = -1 };
	char error[256] = "";
	(void)state;
	assert_int_equal(io_open_journal(&other, f->dir, 7, error, sizeof error), ERR_IO);
	assert_non_null(strstr(error, f->path));
	assert_int_equal(io_open_journal(&other, "/tmp/saker-no-such-folder", 7, error, sizeof error),
			 ERR_IO);
	assert_non_null(strstr(error, "files.state_dir"));
	io_close(&other);
	free_fixture(f);
}

static bool has_room(struct fixture *f)
{
	journal_turn(&f->journal);
	return f->journal.has_room;
}

/*
 * The disk takes a part of a record and then nothing (a limit on file size stands for a full disk):
 * the records are kept, no more are taken, so that the ring fills and orders are denied; with room
 * again the file is whole.
 */
static void a_full_disk_loses_nothing(void **state)
{
	struct fixture *f = new_fixture(7);
	struct rlimit old, tight;
	(void)state;
	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &old);
	tight = old;
	tight.rlim_cur = sizeof(struct journal_header) + 10 * JOURNAL_RECORD + 50;
	put(f, 1, 5);
	io_step(&f->io);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &tight), 0);
	put(f, 6, 20);
	for (int i = 0; i < 3; i++)
		assert_int_equal(io_step(&f->io), 0);
	u32 n = 25;
	while (has_room(f)) {
		put(f, ++n, 1);
		io_step(&f->io);
	}
	assert_true(f->write_errors > 3);
	assert_true(n > IO_BATCH);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
	while (io_step(&f->io))
		;
	assert_true(has_room(f));
	assert_journal(f, n);
	free_fixture(f);
}

static void traces_become_histograms(void **state)
{
	static const struct {
		u16 kind;
		struct trace_rec t;
		u32 counted[IO_HISTS];
	} rows[] = {
		{ TRACE_ORDER,
		  { .tsc = { 100, 150, 160, 170, 0, 200 } },
		  { [HIST_T2T] = 1,
		    [HIST_PUBLISH_TO_READ] = 1,
		    [HIST_READ_TO_DECIDE] = 1,
		    [HIST_DECIDE_TO_DOORBELL] = 1 } },
		{ TRACE_ORDER,
		  { .tsc = { 100, 150, 160, 170, 180, 200 } },
		  { [HIST_T2T] = 1,
		    [HIST_PUBLISH_TO_READ] = 1,
		    [HIST_READ_TO_DECIDE] = 1,
		    [HIST_DECIDE_TO_RISK] = 1,
		    [HIST_RISK_TO_DOORBELL] = 1,
		    [HIST_DECIDE_TO_DOORBELL] = 1 } },
		{ TRACE_ANSWER, { .tsc = { 100 }, .ns = 5000 }, { [HIST_ORDER_TO_ACK] = 1 } },
		{ TRACE_DENY, { .code = 3 }, { 0 } },
	};
	(void)state;
	for (u32 i = 0; i < ARRAY_LEN(rows); i++) {
		struct fixture *f = new_fixture(7);
		assert_true(trace_put(f->io.trace, rows[i].kind, &rows[i].t));
		assert_int_equal(io_step(&f->io), 1);
		for (u32 k = 0; k < IO_HISTS; k++)
			assert_int_equal(f->io.hist[k]->n, rows[i].counted[k]);
		free_fixture(f);
	}
}

/* A message polled at 100 and published at 150, of a venue time of 4 us, received at `rx_ns`. */
static const struct {
	u8 kind, flags;
	u64 poll_tsc, venue_time_us, rx_ns;
	i64 offset_ns;
	u64 published, lag, negative, implausible;
	const char *remark;
} tape_rows[] = {
	{ TAPE_BBO, TAPE_LAST, 100, 0, 0, 5, 1, 0, 0, 0, "no venue time" },
	{ TAPE_TRADE, TAPE_LAST, 100, 4, 9000, 0, 1, 0, 0, 0, "the venue's clock is not known yet" },
	{ TAPE_TRADE, TAPE_LAST, 100, 4, 9000, 1000, 1, 1, 0, 0, "a lag of 6 us" },
	{ TAPE_TRADE, TAPE_LAST, 100, 4, 9000, -6000, 1, 0, 1, 0, "before it happened" },
	{ TAPE_TRADE, TAPE_LAST, 100, 4, 61 * NS_PER_S, 1000, 1, 0, 0, 1, "a recording of another day" },
	{ TAPE_LEVEL, 0, 100, 0, 0, 5, 0, 0, 0, 0, "not the last of its message" },
	{ TAPE_STATUS, TAPE_LAST, 100, 0, 0, 5, 0, 0, 0, 0, "no message" },
	{ TAPE_BBO, TAPE_LAST, 200, 0, 0, 5, 0, 0, 0, 0, "stamps out of order" },
};

static void the_tape_becomes_histograms(void **state)
{
	(void)state;
	for (u32 i = 0; i < ARRAY_LEN(tape_rows); i++) {
		struct fixture *f = new_fixture(7);
		struct tape_event e = { .kind = tape_rows[i].kind,
					.flags = tape_rows[i].flags,
					.poll_tsc = tape_rows[i].poll_tsc,
					.publish_tsc = 150,
					.venue_time_us = tape_rows[i].venue_time_us,
					.rx_ns = tape_rows[i].rx_ns };
		f->io.venue_offset_ns = tape_rows[i].offset_ns;
		tape_publish(f->tape, &e);
		assert_int_equal(io_step(&f->io), 1);
		if (f->io.hist[HIST_POLL_TO_PUBLISH]->n != tape_rows[i].published ||
		    f->io.hist[HIST_FEED_LAG]->n != tape_rows[i].lag ||
		    f->lag_negative != tape_rows[i].negative ||
		    f->lag_implausible != tape_rows[i].implausible)
			fail_msg("%s", tape_rows[i].remark);
		free_fixture(f);
	}
}

static void a_lapped_tape_is_counted(void **state)
{
	struct fixture *f = new_fixture(7);
	struct tape_event e = { .kind = TAPE_BBO, .flags = TAPE_LAST, .poll_tsc = 100, .publish_tsc = 150 };
	(void)state;
	for (u32 i = 0; i < SLOTS + 3; i++)
		tape_publish(f->tape, &e);
	io_step(&f->io);
	assert_int_equal(f->tape_lapped, 1);
	tape_publish(f->tape, &e);
	io_step(&f->io);
	assert_int_equal(f->io.hist[HIST_POLL_TO_PUBLISH]->n, 1);
	free_fixture(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_journal_is_readable),
		cmocka_unit_test(a_journal_is_never_written_over),
		cmocka_unit_test(a_full_disk_loses_nothing),
		cmocka_unit_test(traces_become_histograms),
		cmocka_unit_test(the_tape_becomes_histograms),
		cmocka_unit_test(a_lapped_tape_is_counted),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
