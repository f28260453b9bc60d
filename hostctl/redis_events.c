#include "hostctl/redis_events.h"

#include <dirent.h>
#include <fcntl.h>
#include <hiredis/hiredis.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/decimal.h"
#include "gateway/coid.h"

void events_open(struct redis_events *e, const char *instance, const char *state_dir, u32 max_length)
{
	*e = (struct redis_events){ .dir = state_dir, .max_length = max_length, .fd = -1 };
	redis_key(e->key[EVENTS_ORDERS], instance, "orders");
	redis_key(e->key[EVENTS_FILLS], instance, "fills");
}

void events_close(struct redis_events *e)
{
	if (e->fd >= 0)
		close(e->fd);
	e->fd = -1;
}

/* ---- where the streams stand ---- */

bool events_id(const char *text, u32 *boot, u64 *seq)
{
	unsigned b;
	unsigned long long s;
	int end = 0;
	if (sscanf(text, "%10u-%20llu%n", &b, &s, &end) != 2 || text[end] || strchr(text, '+'))
		return false;
	*boot = b;
	*seq = s;
	return true;
}

static void on_newest(void *user, u32 nth, const struct redisReply *r)
{
	struct redis_events *e = user;
	e->last[nth] = (struct events_at){ 0 };
	if (r->type == REDIS_REPLY_ARRAY && r->elements == 1 &&
	    r->element[0]->type == REDIS_REPLY_ARRAY && r->element[0]->elements == 2 &&
	    r->element[0]->element[0]->type == REDIS_REPLY_STRING)
		events_id(r->element[0]->element[0]->str, &e->last[nth].boot, &e->last[nth].seq);
}

static bool is_before(struct events_at a, struct events_at b)
{
	return a.boot < b.boot || (a.boot == b.boot && a.seq < b.seq);
}

/* A stream that ends before what it has taken is filled up from where it ends. */
static void step_back(struct redis_events *e, const struct events_at had[EVENTS_STREAMS])
{
	for (u32 i = 0; i < EVENTS_STREAMS; i++)
		if (is_before(e->last[i], had[i])) {
			events_close(e);
			e->boot = 0;
		}
}

static bool resume(struct redis_events *e, struct redis_link *l)
{
	struct redis_words w;
	struct events_at had[EVENTS_STREAMS];
	memcpy(had, e->last, sizeof had);
	for (u32 i = 0; i < EVENTS_STREAMS; i++) {
		redis_words_reset(&w);
		redis_word(&w, "XREVRANGE");
		redis_word(&w, "%s", e->key[i]);
		redis_word(&w, "+");
		redis_word(&w, "-");
		redis_word(&w, "COUNT");
		redis_word(&w, "1");
		redis_send(l, &w);
	}
	e->resumed = redis_flush(l, on_newest, e) == ERR_OK;
	if (e->resumed)
		step_back(e, had);
	else
		memcpy(e->last, had, sizeof had);
	e->connects = l->cnt[REDIS_CNT_connects];
	memcpy(e->pending, e->last, sizeof e->pending);
	return e->resumed;
}

/* ---- journals ---- */

/* The first journal of a boot after `after`; with after 0, the newest. 0: none. */
static u32 next_boot(const char *dir, u32 after)
{
	u32 found = 0;
	DIR *d = opendir(dir);
	for (struct dirent *f; d && (f = readdir(d));) {
		unsigned boot;
		int end = 0;
		if (sscanf(f->d_name, "journal.%8x%n", &boot, &end) != 1 || f->d_name[end])
			continue;
		if (after ? boot > after && (!found || boot < found) : boot > found)
			found = boot;
	}
	if (d)
		closedir(d);
	return found;
}

static bool open_journal(struct redis_events *e, u32 boot)
{
	char path[512];
	struct journal_header head;
	struct journal_reader reader;
	snprintf(path, sizeof path, "%s/journal.%08x", e->dir, boot);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	bool ok = fd >= 0 && pread(fd, &head, sizeof head, 0) == sizeof head &&
		  journal_open(&reader, &head, sizeof head) == ERR_OK;
	if (!ok) {
		if (fd >= 0)
			close(fd);
		return false;
	}
	events_close(e);
	e->fd = fd;
	e->boot = boot;
	e->offset = sizeof head;
	return true;
}

/* The journal after the one under way, once that has been read to its end. */
static bool advance(struct redis_events *e)
{
	u32 known = e->boot;
	for (u32 i = 0; !e->boot && i < EVENTS_STREAMS; i++)
		if (e->last[i].boot && (!known || e->last[i].boot < known))
			known = e->last[i].boot;
	/* what the streams ended in may go on */
	if (known && e->fd < 0 && open_journal(e, known))
		return true;
	u32 boot = next_boot(e->dir, known);
	return boot && open_journal(e, boot);
}

/* ---- records ---- */

static void word_px(struct redis_words *w, const struct instrument *i, i64 px)
{
	char text[DEC_TEXT_MAX];
	i64 units;
	if (__builtin_mul_overflow(px, i->tick, &units))
		return;
	px_print(i, text, px);
	redis_word(w, "price");
	redis_word(w, "%s", text);
}

static void word_qty(struct redis_words *w, const struct instrument *i, const char *name, i64 qty)
{
	char text[DEC_TEXT_MAX];
	qty_print(i, text, qty);
	redis_word(w, "%s", name);
	redis_word(w, "%s", text);
}

static void word_text(struct redis_words *w, const char *name, const char *value)
{
	redis_word(w, "%s", name);
	redis_word(w, "%s", value);
}

static void word_number(struct redis_words *w, const char *name, i64 value)
{
	redis_word(w, "%s", name);
	redis_word(w, "%lld", (long long)value);
}

static void word_coid(struct redis_words *w, u32 boot, u64 id)
{
	char text[COID_LEN + 1] = "";
	if (!id || id > ORDER_ID_MAX)
		return;
	coid_print(text, boot, id);
	word_text(w, "client_order_id", text);
}

static void words_of_sent(struct redis_words *w, const struct order_req *q, const struct instrument *i)
{
	word_text(w, "side", side_name(q->side));
	word_text(w, "type", order_type_name(q->type));
	word_text(w, "time_in_force", tif_name(q->tif));
	word_number(w, "cause", (i64)q->cause_seq);
	if (!i)
		return;
	if (q->type != ORDER_MARKET)
		word_px(w, i, q->px);
	word_qty(w, i, "quantity", q->qty);
}

static void words_of_fill(struct redis_words *w, const struct order_event *ev, const struct instrument *i)
{
	char fee[DEC_TEXT_MAX];
	dec_print_short(fee, ev->fee, NOTIONAL_SCALE);
	word_number(w, "trade_id", (i64)ev->trade_id);
	word_text(w, "maker", ev->maker ? "1" : "0");
	word_text(w, "fee", fee);
	redis_word(w, "fee_asset");
	redis_word(w, "%.*s", (int)sizeof ev->fee_asset, ev->fee_asset);
	if (!i)
		return;
	word_px(w, i, ev->fill_px);
	word_qty(w, i, "quantity", ev->fill_qty);
}

static void words_of_event(struct redis_words *w, const struct order_event *ev,
			   const struct instrument *i)
{
	word_text(w, "side", side_name(ev->side));
	word_text(w, "state", order_state_name(ev->state));
	word_number(w, "code", ev->code);
	word_number(w, "venue_us", (i64)ev->venue_time_us);
	if (ev->kind == ORDER_EV_FILL)
		words_of_fill(w, ev, i);
	if (ev->kind == ORDER_EV_FILL || !i)
		return;
	word_px(w, i, ev->px);
	word_qty(w, i, "quantity", ev->qty);
	word_qty(w, i, "filled", ev->filled_qty);
}

static const char *event_name(u8 kind)
{
	static const char *const names[] = { "ACK",	 "FILL",	    "CANCELED",
					     "REJECTED", "CANCEL_REJECTED", "UNKNOWN" };
	return kind < ARRAY_LEN(names) ? names[kind] : "?";
}

static enum events_stream stream_of(const struct journal_record *r)
{
	return r->type == JOURNAL_ORDER_EVENT && r->event.kind == ORDER_EV_FILL ? EVENTS_FILLS
										: EVENTS_ORDERS;
}

static const struct instrument *find(const struct instrument *i, u32 n, u32 id)
{
	return id < n ? &i[id] : NULL;
}

static void words_of(struct redis_words *w, const struct journal_record *r, u32 boot,
		     const struct instrument *i, u32 n)
{
	u32 id = r->type == JOURNAL_ORDER_SENT ? r->sent.req.instrument : r->event.instrument;
	const struct instrument *known = r->type == JOURNAL_CANCEL_SENT ? NULL : find(i, n, id);
	if (r->type == JOURNAL_ORDER_SENT) {
		word_text(w, "record", "SENT");
		word_coid(w, boot, r->sent.order_id);
		words_of_sent(w, &r->sent.req, known);
	} else if (r->type == JOURNAL_ORDER_EVENT) {
		word_text(w, "record", event_name(r->event.kind));
		word_coid(w, boot, r->event.order_id);
		words_of_event(w, &r->event, known);
	} else {
		word_text(w, "record", "CANCEL_SENT");
		word_coid(w, boot, r->cancel.order_id);
	}
	if (known) {
		redis_word(w, "symbol");
		redis_word(w, "%.*s", SYMBOL_MAX, known->symbol);
	}
}

static bool gather(struct redis_events *e, struct redis_link *l, const struct journal_record *r,
		   const struct instrument *i, u32 n)
{
	struct redis_words w;
	enum events_stream s = stream_of(r);
	struct events_at at = { e->boot, r->seq };
	if (r->type > JOURNAL_CANCEL_SENT || !is_before(e->last[s], at))
		return false;
	e->pending[s] = at;
	redis_words_reset(&w);
	redis_word(&w, "XADD");
	redis_word(&w, "%s", e->key[s]);
	redis_word(&w, "MAXLEN");
	redis_word(&w, "~");
	redis_word(&w, "%u", e->max_length);
	redis_word(&w, "%u-%llu", e->boot, (unsigned long long)r->seq);
	words_of(&w, r, e->boot, i, n);
	redis_send(l, &w);
	return true;
}

u32 events_gather(struct redis_events *e, struct redis_link *l, const struct instrument *i, u32 n)
{
	u8 bytes[EVENTS_BATCH * JOURNAL_RECORD];
	struct journal_record rec;
	bool known = e->resumed && e->connects == l->cnt[REDIS_CNT_connects];
	e->n = 0;
	if ((!known && !resume(e, l)) || (e->fd < 0 && !advance(e)))
		return 0;
	ssize_t got = pread(e->fd, bytes, sizeof bytes, (off_t)e->offset);
	size_t whole = got > 0 ? (size_t)got / JOURNAL_RECORD * JOURNAL_RECORD : 0;
	if (!whole && advance(e)) /* the next look reads the new one */
		return 0;
	struct journal_reader reader = { .p = bytes, .left = whole, .next_seq = 1 };
	while (journal_next(&reader, &rec))
		e->n += gather(e, l, &rec, i, n);
	e->gathered = e->offset + whole;
	counter_add(&l->cnt[REDIS_CNT_events_damaged], reader.n_bad);
	if (!e->n)
		e->offset = e->gathered;
	return e->n;
}

void events_done(struct redis_events *e, struct redis_link *l, bool ok)
{
	if (ok) {
		counter_add(&l->cnt[REDIS_CNT_events_sent], e->n);
		e->offset = e->gathered;
		memcpy(e->last, e->pending, sizeof e->last);
	} else {
		e->resumed = false;
	}
	e->n = 0;
}
