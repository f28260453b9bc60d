#include "appliance/replay_paper.h"

#define ERR_STATE ossl_err_state /* OpenSSL's type of that name, not our error */
#include <openssl/evp.h>
#undef ERR_STATE
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "appliance/config_check.h"
#include "common/decimal.h"

#define ROUND_TRIP_US 1000u
#define ROUND_TRIP_MAX_US 60000000u
#define PPM_DECIMALS 2       /* a basis point is 100 millionths */
#define FEE_MAX_PPM 100000
#define FEE_SCALE 8          /* of struct position_fee */

typedef unsigned long long ull;

static int wrong(const char *format, const char *what)
{
	fputs("saker replay: ", stderr);
	fprintf(stderr, format, what);
	fputc('\n', stderr);
	return 2;
}

/* ---- options ---- */

static int take_layout(struct paper_cfg *c, const struct paper_options *o)
{
	bool split = o->layout && !strcmp(o->layout, "split");
	if (o->layout && !split && strcmp(o->layout, "fused"))
		return wrong("--layout %s: expected fused or split", o->layout);
	if (o->free && o->layout && !split)
		return wrong("--free runs both cores on a thread each: it is --layout split%s", "");
	c->layout = o->free ? PAPER_FREE : split ? PAPER_SPLIT : PAPER_FUSED;
	return 0;
}

static int take_round_trip(struct paper_cfg *c, const struct paper_options *o)
{
	char *end = "";
	unsigned long us = o->round_trip_us ? strtoul(o->round_trip_us, &end, 10) : ROUND_TRIP_US;
	if (*end || !us || us > ROUND_TRIP_MAX_US || (o->round_trip_us && !*o->round_trip_us))
		return wrong("--round-trip %s: expected microseconds, 1 to 60000000", o->round_trip_us);
	c->round_trip_ns = us * NS_PER_US;
	return 0;
}

static bool basis_points(const char *text, size_t n, u32 *ppm)
{
	i64 v;
	if (!n || dec_parse(text, n, PPM_DECIMALS, &v) != ERR_OK || v < 0 || v > FEE_MAX_PPM)
		return false;
	*ppm = (u32)v;
	return true;
}

static int take_fees(struct paper_cfg *c, const struct paper_options *o)
{
	const char *colon = o->fees ? strchr(o->fees, ':') : NULL;
	if (!o->fees || (colon && basis_points(o->fees, (size_t)(colon - o->fees), &c->maker_ppm) &&
			 basis_points(colon + 1, strlen(colon + 1), &c->taker_ppm)))
		return 0;
	return wrong("--fees %s: expected MAKER:TAKER in basis points, 0 to 1000, as in 7.5:10", o->fees);
}

static int take_fills(struct paper_cfg *c, const struct paper_options *o)
{
	if (!o->fills && !o->free)
		return wrong("--config, --layout, --round-trip and --fees are for strategies: say --fills none or sim%s", "");
	c->fills = !o->fills || !strcmp(o->fills, "sim");
	return !o->fills || c->fills || !strcmp(o->fills, "none")
		       ? 0
		       : wrong("--fills %s: expected none (orders are acknowledged and rest) or sim", o->fills);
}

/* Two CPUs that this process may use. */
static int take_cpus(struct paper_cfg *c)
{
	cpu_set_t may;
	u32 found[2], n = 0;
	if (c->layout != PAPER_FREE)
		return 0;
	CPU_ZERO(&may);
	sched_getaffinity(0, sizeof may, &may);
	for (u32 i = 0; i < CPU_SETSIZE && n < 2; i++)
		if (CPU_ISSET(i, &may))
			found[n++] = i;
	if (n < 2)
		return wrong("--free needs two CPUs%s", "");
	c->md_cpu = found[0];
	c->trade_cpu = found[1];
	return 0;
}

static int take_config(struct paper_runs *r, const char *path)
{
	char error[CONFIG_ERROR];
	if (!path)
		return 0;
	if (config_load(&r->file, path, error) != ERR_OK || check_strategies(&r->file, error) != ERR_OK) {
		wrong("%s", error);
		return 4;
	}
	r->cfg.trading = &r->file;
	return 0;
}

int paper_runs_open(struct paper_runs *r, const struct paper_options *o)
{
	int rc = take_fills(&r->cfg, o);
	if (rc || (rc = take_layout(&r->cfg, o)) || (rc = take_round_trip(&r->cfg, o)) ||
	    (rc = take_fees(&r->cfg, o)) || (rc = take_cpus(&r->cfg)) ||
	    (rc = take_config(r, o->config)))
		return rc;
	r->orders = EVP_MD_CTX_new();
	r->answers = EVP_MD_CTX_new();
	return r->orders && r->answers ? 0 : 3;
}

void paper_runs_close(struct paper_runs *r)
{
	EVP_MD_CTX_free(r->orders);
	EVP_MD_CTX_free(r->answers);
}

/* ---- a run ---- */

static void line_into(EVP_MD_CTX *d, const u8 *p, u32 n)
{
	EVP_DigestUpdate(d, p, n);
	EVP_DigestUpdate(d, "\n", 1);
}

static void on_order(void *user, const u8 *p, u32 n, ns_t now)
{
	struct paper_runs *r = user;
	line_into(r->orders, p, n);
	r->at.n_orders++;
	if (r->plain && !r->n_runs)
		replay_plain_sent(r->plain, p, n, now);
	if (!r->orders_to || r->n_runs)
		return; /* one run's texts */
	fwrite(p, 1, n, r->orders_to);
	fputc('\n', r->orders_to);
}

static void on_answer(void *user, const u8 *p, u32 n, ns_t now)
{
	struct paper_runs *r = user;
	(void)now;
	r->at.n_answers++;
	line_into(r->answers, p, n);
}

struct paper *paper_runs_next(struct paper_runs *r)
{
	struct paper *p = &r->paper;
	memset(p, 0, sizeof *p);
	memset(&r->at, 0, sizeof r->at);
	p->cfg = r->cfg;
	p->text = on_order;
	p->answer = on_answer;
	p->user = r;
	EVP_DigestInit_ex(r->orders, EVP_sha256(), NULL);
	EVP_DigestInit_ex(r->answers, EVP_sha256(), NULL);
	return p;
}

/* ---- what is said ---- */

static void print_sha(const char *what, u64 n, const u8 sha[32])
{
	printf("%s: %llu, SHA-256 ", what, (ull)n);
	for (u32 i = 0; i < 32; i++)
		printf("%02x", sha[i]);
	puts("");
}

static void print_denies(const u64 *cnt)
{
	const char *before = " (";
	for (u32 i = RISK_PASS + 1; i < RISK_CODES; i++)
		if (cnt[i]) {
			printf("%s%s %llu", before, risk_code_name((enum risk_code)i), (ull)cnt[i]);
			before = ", ";
		}
	puts(*before == ',' ? ")" : "");
}

static void print_money(const char *name, const struct instrument *in, bool fits, i64 amount)
{
	char text[DEC_TEXT_MAX] = "too large";
	if (fits)
		dec_print(text, amount, NOTIONAL_SCALE);
	printf(", %s %s%s%.*s", name, text, in->quote[0] ? " " : "", (int)sizeof in->quote, in->quote);
}

static void print_fees(const struct position *p)
{
	char text[DEC_TEXT_MAX];
	for (u32 i = 0; i < POSITION_FEES_MAX; i++)
		if (p->fee[i].amount) {
			dec_print(text, p->fee[i].amount, FEE_SCALE);
			printf(", fees %s %.*s", text, (int)sizeof p->fee[i].asset, p->fee[i].asset);
		}
}

/* At the middle of the book as it was last seen. */
static void print_position(const struct trade_core *c, u32 i)
{
	const struct instrument *in = &c->instrument[i];
	const struct position *p = risk_position(c->risk, i);
	const struct market_view *m = &c->market[i].view;
	char bought[DEC_TEXT_MAX], sold[DEC_TEXT_MAX], qty[DEC_TEXT_MAX];
	i64 money;
	qty_print(in, bought, p->bought_qty);
	qty_print(in, sold, p->sold_qty);
	qty_print(in, qty, p->qty);
	printf("%.*s: %llu fills, bought %s, sold %s, position %s", in->symbol_n, in->symbol, (ull)c->fills[i], bought,
	       sold, qty);
	bool fits = position_realised(p, &money);
	print_money("realised", in, fits, money);
	fits = position_unrealised(p, in, m->bid_px + (m->ask_px - m->bid_px) / 2, &money);
	print_money("unrealised", in, fits, money);
	print_fees(p);
	puts("");
}

static void print_run(const struct paper_runs *r)
{
	static const char *const layouts[] = { "fused", "split", "free" };
	const struct paper *p = &r->paper;
	const struct trade_core *c = &p->app->trade;
	printf("strategies: %s, fills %s, round trip %llu us, %llu turns of the trading core\n", layouts[p->cfg.layout],
	       p->cfg.fills ? "sim" : "none: every order is acknowledged and rests until it is cancelled",
	       (ull)(p->cfg.round_trip_ns / NS_PER_US), (ull)c->turn);
	if (p->cfg.layout == PAPER_FREE)
		puts("free: for timing alone; these need not be the orders of another run, or those that were sent");
	print_sha("orders and cancels", r->at.n_orders, r->at.orders_sha);
	print_sha("answers", r->at.n_answers, r->at.answers_sha);
	printf("orders: %llu, cancels: %llu, open at the end: %u, denied by risk: %llu", (ull)c->l.cnt[TRADE_CNT_orders],
	       (ull)c->l.cnt[TRADE_CNT_cancels], c->orders.n_open, (ull)c->l.cnt[TRADE_CNT_orders_denied]);
	print_denies(c->l.risk_cnt);
	for (u32 i = 0; i < c->n_instruments; i++)
		print_position(c, i);
	if (!c->cfg.n_strategies)
		puts("the configuration has no strategy");
	if (p->failed)
		printf("the trading core ended early: %s\n", p->why);
}

void paper_runs_done(struct paper_runs *r)
{
	EVP_DigestFinal_ex(r->orders, r->at.orders_sha, NULL);
	EVP_DigestFinal_ex(r->answers, r->at.answers_sha, NULL);
	bool again = r->n_runs++ > 0, same = again && !memcmp(&r->at, &r->first, sizeof r->at);
	if (!again)
		r->first = r->at;
	if (same)
		return;
	if (again && r->cfg.layout != PAPER_FREE) {
		r->differs = true;
		printf("run %lu led to something else than the first\n", r->n_runs);
	}
	print_run(r);
}
