#include "tests/cmocka_all.h"

#include <string.h>

#include "dataplane/nic/nic_mem.h"
#include "dataplane/recorder.h"

#define DEPTH 64

struct rig {
	struct arena arena;
	struct port x, y;
	u64 cx[PORT_CNT_COUNT], cy[PORT_CNT_COUNT], lost;
	struct ring *ring;
	struct recorder *c; /* stands before x */
};

static int setup(void **state)
{
	static struct rig r;
	memset(&r, 0, sizeof(r));
	assert_int_equal(arena_open(&r.arena, 1 << 20), ERR_OK);
	assert_int_equal(port_mem_pair(&r.arena, &r.x, &r.y, DEPTH, r.cx, r.cy), ERR_OK);
	r.ring = ring_new(&r.arena, 1 << 14);
	r.c = ARENA_NEW(&r.arena, struct recorder);
	assert_true(r.ring && r.c);
	recorder_init(r.c, &r.x, r.ring, &r.lost);
	recorder_want(r.c, RECORDER_ON);
	assert_ptr_equal(recorder_turn(r.c, 0, 1), r.c);
	const struct ring_msg *start = ring_peek(r.ring);
	assert_true(start && start->type == RECORD_START && start->tag == 0);
	ring_release(r.ring, start);
	*state = &r;
	return 0;
}

static int teardown(void **state)
{
	struct rig *r = *state;
	port_close(&r->c->port);
	arena_close(&r->arena);
	return 0;
}

static bool send(struct port *p, u8 first, u32 n)
{
	u8 *room = p->out.room(&p->out);
	if (!room)
		return false;
	memset(room, 0x55, n);
	room[0] = first;
	return p->out.push(&p->out, n);
}

/* Takes the oldest record, which must be this one; returns its stamp. */
static u64 expect(struct rig *r, enum record_type type, u64 number, u8 first, u32 n)
{
	const struct ring_msg *m = ring_peek(r->ring);
	assert_non_null(m);
	const struct record_frame *rec = (const struct record_frame *)m->data;
	assert_int_equal(m->type, type);
	assert_int_equal(m->tag, number + 1); /* the start was 0 */
	assert_int_equal(m->n, sizeof(*rec) + n);
	assert_int_equal(rec->n, n);
	assert_int_equal(rec->data[0], first);
	assert_int_equal(rec->data[n - 1], 0x55);
	u64 tsc = rec->tsc;
	ring_release(r->ring, m);
	return tsc;
}

static void answers_stand_behind_what_they_answer(void **state)
{
	struct rig *r = *state;
	struct port *p = &r->c->port;
	struct frame f[PORT_BURST_MAX];
	port_mem_mark(&r->y, 0, FRAME_CSUM_GOOD);
	assert_true(send(&r->y, 1, 60) && send(&r->y, 2, 1518));
	assert_int_equal(port_rx(p, f, PORT_BURST_MAX), 2);
	assert_true(f[0].n == 60 && f[1].n == 1518 && f[0].flags == FRAME_CSUM_GOOD);
	assert_true(send(p, 3, 70));
	assert_null(ring_peek(r->ring)); /* nothing is written while the burst is worked on */
	port_rx_done(p);
	u64 a = expect(r, RECORD_RX, 0, 1, 60), b = expect(r, RECORD_RX, 1, 2, 1518);
	u64 c = expect(r, RECORD_TX, 2, 3, 70);
	assert_true(a == b && b < c);

	assert_true(send(p, 4, 80)); /* outside a burst: at once */
	expect(r, RECORD_TX, 3, 4, 80);
	assert_null(ring_peek(r->ring));
	assert_int_equal(port_rx(&r->y, f, PORT_BURST_MAX), 2);
	assert_true(f[0].p[0] == 3 && f[1].p[0] == 4 && f[1].n == 80);
	port_rx_done(&r->y);
}

static void many_answers_to_one_burst_all_arrive(void **state)
{
	struct rig *r = *state;
	struct port *p = &r->c->port;
	struct frame f[PORT_BURST_MAX];
	assert_true(send(&r->y, 1, 60));
	assert_int_equal(port_rx(p, f, PORT_BURST_MAX), 1);
	for (u8 i = 0; i < 2 * RECORDER_STAGED_MAX + 1; i++)
		assert_true(send(p, i, 64));
	port_rx_done(p);
	expect(r, RECORD_RX, 0, 1, 60);
	for (u8 i = 0; i < 2 * RECORDER_STAGED_MAX + 1; i++)
		expect(r, RECORD_TX, 1u + i, i, 64);
	assert_null(ring_peek(r->ring));
	assert_int_equal(r->lost, 0);
}

static void a_full_ring_loses_records_not_frames(void **state)
{
	struct rig *r = *state;
	struct port *p = &r->c->port;
	u64 sent = 0, kept = 0;
	for (; sent < DEPTH; sent++)
		assert_true(send(p, (u8)sent, 1000));
	assert_true(r->lost > 0 && r->lost < sent);
	for (; ring_peek(r->ring); kept++)
		expect(r, RECORD_TX, kept, (u8)kept, 1000);
	assert_int_equal(kept + r->lost, sent);

	struct frame f[PORT_BURST_MAX];
	assert_int_equal(port_rx(&r->y, f, 1), 1);
	port_rx_done(&r->y);
	assert_true(send(p, 9, 1000));
	expect(r, RECORD_TX, sent, 9, 1000); /* the gap in the numbers shows the loss */
}

static bool refuse(struct frame_out *o, u32 n)
{
	(void)o;
	return n == 0;
}

/* The oldest record: the `nth` room() of the turn came to nothing, or its push. */
static void expect_refused(struct rig *r, u32 pushed, u32 nth)
{
	const struct ring_msg *m = ring_peek(r->ring);
	assert_true(m && m->type == RECORD_REFUSED);
	const struct record_refused *what = (const void *)m->data;
	assert_int_equal(what->pushed, pushed);
	assert_int_equal(what->nth, nth);
	ring_release(r->ring, m);
	assert_null(ring_peek(r->ring));
}

static void take_pause(struct rig *r, u64 number)
{
	const struct ring_msg *m = ring_peek(r->ring);
	assert_true(m && m->type == RECORD_PAUSE && m->tag == number && m->n == 0);
	ring_release(r->ring, m);
}

/* Off, the port is the one below and leaves nothing behind; the numbers go on. */
static void it_is_switched_between_turns(void **state)
{
	struct rig *r = *state;
	struct record_turn t = { .turn = 1 };
	assert_true(recorder_is_on(r->c));
	recorder_end(r->c, &t, 0); /* idle: not recorded */
	assert_null(ring_peek(r->ring));
	recorder_end(r->c, &t, 1);
	ring_release(r->ring, ring_peek(r->ring));
	recorder_want(r->c, RECORDER_OFF);
	assert_false(recorder_obeyed(r->c));
	assert_null(recorder_turn(r->c, 1, 2));
	assert_true(recorder_obeyed(r->c));
	assert_false(recorder_is_on(r->c));
	take_pause(r, 2);
	assert_true(send(&r->c->port, 1, 60));
	assert_null(ring_peek(r->ring));
	recorder_want(r->c, RECORDER_ON);
	assert_non_null(recorder_turn(r->c, 7, 3));
	const struct ring_msg *m = ring_peek(r->ring);
	const struct record_start *start = (const void *)m->data;
	assert_true(m->type == RECORD_START && m->tag == 3 && start->turn == 7);
	ring_release(r->ring, m);
	assert_true(send(&r->c->port, 2, 60));
	expect(r, RECORD_TX, 3, 2, 60);
	recorder_end(r->c, &t, 0); /* it has left a record */
	m = ring_peek(r->ring);
	assert_true(m && m->type == RECORD_TURN && m->tag == 5);
}

/* Frames alone, of whichever session, from where one begins to connect until 64 KB have passed. */
static void an_opening_is_recorded_and_then_no_more(void **state)
{
	struct rig *r = *state;
	u32 frames = 0, bytes = 0;
	u64 turn = 1;
	recorder_want(r->c, RECORDER_OPENING);
	assert_null(recorder_turn(r->c, turn++, 2));
	take_pause(r, 1);
	assert_true(send(&r->c->port, 1, 60));
	assert_null(ring_peek(r->ring)); /* nobody connects */
	for (u32 session = 0; session < 2; session++) {
		recorder_opening(r->c);
		for (bytes = 0; bytes < RECORDER_OPENING_BYTES; bytes += 1000, frames++) {
			struct frame f[PORT_BURST_MAX];
			assert_null(recorder_turn(r->c, turn++, 2)); /* no turns, no messages */
			assert_true(send(&r->c->port, 2, 1000));
			expect(r, RECORD_TX, 1 + frames + session, 2, 1000);
			u32 n = port_rx(&r->y, f, PORT_BURST_MAX);
			if (n)
				port_rx_done(&r->y);
		}
		assert_null(ring_peek(r->ring));
		assert_null(recorder_turn(r->c, turn++, 2));
		take_pause(r, 2 + frames + session);
		assert_true(send(&r->c->port, 1, 60));
		assert_null(ring_peek(r->ring));
	}
	assert_int_equal(frames, 2 * ((RECORDER_OPENING_BYTES + 999) / 1000));
}

/* A capture that begins during an opening goes on where that is: no frame is missing in between. */
static void from_opening_to_on_and_back_nothing_is_missing(void **state)
{
	struct rig *r = *state;
	recorder_want(r->c, RECORDER_OPENING);
	recorder_opening(r->c);
	assert_null(recorder_turn(r->c, 1, 2));
	assert_true(send(&r->c->port, 1, 60));
	expect(r, RECORD_TX, 0, 1, 60);
	recorder_want(r->c, RECORDER_ON);
	assert_ptr_equal(recorder_turn(r->c, 2, 3), r->c);
	const struct ring_msg *m = ring_peek(r->ring);
	assert_true(m && m->type == RECORD_START && m->tag == 2);
	ring_release(r->ring, m);
	recorder_want(r->c, RECORDER_OPENING);
	assert_null(recorder_turn(r->c, 3, 3));
	assert_true(send(&r->c->port, 2, 60));
	expect(r, RECORD_TX, 2, 2, 60);
	assert_null(ring_peek(r->ring));
}

static void only_what_the_device_took_is_captured(void **state)
{
	struct rig *r = *state;
	struct port *p = &r->c->port;
	bool (*push)(struct frame_out *, u32) = r->x.out.push;
	assert_int_equal(p->mac[5], 1); /* the address of the port behind */
	r->x.out.push = refuse;
	assert_false(send(p, 1, 60));
	expect_refused(r, 1, 1);
	r->x.out.push = push;
	assert_true(send(p, 1, 60)); /* the same frame again, by a new room() and push() */
	expect(r, RECORD_TX, 1, 1, 60);

	for (u32 i = 1; i < DEPTH; i++) {
		assert_true(send(p, 0, 14));
		ring_release(r->ring, ring_peek(r->ring));
	}
	assert_null(p->out.room(&p->out)); /* no room behind, none here */
	expect_refused(r, 0, DEPTH + 2);
	assert_int_equal(r->cx[PORT_CNT_no_buffer], 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(answers_stand_behind_what_they_answer, setup, teardown),
		cmocka_unit_test_setup_teardown(many_answers_to_one_burst_all_arrive, setup, teardown),
		cmocka_unit_test_setup_teardown(a_full_ring_loses_records_not_frames, setup, teardown),
		cmocka_unit_test_setup_teardown(only_what_the_device_took_is_captured, setup, teardown),
		cmocka_unit_test_setup_teardown(it_is_switched_between_turns, setup, teardown),
		cmocka_unit_test_setup_teardown(an_opening_is_recorded_and_then_no_more, setup, teardown),
		cmocka_unit_test_setup_teardown(from_opening_to_on_and_back_nothing_is_missing, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
