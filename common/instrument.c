#include "common/instrument.h"

#include "common/decimal.h"

err_t px_parse(const struct instrument *i, const char *s, size_t n, i64 *px)
{
	i64 units;
	err_t e = dec_parse(s, n, i->px_scale, &units);
	if (e != ERR_OK)
		return e;
	if (units % i->tick)
		return ERR_SYNTAX;
	*px = units / i->tick;
	return ERR_OK;
}

err_t qty_parse(const struct instrument *i, const char *s, size_t n, i64 *qty)
{
	return dec_parse(s, n, i->qty_scale, qty);
}

u32 px_print(const struct instrument *i, char *out, i64 px) { return dec_print(out, px * i->tick, i->px_scale); }

u32 qty_print(const struct instrument *i, char *out, i64 qty) { return dec_print(out, qty, i->qty_scale); }

static i128 pow10_i128(int n)
{
	assert(n <= 2 * DEC_DECIMALS_MAX);
	if (n <= DEC_DECIMALS_MAX)
		return dec_pow10[n];
	return (i128)dec_pow10[DEC_DECIMALS_MAX] * dec_pow10[n - DEC_DECIMALS_MAX];
}

bool notional_of(const struct instrument *i, i64 px, i64 qty, i64 *out)
{
	i128 units;
	int shift = i->px_scale + i->qty_scale - NOTIONAL_SCALE;
	if (__builtin_mul_overflow((i128)px * i->tick, (i128)qty, &units))
		return false;
	if (shift < 0 && __builtin_mul_overflow(units, (i128)dec_pow10[-shift], &units))
		return false;
	if (shift > 0) {
		i128 d = pow10_i128(shift);
		units = units / d + (units % d > 0) - (units % d < 0);
	}
	*out = (i64)units;
	return *out == units;
}
