#include "sim/market.h"

#include <stdio.h>

static err_t fail(struct market *m, err_t e)
{
	m->ended = true;
	if (e != ERR_CLOSED)
		snprintf(m->error, sizeof m->error, "%s", m->recording.error);
	return e;
}

static err_t generate(struct market *m)
{
	const char *why;
	struct span text = generator_next(&m->generator, &m->next_at_ns);
	err_t e = message_parse(&m->next, (const char *)text.p, text.n, m->rules->symbol, &why);
	assert(e == ERR_OK && "the generator writes what the parser reads");
	return e;
}

err_t market_peek(struct market *m)
{
	if (m->has_next)
		return ERR_OK;
	if (m->ended)
		return ERR_CLOSED;
	err_t e = m->recorded ? recording_next(&m->recording, m->rules->symbol, &m->next,
					       &m->next_at_ns)
			      : generate(m);
	if (e != ERR_OK)
		return fail(m, e);
	m->has_next = true;
	return ERR_OK;
}

static err_t apply_depth(struct market *m, const struct message *d)
{
	err_t e = sim_ladder_apply(&m->ladder, &d->bids, &d->asks, d->first_id, d->last_id);
	if (e == ERR_OK)
		history_add(&m->history, d);
	if (e != ERR_STATE)
		return ERR_OK;
	snprintf(m->error, sizeof m->error,
		 "%s line %llu: depth update U=%llu does not follow update %llu",
		 m->recording.files[m->recording.file], (unsigned long long)m->recording.line,
		 (unsigned long long)d->first_id, (unsigned long long)m->ladder.last_id);
	m->ended = true;
	return ERR_STATE;
}

static void apply_ticker(struct market *m, const struct message *t)
{
	m->touch.best[SIDE_BUY] = t->bid;
	m->touch.best[SIDE_SELL] = t->ask;
	m->touch.id = t->last_id;
}

err_t market_step(struct market *m)
{
	assert(m->has_next);
	err_t e = ERR_OK;
	m->has_next = false;
	m->ticks++;
	if (m->next.kind == MESSAGE_DEPTH)
		e = apply_depth(m, &m->next);
	else if (m->next.kind == MESSAGE_TICKER)
		apply_ticker(m, &m->next);
	else if (m->next.kind == MESSAGE_TRADE)
		m->last_price = m->next.trade.price;
	return e;
}

/*
 * Depth updates before the snapshot: kept, and applied after it where they are newer (the
 * venue's own splice).
 */
static err_t splice(struct market *m, const struct history *early)
{
	ladder_load(&m->ladder, &m->next.bids, &m->next.asks, m->next.last_id);
	history_start(&m->history, &m->ladder);
	err_t e = ERR_OK;
	for (size_t i = 0; i < early->n && e == ERR_OK; i++) {
		const struct history_entry *h = &early->v[i];
		struct message d = { .first_id = h->first_id,
				     .last_id = h->last_id,
				     .bids = h->bids,
				     .asks = h->asks };
		e = apply_depth(m, &d);
	}
	m->has_next = false;
	m->ticks++;
	if (!m->touch.id) {
		m->touch.best[SIDE_BUY] = ladder_at(&m->ladder, SIDE_BUY, 0);
		m->touch.best[SIDE_SELL] = ladder_at(&m->ladder, SIDE_SELL, 0);
	}
	return e;
}

static err_t roll_forward(struct market *m, struct history *early)
{
	for (;;) {
		err_t e = market_peek(m);
		if (e == ERR_CLOSED)
			snprintf(m->error, sizeof m->error,
				 "%s: no snapshot line (one with lastUpdateId); the first "
				 "--recording must have one",
				 m->recording.files[0]);
		if (e != ERR_OK)
			return e;
		if (m->next.kind == MESSAGE_SNAPSHOT)
			return splice(m, early);
		if (m->next.kind == MESSAGE_DEPTH)
			history_add(early, &m->next);
		if (m->next.kind == MESSAGE_TICKER)
			apply_ticker(m, &m->next);
		m->has_next = false;
		m->ticks++;
	}
}

err_t sim_market_open(struct market *m, const struct rules *rules, const char *const *files,
		  size_t files_n, u64 seed)
{
	struct history early = { 0 };
	*m = (struct market){ .rules = rules, .recorded = files_n > 0 };
	if (m->recorded && recording_open(&m->recording, files, files_n) != ERR_OK)
		return fail(m, ERR_IO);
	if (!m->recorded)
		generator_init(&m->generator, rules, seed);
	err_t e = roll_forward(m, &early);
	history_free(&early);
	return e;
}

void market_close(struct market *m)
{
	recording_close(&m->recording);
	generator_free(&m->generator);
	message_free(&m->next);
	ladder_free(&m->ladder);
	history_free(&m->history);
}
