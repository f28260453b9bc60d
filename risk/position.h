/*
 * position.h - what we hold of one instrument and what it cost, exactly, from fills.
 *
 * Money is an i128 in units of 10^-CASH_SCALE of the quote asset, so that price times quantity is
 * exact whatever the instrument's scales, and stays so when its tick changes. Average cost: a
 * reducing fill releases cost in proportion; what division leaves stays with the rest. At all times
 * realised == cash + cost and qty == start + bought - sold. Fees are kept by asset, apart.
 */
#ifndef SAKER_POSITION_H
#define SAKER_POSITION_H

#include "common/instrument.h"

#define CASH_SCALE 18
#define POSITION_FEES_MAX 4

struct position_fee {
	char asset[8];
	i64 amount; /* 10^-8 of the asset; negative: a rebate */
};

struct position {
	i64 qty;                  /* instrument units; negative: short */
	i64 start_qty;            /* where position_set began */
	i64 bought_qty, sold_qty; /* by fills since then */
	i128 cash;                /* 10^-CASH_SCALE quote: received less paid */
	i128 cost;                /* of what is held: positive for a long */
	struct position_fee fee[POSITION_FEES_MAX];
};

/*
 * Starts anew from what the venue says we hold; `px` (ticks) values it, 0 where no price is known.
 * false: it does not fit.
 */
bool position_set(struct position *p, const struct instrument *i, i64 qty, i64 px);

/* Books a fill. false: a sum does not fit; then nothing changed. */
bool position_fill(struct position *p, const struct instrument *i, u8 side, i64 px, i64 qty);

/* Books a fee. false: a fifth asset, or a sum that does not fit; then nothing changed. */
bool position_fee(struct position *p, const char asset[8], i64 amount);

/* In 10^-NOTIONAL_SCALE of the quote asset, rounded towards zero; false: it does not fit. */
bool position_realised(const struct position *p, i64 *out);
bool position_unrealised(const struct position *p, const struct instrument *i, i64 px, i64 *out);

#endif
