#include "sim/rules.h"

#include <ctype.h>
#include <string.h>

static const char *const quotes[] = { "USDT", "USDC", "FDUSD", "BTC", "ETH", "EUR" };

static err_t split(struct rules *r)
{
	size_t n = strlen(r->symbol);
	for (size_t i = 0; i < ARRAY_LEN(quotes); i++) {
		size_t q = strlen(quotes[i]);
		if (n <= q || n - q >= sizeof r->base || strcmp(r->symbol + n - q, quotes[i]))
			continue;
		memcpy(r->base, r->symbol, n - q);
		memcpy(r->quote, quotes[i], q);
		return ERR_OK;
	}
	return ERR_SYNTAX;
}

err_t rules_init(struct rules *r, const char *symbol)
{
	*r = (struct rules){
		.tick = 1000000,
		.price_min = 1000000,
		.price_max = 1000000 * SIM_ONE,
		.step = 1000,
		.qty_min = 1000,
		.qty_max = 9000 * SIM_ONE,
		.notional_min = 5 * SIM_ONE,
		.notional_max = 9000000 * SIM_ONE,
		.orders_max = 200,
	};
	size_t n = strlen(symbol);
	if (n >= sizeof r->symbol)
		return ERR_SYNTAX;
	for (size_t i = 0; i < n; i++) {
		if (!isupper((u8)symbol[i]) && !isdigit((u8)symbol[i]))
			return ERR_SYNTAX;
		r->symbol[i] = symbol[i];
		r->symbol_lower[i] = (char)tolower((u8)symbol[i]);
	}
	return split(r);
}

const char *rules_check(const struct rules *r, i64 price, i64 qty, i64 market_price)
{
	if (price && (price < r->price_min || price > r->price_max || price % r->tick))
		return "Filter failure: PRICE_FILTER";
	if (qty < r->qty_min || qty > r->qty_max || qty % r->step)
		return "Filter failure: LOT_SIZE";
	i128 value = (i128)(price ? price : market_price) * qty / SIM_ONE;
	if (value < r->notional_min || (price && value > r->notional_max))
		return "Filter failure: NOTIONAL";
	return NULL;
}
