/*
 * trade_rate.c - the venue's request limits: what has left, what was answered, and what never will
 * be.
 */
#include "gateway/trade_internal.h"

static u8 use_of(u8 req)
{
	switch (req) {
	case BINANCE_REQ_PLACE: return RATE_USE_PLACE;
	case BINANCE_REQ_CANCEL:
	case BINANCE_REQ_CANCEL_ALL:
	case BINANCE_REQ_CANCEL_OTHER: return RATE_USE_CANCEL;
	default: return RATE_USE_QUERY;
	}
}

void trade_sent_request(struct trade_core *c, u32 session, u8 use, u32 weight)
{
	struct trade_flight *f = &c->flight[session][use];
	f->n++;
	f->weight += weight;
	rate_sent(&c->rate, use, weight, trade_venue_ms(c));
}

void trade_answered(struct trade_core *c, u32 session, const struct binance_msg *m)
{
	u64 ms = trade_venue_ms(c);
	u8 use = use_of(m->req);
	struct trade_flight *f = &c->flight[session][use];
	if (f->n) {
		f->n--;
		f->weight -= u32_min(f->weight, binance_weight(m->req));
		rate_answered(&c->rate, use, binance_weight(m->req), m->code == 0, ms);
	}
	for (u32 i = 0; i < m->n_rates; i++)
		rate_told(&c->rate, m->rate[i].type, m->rate[i].interval_s, m->rate[i].limit,
			  m->rate[i].count, ms);
	if (m->status == 429 || m->status == 418)
		rate_stop(&c->rate, m->retry_after_ms, ms);
}

void trade_forget_requests(struct trade_core *c, u32 session)
{
	u64 ms = trade_venue_ms(c);
	for (u8 use = 0; use < RATE_USES; use++) {
		struct trade_flight *f = &c->flight[session][use];
		for (; f->n; f->n--, f->weight = 0) /* all their weight by the first of them */
			rate_answered(&c->rate, use, f->weight, false, ms);
	}
}
