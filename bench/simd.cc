#include "bench/simd.h"

#include <new>
#include <simdjson.h>

using namespace simdjson;

struct simd {
	ondemand::parser parser;
};

namespace
{
/* Exact; the venue writes eight decimals, of which `drop` must be zero. */
bool decimal(std::string_view t, int drop, int64_t *out)
{
	int64_t v = 0;
	size_t point = t.find('.');
	if (point == std::string_view::npos || t.size() != point + 9)
		return false;
	for (size_t i = 0; i < t.size(); i++) {
		if (i == point)
			continue;
		unsigned d = (unsigned)(t[i] - '0');
		if (d > 9)
			return false;
		if (i + (size_t)drop < t.size())
			v = v * 10 + d;
		else if (d)
			return false;
	}
	*out = v;
	return true;
}

bool price(ondemand::value v, int64_t *out)
{
	std::string_view t;
	return !v.get_string().get(t) && decimal(t, 6, out);
}

bool quantity(ondemand::value v, int64_t *out)
{
	std::string_view t;
	return !v.get_string().get(t) && decimal(t, 0, out);
}

bool levels(ondemand::value side, simd_level *out, uint32_t *n)
{
	ondemand::array a;
	*n = 0;
	if (side.get_array().get(a))
		return false;
	for (auto level : a) {
		ondemand::array pair;
		if (*n == SIMD_LEVELS || level.get_array().get(pair))
			return false;
		auto it = pair.begin();
		if (!price(*it, &out[*n].px))
			return false;
		++it;
		if (!quantity(*it, &out[*n].qty))
			return false;
		++*n;
	}
	return true;
}
}

extern "C" simd *simd_new() { return new (std::nothrow) simd; }
extern "C" void simd_free(simd *s) { delete s; }

extern "C" int simd_quote(simd *s, const char *text, size_t n, simd_msg *out)
try {
	auto doc = s->parser.iterate(text, n, n + SIMD_PADDING);
	auto d = doc["data"];
	out->update_id = d["u"].get_uint64();
	return price(d["b"].value(), &out->bid_px) && quantity(d["B"].value(), &out->bid_qty) &&
	       price(d["a"].value(), &out->ask_px) && quantity(d["A"].value(), &out->ask_qty);
} catch (const simdjson_error &) {
	return 0;
}

extern "C" int simd_trade(simd *s, const char *text, size_t n, simd_msg *out)
try {
	auto doc = s->parser.iterate(text, n, n + SIMD_PADDING);
	auto d = doc["data"];
	out->update_id = d["t"].get_uint64();
	return price(d["p"].value(), &out->bid_px) && quantity(d["q"].value(), &out->bid_qty);
} catch (const simdjson_error &) {
	return 0;
}

extern "C" int simd_depth(simd *s, const char *text, size_t n, simd_msg *out)
try {
	auto doc = s->parser.iterate(text, n, n + SIMD_PADDING);
	auto d = doc["data"];
	out->first_id = d["U"].get_uint64();
	out->update_id = d["u"].get_uint64();
	return levels(d["b"].value(), out->bids, &out->n_bids) && levels(d["a"].value(), out->asks, &out->n_asks);
} catch (const simdjson_error &) {
	return 0;
}
