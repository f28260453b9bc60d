#include "common/cursor.h"
#include "dataplane/ws/ws.h"

#define BIT_FIN      0x80
#define BITS_RSV     0x70
#define BIT_CONTROL  0x08 /* of the opcode */
#define BIT_MASK     0x80
#define LEN_16       126
#define LEN_64       127

/* A frame's header, as far as checked. */
struct head {
	bool fin, control;
	u8 op;
	u32 head_n, n; /* header and payload bytes */
	u32 mask;
};

err_t ws_init(struct ws *w, struct arena *a, enum ws_role role, u32 max, u64 *cnt)
{
	assert(max > 0 && max <= UINT32_MAX / 2);
	*w = (struct ws){ .role = role, .max = max, .own = max, .cnt = cnt };
	w->join = arena_alloc(a, max, CACHE_LINE);
	if (!w->join)
		return ERR_NO_MEMORY;
	ws_reset(w);
	return ERR_OK;
}

void ws_share(struct ws *w, struct pool *pool, u32 max)
{
	assert(max >= w->own && max <= pool->obj_size && !w->large);
	w->pool = pool;
	w->max = max;
}

static void give_back(struct ws *w)
{
	if (w->large)
		pool_put(w->pool, w->large);
	w->large = NULL;
	w->large_told = false;
	w->left = 0;
}

void ws_reset(struct ws *w)
{
	give_back(w);
	w->state = WS_OPEN;
	w->close_tx = w->close_rx = false;
	w->join_op = WS_OP_CONT;
	w->join_n = 0;
	w->need = 0;
	w->fail_code = 0;
}

static u16 bad(struct ws *w, enum ws_cnt which, u16 code)
{
	counter_inc(&w->cnt[which]);
	return code;
}

static u16 bad_frame(struct ws *w) { return bad(w, WS_CNT_rx_bad_frame, WS_PROTOCOL_ERROR); }

/* What the first two bytes can already break. Returns a close code, 0: fine. */
static u16 check_start(struct ws *w, const struct head *h, u8 b0, u8 b1)
{
	bool joining = w->join_op != WS_OP_CONT;
	bool masked = b1 & BIT_MASK;

	if (b0 & BITS_RSV || masked != (w->role == WS_SERVER))
		return bad_frame(w);
	if (h->control) {
		bool known = h->op == WS_OP_CLOSE || h->op == WS_OP_PING || h->op == WS_OP_PONG;
		bool short_len = (b1 & ~BIT_MASK) <= WS_CONTROL_MAX;
		return known && h->fin && short_len ? 0 : bad_frame(w);
	}
	if (h->op > WS_OP_BINARY || joining != (h->op == WS_OP_CONT))
		return bad_frame(w);
	return 0;
}

/* The payload's length in the fewest bytes (RFC 6455 section 5.2), within the limit. */
static u16 check_len(struct ws *w, const struct head *h, u8 len7, u64 n)
{
	if ((len7 == LEN_16 && n < LEN_16) || (len7 == LEN_64 && (n <= UINT16_MAX || n >> 63)))
		return bad_frame(w);
	u32 joined = h->op == WS_OP_CONT ? w->join_n : 0;
	assert(joined <= w->max);
	if (!h->control && n > w->max - joined)
		return bad(w, WS_CNT_rx_too_big, WS_TOO_BIG);
	return 0;
}

/* ERR_OK: *h is whole. ERR_AGAIN: more bytes are needed. ERR_PROTOCOL: *code says what to send. */
static err_t read_head(struct ws *w, struct rd r, struct head *h, u16 *code)
{
	const u8 *start = r.p;
	u8 b0 = rd_u8(&r), b1 = rd_u8(&r), len7 = b1 & ~BIT_MASK;

	h->fin = b0 & BIT_FIN;
	h->op = b0 & 0x0f;
	h->control = h->op & BIT_CONTROL;
	w->need = 2;
	if (r.bad)
		return ERR_AGAIN;
	*code = check_start(w, h, b0, b1);
	if (*code)
		return ERR_PROTOCOL;
	w->need += (len7 == LEN_16 ? 2 : len7 == LEN_64 ? 8 : 0) + (b1 & BIT_MASK ? 4 : 0);
	u64 n = len7 == LEN_16 ? rd_u16(&r) : len7 == LEN_64 ? rd_u64(&r) : len7;
	if (r.bad)
		return ERR_AGAIN;
	*code = check_len(w, h, len7, n);
	if (*code)
		return ERR_PROTOCOL;
	const u8 *mask = rd_bytes(&r, b1 & BIT_MASK ? 4 : 0);
	if (r.bad)
		return ERR_AGAIN;
	h->mask = 0;
	if (b1 & BIT_MASK)
		memcpy(&h->mask, mask, 4);
	h->n = (u32)n;
	h->head_n = (u32)(r.p - start);
	w->need = h->head_n + h->n;
	return ERR_OK;
}

/* RFC 6455 section 7.4: what may stand in a close frame. */
static bool close_code_ok(u16 code)
{
	return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) ||
	       (code >= 3000 && code <= 4999);
}

static u16 take_close(struct ws *w, struct span p, struct ws_event *ev)
{
	struct rd r = rd_of(p.p, p.n);

	ev->kind = WS_CLOSE;
	ev->code = WS_NO_STATUS;
	if (p.n) {
		ev->code = rd_u16(&r);
		ev->data = (struct span){ r.p, rd_left(&r) };
		if (r.bad || !close_code_ok(ev->code))
			return bad(w, WS_CNT_rx_bad_close, WS_PROTOCOL_ERROR);
		if (!ws_utf8_ok(ev->data.p, ev->data.n))
			return bad(w, WS_CNT_rx_bad_close, WS_BAD_DATA);
	}
	w->close_rx = true;
	give_back(w);
	w->state = w->close_tx ? WS_CLOSED : WS_CLOSING;
	counter_inc(&w->cnt[WS_CNT_rx_closes]);
	return 0;
}

static u16 take_control(struct ws *w, u8 op, struct span p, struct ws_event *ev)
{
	if (op == WS_OP_CLOSE)
		return take_close(w, p, ev);
	ev->kind = op == WS_OP_PING ? WS_PING : WS_PONG;
	ev->data = p;
	counter_inc(&w->cnt[op == WS_OP_PING ? WS_CNT_rx_pings : WS_CNT_rx_pongs]);
	return 0;
}

static u16 message(struct ws *w, u8 op, struct span p, struct ws_event *ev)
{
	assert(op == WS_OP_TEXT || op == WS_OP_BINARY);
	if (op == WS_OP_TEXT && w->check_text && !ws_utf8_ok(p.p, p.n))
		return bad(w, WS_CNT_rx_bad_text, WS_BAD_DATA);
	ev->kind = op == WS_OP_TEXT ? WS_TEXT : WS_BINARY;
	ev->data = p;
	counter_inc(&w->cnt[WS_CNT_rx_messages]);
	return 0;
}

static u16 take_fragment(struct ws *w, const struct head *h, struct span p, struct ws_event *ev)
{
	if (h->op != WS_OP_CONT) {
		w->join_op = h->op;
		w->join_n = 0;
	}
	assert(p.p && w->join_op != WS_OP_CONT && p.n <= w->max - w->join_n);
	memcpy(w->join + w->join_n, p.p, p.n);
	w->join_n += (u32)p.n;
	if (!h->fin)
		return 0;
	u8 op = w->join_op;
	w->join_op = WS_OP_CONT;
	counter_inc(&w->cnt[WS_CNT_rx_joined]);
	return message(w, op, (struct span){ w->join, w->join_n }, ev);
}

/* ---- messages that are gathered in a large buffer, as their bytes arrive ---- */

static bool is_large(const struct ws *w, const struct head *h)
{
	u32 joined = h->op == WS_OP_CONT ? w->join_n : 0;

	return !h->control && (w->large || h->n > w->own - joined);
}

/* Fragments joined so far move along. */
static u16 begin_large(struct ws *w, const struct head *h)
{
	if (h->op != WS_OP_CONT) {
		w->join_op = h->op;
		w->join_n = 0;
	}
	if (!w->large) {
		w->large = pool_get(w->pool);
		if (!w->large)
			return bad(w, WS_CNT_rx_no_large, WS_TOO_BIG);
		memcpy(w->large, w->join, w->join_n);
	}
	w->left = h->n;
	w->fin = h->fin;
	w->mask = h->mask;
	w->mask_at = 0;
	return 0;
}

/* What is here of the frame's payload; the end of the last frame completes the message. */
static u16 more_large(struct ws *w, const u8 *p, u32 n, struct ws_event *ev)
{
	assert(w->large && n <= w->left && n <= w->max - w->join_n);
	if (n)
		memcpy(w->large + w->join_n, p, n);
	if (w->role == WS_SERVER)
		ws_mask(w->large + w->join_n, n, w->mask, w->mask_at & 3);
	w->join_n += n;
	w->mask_at += n;
	w->left -= n;
	w->need = w->left ? 1 : 0;
	if (w->left || !w->fin)
		return 0;
	u8 op = w->join_op;
	w->join_op = WS_OP_CONT;
	w->large_told = true;
	counter_inc(&w->cnt[WS_CNT_rx_large]);
	return message(w, op, (struct span){ w->large, w->join_n }, ev);
}

/* ---- frames ---- */

static u32 fail(struct ws *w, u16 code, struct ws_event *ev)
{
	assert(code && !w->fail_code);
	give_back(w);
	w->fail_code = code;
	w->state = WS_CLOSED;
	w->need = 0;
	*ev = (struct ws_event){ .kind = WS_FAILED, .code = code };
	return 0;
}

/* A frame that is whole where it lies. */
static u16 take_whole(struct ws *w, const struct head *h, u8 *at, struct ws_event *ev)
{
	struct span p = { at, h->n };

	if (w->role == WS_SERVER)
		ws_mask(at, h->n, h->mask, 0);
	if (h->control)
		return take_control(w, h->op, p, ev);
	if (h->fin && h->op != WS_OP_CONT)
		return message(w, h->op, p, ev);
	return take_fragment(w, h, p, ev);
}

/*
 * What a client receives nearly always: a whole text message in one frame of up to 65535 bytes, where
 * no other message is under way and nobody asks for a check of its characters. Returns the bytes
 * it takes; 0: not mine.
 */
static inline u32 usual_text(const struct ws *w, const u8 *buf, u32 n, struct span *text)
{
	u32 unusual = w->role ^ WS_CLIENT;
	unusual |= w->join_op | w->large_told | w->close_rx | w->check_text | w->fail_code | w->left;
	if (unusual || n < 4 || buf[0] != (BIT_FIN | WS_OP_TEXT))
		return 0;
	bool extended = buf[1] == LEN_16;
	u32 head_n = extended ? 4 : 2, text_n = extended ? (u32)buf[2] << 8 | buf[3] : buf[1];
	if (buf[1] > LEN_16 || (extended && text_n < LEN_16) || text_n > w->own || text_n > n - head_n)
		return 0;
	assert(!w->large && w->own <= w->max);
	*text = (struct span){ buf + head_n, text_n };
	return head_n + text_n;
}

static void text_taken(struct ws *w)
{
	w->need = 0;
	counter_inc(&w->cnt[WS_CNT_rx_messages]);
}

bool ws_text(struct ws *w, const u8 *buf, u32 n, struct span *text)
{
	if (usual_text(w, buf, n, text) != n)
		return false;
	text_taken(w);
	return true;
}

u32 ws_next(struct ws *w, u8 *buf, u32 n, struct ws_event *ev)
{
	struct head h;
	u16 code = 0;
	u32 usual = usual_text(w, buf, n, &ev->data);

	if (usual) {
		text_taken(w);
		ev->kind = WS_TEXT;
		ev->code = 0;
		return usual;
	}
	*ev = (struct ws_event){ .kind = WS_NONE };
	if (w->large_told)
		give_back(w);
	if (w->close_rx || w->fail_code) {
		counter_add(&w->cnt[WS_CNT_rx_after_close], n);
		w->need = 0;
		return n;
	}
	if (w->left) {
		u32 here = u32_min(n, w->left);
		code = more_large(w, buf, here, ev);
		return code ? fail(w, code, ev) : here;
	}
	err_t e = read_head(w, rd_of(buf, n), &h, &code);
	if (e == ERR_PROTOCOL)
		return fail(w, code, ev);
	if (e)
		return 0;
	u32 used = h.head_n + h.n;
	if (is_large(w, &h)) {
		used = u32_min(n, used);
		code = begin_large(w, &h);
		if (!code)
			code = more_large(w, buf + h.head_n, used - h.head_n, ev);
		return code ? fail(w, code, ev) : used;
	}
	if (n < used)
		return 0;
	code = take_whole(w, &h, buf + h.head_n, ev);
	if (code)
		return fail(w, code, ev);
	w->need = 0;
	return used;
}
