#include "sim/exchange.h"

#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

#define NO_ID "=" /* stands for an empty id; no client may use it */

static err_t fail(struct exchange *x, err_t e, const char *fmt, ...) PRINTF_LIKE(3, 4);
static err_t fail(struct exchange *x, err_t e, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(x->error, sizeof x->error, fmt, ap);
	va_end(ap);
	return e;
}

static err_t journal_failed(struct exchange *x, err_t e)
{
	return e == ERR_OK ? e : fail(x, e, "%s", x->journal.error);
}

static err_t play(struct exchange *x, i64 now_ms)
{
	err_t e = market_step(&x->market);
	matching_on_market(&x->matching, &x->market.next, &x->market.ladder, now_ms);
	return e == ERR_OK ? e : fail(x, e, "%s", x->market.error);
}

err_t exchange_play(struct exchange *x, i64 now_ms)
{
	err_t e = journal_add(&x->journal, "T %" PRIu64 " %" PRId64 " %zu", x->market.ticks + 1,
			      now_ms, x->matching.fills_n);
	return e == ERR_OK ? play(x, now_ms) : journal_failed(x, e);
}

err_t exchange_place(struct exchange *x, const struct order_request *r, i64 now_ms, u64 *id)
{
	err_t e = journal_add(
		&x->journal, "P %" PRId64 " %s %s %s %" PRId64 " %" PRId64 " %" PRId64 " %s",
		now_ms, sim_side_name(r->side), sim_type_name(r->type), sim_tif_name(r->tif),
		r->price, r->qty, r->quote_qty, r->client_id[0] ? r->client_id : NO_ID);
	if (e != ERR_OK)
		return journal_failed(x, e);
	*id = matching_place(&x->matching, r, &x->market.ladder, now_ms);
	return ERR_OK;
}

err_t exchange_cancel(struct exchange *x, u64 id, const char *cancel_id, i64 now_ms)
{
	err_t e = journal_add(&x->journal, "C %" PRId64 " %" PRIu64 " %s", now_ms, id,
			      cancel_id[0] ? cancel_id : NO_ID);
	if (e != ERR_OK)
		return journal_failed(x, e);
	matching_cancel(&x->matching, id, cancel_id, now_ms);
	return ERR_OK;
}

/* ---- replay: the same steps again, from the journal instead of the clients and the clock ---- */

static err_t damaged(struct exchange *x, const char *what)
{
	return fail(x, ERR_CHECKSUM, "%s line %" PRIu64 ": %s", x->journal.path, x->journal.line,
		    what);
}

static err_t replay_ticks(struct exchange *x, const char *record)
{
	u64 ticks;
	i64 now_ms;
	size_t fills;
	if (sscanf(record, "T %" SCNu64 " %" SCNd64 " %zu", &ticks, &now_ms, &fills) != 3)
		return damaged(x, "expected `T <messages> <time> <fills>`");
	if (fills != x->matching.fills_n)
		return damaged(x,
			       "the market does not play as it did: are the recordings the same?");
	while (x->market.ticks < ticks) {
		if (market_peek(&x->market) != ERR_OK)
			return damaged(x, "the recordings end before the place the journal names: "
					  "are they the same?");
		if (play(x, now_ms) != ERR_OK)
			return ERR_OK; /* the gap that ended this market the first time too */
	}
	return ERR_OK;
}

static err_t replay_place(struct exchange *x, const char *record)
{
	struct order_request r = { 0 };
	char side[8], type[16], tif[8];
	i64 now_ms;
	if (sscanf(record, "P %" SCNd64 " %7s %15s %7s %" SCNd64 " %" SCNd64 " %" SCNd64 " %36s",
		   &now_ms, side, type, tif, &r.price, &r.qty, &r.quote_qty, r.client_id) != 8 ||
	    sim_side_of(side) < 0 || sim_type_of(type) < 0 || sim_tif_of(tif) < 0)
		return damaged(x, "not a valid order");
	r.side = (enum side)sim_side_of(side);
	r.type = (enum order_type)sim_type_of(type);
	r.tif = (enum tif)sim_tif_of(tif);
	if (!strcmp(r.client_id, NO_ID))
		r.client_id[0] = 0;
	if (matching_check(&x->matching, &r).code)
		return damaged(
			x,
			"an order that was accepted is refused now: are the recordings the same?");
	matching_place(&x->matching, &r, &x->market.ladder, now_ms);
	return ERR_OK;
}

static err_t replay_cancel(struct exchange *x, const char *record)
{
	char cancel_id[CLIENT_ID_MAX + 1];
	i64 now_ms;
	u64 id;
	if (sscanf(record, "C %" SCNd64 " %" SCNu64 " %36s", &now_ms, &id, cancel_id) != 3)
		return damaged(x, "not a valid cancel");
	const struct order *o = matching_by_id(&x->matching, id);
	if (!o || !order_is_open(o))
		return damaged(
			x, "a cancel of an order that is not open: are the recordings the same?");
	matching_cancel(&x->matching, id, strcmp(cancel_id, NO_ID) ? cancel_id : "", now_ms);
	return ERR_OK;
}

static err_t replay(struct exchange *x)
{
	err_t e;
	while ((e = sim_journal_next(&x->journal)) == ERR_OK) {
		const char *record = x->journal.record;
		err_t done = record[0] == 'T'   ? replay_ticks(x, record)
			     : record[0] == 'P' ? replay_place(x, record)
			     : record[0] == 'C' ? replay_cancel(x, record)
						: damaged(x, "an unknown record");
		if (done != ERR_OK)
			return done;
		x->matching.reports_n = 0; /* told to those who were there the first time */
	}
	return e == ERR_CLOSED ? ERR_OK : journal_failed(x, e);
}

/* What must not change between two runs on one journal. */
static void header_of(const struct exchange_options *o, char *out, size_t n)
{
	int at = snprintf(out, n,
			  "saker-venue 1 symbol=%s base=%" PRId64 " quote=%" PRId64
			  " maker=%" PRId64 " taker=%" PRId64,
			  o->symbol, o->base, o->quote, o->fees.maker_ppm, o->fees.taker_ppm);
	if (!o->recordings_n)
		snprintf(out + at, n - (size_t)at, " seed=%" PRIu64, o->seed);
	for (size_t i = 0; i < o->recordings_n && (size_t)at < n; i++) {
		const char *slash = strrchr(o->recordings[i], '/');
		at += snprintf(out + at, n - (size_t)at, " recording=%s",
			       slash ? slash + 1 : o->recordings[i]);
	}
}

err_t exchange_open(struct exchange *x, const struct exchange_options *o)
{
	char header[JOURNAL_RECORD_MAX - 16];
	memset(x, 0, sizeof *x);
	journal_none(&x->journal);
	if (rules_init(&x->rules, o->symbol) != ERR_OK)
		return fail(x, ERR_SYNTAX,
			    "--symbol %s: expected capital letters ending in a quote asset, such "
			    "as BTCUSDT",
			    o->symbol);
	err_t e = sim_market_open(&x->market, &x->rules, o->recordings, o->recordings_n, o->seed);
	if (e != ERR_OK)
		return fail(x, e, "%s", x->market.error);
	matching_init(&x->matching, &x->rules, o->fees,
		      (struct account){ .base.free = o->base, .quote.free = o->quote });
	memcpy(x->matching.best, x->market.touch.best, sizeof x->matching.best);
	if (!o->journal_path)
		return ERR_OK;
	header_of(o, header, sizeof header);
	e = sim_journal_open(&x->journal, o->journal_path, header);
	return e == ERR_OK ? replay(x) : journal_failed(x, e);
}

void exchange_close(struct exchange *x)
{
	market_close(&x->market);
	matching_free(&x->matching);
	journal_close(&x->journal);
}
