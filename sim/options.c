#include "sim/options.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "common/decimal.h"

#define BALANCES_MAX 2

enum arg {
	ARG_NONE,
	ARG_TEXT,
	ARG_RECORDING,
	ARG_HOST,
	ARG_BALANCE,
	ARG_LISTEN,
	ARG_SPEED,
	ARG_BPS,
	ARG_COUNT,
	ARG_SEED
};

struct option {
	const char *name;
	enum arg arg;
	size_t offset;
	const char *value, *help;
};

#define AT(field) offsetof(struct options, field)

static const struct option table[] = {
	{ "--listen", ARG_LISTEN, 0, "ADDR:PORT",
	  "where to listen, [ADDR]:PORT if IPv6; port 0 takes a free one (required)" },
	{ "--dir", ARG_TEXT, AT(dir), "DIR",
	  "where ca.pem and ledger.json are written (default: the state folder, else .)" },
	{ "--state", ARG_TEXT, AT(state), "DIR",
	  "keep orders, fills, balances, authority and place in the market here" },
	{ "--recording", ARG_RECORDING, 0, "FILE.gz ...",
	  "play these, one after another; the first needs a snapshot line" },
	{ "--speed", ARG_SPEED, 0, "N", "times the recorded pace, 0.001 to 1000 (default 1)" },
	{ "--seed", ARG_SEED, 0, "N",
	  "of the made-up market when there is no recording (default 1)" },
	{ "--symbol", ARG_TEXT, AT(symbol), "NAME", "the one symbol traded (default BTCUSDT)" },
	{ "--api-key", ARG_TEXT, AT(api_key), "KEY", "the account's API key" },
	{ "--public-key", ARG_TEXT, AT(public_key), "FILE.pem",
	  "its Ed25519 public key; without it every logon is refused" },
	{ "--balance", ARG_BALANCE, 0, "ASSET=AMOUNT",
	  "what the account starts with (default 10 of the base, 1000000 of the quote asset)" },
	{ "--maker-fee-bps", ARG_BPS, AT(fees.maker_ppm), "X",
	  "basis points, up to two decimals (default 10)" },
	{ "--taker-fee-bps", ARG_BPS, AT(fees.taker_ppm), "Y",
	  "basis points, up to two decimals (default 10)" },
	{ "--host", ARG_HOST, 0, "NAME ...",
	  "names of the server certificate (default venue.test)" },
	{ "--ping-seconds", ARG_COUNT, AT(ping_s), "N",
	  "between pings; three without an answer disconnect (default 20)" },
	{ "--orders-per-10s", ARG_COUNT, AT(orders_10s), "N",
	  "the venue's limit of unfilled orders (default 100)" },
	{ "--admin", ARG_NONE, AT(admin), "",
	  "serve the /sim/ paths: ledger, book, sessions, and faults" },
	{ "--help", ARG_NONE, AT(help), "", "this text" },
};

static err_t bad(char *why, size_t n, const char *name, const char *value, const char *expected)
{
	snprintf(why, n, "%s %s: expected %s", name, value, expected);
	return ERR_ARGUMENT;
}

/* 10.0.0.1:443 or [2001:db8::1]:443. */
static bool parse_listen(struct options *o, const char *v)
{
	struct in6_addr a;
	bool v6 = *v == '[';
	const char *begin = v + v6, *colon = strrchr(v, ':'), *end = v6 && colon ? colon - 1 : colon;
	i64 port;
	if (!colon || end < begin || (v6 && *end != ']') || (size_t)(end - begin) >= sizeof o->ip ||
	    dec_parse(colon + 1, strlen(colon + 1), 0, &port) != ERR_OK)
		return false;
	memcpy(o->ip, begin, (size_t)(end - begin));
	o->ip[end - begin] = 0;
	o->port = (u16)port;
	return port >= 0 && port <= 65535 && inet_pton(v6 ? AF_INET6 : AF_INET, o->ip, &a) == 1;
}

static bool parse_decimal(const char *v, u32 decimals, i64 min, i64 max, i64 *out)
{
	return dec_parse(v, strlen(v), decimals, out) == ERR_OK && *out >= min && *out <= max;
}

static bool parse_balance(struct options *o, const char *v)
{
	if (!strchr(v, '=') || (o->base_balance && o->quote_balance))
		return false;
	*(o->base_balance ? &o->quote_balance : &o->base_balance) = v;
	return true;
}

static bool push(const char **list, size_t *n, size_t max, const char *v)
{
	if (*n == max || !*v)
		return false;
	list[(*n)++] = v;
	return true;
}

static bool take(struct options *o, const struct option *opt, const char *v)
{
	i64 *number = (i64 *)((char *)o + opt->offset), seed;
	switch (opt->arg) {
	case ARG_TEXT:
		*(const char **)((char *)o + opt->offset) = v;
		return *v;
	case ARG_RECORDING:
		return push(o->recordings, &o->recordings_n, OPTIONS_RECORDINGS_MAX, v);
	case ARG_HOST:
		return strspn(v, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-"
				 "*") == strlen(v) &&
		       push(o->hosts, &o->hosts_n, OPTIONS_HOSTS_MAX, v);
	case ARG_BALANCE:
		return parse_balance(o, v);
	case ARG_LISTEN:
		return parse_listen(o, v);
	case ARG_SPEED:
		return parse_decimal(v, 3, 1, 1000 * SPEED_ONE, &o->speed_milli);
	case ARG_BPS:
		return parse_decimal(v, 2, 0, 100000, number);
	case ARG_COUNT:
		return parse_decimal(v, 0, 1, 1000000, number);
	case ARG_SEED:
		return parse_decimal(v, 0, 0, INT64_MAX, &seed) && ((o->seed = (u64)seed), true);
	case ARG_NONE:
		break;
	}
	return false;
}

static const struct option *find(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(table); i++)
		if (!strcmp(table[i].name, name))
			return &table[i];
	return NULL;
}

static bool takes_many(const struct option *opt)
{
	return opt->arg == ARG_RECORDING || opt->arg == ARG_HOST || opt->arg == ARG_BALANCE;
}

static err_t parse_all(struct options *o, int argc, char **argv, char *why, size_t why_n)
{
	for (int i = 1; i < argc;) {
		const struct option *opt = find(argv[i++]);
		if (!opt)
			return bad(why, why_n, "unknown option", argv[i - 1],
				   "one of those --help lists");
		if (opt->arg == ARG_NONE) {
			*(bool *)((char *)o + opt->offset) = true;
			continue;
		}
		if (i == argc)
			return bad(why, why_n, opt->name, "", opt->value);
		do {
			if (!take(o, opt, argv[i]))
				return bad(why, why_n, opt->name, argv[i], opt->help);
			i++;
		} while (takes_many(opt) && i < argc && strncmp(argv[i], "--", 2));
	}
	return ERR_OK;
}

/* "BTC=10": which of the symbol's two assets, and how much. */
static err_t set_balance(struct options *o, const struct rules *r, const char *v, char *why,
			 size_t why_n)
{
	size_t n = strcspn(v, "=");
	i64 amount;
	bool base = n == strlen(r->base) && !memcmp(v, r->base, n),
	     quote = n == strlen(r->quote) && !memcmp(v, r->quote, n);
	if ((!base && !quote) ||
	    !parse_decimal(v + n + 1, SIM_DECIMALS, 0, 1000000000 * SIM_ONE, &amount))
		return bad(why, why_n, "--balance", v,
			   "an asset of the symbol, =, and up to 1000000000 with 8 decimals");
	*(base ? &o->base : &o->quote) = amount;
	return ERR_OK;
}

static err_t check_all(struct options *o, char *why, size_t why_n)
{
	struct rules r;
	if (!o->ip[0])
		return bad(why, why_n, "--listen", "is missing",
			   "ADDR:PORT, such as 127.0.0.1:9443");
	if (!o->api_key != !o->public_key)
		return bad(why, why_n, "--api-key and --public-key", "", "both or neither");
	if (rules_init(&r, o->symbol) != ERR_OK)
		return bad(why, why_n, "--symbol", o->symbol,
			   "capital letters ending in a quote asset, such as BTCUSDT");
	const char *balances[BALANCES_MAX] = { o->base_balance, o->quote_balance };
	for (size_t i = 0; i < BALANCES_MAX; i++)
		if (balances[i] && set_balance(o, &r, balances[i], why, why_n) != ERR_OK)
			return ERR_ARGUMENT;
	if (!o->dir)
		o->dir = o->state ? o->state : ".";
	if (!o->hosts_n)
		o->hosts[o->hosts_n++] = "venue.test";
	return ERR_OK;
}

err_t options_parse(struct options *o, int argc, char **argv, char *why, size_t why_n)
{
	*o = (struct options){
		.speed_milli = SPEED_ONE,
		.seed = 1,
		.symbol = "BTCUSDT",
		.base = 10 * SIM_ONE,
		.quote = 1000000 * SIM_ONE,
		.fees = { 1000, 1000 },
		.ping_s = 20,
		.orders_10s = 100,
	};
	err_t e = parse_all(o, argc, argv, why, why_n);
	return e != ERR_OK || o->help ? e : check_all(o, why, why_n);
}

void options_help(FILE *out)
{
	fprintf(out, "saker-venue: a simulated Binance spot venue (REST, streams, WebSocket API) "
		     "on one TLS port\n\n");
	for (size_t i = 0; i < ARRAY_LEN(table); i++)
		fprintf(out, "  %-16s %-14s %s\n", table[i].name, table[i].value, table[i].help);
	fprintf(out, "\nPrints `ready ADDR:PORT` when it listens. SIGTERM: writes ledger.json and "
		     "ends.\n");
}
