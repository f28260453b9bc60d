#include "tests/cmocka_all.h"

#include <string.h>

#include "sim/generator.h"

#define MESSAGES 20000

/* What a client knows: the messages alone. */
struct client {
	struct ladder book;    /* from snapshot and depth */
	struct message ticker; /* the last bookTicker */
	u64 ticker_id, trade_id, depth_id;
	u32 counts[4];
};

static void on_ticker(struct client *c, const struct message *m)
{
	assert_true(m->last_id > c->ticker_id);
	assert_true(m->bid.price < m->ask.price && m->bid.qty > 0 && m->ask.qty > 0);
	c->ticker_id = m->last_id;
	c->ticker.bid = m->bid;
	c->ticker.ask = m->ask;
}

/*
 * At a depth update that ends at or after the last bookTicker, the two must agree on the best
 * prices and quantities.
 */
static void on_depth(struct client *c, const struct message *m)
{
	assert_int_equal(m->first_id, c->depth_id + 1);
	assert_int_equal(sim_ladder_apply(&c->book, &m->bids, &m->asks, m->first_id, m->last_id),
			 ERR_OK);
	assert_true(m->last_id >= c->ticker_id);
	struct level b = ladder_at(&c->book, SIDE_BUY, 0), a = ladder_at(&c->book, SIDE_SELL, 0);
	assert_int_equal(b.price, c->ticker.bid.price);
	assert_int_equal(b.qty, c->ticker.bid.qty);
	assert_int_equal(a.price, c->ticker.ask.price);
	assert_int_equal(a.qty, c->ticker.ask.qty);
	c->depth_id = m->last_id;
}

/*
 * The first trade of a burst happens at the best price told last; a taker goes on from there,
 * never back.
 */
static void on_trade(struct client *c, const struct message *m)
{
	assert_true(!c->trade_id || m->last_id == c->trade_id + 1);
	if (m->buyer_maker)
		assert_true(m->trade.price <= c->ticker.bid.price);
	else
		assert_true(m->trade.price >= c->ticker.ask.price);
	c->trade_id = m->last_id;
}

static void run(u64 seed)
{
	struct rules rules;
	struct generator g, twin;
	struct client c = { 0 };
	struct message m = { 0 };
	ns_t at, last = 0, twin_at;
	rules_init(&rules, "BTCUSDT");
	generator_init(&g, &rules, seed);
	generator_init(&twin, &rules, seed);
	for (u32 i = 0; i < MESSAGES; i++) {
		const char *why = "";
		struct span text = generator_next(&g, &at), same = generator_next(&twin, &twin_at);
		assert_int_equal(text.n, same.n);
		assert_memory_equal(text.p, same.p, text.n);
		assert_true(at == twin_at && at >= last);
		if (message_parse(&m, (const char *)text.p, text.n, "BTCUSDT", &why) != ERR_OK)
			fail_msg("seed %llu message %u: %s", (unsigned long long)seed, i, why);
		assert_true((i == 0) == (m.kind == MESSAGE_SNAPSHOT));
		if (m.kind == MESSAGE_SNAPSHOT) {
			ladder_load(&c.book, &m.bids, &m.asks, m.last_id);
			c.depth_id = m.last_id;
		} else if (m.kind == MESSAGE_DEPTH) {
			on_depth(&c, &m);
		} else if (m.kind == MESSAGE_TICKER) {
			on_ticker(&c, &m);
		} else {
			on_trade(&c, &m);
		}
		c.counts[m.kind]++;
		last = at;
	}
	double rate = MESSAGES * 1e9 / (double)last;
	if (rate < 100 || rate > 300)
		fail_msg("seed %llu: %.0f messages a second", (unsigned long long)seed, rate);
	assert_true(c.counts[MESSAGE_TRADE] > MESSAGES / 20);
	assert_true(c.book.side[SIDE_BUY].n >= 150 && c.book.side[SIDE_SELL].n >= 150);
	message_free(&m);
	ladder_free(&c.book);
	generator_free(&g);
	generator_free(&twin);
}

static void test_coherent_for_many_seeds(void **state)
{
	(void)state;
	for (u64 seed = 0; seed < 8; seed++)
		run(seed);
}

static void test_seeds_differ(void **state)
{
	(void)state;
	struct rules rules;
	struct generator a, b;
	ns_t at;
	rules_init(&rules, "BTCUSDT");
	generator_init(&a, &rules, 1);
	generator_init(&b, &rules, 2);
	struct span x = generator_next(&a, &at), y = generator_next(&b, &at);
	assert_true(x.n != y.n || memcmp(x.p, y.p, x.n));
	generator_free(&a);
	generator_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_coherent_for_many_seeds),
					    cmocka_unit_test(test_seeds_differ) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
