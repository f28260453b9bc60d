#include "sim/order.h"

#include <string.h>

static const char *const sides[] = { "BUY", "SELL" };
static const char *const types[] = { "LIMIT", "MARKET", "LIMIT_MAKER" };
static const char *const tifs[] = { "GTC", "IOC", "FOK" };
static const char *const statuses[] = { "NEW", "PARTIALLY_FILLED", "FILLED", "CANCELED",
					"EXPIRED" };
static const char *const expiries[] = {
	"NONE",
	"UNFILLED_IOC_QUANTITY_EXPIRED",
	"UNFILLED_FOK_ORDER_EXPIRED",
	"INSUFFICIENT_LIQUIDITY",
};

const char *side_name(enum side s) { return sides[s]; }
const char *type_name(enum order_type t) { return types[t]; }
const char *tif_name(enum tif t) { return tifs[t]; }
const char *status_name(enum order_status s) { return statuses[s]; }
const char *expiry_name(enum expiry e) { return expiries[e]; }

static int index_of(const char *const *names, size_t n, const char *s)
{
	for (size_t i = 0; i < n; i++)
		if (!strcmp(names[i], s))
			return (int)i;
	return -1;
}

int side_of(const char *s) { return index_of(sides, ARRAY_LEN(sides), s); }
int type_of(const char *s) { return index_of(types, ARRAY_LEN(types), s); }
int tif_of(const char *s) { return index_of(tifs, ARRAY_LEN(tifs), s); }
