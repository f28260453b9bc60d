/*
 * What earlier boots left in their journals: position, last trades, open orders; and journals that
 * are damaged, foreign or missing.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "appliance/app.h"
#include "appliance/log.h"
#include "tests/cmocka_all.h"

#define BOOTS 4

static struct app *a;
static struct order_table orders;
static u64 gateway_cnt[GATEWAY_CNT_COUNT], risk_cnt[RISK_COUNTERS];
static char log_path[CONFIG_TEXT + 16];

static int setup(void **state)
{
	(void)state;
	a = aligned_alloc(CACHE_LINE, (sizeof *a + CACHE_LINE - 1) / CACHE_LINE * CACHE_LINE);
	memset(a, 0, sizeof *a);
	strcpy(a->cfg.state_dir, "/tmp/saker-test-recover-XXXXXX");
	assert_non_null(mkdtemp(a->cfg.state_dir));
	snprintf(log_path, sizeof log_path, "%s/log", a->cfg.state_dir);
	assert_true(log_open(log_path));
	a->boot = BOOTS;
	a->n_instruments = 2;
	for (u32 i = 0; i < 2; i++)
		a->instrument[i] = (struct instrument){ .id = i,
							.version = 1,
							.px_scale = 2,
							.qty_scale = 8,
							.symbol_n = 4,
							.symbol = "AAAA",
							.tick = 1,
							.min_px = 1,
							.max_px = 1000000,
							.lot = 1,
							.min_qty = 1,
							.max_qty = 1000000 };
	assert_int_equal(arena_open(&a->arena, 64u << 20), ERR_OK);
	assert_int_equal(order_table_init(&orders, &a->arena, BOOTS, gateway_cnt), ERR_OK);
	recon_init(&a->trade.recon, &orders, a->instrument, 2, 5000, gateway_cnt);
	a->trade.risk = risk_new(&a->arena, risk_cnt);
	for (u32 i = 0; i < 2; i++)
		assert_int_equal(risk_set_instrument(a->trade.risk, &a->instrument[i]), ERR_OK);
	return 0;
}

static int teardown(void **state)
{
	char path[CONFIG_TEXT + 32];
	(void)state;
	log_open("");
	for (u32 boot = 1; boot <= BOOTS; boot++) {
		snprintf(path, sizeof path, "%s/journal.%08x", a->cfg.state_dir, boot);
		unlink(path);
	}
	unlink(log_path);
	assert_int_equal(rmdir(a->cfg.state_dir), 0);
	arena_close(&a->arena);
	free(a);
	return 0;
}

/* ---- journals ---- */

static struct io io;
static struct journal journal;
static u64 write_errors;

static void begin(u32 boot)
{
	char error[256];
	struct ring *ring = ring_new(&a->arena, 1 << 16);
	io = (struct io){ .journal = ring, .journal_fd = -1, .write_errors = &write_errors,
			  .trace = ring_new(&a->arena, 4096),
			  .tape = tape_init(arena_alloc(&a->arena, tape_bytes(2), CACHE_LINE), 2),
			  .tape_next = 1 };
	journal_init(&journal, ring, gateway_cnt);
	assert_int_equal(io_open_journal(&io, a->cfg.state_dir, boot, error, sizeof error), ERR_OK);
}

static void end(void)
{
	while (io_step(&io))
		;
	io_close(&io);
}

static void sent(u64 id, u32 instrument, u8 side, i64 qty)
{
	struct order_req q = { .instrument = instrument, .side = side, .px = 100, .qty = qty };
	assert_true(journal_order_sent(&journal, id, &q, 1));
}

static void happened(u64 id, u32 instrument, u8 kind, u8 state, i64 filled)
{
	struct order_event e = { .order_id = id,
				 .instrument = instrument,
				 .kind = kind,
				 .state = state,
				 .filled_qty = filled };
	assert_true(journal_order_event(&journal, &e, 1));
}

static void filled(u64 id, u32 instrument, u8 side, u64 trade, i64 qty)
{
	struct order_event e = { .order_id = id,
				 .instrument = instrument,
				 .kind = ORDER_EV_FILL,
				 .state = ORDER_LIVE,
				 .side = side,
				 .trade_id = trade,
				 .fill_px = 100,
				 .fill_qty = qty,
				 .filled_qty = qty };
	assert_true(journal_order_event(&journal, &e, 1));
}

static i64 position(u32 i) { return risk_position(a->trade.risk, i)->qty; }

static const char *logged(void)
{
	static char text[4096];
	int fd = open(log_path, O_RDONLY);
	ssize_t n = read(fd, text, sizeof text - 1);
	close(fd);
	text[n > 0 ? n : 0] = 0;
	return text;
}

/* ---- tests ---- */

static void two_boots_add_up(void **state)
{
	(void)state;
	begin(1);
	sent(1, 0, SIDE_BUY, 10);
	filled(1, 0, SIDE_BUY, 501, 10);
	sent(2, 1, SIDE_SELL, 5); /* open when the first boot ended; the third asked the venue about it */
	end();
	begin(3); /* boot 2 never got as far as a journal */
	assert_true(journal_session(&journal, 0, LINK_READY, 0, 1));
	sent(1, 0, SIDE_SELL, 4);
	filled(1, 0, SIDE_SELL, 502, 3);
	filled(0, 1, SIDE_BUY, 900, 7); /* a trade outside our orders: moves the position alone */
	sent(2, 1, SIDE_BUY, 8);
	happened(2, 1, ORDER_EV_ACK, ORDER_LIVE, 0);
	journal_cancel_sent(&journal, 2, 777, 1);
	sent(3, 0, SIDE_BUY, 9);
	happened(3, 0, ORDER_EV_CANCELED, ORDER_CANCELED, 0);
	end();
	app_recover(a);
	assert_int_equal(position(0), 7);
	assert_int_equal(position(1), 7);
	assert_int_equal(a->trade.recon.last_trade_id[0], 502);
	assert_int_equal(a->trade.recon.last_trade_id[1], 900);
	assert_int_equal(a->trade.recon.n_other, 2);
	const struct recon_other *x = a->trade.recon.other;
	assert_int_equal(x[0].order_id, 1);
	assert_int_equal(x[0].filled_qty, 3);
	assert_int_equal(x[1].order_id, 2);
	assert_int_equal(x[1].venue_id, 777);
	assert_int_equal(x[1].boot, 3);
	assert_memory_equal(x[1].coid, "saker-00000003-0000000002", COID_LEN);
}

/* A boot that died before it had asked the venue leaves the question to the next one. */
static void what_no_boot_has_settled(void **state)
{
	(void)state;
	begin(1);
	assert_true(journal_session(&journal, 0, LINK_READY, 0, 1));
	sent(2, 1, SIDE_SELL, 5);
	end();
	begin(3);
	assert_true(journal_session(&journal, 0, LINK_RECON, 0, 1));
	assert_true(journal_session(&journal, 1, LINK_READY, 0, 1)); /* the session that stands by */
	end();
	app_recover(a);
	assert_int_equal(a->trade.recon.n_other, 1);
	assert_memory_equal(a->trade.recon.other[0].coid, "saker-00000001-0000000002", COID_LEN);
}

static void nothing_to_recover(void **state)
{
	(void)state;
	app_recover(a);
	assert_int_equal(position(0), 0);
	assert_int_equal(a->trade.recon.n_other, 0);
	assert_string_equal(logged(), "");
}

/* Damage is said, whichever boot's journal it is in, and the rest counts. */
static void damage_is_said(void **state)
{
	char path[CONFIG_TEXT + 32];
	(void)state;
	begin(1);
	filled(1, 0, SIDE_BUY, 1, 10);
	filled(1, 0, SIDE_BUY, 2, 20);
	filled(1, 0, SIDE_BUY, 3, 30);
	end();
	snprintf(path, sizeof path, "%s/journal.%08x", a->cfg.state_dir, 1);
	int fd = open(path, O_WRONLY);
	assert_int_equal(
		pwrite(fd, "x", 1, (off_t)(sizeof(struct journal_header) + JOURNAL_RECORD + 60)),
		1);
	close(fd);
	snprintf(path, sizeof path, "%s/journal.%08x", a->cfg.state_dir, 2);
	fd = open(path, O_WRONLY | O_CREAT, 0600);
	assert_int_equal(write(fd, "not a journal at all", 20), 20);
	close(fd);
	begin(3);
	filled(9, 0, SIDE_SELL, 9, 5);
	end();
	snprintf(path, sizeof path, "%s/journal.%08x", a->cfg.state_dir, 3);
	assert_int_equal(truncate(path, (off_t)(sizeof(struct journal_header) + JOURNAL_RECORD)),
			 0);
	app_recover(a);
	assert_int_equal(position(0), 35);
	assert_non_null(strstr(logged(), "journal of boot 1: 1 damaged and 1 missing"));
	assert_non_null(strstr(logged(), "journal of boot 2 cannot be read"));
	assert_null(strstr(logged(), "journal of boot 3"));
}

static void more_open_orders_than_can_be_asked_about(void **state)
{
	(void)state;
	begin(3);
	for (u64 id = 1; id <= RECON_OTHERS_MAX + 5; id++) {
		sent(id, 0, SIDE_BUY, 1);
		io_step(&io);
	}
	end();
	app_recover(a);
	assert_int_equal(a->trade.recon.n_other, RECON_OTHERS_MAX);
	assert_non_null(strstr(logged(), "more orders left open"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(two_boots_add_up, setup, teardown),
		cmocka_unit_test_setup_teardown(what_no_boot_has_settled, setup, teardown),
		cmocka_unit_test_setup_teardown(nothing_to_recover, setup, teardown),
		cmocka_unit_test_setup_teardown(damage_is_said, setup, teardown),
		cmocka_unit_test_setup_teardown(more_open_orders_than_can_be_asked_about, setup,
						teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
