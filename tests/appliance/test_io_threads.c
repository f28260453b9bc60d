/*
 * The io thread beside a core that writes: every record in its order, every stamp counted, the rest
 * taken when it stops.
 */
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "appliance/io.h"
#include "common/arena.h"
#include "gateway/gateway_cnt.h"
#include "tests/cmocka_all.h"

#define RECORDS 20000u
#define SLOTS 32768 /* more than are written: none is lost */

static void journal_and_traces_of_a_running_core(void **state)
{
	static u8 bytes[sizeof(struct journal_header) + (RECORDS + 1) * JOURNAL_RECORD];
	static struct io io;
	u64 cnt[GATEWAY_CNT_COUNT] = { 0 }, errors = 0, negative = 0, implausible = 0, lapped = 0;
	char dir[64] = "/tmp/saker-test-io-XXXXXX", path[96], error[256];
	struct trace_rec t = { .tsc = { 100 }, .ns = 5000 };
	struct tape_event e = {
		.kind = TAPE_BBO, .flags = TAPE_LAST, .poll_tsc = 100, .publish_tsc = 150
	};
	struct journal_reader r;
	struct journal_record rec;
	struct journal j;
	struct arena a;
	pthread_t thread;
	(void)state;
	assert_non_null(mkdtemp(dir));
	assert_int_equal(arena_open(&a, 64 << 20), ERR_OK);
	struct tape *tape = tape_init(arena_alloc(&a, tape_bytes(SLOTS), CACHE_LINE), SLOTS);
	io = (struct io){ .clock = { .mult = 1ull << 32 },
			  .journal_fd = -1,
			  .write_errors = &errors,
			  .lag_negative = &negative,
			  .lag_implausible = &implausible,
			  .tape_lapped = &lapped,
			  .tape = tape,
			  .tape_next = 1,
			  .journal = ring_new(&a, 1 << 16),
			  .trace = ring_new(&a, 1 << 16) };
	for (u32 i = 0; i < IO_HISTS; i++)
		io.hist[i] = ARENA_NEW(&a, struct hist);
	journal_init(&j, io.journal, cnt);
	assert_int_equal(io_open_journal(&io, dir, 1, error, sizeof error), ERR_OK);
	assert_int_equal(pthread_create(&thread, NULL, io_thread, &io), 0);
	for (u32 i = 1; i <= RECORDS; i++) {
		for (journal_turn(&j); !j.has_room; journal_turn(&j))
			usleep(100);
		assert_true(journal_cancel_sent(&j, i, 9, 1));
		while (!trace_put(io.trace, TRACE_ANSWER, &t))
			usleep(100);
		tape_publish(tape, &e);
	}
	__atomic_store_n(&io.stop, true, __ATOMIC_RELAXED);
	pthread_join(thread, NULL);
	io_close(&io);
	assert_int_equal(io.hist[HIST_ORDER_TO_ACK]->n, RECORDS);
	assert_int_equal(io.hist[HIST_POLL_TO_PUBLISH]->n, RECORDS);
	assert_int_equal(lapped, 0);
	assert_int_equal(errors, 0);
	snprintf(path, sizeof path, "%s/journal.%08x", dir, 1);
	int fd = open(path, O_RDONLY);
	ssize_t n = read(fd, bytes, sizeof bytes);
	close(fd);
	assert_int_equal(journal_open(&r, bytes, (size_t)n), ERR_OK);
	for (u32 i = 1; i <= RECORDS; i++) {
		assert_true(journal_next(&r, &rec));
		assert_int_equal(rec.cancel.order_id, i);
	}
	assert_false(journal_next(&r, &rec));
	unlink(path);
	assert_int_equal(rmdir(dir), 0);
	arena_close(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(
		journal_and_traces_of_a_running_core) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
