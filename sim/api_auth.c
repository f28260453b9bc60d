#include "sim/api_auth.h"

#include <string.h>

#include "common/decimal.h"
#include "sim/signature.h"

#define RECV_WINDOW_US_DEFAULT 5000000
#define RECV_WINDOW_US_MAX 60000000
#define MICROSECONDS_MIN 1000000000000000LL /* a larger timestamp is in microseconds */
#define AHEAD_US_MAX 1000000

static bool recv_window(struct api_call *a, i64 *us)
{
	char text[PARAM_MAX];
	*us = RECV_WINDOW_US_DEFAULT;
	if (!json_param(a->params, "recvWindow", text, sizeof text))
		return true;
	if (dec_parse(text, strlen(text), 3, us) != ERR_OK || *us < 0)
		return api_missing(a, "recvWindow");
	if (*us > RECV_WINDOW_US_MAX)
		return api_fail(a, 400, -1131, "recvWindow must be less than 60000.");
	return true;
}

static bool timely(struct api_call *a)
{
	i64 stamp = -1, window_us, now_us = a->v->now_ms * 1000;
	if (!api_number(a, "timestamp", &stamp) || !recv_window(a, &window_us))
		return false;
	if (stamp < 0)
		return api_missing(a, "timestamp");
	i64 stamp_us = stamp >= MICROSECONDS_MIN ? stamp : stamp * 1000;
	if (stamp_us >= now_us + AHEAD_US_MAX)
		return api_fail(
			a, 400, -1021,
			"Timestamp for this request was 1000ms ahead of the server's time.");
	if (now_us - stamp_us > window_us)
		return api_fail(a, 400, -1021,
				"Timestamp for this request is outside of the recvWindow.");
	return true;
}

static bool key_known(struct api_call *a, const char *key)
{
	if (strspn(key, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-") !=
	    strlen(key))
		return api_fail(a, 401, -2014, "API-key format invalid.");
	if (!a->v->account_key || strcmp(key, a->v->options->api_key))
		return api_fail(a, 401, -2015, "Invalid API-key, IP, or permissions for action.");
	return true;
}

static bool signed_right(struct api_call *a)
{
	char signature[PARAM_MAX];
	struct buf payload = { 0 };
	if (!json_param(a->params, "signature", signature, sizeof signature))
		return api_missing(a, "signature");
	bool ok = signature_payload(a->params, &payload) == ERR_OK &&
		  signature_ok(a->v->account_key, buf_p(&payload), buf_n(&payload), signature);
	buf_free(&payload);
	if (ok)
		return true;
	return api_fail(a, 400, -1022, "Signature for this request is not valid.");
}

bool api_authorize(struct api_call *a, enum api_security s)
{
	char key[PARAM_MAX];
	bool with_key = json_object_get(a->params, "apiKey") != NULL;
	if (s == API_NONE || (s == API_SESSION && a->c->api.authorized))
		return true;
	if (s == API_SESSION)
		return api_fail(
			a, 400, -1193,
			"WebSocket session not authenticated. Recommendation: use `session.logon`");
	if (s == API_SIGNED && a->c->api.authorized && !with_key)
		return timely(a);
	if (!json_param(a->params, "apiKey", key, sizeof key))
		return api_missing(a, "apiKey");
	return key_known(a, key) && timely(a) && signed_right(a);
}
