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

const char *sim_side_name(enum side s) { return sides[s]; }
const char *sim_type_name(enum order_type t) { return types[t]; }
const char *sim_tif_name(enum tif t) { return tifs[t]; }
const char *sim_status_name(enum order_status s) { return statuses[s]; }
const char *sim_expiry_name(enum expiry e) { return expiries[e]; }

static int index_of(const char *const *names, size_t n, const char *s)
{
	for (size_t i = 0; i < n; i++)
		if (!strcmp(names[i], s))
			return (int)i;
	return -1;
}

int sim_side_of(const char *s) { return index_of(sides, ARRAY_LEN(sides), s); }
int sim_type_of(const char *s) { return index_of(types, ARRAY_LEN(types), s); }
int sim_tif_of(const char *s) { return index_of(tifs, ARRAY_LEN(tifs), s); }
