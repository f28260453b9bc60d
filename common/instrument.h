/*
 * instrument.h - what a price and a quantity of one instrument mean: scales, steps and limits, of one version.
 *
 * A price is an i64 count of ticks; one tick is `tick` units of 10^-px_scale of the quote asset. A
 * quantity is an i64 in units of 10^-qty_scale of the base asset, fine enough for any depth the
 * venue sends; `lot` binds our own orders only. A notional is in units of 10^-NOTIONAL_SCALE of the
 * quote asset. When the venue changes a step or a limit, a new version comes by the inbox and
 * events carry the version they were written with. Plain data: copied into each core's own table,
 * indexed by dense id.
 */
#ifndef SAKER_INSTRUMENT_H
#define SAKER_INSTRUMENT_H

#include "common/err.h"
#include "common/types.h"

/* Of one core. 64 for what it costs in memory (docs/benches.md); up to 1024 where it is set for a whole build. */
#ifndef INSTRUMENTS_MAX
#define INSTRUMENTS_MAX 64
#endif
#define SYMBOL_MAX 20
#define NOTIONAL_SCALE 8

enum instrument_status { INSTRUMENT_TRADING, INSTRUMENT_HALT, INSTRUMENT_BREAK, INSTRUMENT_CANCEL_ONLY };

struct instrument {
	u32 id;
	u16 version;
	u8 status;     /* enum instrument_status */
	u8 px_scale;   /* decimals of the tick size as the venue writes it, trailing zeros dropped */
	u8 qty_scale;
	u8 symbol_n;
	u16 max_orders; /* the venue's limit of open orders, 0: none known */
	char symbol[SYMBOL_MAX]; /* upper case, "BTCUSDT" */
	char base[8], quote[8];
	u32 rsv;
	i64 tick;      /* > 0 */
	i64 min_px, max_px;                /* ticks; max_px 0: none */
	i64 lot, min_qty, max_qty;         /* quantity units */
	i64 market_lot, market_max_qty;    /* for MARKET orders; 0: as above */
	i64 min_notional, max_notional;    /* 10^-NOTIONAL_SCALE quote; max 0: none */
};

/* Exact: ERR_SYNTAX where the text is no multiple of the tick, ERR_OVERFLOW where it does not fit. */
err_t px_parse(const struct instrument *i, const char *s, size_t n, i64 *px);
err_t qty_parse(const struct instrument *i, const char *s, size_t n, i64 *qty);

/* Text with the venue's number of decimals and a NUL, at most DEC_TEXT_MAX bytes; returns the length. */
u32 px_print(const struct instrument *i, char *out, i64 px);
u32 qty_print(const struct instrument *i, char *out, i64 qty);

/* px * qty in 10^-NOTIONAL_SCALE of the quote asset, rounded away from zero; false where it does not fit: then deny. */
bool notional_of(const struct instrument *i, i64 px, i64 qty, i64 *out);

#endif
