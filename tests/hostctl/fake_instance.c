#include "tests/hostctl/fake_instance.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/counter.h"
#include "common/msg.h"
#include "gateway/trade_core.h"
#include "hostctl/cli.h"
#include "strategy/strategy.h"
#include "tests/cmocka_all.h"

static const struct instrument instruments[] = {
	{ .id = 0,
	  .px_scale = 2,
	  .qty_scale = 5,
	  .symbol_n = 7,
	  .symbol = "BTCUSDT",
	  .base = "BTC",
	  .quote = "USDT",
	  .tick = 1,
	  .lot = 1 },
	{ .id = 1,
	  .px_scale = 8,
	  .qty_scale = 0,
	  .symbol_n = 8,
	  .symbol = "PEPEUSDT",
	  .base = "PEPE",
	  .quote = "USDT",
	  .tick = 1,
	  .lot = 1 },
};

static const struct strategy_param_row params[] = {
	{ .strategy = 0, .place = 0, .type = PARAM_INT, .name = "half_spread", .unit = "ticks", .min = "1",
	  .max = "100000", .def = "50", .help = "from the middle to each quote" },
	{ .strategy = 0, .place = 1, .type = PARAM_DECIMAL, .decimals = 5, .name = "quantity", .unit = "BTC" },
	{ .strategy = 0, .place = 2, .type = PARAM_STRING, .name = "symbol", .help = "what it quotes" },
};

static const struct counter_def port_defs[] = {
	{ "rx_frames", "frames handed to the core" },
	{ "dev_rx_missed", "frames the device dropped because its receive ring was full" },
};
static const struct counter_def tls_defs[] = { { "records", "records opened" } };
static const struct counter_def gateway_defs[] = { { "journal_full",
						     "journal records lost: the ring is full" } };
static const struct counter_def app_defs[] = { { "allocations_after_seal",
						 "allocations made on a hot core; must stay 0" } };

static void *table(struct fake_instance *f, const char *name, u32 n, size_t size)
{
	void *p = segment_add(&f->seg, name, REGION_TABLE, n, n * size);
	assert_non_null(p);
	return p;
}

static char *text(struct fake_instance *f, const char *name, const char *s)
{
	return memcpy(table(f, name, 1, strlen(s) + 1), s, strlen(s) + 1);
}

static void add_book(struct fake_instance *f)
{
	static u64 counters[BOOK_CNT_COUNT];
	const struct book_config c = { .levels = FAKE_LEVELS, .buffer_levels = FAKE_LEVELS };
	assert_int_equal(arena_open(&f->arena, 1 << 20), ERR_OK);
	f->book = book_new(&f->arena, counters, &c);
	size_t bytes = book_image_bytes(FAKE_LEVELS);
	f->image = book_image_init(
		segment_add(&f->seg, "md.book.BTCUSDT", REGION_BOOK, FAKE_LEVELS, bytes),
		FAKE_LEVELS);
	book_image_write(f->image, f->book, 0);
}

static void add_regions(struct fake_instance *f)
{
	f->md = table(f, "md.status", 1, sizeof *f->md);
	f->trade = table(f, "trade.status", 1, sizeof *f->trade);
	f->ports = table(f, "ports", 2, sizeof *f->ports);
	f->session[0] = table(f, "session.md", 1, sizeof *f->session[0]);
	f->session[1] = table(f, "session.order", 1, sizeof *f->session[0]);
	f->session[2] = table(f, "session.standby", 1, sizeof *f->session[0]);
	segment_add_counters(&f->seg, "md.tls", tls_defs, ARRAY_LEN(tls_defs))[0] = 3;
	f->md_port = segment_add_counters(&f->seg, "md.port", port_defs, ARRAY_LEN(port_defs));
	f->gateway = segment_add_counters(&f->seg, "trade.gateway", gateway_defs,
					  ARRAY_LEN(gateway_defs));
	f->app = segment_add_counters(&f->seg, "app", app_defs, ARRAY_LEN(app_defs));
	f->tape = tape_init(segment_add(&f->seg, "md.tape", REGION_TAPE, FAKE_TAPE_SLOTS,
					tape_bytes(FAKE_TAPE_SLOTS)),
			    FAKE_TAPE_SLOTS);
	f->t2t = segment_add(&f->seg, "t2t", REGION_HIST, 1, sizeof *f->t2t);
	f->lag = segment_add(&f->seg, "feed_lag", REGION_HIST, 1, sizeof *f->lag);
	f->outliers = table(f, "outliers", OUTLIERS, sizeof *f->outliers);
	f->orders = table(f, "orders", ROWS_ORDERS, sizeof *f->orders);
	f->positions = table(f, "positions", ARRAY_LEN(instruments), sizeof *f->positions);
	f->state = table(f, "trade.state", 1, sizeof *f->state);
	f->strategies = table(f, "strategy.state", 2, sizeof *f->strategies);
	f->values = table(f, "strategy.values", 2, sizeof *f->values);
	memcpy(table(f, "strategy.params", ARRAY_LEN(params), sizeof params[0]), params, sizeof params);
	f->limits = table(f, "limits", ARRAY_LEN(instruments), sizeof *f->limits);
	f->capture = table(f, "capture", 1, sizeof *f->capture);
	f->epoch = table(f, "epoch", 1, sizeof *f->epoch);
	memcpy(table(f, "instruments", ARRAY_LEN(instruments), sizeof instruments[0]), instruments,
	       sizeof instruments);
	text(f, "strategies", "quotes maker\nsecond twap\n");
	char config[512];
	snprintf(config, sizeof config,
		 "file: /etc/saker.yaml\nmode: live\nlayout: fused\njournal: /tmp/%s.journal\n"
		 "stream: stream.example:9443\nstream.address: 10.0.0.9\napi: api.example:443\napi.address: -\n",
		 f->name);
	f->config = text(f, "config", config);
	char path[64];
	snprintf(path, sizeof path, "/tmp/%s.sock", f->name);
	text(f, "ctl.socket", path);
	add_book(f);
}

void fake_open(struct fake_instance *f)
{
	memset(f, 0, sizeof *f);
	snprintf(f->name, sizeof f->name, "test-%d", (int)getpid());
	assert_int_equal(segment_create(&f->seg, f->name, 4 << 20), ERR_OK);
	assert_int_equal(clock_calibrate(&f->clock), ERR_OK);
	struct segment_header *h = f->seg.h;
	h->tsc_hz = f->clock.tsc_hz;
	h->tsc_base = f->clock.tsc_base;
	h->ns_base = f->clock.ns_base;
	h->tsc_mult = f->clock.mult;
	snprintf(h->build, sizeof h->build, "release v1-7-gabc");
	add_regions(f);
	segment_ready(&f->seg);
}

void fake_epoch(struct fake_instance *f, const char *text)
{
	struct epochs s;
	char why[EPOCH_WHY_MAX];
	struct epoch_row row = { .epoch = { .uid = 7, .at_wall_ns = 1700000000 * NS_PER_S, .role = "risk", .how = "apply x" } };
	snprintf(row.dir, sizeof row.dir, "/tmp/%s.epochs", f->name);
	assert_int_equal(epochs_open(&s, row.dir, why), ERR_OK);
	assert_int_equal(epochs_prepare(&s, &row.epoch, text, strlen(text), why), ERR_OK);
	assert_int_equal(epochs_commit(&s, why), ERR_OK);
	row_write(&f->epoch->seq, f->epoch->w, &row, sizeof row);
}

static void remove_epochs(const struct fake_instance *f)
{
	char dir[64], path[80];
	u32 number[EPOCHS_KEPT];
	snprintf(dir, sizeof dir, "/tmp/%s.epochs", f->name);
	u32 n = epochs_list(dir, number, EPOCHS_KEPT);
	for (u32 i = 0; i < n; i++) {
		snprintf(path, sizeof path, "%s/%06u.yaml", dir, number[i]);
		unlink(path);
	}
	rmdir(dir);
}

void fake_close(struct fake_instance *f)
{
	remove_epochs(f);
	arena_close(&f->arena);
	segment_close(&f->seg);
	segment_unlink(&f->seg);
}

ns_t fake_now(const struct fake_instance *f) { return clock_ns(&f->clock, tsc_now()); }

void fake_order(struct fake_instance *f, const struct order_row *row)
{
	struct order_cell *c = &f->orders[row->id % ROWS_ORDERS];
	row_write(&c->seq, c->w, row, sizeof *row);
}

void fake_position(struct fake_instance *f, const struct position_row *row)
{
	struct position_cell *c = &f->positions[row->instrument];
	row_write(&c->seq, c->w, row, sizeof *row);
}

void fake_trade(struct fake_instance *f, const struct trade_row *row)
{
	row_write(&f->state->seq, f->state->w, row, sizeof *row);
}

void fake_healthy(struct fake_instance *f)
{
	const struct trade_row row = { .boot = 7,
				       .mode = 1,
				       .risk_state = RISK_STATE_ACTIVE,
				       .link = { LINK_READY, LINK_READY },
				       .recon_state = RECON_DONE };
	const struct book_level bids[] = { { 6183763, 150000 }, { 6183700, 1 } },
				asks[] = { { 6183764, 7 } };
	ns_t now = fake_now(f);
	f->seg.h->heartbeat_ns = now;
	core_status_turn(f->md, now);
	core_status_turn(f->trade, now);
	for (int i = 0; i < 3; i++)
		*f->session[i] = (struct session_status){ .state = SESSION_OPEN,
							  .attempts = 1,
							  .since_ns = now,
							  .rx_ns = now,
							  .srtt_ns = 250000 };
	fake_trade(f, &row);
	if (book_state(f->book) != BOOK_VALID) {
		const struct book_diff d = { .first_id = 99,
					     .update_id = 101,
					     .bids = bids,
					     .n_bids = 0,
					     .asks = asks,
					     .n_asks = 0,
					     .rx_ns = now };
		book_on_diff(f->book, &d);
		assert_int_equal(book_snapshot_begin(f->book, 100), ERR_OK);
		assert_int_equal(book_snapshot_slice(f->book, LADDER_BID, bids, 2), ERR_OK);
		assert_int_equal(book_snapshot_slice(f->book, LADDER_ASK, asks, 1), ERR_OK);
		assert_int_equal(book_snapshot_end(f->book, now), ERR_OK);
	}
	const struct book_bbo bbo = { .update_id = 105,
				      .bid_px = 6183763,
				      .bid_qty = 150000,
				      .ask_px = 6183764,
				      .ask_qty = 7,
				      .rx_ns = now };
	book_on_bbo(f->book, &bbo);
	assert_int_equal(book_state(f->book), BOOK_VALID);
	book_image_write(f->image, f->book, 1);
}

struct ran run_hostctl(const struct fake_instance *f, const char *line)
{
	char words[512], *argv[32] = { "hostctl" }, *save = NULL;
	int argc = 1;
	size_t n;
	struct ran r = { 0 };
	snprintf(words, sizeof words, "%s%s %s", f ? "--instance " : "", f ? f->name : "", line);
	for (char *w = strtok_r(words, " ", &save); w; w = strtok_r(NULL, " ", &save))
		argv[argc++] = w;
	FILE *out = open_memstream(&r.out, &n), *err = open_memstream(&r.err, &n);
	r.code = hostctl_run(argc, argv, out, err);
	fclose(out);
	fclose(err);
	return r;
}

void ran_free(struct ran *r)
{
	free(r->out);
	free(r->err);
}

json_t *json_of(const struct fake_instance *f, const char *line, int code)
{
	char full[256];
	json_error_t why;
	snprintf(full, sizeof full, "--json %s", line);
	struct ran r = run_hostctl(f, full);
	if (r.code != code)
		fail_msg("%s: exit %d: %s", line, r.code, r.err);
	json_t *all = json_loads(r.out, JSON_REJECT_DUPLICATES, &why);
	if (!all)
		fail_msg("%s: %s: %s", line, why.text, r.out);
	ran_free(&r);
	return all;
}

json_t *row_of(json_t *all, const char *table, size_t i)
{
	return json_array_get(json_object_get(all, table), i);
}

const char *text_of(json_t *row, const char *key)
{
	const char *s = json_string_value(json_object_get(row, key));
	return s ? s : json_is_null(json_object_get(row, key)) ? "null" : "(no text)";
}

i64 number_of(json_t *row, const char *key)
{
	json_t *v = json_object_get(row, key);
	assert_true(json_is_integer(v));
	return json_integer_value(v);
}
