#include "bench/peers/desk.h"

#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <new>
#include <simdjson.h>

using namespace simdjson;

static_assert(DESK_PADDING >= SIMDJSON_PADDING, "what simdjson may read behind a text");

namespace {

constexpr int64_t order_qty = 100000; // of 10^-8

struct quote {
	uint64_t id;
	int64_t bid_px, bid_qty, ask_px, ask_qty;
};

// The limits that bench/lane.c gives its rules.
struct rules {
	int64_t max_spread = 10, min_px = 1, max_px = 100000000;
	int64_t min_qty = 1000, max_qty = 900000000000, lot = 1000;
	int64_t max_position = INT64_MAX / 4, collar_bps = 10000;
	__int128 min_raw = 500000000, max_raw = INT64_MAX, max_open_raw = INT64_MAX;
	uint32_t max_open = 1000;
};

// Digits with one point, closed by a quote, `decimals` of them behind the point; simdjson has found the quote.
inline bool read_decimal(const char *p, int decimals, int64_t &out)
{
	uint64_t v = 0;
	const char *point = nullptr, *begin = p;
	for (;; p++) {
		unsigned c = static_cast<unsigned char>(*p) - '0';
		if (c < 10)
			v = v * 10 + c;
		else if (*p == '.' && !point)
			point = p;
		else
			break;
	}
	out = static_cast<int64_t>(v);
	return *p == '"' && point && p - point - 1 == decimals && p - begin <= 18;
}

// The venue prints eight decimals; a price has two that count.
inline bool read_price(const char *p, int64_t &out)
{
	bool ok = read_decimal(p, 8, out) && out % 1000000 == 0;
	out /= 1000000;
	return ok;
}

inline char *copy(char *p, const char *s, size_t n)
{
	memcpy(p, s, n);
	return p + n;
}

template <size_t N> inline char *lit(char *p, const char (&s)[N]) { return copy(p, s, N - 1); }

// `v` with exactly `width` digits.
inline char *print_fixed(char *p, uint64_t v, int width)
{
	char digits[20];
	int n = static_cast<int>(std::to_chars(digits, digits + sizeof digits, v).ptr - digits);
	for (int i = n; i < width; i++)
		*p++ = '0';
	return copy(p, digits, static_cast<size_t>(n));
}

inline char *print_decimal(char *p, uint64_t units, uint64_t one, int decimals)
{
	p = std::to_chars(p, p + 20, units / one).ptr;
	*p++ = '.';
	return print_fixed(p, units % one, decimals);
}

} // namespace

struct desk {
	ondemand::parser parser;
	rules limits;
	uint64_t update_id = 0, orders = 0;
	int64_t position = 0;
	__int128 open_raw = 0;
	uint32_t open = 0;

	bool read(const char *text, size_t n, quote &q);
	bool decide(const quote &q);
	bool allowed(const quote &q, int64_t px, int64_t qty, uint64_t wall_ms) const;
};

// Any error of the library (syntax, a field that is missing or of another type) is "no quote".
inline bool desk::read(const char *text, size_t n, quote &q)
{
	ondemand::document doc;
	ondemand::object data;
	ondemand::raw_json_string stream, symbol, bid, bid_qty, ask, ask_qty;
	if (parser.iterate(padded_string_view(text, n, n + DESK_PADDING)).get(doc) ||
	    doc["stream"].get(stream) || !stream.unsafe_is_equal("btcusdt@bookTicker") ||
	    doc["data"].get(data) || data["u"].get(q.id) || data["s"].get(symbol) ||
	    !symbol.unsafe_is_equal("BTCUSDT") || data["b"].get(bid) || data["B"].get(bid_qty) ||
	    data["a"].get(ask) || data["A"].get(ask_qty))
		return false;
	return read_price(bid.raw(), q.bid_px) && read_decimal(bid_qty.raw(), 8, q.bid_qty) &&
	       read_price(ask.raw(), q.ask_px) && read_decimal(ask_qty.raw(), 8, q.ask_qty);
}

inline bool desk::decide(const quote &q)
{
	if (q.id <= update_id || q.bid_px >= q.ask_px || q.ask_px - q.bid_px > limits.max_spread)
		return false;
	update_id = q.id;
	return true;
}

inline bool desk::allowed(const quote &q, int64_t px, int64_t qty, uint64_t wall_ms) const
{
	__int128 raw = static_cast<__int128>(px) * qty;
	int64_t middle2 = q.bid_px + q.ask_px, off2 = 2 * px - middle2;
	return px >= limits.min_px && px <= limits.max_px && qty >= limits.min_qty &&
	       qty <= limits.max_qty && qty % limits.lot == 0 && raw >= limits.min_raw &&
	       raw <= limits.max_raw && raw <= limits.max_open_raw - open_raw &&
	       static_cast<__int128>(off2 < 0 ? -off2 : off2) * 10000 <=
		       static_cast<__int128>(middle2) * limits.collar_bps &&
	       position + qty <= limits.max_position && open < limits.max_open &&
	       wall_ms >= 1000000000000ULL && wall_ms <= 9999999999999ULL;
}

static size_t print_order(char *out, uint64_t id, int64_t px, int64_t qty, uint64_t wall_ms)
{
	char *p = lit(out, "{\"id\":\"p");
	p = print_fixed(p, id, 10);
	p = lit(p, "\",\"method\":\"order.place\",\"params\":{\"symbol\":\"BTCUSDT\",\"side\":\"BUY\","
		   "\"type\":\"LIMIT\",\"timeInForce\":\"IOC\",\"quantity\":\"");
	p = print_decimal(p, static_cast<uint64_t>(qty), 100000000, 8);
	p = lit(p, "\",\"price\":\"");
	p = print_decimal(p, static_cast<uint64_t>(px), 100, 2);
	p = lit(p, "\",\"newClientOrderId\":\"saker-00000001-");
	p = print_fixed(p, id, 10);
	p = lit(p, "\",\"newOrderRespType\":\"ACK\",\"recvWindow\":5000,\"timestamp\":");
	p = std::to_chars(p, p + 20, wall_ms).ptr;
	p = lit(p, "}}");
	return static_cast<size_t>(p - out);
}

extern "C" struct desk *desk_open(void)
{
	desk *d = new (std::nothrow) desk;
	if (!d || d->parser.allocate(16384)) {
		fprintf(stderr, "bench: no memory for a peer's parser\n");
		exit(1);
	}
	return d;
}

extern "C" void desk_close(struct desk *d) { delete d; }

extern "C" size_t desk_order(struct desk *d, const char *text, size_t n, uint64_t wall_ms, char *out)
{
	quote q;
	if (!d->read(text, n, q) || !d->decide(q) || !d->allowed(q, q.ask_px, order_qty, wall_ms))
		return 0;
	return print_order(out, ++d->orders, q.ask_px, order_qty, wall_ms);
}
