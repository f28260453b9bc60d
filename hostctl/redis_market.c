#include "hostctl/redis_market.h"

#include <stdio.h>

#include "common/decimal.h"
#include "hostctl/names.h"

/* ---- one event ---- */

/* A price that does not fit its decimals (which no venue has) is shown as 0. */
static void px_text(const struct instrument *i, i64 px, char out[DEC_TEXT_MAX])
{
	i64 units;
	px_print(i, out, __builtin_mul_overflow(px, i->tick, &units) ? 0 : px);
}

static int bbo_text(const struct instrument *i, const struct tape_event *e, char *out)
{
	char bid[DEC_TEXT_MAX], ask[DEC_TEXT_MAX], bid_qty[DEC_TEXT_MAX], ask_qty[DEC_TEXT_MAX];
	px_text(i, e->bid_px, bid);
	px_text(i, e->ask_px, ask);
	qty_print(i, bid_qty, e->bid_qty);
	qty_print(i, ask_qty, e->ask_qty);
	return snprintf(out, MARKET_TEXT,
			"{\"kind\":\"bbo\",\"bid\":\"%s\",\"bid_quantity\":\"%s\",\"ask\":\"%s\","
			"\"ask_quantity\":\"%s\",\"update_id\":%llu,\"venue_us\":%llu}",
			bid, bid_qty, ask, ask_qty, (unsigned long long)e->update_id,
			(unsigned long long)e->venue_time_us);
}

static int trade_text(const struct instrument *i, const struct tape_event *e, char *out)
{
	char px[DEC_TEXT_MAX], qty[DEC_TEXT_MAX];
	px_text(i, e->px, px);
	qty_print(i, qty, e->qty);
	return snprintf(out, MARKET_TEXT,
			"{\"kind\":\"trade\",\"price\":\"%s\",\"quantity\":\"%s\",\"trade_id\":%llu,"
			"\"aggressor\":\"%s\",\"venue_us\":%llu}",
			px, qty, (unsigned long long)e->trade_id,
			e->flags & TAPE_BUYER_MAKER ? "SELL" : "BUY",
			(unsigned long long)e->venue_time_us);
}

u32 market_text(const struct instrument *i, const struct tape_event *e, char out[MARKET_TEXT])
{
	int n = 0;
	switch (e->kind) {
	case TAPE_BBO:
		n = bbo_text(i, e, out);
		break;
	case TAPE_TRADE:
		n = trade_text(i, e, out);
		break;
	case TAPE_STATUS:
		n = snprintf(out, MARKET_TEXT,
			     "{\"kind\":\"status\",\"book\":\"%s\",\"instrument\":\"%s\"}",
			     name_of_book(e->book_state), name_of_instrument(e->instrument_status));
		break;
	default:
		break;
	}
	assert(n >= 0 && n < MARKET_TEXT);
	return (u32)n;
}

/* ---- the tape ---- */

void market_open(struct redis_market *m, const char *instance, const struct instrument *i, u32 n)
{
	*m = (struct redis_market){ .instrument = i, .n_instruments = u32_min(n, INSTRUMENTS_MAX) };
	for (u32 k = 0; k < m->n_instruments; k++)
		redis_key(m->channel[k], instance, "market:%.*s", SYMBOL_MAX, i[k].symbol);
}

static bool gather(struct redis_market *m, struct redis_link *l, const struct tape_event *e)
{
	struct redis_words w;
	char text[MARKET_TEXT];
	if (e->instrument >= m->n_instruments ||
	    !market_text(&m->instrument[e->instrument], e, text))
		return false;
	redis_words_reset(&w);
	redis_word(&w, "PUBLISH");
	redis_word(&w, "%s", m->channel[e->instrument]);
	redis_word(&w, "%s", text);
	redis_send(l, &w);
	return true;
}

static void skip_to_newest(struct redis_market *m, struct redis_link *l, const struct tape *t)
{
	u64 newest = tape_head(t) + 1;
	counter_add(&l->cnt[REDIS_CNT_market_lost], newest - m->next);
	m->next = newest;
}

u32 market_gather(struct redis_market *m, struct redis_link *l, const struct tape *t)
{
	struct tape_event e;
	if (!m->next)
		m->next = tape_head(t) + 1;
	for (m->n = 0; m->n < MARKET_BATCH;) {
		enum tape_result got = tape_read(t, m->next, &e);
		if (got == TAPE_EMPTY)
			break;
		if (got == TAPE_LAPPED) {
			skip_to_newest(m, l, t);
			continue;
		}
		m->next++;
		m->n += gather(m, l, &e);
	}
	return m->n;
}

void market_done(struct redis_market *m, struct redis_link *l, bool ok)
{
	counter_add(&l->cnt[ok ? REDIS_CNT_market_sent : REDIS_CNT_market_lost], m->n);
	m->n = 0;
}
