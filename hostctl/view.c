#include "hostctl/view.h"

#include <string.h>

#include "gateway/coid.h"

static const char *remedy(err_t e)
{
	switch (e) {
	case ERR_NOT_FOUND:
		return "no such instance has run here; name another with --instance";
	case ERR_AGAIN:
		return "it is starting, or has died doing so; try again";
	case ERR_UNSUPPORTED:
		return "it is of another build than this hostctl; use the hostctl that came with "
		       "it (kill works all the same)";
	case ERR_IO:
		return "its segment in /dev/shm cannot be read by this user";
	default:
		return "its segment in /dev/shm is damaged";
	}
}

/* Only what can be printed: the scales are array bounds of the decimals. */
static void take_instruments(struct view *v)
{
	u32 n;
	const struct instrument *i = view_rows(v, "instruments", sizeof *i, &n);
	for (u32 k = 0; k < u32_min(n, INSTRUMENTS_MAX); k++) {
		v->instrument[k] = i[k];
		if (i[k].px_scale > DEC_DECIMALS_MAX || i[k].qty_scale > DEC_DECIMALS_MAX)
			break;
		v->n_instruments++;
	}
}

err_t view_open(struct view *v, const char *instance, char *why)
{
	memset(v, 0, sizeof *v);
	err_t e = segment_open(&v->seg, instance);
	if (e != ERR_OK) {
		snprintf(why, VIEW_WHY_MAX, "%s: %s", instance, remedy(e));
		return e;
	}
	const struct segment_header *h = v->seg.h;
	v->clock = (struct clock){ h->tsc_base, h->ns_base, h->tsc_mult, h->tsc_hz };
	v->has_clock = h->tsc_mult != 0;
	v->wall_ns = clock_wall_ns() - view_now(v);
	v->alive = segment_alive(&v->seg);
	take_instruments(v);
	return ERR_OK;
}

void view_close(struct view *v) { segment_close(&v->seg); }

/* ---- regions ---- */

static const void *at(const struct view *v, const struct region *r, u32 kind, u64 size)
{
	if (!r || r->kind != kind || r->size < size || r->offset % sizeof(u64))
		return NULL;
	return segment_at(&v->seg, r);
}

const void *view_rows(const struct view *v, const char *name, size_t size, u32 *n)
{
	const struct region *r = segment_find(&v->seg, name);
	const void *rows = r ? at(v, r, REGION_TABLE, (u64)r->count * size) : NULL;
	*n = rows ? r->count : 0;
	return *n ? rows : NULL;
}

const char *view_text(const struct view *v, const char *name)
{
	const struct region *r = segment_find(&v->seg, name);
	const char *text = at(v, r, REGION_TABLE, 1);
	return text && memchr(text, 0, r->size) ? text : NULL;
}

bool view_config(const struct view *v, const char *key, char *out, size_t n)
{
	const char *line = view_text(v, "config");
	size_t key_n = strlen(key);
	while (line && (strncmp(line, key, key_n) || strncmp(line + key_n, ": ", 2)))
		line = (line = strchr(line, '\n')) ? line + 1 : NULL;
	if (!line)
		return false;
	line += key_n + 2;
	snprintf(out, n, "%.*s", (int)strcspn(line, "\n"), line);
	return true;
}

bool view_counters(const struct view *v, const struct region *r, const u64 **words,
		   const struct counter_text **text)
{
	*words = r ? at(v, r, REGION_COUNTERS, r->count * (sizeof(u64) + sizeof **text)) : NULL;
	*text = *words ? counter_texts(*words, r->count) : NULL;
	return *words;
}

const struct counter_text *view_counter(const struct view *v, const char *region,
					const char *counter, u64 *value)
{
	const struct counter_text *text;
	const u64 *words;
	const struct region *r = segment_find(&v->seg, region);
	for (u32 i = 0; view_counters(v, r, &words, &text) && i < r->count; i++)
		if (!strncmp(text[i].name, counter, sizeof text[i].name)) {
			*value = counter_get(&words[i]);
			return &text[i];
		}
	return NULL;
}

const struct core_status *view_core(const struct view *v, const char *core)
{
	char name[32];
	snprintf(name, sizeof name, "%s.status", core);
	return at(v, segment_find(&v->seg, name), REGION_TABLE, sizeof(struct core_status));
}

const struct hist *view_hist(const struct view *v, const struct region *r)
{
	return at(v, r, REGION_HIST, sizeof(struct hist));
}

const struct tape *view_tape(const struct view *v)
{
	const struct region *r = segment_find(&v->seg, "md.tape");
	const struct tape *t = at(v, r, REGION_TAPE, sizeof *t);
	return t && is_pow2(t->slots) && tape_bytes(t->slots) <= r->size ? t : NULL;
}

/* The image's own capacity bounds what reading it touches. */
const struct book_image *view_book(const struct view *v, const struct region *r)
{
	const struct book_image *img = at(v, r, REGION_BOOK, book_image_bytes(0));
	struct book_top top;
	if (!img || book_image_read_top(img, &top) == ERR_AGAIN ||
	    book_image_bytes(top.levels) > r->size)
		return NULL;
	return img;
}

bool view_trade(const struct view *v, struct trade_row *row)
{
	u32 n;
	const struct trade_cell *cell = view_rows(v, "trade.state", sizeof *cell, &n);
	return cell && row_read(&cell->seq, cell->w, row, sizeof *row);
}

bool view_capture(const struct view *v, struct capture_row *row)
{
	u32 n;
	const struct capture_cell *cell = view_rows(v, "capture", sizeof *cell, &n);
	if (!cell || !row_read(&cell->seq, cell->w, row, sizeof *row))
		return false;
	row->file[sizeof row->file - 1] = row->why[sizeof row->why - 1] = 0;
	return true;
}

const struct instrument *view_instrument(const struct view *v, u32 id)
{
	return id < v->n_instruments ? &v->instrument[id] : NULL;
}

const char *view_strategy(const struct view *v, u32 id, char out[32])
{
	const char *line = view_text(v, "strategies");
	for (; line && *line && id; id--)
		line = (line = strchr(line, '\n')) ? line + 1 : NULL;
	if (!line || !*line)
		return NULL;
	snprintf(out, 32, "%.*s", (int)strcspn(line, " \n"), line);
	return out;
}

ns_t view_now(const struct view *v) { return v->has_clock ? clock_ns(&v->clock, tsc_now()) : 0; }

/* ---- cells ---- */

void cell_age(struct table *t, const struct view *v, ns_t then)
{
	ns_t now = view_now(v);
	if (!then || !now)
		table_none(t);
	else
		table_number(t, now > then ? (i64)(now - then) : 0);
}

void cell_symbol(struct table *t, const struct view *v, u32 id)
{
	const struct instrument *i = view_instrument(v, id);
	char text[SYMBOL_MAX + 1];
	snprintf(text, sizeof text, "%.*s", SYMBOL_MAX, i ? i->symbol : "?");
	table_text(t, text);
}

void cell_px(struct table *t, const struct instrument *i, i64 px)
{
	char text[DEC_TEXT_MAX];
	i64 units;
	if (!i || __builtin_mul_overflow(px, i->tick, &units)) {
		table_none(t);
		return;
	}
	px_print(i, text, px);
	table_text(t, text);
}

void cell_qty(struct table *t, const struct instrument *i, i64 qty)
{
	char text[DEC_TEXT_MAX];
	if (i)
		qty_print(i, text, qty);
	table_text(t, i ? text : NULL);
}

void cell_money(struct table *t, i64 amount)
{
	char text[DEC_TEXT_MAX];
	dec_print_short(text, amount, NOTIONAL_SCALE);
	table_text(t, text);
}

void cell_coid(struct table *t, u32 boot, u64 id)
{
	char text[COID_LEN + 1] = "";
	if (!boot || !id || id > ORDER_ID_MAX) {
		table_none(t);
		return;
	}
	coid_print(text, boot, id);
	table_text(t, text);
}
