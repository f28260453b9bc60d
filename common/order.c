#include "common/order.h"

static const char *pick(const char *const *names, size_t n, u8 i) { return i < n && names[i] ? names[i] : "?"; }

const char *side_name(u8 side)
{
	static const char *const names[] = { "BUY", "SELL" };
	return pick(names, ARRAY_LEN(names), side);
}

const char *order_type_name(u8 type)
{
	static const char *const names[] = { "LIMIT", "LIMIT_MAKER", "MARKET" };
	return pick(names, ARRAY_LEN(names), type);
}

const char *tif_name(u8 tif)
{
	static const char *const names[] = { "GTC", "IOC", "FOK" };
	return pick(names, ARRAY_LEN(names), tif);
}

const char *order_state_name(u8 state)
{
	static const char *const names[ORDER_STATES] = {
		[ORDER_FREE] = "FREE",         [ORDER_SENT] = "SENT",         [ORDER_LIVE] = "LIVE",
		[ORDER_CANCELLING] = "CANCELLING", [ORDER_UNKNOWN] = "UNKNOWN", [ORDER_FILLED] = "FILLED",
		[ORDER_CANCELED] = "CANCELED", [ORDER_REJECTED] = "REJECTED", [ORDER_EXPIRED] = "EXPIRED",
	};
	return pick(names, ARRAY_LEN(names), state);
}
