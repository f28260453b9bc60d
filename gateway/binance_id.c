#include "gateway/binance_id.h"

static const struct {
	char letter;
	u8 weight;
	const char *method;
} reqs[BINANCE_REQS] = {
	[BINANCE_REQ_NONE]           = { 0, 0, "" },
	[BINANCE_REQ_PLACE]          = { 'p', 1, "order.place" },
	[BINANCE_REQ_CANCEL]         = { 'c', 1, "order.cancel" },
	[BINANCE_REQ_LOGON]          = { 'l', 2, "session.logon" },
	[BINANCE_REQ_SUBSCRIBE]      = { 'u', 2, "userDataStream.subscribe" },
	[BINANCE_REQ_CANCEL_ALL]     = { 'a', 1, "openOrders.cancelAll" },
	[BINANCE_REQ_OPEN_ORDERS]    = { 'o', 6, "openOrders.status" },
	[BINANCE_REQ_ORDER_STATUS]   = { 's', 4, "order.status" },
	[BINANCE_REQ_MY_TRADES]      = { 't', 20, "myTrades" },
	[BINANCE_REQ_ACCOUNT]        = { 'b', 20, "account.status" },
	[BINANCE_REQ_SESSION_STATUS] = { 'e', 2, "session.status" },
	[BINANCE_REQ_CANCEL_OTHER]   = { 'x', 1, "order.cancel" },
	[BINANCE_REQ_PING]           = { 'g', 1, "ping" },
	[BINANCE_REQ_TIME]           = { 'm', 1, "time" },
};

const char *binance_method(u8 req)
{
	assert(req < BINANCE_REQS);
	return reqs[req].method;
}

u32 binance_weight(u8 req)
{
	assert(req < BINANCE_REQS);
	return reqs[req].weight;
}

void binance_id_print(char *out, u8 req, u64 n)
{
	assert(req > BINANCE_REQ_NONE && req < BINANCE_REQS && n <= 9999999999ULL);
	out[0] = reqs[req].letter;
	for (int i = BINANCE_ID_LEN - 1; i > 0; i--, n /= 10)
		out[i] = (char)('0' + n % 10);
}

u8 binance_id_parse(const char *s, size_t n, u64 *number)
{
	u64 v = 0;
	if (n != BINANCE_ID_LEN)
		return BINANCE_REQ_NONE;
	for (int i = 1; i < BINANCE_ID_LEN; i++) {
		if (s[i] < '0' || s[i] > '9')
			return BINANCE_REQ_NONE;
		v = v * 10 + (u64)(s[i] - '0');
	}
	*number = v;
	for (u8 req = 1; req < BINANCE_REQS; req++)
		if (reqs[req].letter == s[0])
			return req;
	return BINANCE_REQ_NONE;
}
