/*
 * rate.h - the venue's request limits, modelled here so that we stop before it stops us.
 *
 * Windows are aligned to the venue's clock (10 s windows begin at :00, :10 ..; a day at 00:00 UTC),
 * so time is venue time in ms. Used = what the venue last told for this window + what was sent and
 * not yet answered. Cancels may use the whole of REQUEST_WEIGHT, everything else leaves
 * `cancel_reserve` of it. A 429 or 418 stops everything until retryAfter. Pure.
 */
#ifndef RATE_H
#define RATE_H

#include "common/err.h"
#include "common/types.h"

#define RATE_WINDOWS_MAX 8
#define RATE_BACKOFF_MS 60000 /* after a 429 or 418 that names no time */

enum rate_type { RATE_REQUEST_WEIGHT, RATE_ORDERS, RATE_RAW_REQUESTS, RATE_OTHER };
enum rate_use { RATE_USE_QUERY, RATE_USE_PLACE, RATE_USE_CANCEL, RATE_USES };

struct rate_window {
	u8 type;       /* enum rate_type */
	u32 interval_s;
	u32 limit;
	u32 told;      /* count in this window at the venue's last word */
	u32 in_flight; /* sent in this window since, unanswered */
	u64 end_ms;    /* of this window, venue time */
};

struct rate {
	u32 n;
	u32 cancel_reserve; /* weight */
	u64 stop_until_ms;  /* venue time; 0: none */
	u64 *cnt;           /* GATEWAY_CNT_COUNT words */
	struct rate_window w[RATE_WINDOWS_MAX];
};

/* Without windows nothing is limited. */
void rate_init(struct rate *r, u32 cancel_reserve, u64 *cnt);
/*
 * A limit as exchangeInfo or the configuration names it; replaces one of the same type and
 * interval. ERR_FULL, ERR_ARGUMENT.
 */
err_t rate_limit(struct rate *r, u8 type, u32 interval_s, u32 limit);

/*
 * Whether a request may go now: ERR_OK or ERR_LIMIT. Changes nothing but windows that have run out.
 */
err_t rate_check(struct rate *r, u8 use, u32 weight, u64 venue_ms);
/* It went. */
void rate_sent(struct rate *r, u8 use, u32 weight, u64 venue_ms);
/*
 * Its answer came (or never will: the session is lost). `ok`: orders and cancels that succeed weigh
 * nothing.
 */
void rate_answered(struct rate *r, u8 use, u32 weight, bool ok, u64 venue_ms);
/* A response's rateLimits entry. */
void rate_told(struct rate *r, u8 type, u32 interval_s, u32 limit, u32 count, u64 venue_ms);
/* The first fill of an order: the venue counts unfilled orders only. */
void rate_filled(struct rate *r, u64 venue_ms);
/* 429 or 418. retry_after_ms 0: not told. */
void rate_stop(struct rate *r, u64 retry_after_ms, u64 venue_ms);

/*
 * Venue time from which rate_check would pass if nothing else were sent; venue_ms where it passes
 * now.
 */
u64 rate_free_at(struct rate *r, u8 use, u32 weight, u64 venue_ms);

#endif
