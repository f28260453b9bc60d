#include "dataplane/feed/feed_binance.h"

#include "dataplane/feed/binance_int.h"

const struct counter_def feed_counter_defs[FEED_CNT_COUNT] = {
#define CNT(name, text) { #name, text },
#include "dataplane/feed/feed_cnt.def"
#undef CNT
};

struct feed *feed_new(struct arena *a, u64 *counters, u32 max_levels)
{
	assert(counters && max_levels > 0);
	struct feed *f = ARENA_NEW(a, struct feed);
	if (!f)
		return NULL;
	f->counters = counters;
	f->max_levels = max_levels;
	f->bids = ARENA_ARRAY(a, struct feed_level, max_levels);
	f->asks = ARENA_ARRAY(a, struct feed_level, max_levels);
	return f->bids && f->asks ? f : NULL;
}

err_t feed_add_instrument(struct feed *f, const struct instrument *i) { return symbols_add(&f->symbols, i); }

static const u8 count_of_kind[] = {
	[FEED_BBO] = FEED_CNT_bbo,     [FEED_TRADE] = FEED_CNT_trade, [FEED_DEPTH] = FEED_CNT_depth,
	[FEED_REPLY] = FEED_CNT_reply, [FEED_ERROR] = FEED_CNT_error, [FEED_SHUTDOWN] = FEED_CNT_shutdown,
	[FEED_OTHER] = FEED_CNT_other,
};

static err_t error_of(u32 why)
{
	switch (why) {
	case FEED_CNT_truncated: return ERR_TRUNCATED;
	case FEED_CNT_number_range: return ERR_OVERFLOW;
	case FEED_CNT_too_many_levels:
	case FEED_CNT_too_deep: return ERR_TOO_LONG;
	case FEED_CNT_unknown_symbol: return ERR_NOT_FOUND;
	default: return ERR_SYNTAX;
	}
}

err_t feed_parse(struct feed *f, const char *text, size_t n, struct feed_msg *out)
{
	assert(text || n == 0);
	if (!binance_read_fast(f, text, n, out)) {
		u32 why = binance_read(f, text, n, out);
		if (why != FEED_READ_OK) {
			assert(why > FEED_CNT_off_fast_path && why < FEED_CNT_COUNT);
			counter_inc(&f->counters[why]);
			return error_of(why);
		}
		if (out->kind <= FEED_DEPTH)
			counter_inc(&f->counters[FEED_CNT_off_fast_path]);
	}
	assert(out->kind < ARRAY_LEN(count_of_kind));
	counter_inc(&f->counters[count_of_kind[out->kind]]);
	return ERR_OK;
}
