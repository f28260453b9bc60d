#include "gateway/binance_order.h"

#include "common/cursor.h"
#include "common/decimal.h"
#include "gateway/binance_id.h"
#include "gateway/coid.h"

#define WIDTH_SMALL 16
#define WIDTH_LARGE 24
static_assert(DEC_TEXT_MAX <= WIDTH_LARGE, "any decimal and its quote fit the large field");
#define VENUE_ID_WIDTH 20
#define TS_DIGITS 13
#define TS_MIN 1000000000000ULL /* 13 digits: 2001 .. 2286 */
#define TS_MAX 9999999999999ULL
#define PLACE_KINDS 5
#define DIGITS_ZERO 0x3030303030303030ULL

/*
 * Eight decimal digits of v < 10^8 as text, the first one in the lowest byte (little endian): halves
 * of four, two and one digit are split side by side.
 */
static u64 eight_digits(u64 v)
{
	u64 x = v / 10000 | v % 10000 << 32;
	u64 q = x * 10486 >> 20 & 0x0000007f0000007fULL; /* / 100, exact below 10^4 */
	x = q | (x - 100 * q) << 16;
	q = x * 103 >> 10 & 0x000f000f000f000fULL; /* / 10, exact below 100 */
	return (q | (x - 10 * q) << 8) | DIGITS_ZERO;
}
static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "texts are built in registers");

#define E8 100000000ULL

static u32 digits_of(u64 v)
{
	u32 t = (64 - (u32)__builtin_clzll(v | 1)) * 1233 >> 12; /* log10(2) = 1233 / 4096, nearly */
	return t + (v >= (u64)dec_pow10[t]);
}

/*
 * Up to 15 characters and the quote, in one register: the digits without leading zeros, the point
 * moved in between, the quote and blanks behind.
 */
static void put_small(u8 *out, u64 units, u32 scale, u32 len)
{
	typedef unsigned __int128 u128;
	u64 high = units < E8 ? DIGITS_ZERO : eight_digits(units / E8); /* hardly any has more than eight */
	u128 digits = (u128)eight_digits(units < E8 ? units : units % E8) << 64 | high;
	u128 blanks = (u128)0x2020202020202020ULL << 64 | 0x2020202020202022ULL; /* quote, blanks */
	u32 n = len - (scale > 0), whole = n - scale;
	u128 text = digits >> 8 * (16 - n);
	if (scale) {
		u128 fraction = text >> 8 * whole;
		text = (text & (((u128)1 << 8 * whole) - 1)) | (u128)'.' << 8 * whole | fraction << 8 * (whole + 1);
	}
	text |= blanks << 8 * len;
	memcpy(out, &text, WIDTH_SMALL);
}

static void put_large(u8 *out, u64 units, u32 scale, u32 len)
{
	char text[DEC_TEXT_MAX];
	u32 n = dec_print(text, (i64)units, scale);
	assert(n == len && units <= INT64_MAX);
	memcpy(out, text, n);
	out[n] = '"';
	memset(out + n + 1, ' ', WIDTH_LARGE - n - 1);
}

/* A decimal, its closing quote, and blanks up to `width`; false where it does not fit. */
static bool put_decimal(u8 *out, u8 width, u64 units, u32 scale)
{
	u32 len = u32_max(digits_of(units), scale + 1) + (scale > 0);
	if (len >= width)
		return false;
	if (width == WIDTH_SMALL)
		put_small(out, units, scale, len);
	else
		put_large(out, units, scale, len);
	return true;
}

/* The order's number as ten digits: within the request's id and, where there is one, the client order id. */
static void put_ids(const struct binance_tmpl *t, u8 *out, u64 v)
{
	u64 high = eight_digits(v / E8) >> 48, low = eight_digits(v % E8);
	memcpy(out + t->id_at, &high, 2);
	memcpy(out + t->id_at + 2, &low, 8);
	if (!t->coid_at)
		return;
	memcpy(out + t->coid_at, &high, 2);
	memcpy(out + t->coid_at + 2, &low, 8);
}

static void put_thirteen(u8 *out, u64 v)
{
	u64 high = eight_digits(v / E8) >> 24, low = eight_digits(v % E8);
	memcpy(out, &high, 8); /* five of them */
	memcpy(out + 5, &low, 8);
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
	binance_prepare(b->t, b->t->next);
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

static err_t place_init(struct binance_tmpl *t, const struct instrument *i, u32 boot,
			const u8 kind[3], u32 recv_window_ms)
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

struct binance_tmpl *binance_tmpl_place(struct binance_tmpls *t, u8 side, u8 type, u8 tif)
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

static bool id_fits(u64 id) { return id >= 1 && id <= ORDER_ID_MAX; }

static bool ts_fits(u64 ts_ms) { return ts_ms >= TS_MIN && ts_ms <= TS_MAX; }

static bool put_qty(const struct binance_tmpl *t, u8 *out, i64 qty)
{
	return qty > 0 && put_decimal(out + t->qty_at, t->qty_width, (u64)qty, t->qty_scale);
}

static bool put_px(const struct binance_tmpl *t, u8 *out, i64 px)
{
	i64 units;
	return px > 0 && !__builtin_mul_overflow(px, t->tick, &units) &&
	       put_decimal(out + t->px_at, t->px_width, (u64)units, t->px_scale);
}

static bool patch_ids(const struct binance_tmpl *t, u8 *out, u64 order_id, u64 ts_ms)
{
	if (!id_fits(order_id) || !ts_fits(ts_ms))
		return false;
	put_ids(t, out, order_id);
	put_thirteen(out + t->ts_at, ts_ms);
	return true;
}

bool binance_patch_order(const struct binance_tmpl *t, u8 *out, u64 order_id, i64 px, i64 qty, u64 ts_ms)
{
	assert(t->qty_at && t->coid_at);
	return patch_ids(t, out, order_id, ts_ms) && put_qty(t, out, qty) && (!t->px_at || put_px(t, out, px));
}

void binance_next_id(struct binance_tmpl *t, u64 order_id)
{
	assert(id_fits(order_id));
	put_ids(t, t->next, order_id);
	t->said.id = order_id;
}

bool binance_next_order(struct binance_tmpl *t, u64 order_id, i64 px, i64 qty, u64 ts_ms)
{
	struct binance_said *said = &t->said;
	assert(t->qty_at && t->coid_at);
	if (t->px_at && px != said->px && !put_px(t, t->next, px))
		return false;
	said->px = px;
	if (qty != said->qty && !put_qty(t, t->next, qty))
		return false;
	said->qty = qty;
	if (order_id != said->id) {
		if (!id_fits(order_id))
			return false;
		binance_next_id(t, order_id);
	}
	if (ts_ms != said->ts_ms) {
		if (!ts_fits(ts_ms))
			return false;
		put_thirteen(t->next + t->ts_at, ts_ms);
		said->ts_ms = ts_ms;
	}
	return true;
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
	char text[DEC_TEXT_MAX];
	u32 n = dec_print(text, (i64)venue_id, 0);
	memset(out + t->venue_id_at, ' ', VENUE_ID_WIDTH);
	memcpy(out + t->venue_id_at, text, n);
	return true;
}
