#include "bench/venue.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/decimal.h"

typedef unsigned long long ull;

static const char *lower(const struct instrument *i, char out[SYMBOL_MAX + 1])
{
	for (u32 k = 0; k < i->symbol_n; k++)
		out[k] = (char)tolower(i->symbol[k]);
	out[i->symbol_n] = 0;
	return out;
}

u32 venue_quote_text(char out[VENUE_TEXT_MAX], const struct instrument *i, const struct venue_quote *q)
{
	char bp[DEC_TEXT_MAX], bq[DEC_TEXT_MAX], ap[DEC_TEXT_MAX], aq[DEC_TEXT_MAX], low[SYMBOL_MAX + 1];
	qty_print(i, bq, q->bid_qty);
	qty_print(i, aq, q->ask_qty);
	px_print(i, bp, q->bid_px);
	px_print(i, ap, q->ask_px);
	return (u32)snprintf(out, VENUE_TEXT_MAX,
			     "{\"stream\":\"%s@bookTicker\",\"data\":{\"u\":%llu,\"s\":\"%.*s\","
			     "\"b\":\"%s000000\",\"B\":\"%s\",\"a\":\"%s000000\",\"A\":\"%s\"}}",
			     lower(i, low), (ull)q->update_id, i->symbol_n, i->symbol, bp, bq, ap, aq);
}

u32 venue_trade_text(char out[VENUE_TEXT_MAX], const struct instrument *i, u64 id, i64 px, i64 qty)
{
	char p[DEC_TEXT_MAX], q[DEC_TEXT_MAX];
	px_print(i, p, px);
	qty_print(i, q, qty);
	return (u32)snprintf(out, VENUE_TEXT_MAX,
			     "{\"stream\":\"btcusdt@trade\",\"data\":{\"e\":\"trade\",\"E\":1723161255343,"
			     "\"s\":\"BTCUSDT\",\"t\":%llu,\"p\":\"%s000000\",\"q\":\"%s\","
			     "\"T\":1723161255342,\"m\":%s,\"M\":true}}",
			     (ull)id, p, q, id % 3 ? "true" : "false");
}

/* The touch keeps its level: only what lies behind it goes and comes. */
static u32 put_levels(char *out, const struct instrument *i, i64 px, i64 step, struct rng *r)
{
	char p[DEC_TEXT_MAX], q[DEC_TEXT_MAX];
	u32 n = 0;
	for (u32 k = 0; k < 10; k++, px += step * (1 + (i64)rng_below(r, 20))) {
		px_print(i, p, px);
		qty_print(i, q, k && !rng_below(r, 4) ? 0 : 1 + (i64)rng_below(r, 10000000000));
		n += (u32)snprintf(out + n, 80, "%s[\"%s000000\",\"%s\"]", k ? "," : "", p, q);
	}
	return n;
}

u32 venue_depth_text(char out[VENUE_TEXT_MAX], const struct instrument *i, const struct venue_diff *d,
		     struct rng *r)
{
	char low[SYMBOL_MAX + 1];
	u32 n = (u32)snprintf(out, 256,
			      "{\"stream\":\"%s@depth@100ms\",\"data\":{\"e\":\"depthUpdate\","
			      "\"E\":1723161255208,\"s\":\"%.*s\",\"U\":%llu,\"u\":%llu,\"b\":[",
			      lower(i, low), i->symbol_n, i->symbol, (ull)d->first_id, (ull)d->update_id);
	n += put_levels(out + n, i, d->bid_px, -1, r);
	n += (u32)snprintf(out + n, 16, "],\"a\":[");
	n += put_levels(out + n, i, d->bid_px + 1, 1, r);
	return n + (u32)snprintf(out + n, 16, "]}}");
}

bool venue_field(const char *text, const char *before, char *out, size_t room)
{
	const char *p = strstr(text, before);
	if (!p)
		return false;
	p += strlen(before);
	size_t n = strcspn(p, "\"");
	snprintf(out, room, "%.*s", (int)n, p);
	return true;
}

static void expire_order(struct peer *p, u32 i, u64 order, const char *coid)
{
	char t[1024];
	int n = snprintf(t, sizeof t,
			 "{\"subscriptionId\":0,\"event\":{\"e\":\"executionReport\",\"E\":1723161255001,"
			 "\"s\":\"BTCUSDT\",\"c\":\"%s\",\"S\":\"BUY\",\"o\":\"LIMIT\",\"f\":\"IOC\","
			 "\"q\":\"0.00100000\",\"p\":\"61837.64000000\",\"P\":\"0.00000000\","
			 "\"F\":\"0.00000000\",\"g\":-1,\"C\":\"\",\"x\":\"EXPIRED\",\"X\":\"EXPIRED\","
			 "\"r\":\"NONE\",\"i\":%llu,\"l\":\"0.00000000\",\"z\":\"0.00000000\","
			 "\"L\":\"0.00000000\",\"n\":\"0\",\"N\":null,\"T\":1723161255001,\"t\":-1,"
			 "\"I\":1,\"w\":false,\"m\":false,\"M\":false,\"O\":1723161255000,"
			 "\"Z\":\"0.00000000\",\"Y\":\"0.00000000\",\"Q\":\"0.00000000\","
			 "\"W\":1723161255000,\"V\":\"NONE\"}}",
			 coid, (unsigned long long)order);
	peer_send(p, i, t, (u32)n, p->now);
}

void venue_answer(struct peer *p, u32 i, u64 order, const char *text, bool expire)
{
	char t[512], id[40], coid[48];
	if (!venue_field(text, "\"id\":\"", id, sizeof id) ||
	    !venue_field(text, "\"newClientOrderId\":\"", coid, sizeof coid)) {
		fprintf(stderr, "bench: an order without ids: %s\n", text);
		exit(1);
	}
	int n = snprintf(t, sizeof t,
			 "{\"id\":\"%s\",\"status\":200,\"result\":{\"symbol\":\"BTCUSDT\",\"orderId\":%llu,"
			 "\"orderListId\":-1,\"clientOrderId\":\"%s\",\"transactTime\":1723161255000}}",
			 id, (unsigned long long)order, coid);
	peer_send(p, i, t, (u32)n, p->now);
	if (expire)
		expire_order(p, i, order, coid);
}

void venue_answer_cancel(struct peer *p, u32 i, u64 order, const char *coid, const char *text)
{
	char t[512], id[40];
	if (!venue_field(text, "\"id\":\"", id, sizeof id)) {
		fprintf(stderr, "bench: a cancel without id: %s\n", text);
		exit(1);
	}
	int n = snprintf(t, sizeof t,
			 "{\"id\":\"%s\",\"status\":200,\"result\":{\"symbol\":\"BTCUSDT\","
			 "\"origClientOrderId\":\"%s\",\"orderId\":%llu,\"orderListId\":-1,"
			 "\"clientOrderId\":\"91fe37ce9e69c90d6358c0\",\"transactTime\":1723161255000,"
			 "\"price\":\"60000.00000000\",\"origQty\":\"0.00100000\","
			 "\"executedQty\":\"0.00000000\",\"status\":\"CANCELED\",\"timeInForce\":\"GTC\","
			 "\"type\":\"LIMIT\",\"side\":\"BUY\"}}",
			 id, coid, (ull)order);
	peer_send(p, i, t, (u32)n, p->now);
}
