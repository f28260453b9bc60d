/*
 * limits_row.h - limits as ctl sends them to the trade core, and as the core shows those in force
 * in the segment.
 *
 * "limits" is a table by instrument id under sequence words (common/order_row.h), written when risk
 * has accepted the limits; a row never written has sequence 0: nothing is allowed in that instrument.
 */
#ifndef SAKER_LIMITS_ROW_H
#define SAKER_LIMITS_ROW_H

#include "risk/risk.h"

/* MSG_LIMITS: the instrument's limits, and the account's. */
struct msg_limits {
	u32 instrument, rsv;
	struct risk_limits limits;
	struct risk_account account;
};

struct limits_cell {
	u64 seq, w[sizeof(struct msg_limits) / 8];
};
static_assert(sizeof(struct msg_limits) % 8 == 0, "rows are whole words");

#endif
