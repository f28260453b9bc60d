/*
 * Both cores trade at random, are recorded, and are run again from the file: the same orders, the
 * same frames, whatever happened to them.
 */
#include "tests/pcap/replay_again.h"

#include <time.h>

static struct span recorded(const struct live *w)
{
	return (struct span){ .p = w->file.start, .n = wr_len(&w->file) };
}

/* Runs the whole file; the orders are the same. */
static void replays(const struct live *w)
{
	struct again *a = again_open(recorded(w));
	char why[REPLAY_TEXT] = "";
	if (!replay_file_usable(&a->file, why))
		fail_msg("%s", why);
	if (!replay_run(&a->r))
		fail_msg("%s", a->r.why);
	assert_false(a->file.stretch[0].core[RECORD_MD].ended || a->file.stretch[0].core[RECORD_TRADE].ended);
	assert_true(a->r.core[RECORD_MD].rx > 100 && a->r.core[RECORD_TRADE].tx > 20);
	assert_int_equal(a->orders_n, w->orders_n);
	assert_memory_equal(a->orders, w->orders, w->orders_n);
	again_close(a);
}

static u64 seed_of_day(void)
{
	u64 seed = (u64)time(NULL);
	print_message("seed %llu\n", (unsigned long long)seed);
	return seed;
}

/* What has happened in a run, so that a test can say that it was not all calm. */
struct seen {
	u64 orders, kills, journal_full, refused, laps;
};

static void look(const struct live *w, struct seen *s)
{
	s->orders += w->n_orders;
	s->kills += w->c.tl.cnt[TRADE_CNT_kills];
	s->journal_full += w->n_full_turns;
	s->laps += w->c.tl.cnt[TRADE_CNT_tape_lapped];
	for (u32 i = 0; i < RECORD_CORES; i++)
		s->refused += w->port_cnt[2 * i][PORT_CNT_no_buffer];
}

static void runs(bool split, ns_t budget_ns)
{
	struct seen seen = { 0 };
	u64 seed = seed_of_day();
	for (u32 i = 0; i < 6; i++) {
		live_open(&live, seed + i, split, budget_ns);
		live_run(&live, 4000);
		look(&live, &seen);
		replays(&live);
		live_close(&live);
	}
	print_message("%llu orders and cancels, %llu kills, %llu turns with a full journal, %llu refused frames, "
		      "%llu laps\n",
		      (unsigned long long)seen.orders, (unsigned long long)seen.kills,
		      (unsigned long long)seen.journal_full, (unsigned long long)seen.refused,
		      (unsigned long long)seen.laps);
	assert_true(seen.orders > 100 && seen.kills && seen.journal_full && seen.refused);
	assert_true(!split || seen.laps);
}

static void fused_leads_to_the_same_orders(void **state)
{
	(void)state;
	runs(false, 1000000 * NS_PER_S);
}

static void split_leads_to_the_same_orders(void **state)
{
	(void)state;
	runs(true, 1000000 * NS_PER_S);
}

/* Every callback is over its budget: strategies are paused for measured time again and again. */
static void pauses_for_measured_time_come_at_the_same_callback(void **state)
{
	(void)state;
	u64 seed = seed_of_day();
	live_open(&live, seed, true, 1);
	live_run(&live, 4000);
	assert_true(live.c.tl.host_cnt[HOST_CNT_budget_pauses] > 0);
	replays(&live);
	live_close(&live);
}

/* ---- files that are not whole ---- */

/* A recorded run and a copy of its file to be spoilt. */
static struct span spoilt(u64 seed)
{
	live_open(&live, seed, false, 1000000 * NS_PER_S);
	live_run(&live, 2000);
	u8 *copy = malloc(wr_len(&live.file));
	memcpy(copy, live.file.start, wr_len(&live.file));
	return (struct span){ .p = copy, .n = wr_len(&live.file) };
}

/* The block of `b` that is the `nth` record of our own of a core, with its place. */
static struct span find_record(struct span file, enum record_core core, u32 nth)
{
	struct pcapng_if ifs[8];
	struct pcapng_reader r;
	struct pcapng_block b;
	struct record_item i;
	pcapng_read_init(&r, file, ifs, ARRAY_LEN(ifs));
	while (pcapng_next(&r, &b) == ERR_OK)
		if (record_read(&b, &i) == ERR_OK && i.numbered && i.core == core && !nth--)
			return (struct span){ .p = file.p + r.offset, .n = (size_t)(r.rd.p - r.start - r.offset) };
	fail_msg("no such record");
	return file;
}

/*
 * What stands before the damage is run and the same, orders included; `why` of `core` says what is
 * wrong.
 */
static void runs_up_to(struct span file, enum record_core core, const char *why)
{
	struct again *a = again_open(file);
	const struct replay_core_file *c = &a->file.stretch[0].core[core];
	assert_true(c->ended && c->n_turns > 100);
	if (!strstr(c->why, why))
		fail_msg("%s", c->why);
	replay_run(&a->r);
	if (a->r.differs)
		fail_msg("%s", a->r.why);
	assert_true(a->orders_n > 0 && a->orders_n <= live.orders_n);
	assert_memory_equal(a->orders, live.orders, a->orders_n);
	again_close(a);
}

static void a_file_cut_anywhere_runs_up_to_there(void **state)
{
	(void)state;
	struct span file = spoilt(41);
	for (u32 i = 0; i < 20; i++) {
		size_t n = file.n / 2 + file.n * i / 45 + i;
		struct again *a = again_open((struct span){ file.p, n });
		for (u32 k = 0; k < RECORD_CORES; k++)
			assert_true(!a->file.stretch[0].core[k].ended || strstr(a->file.stretch[0].core[k].why, "behind packet "));
		replay_run(&a->r);
		if (a->r.differs)
			fail_msg("%s", a->r.why);
		assert_true(a->orders_n > 0 && a->orders_n <= live.orders_n);
		assert_memory_equal(a->orders, live.orders, a->orders_n);
		again_close(a);
	}
	free((void *)file.p);
	live_close(&live);
}

static void a_changed_byte_a_missing_record_and_a_later_start_are_named(void **state)
{
	(void)state;
	struct span file = spoilt(42), hit = find_record(file, RECORD_TRADE, 700);
	u8 *at = (u8 *)(uintptr_t)hit.p;
	at[40] ^= 1;
	runs_up_to(file, RECORD_TRADE, "checksum");
	at[40] ^= 1;
	/* the block becomes one nobody knows */
	at[12] ^= 1;
	runs_up_to(file, RECORD_TRADE, "trading core: 1 records are missing before packet ");
	at[12] ^= 1;
	free((void *)file.p);
	live_close(&live);
}

/* The first difference ends it, and names the place: here a frame the venue never sent so. */
static void a_changed_frame_leads_to_a_difference_that_is_named(void **state)
{
	(void)state;
	struct span file = spoilt(43);
	struct again *a = again_open(file);
	const struct replay_core_file *c = &a->file.stretch[0].core[RECORD_TRADE];
	u64 i = c->n_items / 2;
	while (c->items[i].r.type != RECORD_TX || c->items[i].r.data.n < 100)
		i++;
	((u8 *)(uintptr_t)c->items[i].r.data.p)[80] ^= 1;
	char want[64];
	snprintf(want, sizeof want, "packet %llu: a frame sent differs at byte 80",
		 (unsigned long long)c->items[i].packet);
	assert_false(replay_run(&a->r));
	assert_true(a->r.differs);
	if (!strstr(a->r.why, want))
		fail_msg("%s, not %s", a->r.why, want);
	again_close(a);
	free((void *)file.p);
	live_close(&live);
}

/* Recording that began late, and one that was switched off and on: nothing of it is taken for the beginning. */
static void only_a_recording_from_the_very_beginning_is_usable(void **state)
{
	(void)state;
	struct span file = spoilt(44);
	struct span start = find_record(file, RECORD_MD, 0), late = { .p = file.p, .n = file.n };
	struct replay_file f = { 0 };
	char why[REPLAY_TEXT];
	((u8 *)(uintptr_t)start.p)[12] ^= 1;
	assert_int_equal(replay_file_add(&f, "file", late), ERR_OK);
	assert_false(replay_file_usable(&f, why));
	if (!strstr(why, "does not begin with the start of the process"))
		fail_msg("%s", why);
	replay_file_free(&f);
	assert_int_equal(replay_file_add(&f, "noise", pcapng_text("this is no capture")), ERR_UNSUPPORTED);
	assert_false(replay_file_usable(&f, why));
	assert_non_null(strstr(why, "the configuration is not in the capture"));
	replay_file_free(&f);
	free((void *)file.p);
	live_close(&live);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fused_leads_to_the_same_orders),
		cmocka_unit_test(split_leads_to_the_same_orders),
		cmocka_unit_test(pauses_for_measured_time_come_at_the_same_callback),
		cmocka_unit_test(a_file_cut_anywhere_runs_up_to_there),
		cmocka_unit_test(a_changed_byte_a_missing_record_and_a_later_start_are_named),
		cmocka_unit_test(a_changed_frame_leads_to_a_difference_that_is_named),
		cmocka_unit_test(only_a_recording_from_the_very_beginning_is_usable),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
