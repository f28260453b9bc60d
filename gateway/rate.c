#include "gateway/rate.h"

#include "gateway/gateway_cnt.h"

#define MS_PER_S 1000ULL

void rate_init(struct rate *r, u32 cancel_reserve, u64 *cnt)
{
	*r = (struct rate){ .cancel_reserve = cancel_reserve, .cnt = cnt };
}

static struct rate_window *find(struct rate *r, u8 type, u32 interval_s)
{
	for (u32 i = 0; i < r->n; i++)
		if (r->w[i].type == type && r->w[i].interval_s == interval_s)
			return &r->w[i];
	return NULL;
}

err_t rate_limit(struct rate *r, u8 type, u32 interval_s, u32 limit)
{
	struct rate_window *w = find(r, type, interval_s);
	if (type >= RATE_OTHER || !interval_s || !limit)
		return ERR_ARGUMENT;
	if (w) {
		w->limit = limit;
		return ERR_OK;
	}
	if (r->n == RATE_WINDOWS_MAX)
		return ERR_FULL;
	r->w[r->n++] = (struct rate_window){ .type = type, .interval_s = interval_s, .limit = limit };
	return ERR_OK;
}

static u64 interval_ms(const struct rate_window *w) { return w->interval_s * MS_PER_S; }

/* A new window starts at nothing; what is under way was counted in the old one. */
static void roll(struct rate_window *w, u64 venue_ms)
{
	if (venue_ms < w->end_ms)
		return;
	w->end_ms = (venue_ms / interval_ms(w) + 1) * interval_ms(w);
	w->told = w->in_flight = 0;
}

static u32 cost(const struct rate_window *w, u8 use, u32 weight)
{
	switch (w->type) {
	case RATE_REQUEST_WEIGHT: return weight;
	case RATE_ORDERS: return use == RATE_USE_PLACE;
	default: return 1;
	}
}

static bool fits(const struct rate *r, const struct rate_window *w, u8 use, u32 weight)
{
	u32 c = cost(w, use, weight), limit = w->limit;
	if (w->type == RATE_REQUEST_WEIGHT && use != RATE_USE_CANCEL)
		limit -= u32_min(limit, r->cancel_reserve);
	return !c || (u64)w->told + w->in_flight + c <= limit;
}

err_t rate_check(struct rate *r, u8 use, u32 weight, u64 venue_ms)
{
	bool ok = venue_ms >= r->stop_until_ms;
	for (u32 i = 0; i < r->n; i++) {
		roll(&r->w[i], venue_ms);
		ok &= fits(r, &r->w[i], use, weight);
	}
	if (ok)
		return ERR_OK;
	counter_inc(&r->cnt[GATEWAY_CNT_rate_refused]);
	return ERR_LIMIT;
}

void rate_sent(struct rate *r, u8 use, u32 weight, u64 venue_ms)
{
	for (u32 i = 0; i < r->n; i++) {
		roll(&r->w[i], venue_ms);
		r->w[i].in_flight += cost(&r->w[i], use, weight);
	}
}

void rate_answered(struct rate *r, u8 use, u32 weight, bool ok, u64 venue_ms)
{
	for (u32 i = 0; i < r->n; i++) {
		struct rate_window *w = &r->w[i];
		roll(w, venue_ms);
		u32 c = u32_min(w->in_flight, cost(w, use, weight));
		w->in_flight -= c;
		/* the venue's own count, if it comes, follows by rate_told and replaces this */
		if (w->type != RATE_REQUEST_WEIGHT || use == RATE_USE_QUERY || !ok)
			w->told += c;
	}
}

void rate_told(struct rate *r, u8 type, u32 interval_s, u32 limit, u32 count, u64 venue_ms)
{
	if (rate_limit(r, type, interval_s, limit) != ERR_OK)
		return;
	struct rate_window *w = find(r, type, interval_s);
	assert(w && "just made sure of");
	roll(w, venue_ms);
	w->told = count;
}

void rate_filled(struct rate *r, u64 venue_ms)
{
	for (u32 i = 0; i < r->n; i++) {
		roll(&r->w[i], venue_ms);
		if (r->w[i].type == RATE_ORDERS && r->w[i].told)
			r->w[i].told--;
	}
}

void rate_stop(struct rate *r, u64 retry_after_ms, u64 venue_ms)
{
	u64 until = retry_after_ms ? retry_after_ms : venue_ms + RATE_BACKOFF_MS;
	r->stop_until_ms = u64_max(r->stop_until_ms, until);
	counter_inc(&r->cnt[GATEWAY_CNT_rate_stops]);
}

u64 rate_free_at(struct rate *r, u8 use, u32 weight, u64 venue_ms)
{
	u64 at = u64_max(venue_ms, r->stop_until_ms);
	for (u32 i = 0; i < r->n; i++) {
		struct rate_window *w = &r->w[i];
		roll(w, venue_ms);
		if (!fits(r, w, use, weight))
			at = u64_max(at, w->end_ms);
	}
	return at;
}
