/*
 * Two cores, the slow thread and the io thread at once, while a capture is begun and ended over and
 * over: what the files hold are the cores' records in their order, and a gap is a loss that was counted.
 */
#include <pthread.h>

#include "common/msg.h"
#include "tests/appliance/capture_world.h"

enum { CAPTURES = 5, BURST = 16, FRAMES = 500, RECONNECT = 1 << 19, OPENING = 4 };

struct core {
	struct fixture *f;
	u32 core;
	u64 turns;
	pthread_t thread;
};

static u32 done; /* relaxed */

static bool is_done(void) { return __atomic_load_n(&done, __ATOMIC_RELAXED); }

/* A turn of a core: some frames and its end, as md_core_step leaves them. */
static void *run_core(void *arg)
{
	struct core *c = arg;
	struct recorder *under = &c->f->recorder[c->core];
	while (!is_done()) {
		if (c->turns % RECONNECT == 0)
			recorder_opening(under);
		struct recorder *r = recorder_turn(under, c->turns++, tsc_now());
		if (c->turns % RECONNECT == OPENING) { /* as if the bytes were spent */
			under->opening_left = 0;
			under->at = RECORDER_LOOK_AGAIN;
		}
		for (u32 i = 0; under->level != RECORDER_OFF && i < BURST; i++)
			frame(c->f, c->core, i & 1, TCP_FRAME_ACK, 1, text("payload"));
		if (r)
			recorder_end(r, &(struct record_turn){ .turn = c->turns, .tsc = tsc_now() }, 1);
	}
	recorder_want(under, RECORDER_OFF);
	recorder_turn(under, c->turns, tsc_now());
	return NULL;
}

static void *run_slow(void *arg)
{
	struct fixture *f = arg;
	for (u8 i = 0; !is_done(); i++) {
		char b[200] = "CLIENT_RANDOM ";
		for (u32 k = 0; k < CLIENT_RANDOM; k++)
			snprintf(b + strlen(b), 3, "%02x", i);
		strcat(b, " 00ff\n");
		ring_put(f->c.keys, 0, 0, b, (u32)strlen(b));
	}
	return NULL;
}

static void step_on(struct fixture *f)
{
	__atomic_store_n(&f->now_ns, f->now_ns + NS_PER_MS, __ATOMIC_RELAXED);
	capture_step(&f->c, f->now_ns);
}

/* The io thread answers; other threads step the cores. */
static void command(struct fixture *f, u16 type)
{
	const struct ring_msg *m;
	assert_true(ring_put(f->c.asked, type, 1, NULL, 0));
	while (!(m = ring_peek(f->c.answers))) {
		step_on(f);
	}
	assert_int_equal(((const struct capture_answer *)(const void *)m->data)->err, ERR_OK);
	ring_release(f->c.answers, m);
}

static void begun_and_ended_while_cores_run(void **state)
{
	struct fixture *f = new_fixture(CAPTURE_SECRETS_ALL);
	struct core cores[RECORD_CORES] = { { .f = f, .core = RECORD_MD }, { .f = f, .core = RECORD_TRADE } };
	pthread_t slow;
	(void)state;
	f->c.cfg.file_mb = 64;
	f->c.cfg.keep = 0;
	for (u32 i = 0; i < RECORD_CORES; i++)
		assert_int_equal(pthread_create(&cores[i].thread, NULL, run_core, &cores[i]), 0);
	assert_int_equal(pthread_create(&slow, NULL, run_slow, f), 0);
	for (u32 n = 1; n <= CAPTURES; n++) {
		command(f, CAPTURE_START);
		while (f->c.row.frames < FRAMES)
			step_on(f);
		command(f, CAPTURE_STOP);
		struct seen *s = read_file(f, n);
		struct capture_row r = row_of(f);
		u64 got = s->packets[0] + s->packets[1] + s->packets[2] + s->packets[3];
		assert_int_equal(got, r.frames);
		assert_int_equal(s->isb_dropped, r.lost);
		assert_int_equal(s->stats, RECORD_IFS);
		assert_true(s->starts <= RECORD_CORES); /* none of an earlier capture */
		free(s);
	}
	__atomic_store_n(&done, 1, __ATOMIC_RELAXED);
	for (u32 i = 0; i < RECORD_CORES; i++)
		pthread_join(cores[i].thread, NULL);
	pthread_join(slow, NULL);
	free_fixture(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(begun_and_ended_while_cores_run),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
