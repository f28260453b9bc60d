/*
 * api.h - the WebSocket API at /ws-api/v3 (web-socket-api.md): envelope, methods, security,
 * error answers.
 */
#ifndef SIM_API_H
#define SIM_API_H

#include "sim/json.h"
#include "sim/venue.h"

#define PARAM_MAX 256

struct api_call {
	struct venue *v;
	struct conn *c;
	const json_t *params; /* an object, maybe empty */
	int status;           /* 200, or that of the error below */
	int code;
	char msg[512];
};

/*
 * One request text: appends its answer to `out`, nothing where the venue has to stop. What account
 * events it caused are in the matching's reports.
 */
void api_answer(struct venue *v, struct conn *c, struct span text, struct buf *out);

/*
 * One request text from a client; the answer, and what account events it caused, go out before
 * this returns.
 */
void api_on_text(struct venue *v, struct conn *c, const void *text, size_t n);

/*
 * For handlers: they return a result, or NULL after one of these (which return NULL, so false,
 * themselves).
 */
json_t *api_fail(struct api_call *a, int status, int code, const char *fmt, ...) PRINTF_LIKE(4, 5);
json_t *api_missing(struct api_call *a, const char *name); /* -1102 */

/* False after failing with -1102 or -1121 where `symbol` is not the venue's. */
bool api_symbol(struct api_call *a);

/* A whole number >= 0; where absent `*out` stays. False after failing with -1100. */
bool api_number(struct api_call *a, const char *name, i64 *out);

/*
 * By orderId or origClientOrderId; *out is NULL where there is none such. False after failing
 * with -1102.
 */
bool api_find_order(struct api_call *a, const struct order **out);

/* The journal broke: the venue stops without an answer, as after a power cut. */
json_t *api_broken(struct api_call *a);

json_t *api_ping(struct api_call *a);
json_t *api_time(struct api_call *a);
json_t *api_logon(struct api_call *a);
json_t *api_session_status(struct api_call *a);
json_t *api_logout(struct api_call *a);
json_t *api_subscriptions(struct api_call *a);
json_t *api_subscribe(struct api_call *a);
json_t *api_unsubscribe(struct api_call *a);
json_t *api_order_place(struct api_call *a);
json_t *api_order_cancel(struct api_call *a);
json_t *api_cancel_all(struct api_call *a);
json_t *api_order_status(struct api_call *a);
json_t *api_open_orders(struct api_call *a);
json_t *api_trades(struct api_call *a);
json_t *api_account(struct api_call *a);
json_t *api_order_counts(struct api_call *a);

#endif
