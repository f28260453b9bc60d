/* The WebSocket API's general, session and user data stream requests. */
#include "sim/api.h"
#include "sim/reports.h"

json_t *api_ping(struct api_call *a)
{
	(void)a;
	return json_object();
}

json_t *api_time(struct api_call *a)
{
	return json_pack("{s:I}", "serverTime", (json_int_t)a->v->now_ms);
}

json_t *api_session_status(struct api_call *a)
{
	const struct api_session *s = &a->c->api;
	json_t *j = json_object();
	json_object_set_new(j, "apiKey",
			    s->authorized ? json_string(a->v->options->api_key) : json_null());
	json_object_set_new(j, "authorizedSince",
			    s->authorized ? json_integer(s->authorized_ms) : json_null());
	json_object_set_new(j, "connectedSince", json_integer(a->c->connected_ms));
	json_object_set_new(j, "returnRateLimits", json_boolean(s->rate_limits));
	json_object_set_new(j, "serverTime", json_integer(a->v->now_ms));
	json_object_set_new(j, "userDataStream", json_boolean(s->subscribed));
	return j;
}

json_t *api_logon(struct api_call *a)
{
	a->c->api.authorized = true;
	a->c->api.authorized_ms = a->v->now_ms;
	return api_session_status(a);
}

static void end_subscription(struct api_call *a)
{
	if (a->c->api.subscribed)
		reports_send_end(a->v, a->c);
	a->c->api.subscribed = false;
}

json_t *api_logout(struct api_call *a)
{
	end_subscription(a);
	a->c->api.authorized = false;
	return api_session_status(a);
}

json_t *api_subscribe(struct api_call *a)
{
	struct api_session *s = &a->c->api;
	if (s->subscribed)
		return api_fail(a, 400, -2035, "User Data Stream subscription already active.");
	s->subscribed = true;
	s->subscription_id = s->subscriptions++;
	return json_pack("{s:i}", "subscriptionId", (int)s->subscription_id);
}

json_t *api_unsubscribe(struct api_call *a)
{
	i64 id = a->c->api.subscription_id;
	if (!api_number(a, "subscriptionId", &id))
		return NULL;
	if (!a->c->api.subscribed || id != a->c->api.subscription_id)
		return api_fail(a, 400, -2036, "User Data Stream subscription not active.");
	end_subscription(a);
	return json_object();
}

json_t *api_subscriptions(struct api_call *a)
{
	return a->c->api.subscribed
		       ? json_pack("[{s:i}]", "subscriptionId", (int)a->c->api.subscription_id)
		       : json_array();
}
