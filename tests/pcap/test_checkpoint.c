/*
 * Both cores are copied between two turns, at random, and run again from there: the same orders, the
 * same frames as if they had been run from their beginning. And the bytes of a checkpoint.
 */
#include "tests/pcap/replay_again.h"

#include <time.h>

#define NO_BUDGET (1000000 * NS_PER_S)


static struct span recorded(const struct live *w)
{
	return (struct span){ .p = w->file.start, .n = wr_len(&w->file) };
}

static u64 seed_of_day(void)
{
	u64 seed = (u64)time(NULL);
	print_message("seed %llu\n", (unsigned long long)seed);
	return seed;
}

/* A core in another place: other addresses, memory that was used for something else. */
static struct again *again_from(struct span bytes, u32 stretch, struct checkpoint *k)
{
	struct state_place places[32];
	struct again *a = again_open_at(bytes, stretch);
	const struct replay_stretch *s = &a->file.stretch[stretch];
	char why[REPLAY_TEXT] = "";
	if (!replay_stretch_usable(s, why))
		fail_msg("%s", why);
	*k = (struct checkpoint){ 0 };
	if (!s->head.cores)
		return a;
	assert_int_equal(checkpoint_open(k, s->checkpoint_version, s->checkpoint), ERR_OK);
	if (!replay_restore(&a->r, k, places, cores_places(&a->c, places)))
		fail_msg("%s", a->r.why);
	return a;
}

/* Runs a stretch; its orders are those from `mark` on. Returns how many bytes of them there were. */
static size_t replays(const struct live *w, u32 stretch, size_t mark, bool to_the_end)
{
	struct checkpoint k;
	struct again *a = again_from(recorded(w), stretch, &k);
	const struct replay_core_file *c = a->file.stretch[stretch].core;
	bool whole = replay_run(&a->r);
	if (a->r.differs || (to_the_end && !whole))
		fail_msg("%s", a->r.why);
	assert_true(!to_the_end || !(c[RECORD_MD].ended || c[RECORD_TRADE].ended));
	size_t n = a->orders_n;
	assert_true(to_the_end ? n == w->orders_n - mark : n <= w->orders_n - mark);
	assert_memory_equal(a->orders, w->orders + mark, n);
	checkpoint_close(&k);
	again_close(a);
	return n;
}

/* ---- begun late ---- */

static void begun_late(bool split)
{
	u64 seed = seed_of_day(), orders = 0;
	struct rng rng;
	rng_seed(&rng, seed);
	for (u32 i = 0; i < 8; i++) {
		live_open_late(&live, seed + i, split, NO_BUDGET, true);
		live_run(&live, 650 + (u32)rng_below(&rng, 2500));
		assert_int_equal(live.orders_n, 0);
		live_save(&live);
		live_run(&live, 1500);
		assert_int_equal(live.n_saved, 1);
		orders += live.n_orders;
		replays(&live, 0, 0, true);
		live_close(&live);
	}
	print_message("%llu orders and cancels\n", (unsigned long long)orders);
	assert_true(orders > 50);
}

static void fused_begun_late_leads_to_the_same_orders(void **state)
{
	(void)state;
	begun_late(false);
}

static void split_begun_late_leads_to_the_same_orders(void **state)
{
	(void)state;
	begun_late(true);
}

/* ---- losses ---- */

struct mark {
	u64 number; /* of the trading core's RECORD_START */
	size_t at;  /* of the orders */
};

/* Every stretch; where nothing was lost a checkpoint begins none. Returns how many there were. */
static u32 replays_all(const struct live *w, const struct mark *mark, u32 n_marks)
{
	static struct replay_file f;
	assert_int_equal(replay_file_add(&f, "file", recorded(w)), ERR_OK);
	u32 n = f.n_stretches;
	for (u32 i = 0; i < n; i++) {
		size_t at = 0;
		for (u32 k = 0; k < n_marks; k++)
			if (f.stretch[i].head.cores && mark[k].number == f.stretch[i].head.core[RECORD_TRADE].number)
				at = mark[k].at;
		replays(w, i, at, i + 1 == n);
	}
	replay_file_free(&f);
	return n;
}

/* Again and again records are lost, of either core, and a checkpoint follows. */
static void after_a_loss_it_goes_on_at_the_next_checkpoint(void **state)
{
	(void)state;
	u64 seed = seed_of_day();
	u32 stretches = 0;
	struct rng rng;
	rng_seed(&rng, seed);
	for (u32 i = 0; i < 6; i++) {
		struct mark mark[5];
		live_open(&live, seed + i, i & 1, NO_BUDGET);
		for (u32 n = 0; n < ARRAY_LEN(mark); n++) {
			live_run(&live, 500 + (u32)rng_below(&rng, 600));
			live.losing = true;
			live_run(&live, 1 + (u32)rng_below(&rng, 200));
			live_save(&live);
			live_run(&live, 100);
			assert_int_equal(live.n_saved, n + 1);
			mark[n] = (struct mark){ live.c.rec[RECORD_TRADE]->saved.number, live.mark };
		}
		stretches += replays_all(&live, mark, ARRAY_LEN(mark));
		live_close(&live);
	}
	assert_true(stretches > 20);
}

/* With nothing lost a checkpoint is passed over: one stretch, from the beginning to the end. */
static void a_checkpoint_nobody_needs_is_passed_over(void **state)
{
	(void)state;
	u64 seed = seed_of_day();
	for (u32 split = 0; split < 2; split++) {
		live_open(&live, seed, split, NO_BUDGET);
		for (u32 i = 0; i < 4; i++) {
			live_run(&live, 700);
			live_save(&live);
		}
		live_run(&live, 400);
		assert_int_equal(live.n_saved, 4);
		replays(&live, 0, 0, true);
		live_close(&live);
	}
}

/* ---- the bytes ---- */

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fused_begun_late_leads_to_the_same_orders),
		cmocka_unit_test(split_begun_late_leads_to_the_same_orders),
		cmocka_unit_test(after_a_loss_it_goes_on_at_the_next_checkpoint),
		cmocka_unit_test(a_checkpoint_nobody_needs_is_passed_over),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
