#include "bench/venue.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/decimal.h"

void venue_tick(struct peer *p, const struct instrument *i, const struct venue_quote *q)
{
	char t[256], bp[DEC_TEXT_MAX], bq[DEC_TEXT_MAX], ap[DEC_TEXT_MAX], aq[DEC_TEXT_MAX];
	qty_print(i, bq, q->bid_qty);
	qty_print(i, aq, q->ask_qty);
	px_print(i, bp, q->bid_px);
	px_print(i, ap, q->bid_px + 1);
	int n = snprintf(t, sizeof t,
			 "{\"stream\":\"btcusdt@bookTicker\",\"data\":{\"u\":%llu,\"s\":\"BTCUSDT\","
			 "\"b\":\"%s000000\",\"B\":\"%s\",\"a\":\"%s000000\",\"A\":\"%s\"}}",
			 (unsigned long long)q->update_id, bp, bq, ap, aq);
	peer_send(p, 0, t, (u32)n, p->now);
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
