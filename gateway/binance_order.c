#include "gateway/binance_order.h"

#include "common/cursor.h"
#include "common/decimal.h"
#include "gateway/binance_id.h"
#include "gateway/coid.h"

#define WIDTH_SMALL 16
#define WIDTH_LARGE 24
#define SCRATCH 64     /* digits end in the middle; behind them the quote and blanks for a whole field */
#define DIGITS_MAX 20  /* of a u64 */
static_assert(DIGITS_MAX + 1 + WIDTH_LARGE <= SCRATCH, "a copy from the last digit stays inside");
#define VENUE_ID_WIDTH 20
#define TS_DIGITS 13
#define TS_MIN 1000000000000ULL /* 13 digits: 2001 .. 2286 */
#define TS_MAX 9999999999999ULL
#define PLACE_KINDS 5

static const char pairs[] = "00010203040506070809101112131415161718192021222324252627282930313233343536373839"
			    "40414243444546474849505152535455565758596061626364656667686970717273747576777879"
			    "8081828384858687888990919293949596979899";

/* Digits of v backwards from `end`, two at a time; returns where they begin. */
static char *digits_back(char *end, u64 v)
{
	while (v >= 100) {
		end -= 2;
		memcpy(end, pairs + 2 * (v % 100), 2);
		v /= 100;
	}
	if (v < 10) {
		*--end = (char)('0' + v);
		return end;
	}
	end -= 2;
	memcpy(end, pairs + 2 * v, 2);
	return end;
}

/* Exactly `n` digits, with leading zeros. v < 10^n. */
static void digits_fixed(u8 *out, u32 n, u64 v)
{
	for (; n >= 2; n -= 2, v /= 100)
		memcpy(out + n - 2, pairs + 2 * (v % 100), 2);
	if (n)
		out[0] = (u8)('0' + v);
}

/* Copies of constant size only: what stands behind the text is the padding. */
static void put_padded(u8 *out, u8 width, const char *text)
{
	memcpy(out, text, WIDTH_SMALL);
	if (width == WIDTH_LARGE)
		memcpy(out + WIDTH_SMALL, text + WIDTH_SMALL, WIDTH_LARGE - WIDTH_SMALL);
}

/* A decimal, its closing quote, and blanks up to `width`; false where it does not fit. */
static bool put_decimal(u8 *out, u8 width, u64 units, u32 scale)
{
	char s[SCRATCH], pointed[SCRATCH];
	char *end = s + DIGITS_MAX, *at;
	memset(s, '0', DIGITS_MAX);
	memset(end + 1, ' ', WIDTH_LARGE);
	*end = '"';
	at = digits_back(end, units);
	if ((size_t)(end - at) <= scale)
		at = end - scale - 1; /* "0.": the zeros are there */
	u32 len = (u32)(end - at) + (scale > 0), whole = (u32)(end - at) - scale;
	if (len >= width)
		return false;
	if (!scale) {
		put_padded(out, width, at);
		return true;
	}
	memcpy(pointed, at, WIDTH_LARGE);
	memcpy(pointed + whole + 1, at + whole, WIDTH_LARGE);
	pointed[whole] = '.';
	put_padded(out, width, pointed);
	return true;
}

/* ---- templates ---- */

struct build {
	struct wr w;
	struct binance_tmpl *t;
};

static u16 here(const struct build *b) { return (u16)wr_len(&b->w); }

static void fill(struct build *b, char c, u32 n)
{
	for (u32 i = 0; i < n; i++)
		wr_u8(&b->w, (u8)c);
}

static struct build begin(struct binance_tmpl *t, u8 req)
{
	*t = (struct binance_tmpl){ 0 };
	struct build b = { .w = wr_of(t->text, sizeof t->text), .t = t };
	char id[BINANCE_ID_LEN];
	binance_id_print(id, req, 0);
	wr_str(&b.w, "{\"id\":\"");
	t->id_at = (u16)(here(&b) + 1);
	wr_bytes(&b.w, id, sizeof id);
	wr_str(&b.w, "\",\"method\":\"");
	wr_str(&b.w, binance_method(req));
	wr_str(&b.w, "\",\"params\":{");
	return b;
}

static void text_field(struct build *b, const char *name, const char *value, size_t n)
{
	wr_str(&b->w, "\"");
	wr_str(&b->w, name);
	wr_str(&b->w, "\":\"");
	wr_bytes(&b->w, value, n);
	wr_str(&b->w, "\",");
}

/* A decimal to be patched: the field's `width` bytes include the closing quote. Returns its offset. */
static u16 decimal_field(struct build *b, const char *name, u8 width)
{
	wr_str(&b->w, "\"");
	wr_str(&b->w, name);
	wr_str(&b->w, "\":\"");
	u16 at = here(b);
	wr_str(&b->w, "0\"");
	fill(b, ' ', width - 2u);
	wr_str(&b->w, ",");
	return at;
}

static void coid_field(struct build *b, const char *name, u32 boot)
{
	char coid[COID_LEN];
	coid_print(coid, boot, 1);
	b->t->coid_at = (u16)(here(b) + strlen(name) + 4 + COID_LEN - ORDER_ID_DIGITS);
	text_field(b, name, coid, sizeof coid);
}

static err_t finish(struct build *b, u32 recv_window_ms)
{
	char number[DEC_TEXT_MAX];
	dec_print(number, recv_window_ms, 0);
	wr_str(&b->w, "\"recvWindow\":");
	wr_str(&b->w, number);
	wr_str(&b->w, ",\"timestamp\":");
	b->t->ts_at = here(b);
	fill(b, '0', TS_DIGITS);
	wr_str(&b->w, "}}");
	b->t->n = here(b);
	return b->w.bad ? ERR_TOO_LONG : ERR_OK;
}

/* Room for the largest value, the quote included; without a limit, for any. */
static u8 width_for(i64 max_units, u32 scale)
{
	char text[DEC_TEXT_MAX];
	return max_units > 0 && dec_print(text, max_units, scale) < WIDTH_SMALL ? WIDTH_SMALL : WIDTH_LARGE;
}

static i64 max_px_units(const struct instrument *i)
{
	i64 units;
	return __builtin_mul_overflow(i->max_px, i->tick, &units) ? 0 : units;
}

static err_t place_init(struct binance_tmpl *t, const struct instrument *i, u32 boot, const u8 kind[3], u32 recv_window_ms)
{
	struct build b = begin(t, BINANCE_REQ_PLACE);
	const char *side = side_name(kind[0]), *type = order_type_name(kind[1]), *tif = tif_name(kind[2]);
	t->px_scale = i->px_scale;
	t->qty_scale = i->qty_scale;
	t->tick = i->tick;
	text_field(&b, "symbol", i->symbol, i->symbol_n);
	text_field(&b, "side", side, strlen(side));
	text_field(&b, "type", type, strlen(type));
	if (kind[1] == ORDER_LIMIT)
		text_field(&b, "timeInForce", tif, strlen(tif));
	t->qty_width = width_for(i->max_qty, i->qty_scale);
	t->qty_at = decimal_field(&b, "quantity", t->qty_width);
	if (kind[1] != ORDER_MARKET) {
		t->px_width = width_for(max_px_units(i), i->px_scale);
		t->px_at = decimal_field(&b, "price", t->px_width);
	}
	coid_field(&b, "newClientOrderId", boot);
	text_field(&b, "newOrderRespType", "ACK", 3);
	return finish(&b, recv_window_ms);
}

static err_t cancel_init(struct binance_tmpl *t, const struct instrument *i, u32 recv_window_ms)
{
	struct build b = begin(t, BINANCE_REQ_CANCEL);
	text_field(&b, "symbol", i->symbol, i->symbol_n);
	wr_str(&b.w, "\"orderId\":");
	t->venue_id_at = here(&b);
	fill(&b, ' ', VENUE_ID_WIDTH);
	wr_str(&b.w, ",");
	return finish(&b, recv_window_ms);
}

static err_t cancel_coid_init(struct binance_tmpl *t, const struct instrument *i, u32 boot, u32 recv_window_ms)
{
	struct build b = begin(t, BINANCE_REQ_CANCEL);
	text_field(&b, "symbol", i->symbol, i->symbol_n);
	coid_field(&b, "origClientOrderId", boot);
	return finish(&b, recv_window_ms);
}

static const u8 place_kind[PLACE_KINDS][2] = {
	{ ORDER_LIMIT, TIF_GTC }, { ORDER_LIMIT, TIF_IOC }, { ORDER_LIMIT, TIF_FOK },
	{ ORDER_LIMIT_MAKER, TIF_GTC }, { ORDER_MARKET, TIF_GTC },
};

err_t binance_tmpls_init(struct binance_tmpls *t, const struct instrument *i, u32 boot, u32 recv_window_ms)
{
	if (!i->symbol_n || i->symbol_n > SYMBOL_MAX || i->tick <= 0 || recv_window_ms < 1 || recv_window_ms > 60000 ||
	    i->px_scale > DEC_DECIMALS_MAX || i->qty_scale > DEC_DECIMALS_MAX)
		return ERR_ARGUMENT;
	for (u32 at = 0; at < i->symbol_n; at++)
		if (i->symbol[at] < ' ' || i->symbol[at] == '"' || i->symbol[at] == '\\')
			return ERR_ARGUMENT;
	err_t e = ERR_OK;
	for (u8 side = 0; side < 2; side++)
		for (u32 k = 0; k < PLACE_KINDS && e == ERR_OK; k++) {
			const u8 kind[3] = { side, place_kind[k][0], place_kind[k][1] };
			e = place_init(&t->place[side][k], i, boot, kind, recv_window_ms);
		}
	if (e == ERR_OK)
		e = cancel_init(&t->cancel, i, recv_window_ms);
	return e == ERR_OK ? cancel_coid_init(&t->cancel_coid, i, boot, recv_window_ms) : e;
}

const struct binance_tmpl *binance_tmpl_place(const struct binance_tmpls *t, u8 side, u8 type, u8 tif)
{
	if (side > SIDE_SELL || type > ORDER_MARKET || tif > TIF_FOK)
		return NULL;
	return &t->place[side][type == ORDER_LIMIT ? tif : 2u + type];
}

/* ---- hot ---- */

u32 binance_prepare(const struct binance_tmpl *t, u8 *out)
{
	memcpy(out, t->text, t->n);
	return t->n;
}

static bool patch_ids(const struct binance_tmpl *t, u8 *out, u64 order_id, u64 ts_ms)
{
	if (order_id < 1 || order_id > ORDER_ID_MAX || ts_ms < TS_MIN || ts_ms > TS_MAX)
		return false;
	u8 digits[ORDER_ID_DIGITS];
	digits_fixed(digits, ORDER_ID_DIGITS, order_id);
	memcpy(out + t->id_at, digits, ORDER_ID_DIGITS);
	if (t->coid_at)
		memcpy(out + t->coid_at, digits, ORDER_ID_DIGITS);
	digits_fixed(out + t->ts_at, TS_DIGITS, ts_ms);
	return true;
}

bool binance_patch_order(const struct binance_tmpl *t, u8 *out, u64 order_id, i64 px, i64 qty, u64 ts_ms)
{
	assert(t->qty_at && t->coid_at);
	i64 units = 0;
	if (qty <= 0 || !patch_ids(t, out, order_id, ts_ms) ||
	    !put_decimal(out + t->qty_at, t->qty_width, (u64)qty, t->qty_scale))
		return false;
	if (!t->px_at)
		return true;
	return px > 0 && !__builtin_mul_overflow(px, t->tick, &units) &&
	       put_decimal(out + t->px_at, t->px_width, (u64)units, t->px_scale);
}

bool binance_patch_cancel(const struct binance_tmpl *t, u8 *out, u64 order_id, u64 venue_id, u64 ts_ms)
{
	assert(!t->qty_at && (t->venue_id_at || t->coid_at));
	if (!patch_ids(t, out, order_id, ts_ms))
		return false;
	if (!t->venue_id_at)
		return true;
	if (!venue_id || venue_id > INT64_MAX)
		return false;
	char s[2 * VENUE_ID_WIDTH];
	memset(s + VENUE_ID_WIDTH, ' ', VENUE_ID_WIDTH);
	memcpy(out + t->venue_id_at, digits_back(s + VENUE_ID_WIDTH, venue_id), VENUE_ID_WIDTH);
	return true;
}
