/*
 * binance_order.h - order.place and order.cancel texts (Binance Spot WebSocket API), prepared while
 * idle, patched at the decision.
 *
 * A template is the whole request text of one instrument, side, type and time in force. Its length
 * never changes: values shorter than their field are followed by JSON white space behind the
 * closing quote. prepare copies the template to where the WebSocket payload will be; patch writes
 * the request id, newClientOrderId, quantity, price and timestamp. newOrderRespType is ACK: the
 * shortest answer; status and fills come as executionReport on the same session.
 *
 * Pure, no NUL at the end, trade core only.
 */
#ifndef BINANCE_ORDER_H
#define BINANCE_ORDER_H

#include "common/instrument.h"
#include "common/order.h"

#define BINANCE_TMPL_MAX 384

/* What an order's text says; all 0: nothing yet. */
struct binance_said {
	u64 id, ts_ms;
	i64 px, qty;
};

struct binance_tmpl {
	u16 n;                          /* length of the text, constant */
	u16 id_at, coid_at;             /* offsets of the digits; 0: the text has no such field */
	u16 px_at, qty_at, venue_id_at, ts_at;
	u8 px_width, qty_width;         /* room for the digits and the closing quote: 16 or 24 */
	u8 px_scale, qty_scale;
	i64 tick;
	/* what is sent: the text with the newest values, in which only what differs is written anew */
	struct binance_said said;
	u8 next[BINANCE_TMPL_MAX];
	char text[BINANCE_TMPL_MAX];
};

/* All requests of one instrument. */
struct binance_tmpls {
	struct binance_tmpl place[2][5];   /* by side and kind, see binance_tmpl_place */
	struct binance_tmpl cancel;        /* by the venue's order id: the faster one for the venue */
	struct binance_tmpl cancel_coid;   /* by our client order id: before the venue's number is known */
};

/*
 * Slow: at start and when the instrument's version changes. `recv_window_ms` 1..60000.
 * ERR_ARGUMENT, ERR_TOO_LONG.
 */
err_t binance_tmpls_init(struct binance_tmpls *t, const struct instrument *i, u32 boot,
			 u32 recv_window_ms);

/* NULL where the venue knows no such combination (LIMIT_MAKER and MARKET ignore `tif`). */
struct binance_tmpl *binance_tmpl_place(struct binance_tmpls *t, u8 side, u8 type, u8 tif);

/* Copies the text to `out`, which has room for t->n bytes; returns t->n. */
u32 binance_prepare(const struct binance_tmpl *t, u8 *out);

/*
 * Writes one order's values into a prepared text. `ts_ms`: venue time, 13 digits. false (text
 * unusable) where a value is not positive or does not fit its field; px is not looked at for
 * MARKET.
 */
bool binance_patch_order(const struct binance_tmpl *t, u8 *out, u64 order_id, i64 px, i64 qty,
			 u64 ts_ms);

/*
 * The same in t->next, which is what goes out: only what differs from what it says already is written.
 * binance_next_id does it ahead for the id, 1 to ORDER_ID_MAX.
 */
bool binance_next_order(struct binance_tmpl *t, u64 order_id, i64 px, i64 qty, u64 ts_ms);
void binance_next_id(struct binance_tmpl *t, u64 order_id);

/* For either cancel; `venue_id` is not looked at by cancel_coid. */
bool binance_patch_cancel(const struct binance_tmpl *t, u8 *out, u64 order_id, u64 venue_id,
			  u64 ts_ms);

#endif
