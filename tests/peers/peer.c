#include "tests/peers/peer.h"

#include <stdlib.h>
#include <time.h>
#include <zlib.h>

#include "dataplane/tls/tls_kdf.h"

static u64 now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (u64)t.tv_sec * 1000000 + (u64)t.tv_nsec / 1000;
}

/* ---- callbacks of the hot core's side ---- */

static void on_record(void *user, const u8 *rec, u32 n)
{
	struct peer *p = user;

	assert(!p->rec_n && n <= sizeof p->rec);
	memcpy(p->rec, rec, n);
	p->rec_n = n;
}

static u8 *on_room(void *user, u32 n)
{
	struct peer *p = user;

	if (p->plain_cap - p->plain_n < n && p->plain_at) {
		memmove(p->plain, p->plain + p->plain_at, p->plain_n - p->plain_at);
		p->plain_n -= p->plain_at;
		p->plain_at = 0;
	}
	return p->plain_cap - p->plain_n < n ? NULL : p->plain + p->plain_n;
}

static void on_app(void *user, u32 n, ns_t now)
{
	struct peer *p = user;

	(void)now;
	p->plain_n += n;
	if (p->mode == PEER_RAW) {
		p->raw_n += n;
		p->raw_crc = (u32)crc32(p->raw_crc, p->plain, n);
		if (p->save && fwrite(p->plain, 1, n, p->save) != n)
			abort();
		p->plain_n = 0;
	} else {
		peer_ws_rx(p);
	}
	if (p->plain_at == p->plain_n)
		p->plain_at = p->plain_n = 0;
}

static void on_ticket(void *user, const u8 *rec, u32 n)
{
	struct peer *p = user;

	if (tls_client_ticket(p->hs, rec, n) == ERR_OK)
		p->tickets++;
	else
		printf("bad-ticket why=\"%s\"\n", tls_client_why(p->hs));
}

static void on_refill(void *user, enum tls_way way, const struct tls_dir_keys *newest)
{
	struct peer *p = user;

	p->refill[way] = true;
	p->newest[way] = *newest;
}

/* ---- life ---- */

bool peer_init(struct peer *p, const struct tls_client_cfg *cfg, char *why)
{
	const struct tls_cb cb = { on_record, on_room, on_app, on_ticket, on_refill, p, true };
	struct tls_crypto crypto;

	memset(p, 0, sizeof *p);
	p->tcp.fd = -1;
	p->plain_cap = PEER_OWN_MAX + WS_HEAD_MAX + 2 * TLS_INNER_MAX;
	p->plain = malloc(p->plain_cap);
	if (!p->plain || tls_client_ctx_new(&p->ctx, cfg, why) || tls_crypto_init(&crypto, true) ||
	    arena_open(&p->arena, PEER_MESSAGE_MAX + (1 << 20)) ||
	    pool_init(&p->large, &p->arena, 1, PEER_MESSAGE_MAX) ||
	    tls_init(&p->tls, &p->arena, &crypto, &cb, p->tls_cnt) ||
	    ws_init(&p->ws, &p->arena, WS_CLIENT, PEER_OWN_MAX, p->ws_cnt))
		return false;
	ws_share(&p->ws, &p->large, PEER_MESSAGE_MAX);
	return true;
}

void peer_fini(struct peer *p)
{
	mock_tcp_close(&p->tcp);
	tls_fini(&p->tls);
	tls_client_free(p->hs);
	tls_client_ctx_free(p->ctx);
	arena_close(&p->arena);
	free(p->plain);
	free(p->due);
	free(p->tcp.out);
}

void peer_connect(struct peer *p, u16 port, const char *host)
{
	struct span out;

	mock_tcp_close(&p->tcp);
	tls_client_free(p->hs);
	p->hs = NULL;
	tls_reset(&p->tls);
	ws_reset(&p->ws);
	p->mode = PEER_RAW;
	p->opened = p->over = p->refill[TLS_RX] = p->refill[TLS_TX] = false;
	p->rec_n = p->tickets = p->plain_at = p->plain_n = p->raw_n = p->raw_told = 0;
	p->due_n = 0;
	p->raw_crc = 0;
	p->round_trips = 0;
	if (!mock_tcp_connect(&p->tcp, port)) {
		printf("failed err=UNREACHABLE\n");
		return;
	}
	p->start_us = now_us();
	err_t e = tls_client_start(&p->hs, p->ctx, host, &out);
	if (e)
		printf("failed err=%s\n", err_name(e));
	else
		mock_tcp_send(&p->tcp, out.p, out.n);
	p->awaits_answer = true;
}

static void over(struct peer *p, err_t why)
{
	if (p->over)
		return;
	p->over = true;
	if (p->save)
		fclose(p->save);
	p->save = NULL;
	printf("closed err=%s alert_rx=%u alert_tx=%u raw=%u crc=%08x\n", err_name(why),
	       p->tls.alert_rx, p->tls.alert_tx, p->raw_n, p->raw_crc);
}

void peer_send(struct peer *p, const void *data, size_t n)
{
	if (p->due_n + n > p->due_cap) {
		p->due_cap = 2 * (p->due_n + n);
		p->due = realloc(p->due, p->due_cap);
		if (!p->due)
			abort();
	}
	memcpy(p->due + p->due_n, data, n);
	p->due_n += n;
}

/* ---- what the slow thread and the sender do ---- */

static void opened(struct peer *p)
{
	const struct tls_dir_keys *k = &p->newest[TLS_TX];
	u64 us = now_us() - p->start_us;

	p->opened = true;
	printf("open version=%04x suite=%04x resumed=%d round_trips=%u us=%llu\n",
	       tls_tx(&p->tls)->version, k->suite, tls_client_resumed(p->hs), p->round_trips,
	       (unsigned long long)us);
}

static err_t finish_handshake(struct peer *p)
{
	struct tls_keys k;
	err_t e = tls_client_keys(p->hs, &k);

	if (!e) {
		p->newest[TLS_TX].suite = k.now[TLS_TX].suite;
		e = tls_set_keys(&p->tls, &k, 0);
	}
	tls_keys_wipe(&k);
	if (!e)
		opened(p);
	return e;
}

/* One record of the handshake, as the slow thread does it: bytes to send go before all else. */
static err_t slow_step(struct peer *p)
{
	struct span out;
	bool finished;
	u32 n = p->rec_n;

	p->rec_n = 0;
	err_t e = tls_client_record(p->hs, p->rec, n, &out, &finished);
	mock_tcp_send(&p->tcp, out.p, out.n);
	p->awaits_answer = p->awaits_answer || out.n;
	if (e) {
		printf("failed err=%s why=\"%s\"\n", err_name(e), tls_client_why(p->hs));
		mock_tcp_finish(&p->tcp);
		p->over = true;
		return ERR_OK;
	}
	return finished ? finish_handshake(p) : tls_hs_credit(&p->tls, 0);
}

static err_t refill_step(struct peer *p)
{
	err_t e = ERR_OK;

	for (enum tls_way way = TLS_RX; way <= TLS_TX && !e; way++) {
		struct tls_dir_keys next;
		if (!p->refill[way])
			continue;
		p->refill[way] = false;
		e = tls_keys_next(&p->newest[way], &next);
		if (!e)
			e = tls_refill(&p->tls, way, &next, 0);
	}
	return e;
}

static void control_step(struct peer *p)
{
	u8 ctl[TLS_CTL_MAX];
	u32 n = tls_ctl(&p->tls, ctl);

	mock_tcp_send(&p->tcp, ctl, n);
}

static void seal_due(struct peer *p)
{
	u8 rec[TLS_PLAIN_MAX + TLS_OVERHEAD_MAX];
	size_t at = 0;

	while (at < p->due_n && tls_can_send(&p->tls)) {
		struct tls_dir *tx = tls_tx(&p->tls);
		u32 n = (u32)u64_min(p->due_n - at, TLS_PLAIN_MAX);
		memcpy(rec + tls_head(tx), p->due + at, n);
		mock_tcp_send(&p->tcp, rec, tls_seal(tx, rec, n, TLS_APPLICATION_DATA));
		at += n;
	}
	p->due_n -= at;
	if (at && p->due_n)
		memmove(p->due, p->due + at, p->due_n);
}

void peer_settle(struct peer *p)
{
	err_t e = ERR_OK;

	while (p->rec_n && !e && !p->over)
		e = slow_step(p);
	while ((p->refill[TLS_RX] || p->refill[TLS_TX]) && !e && p->tls.state == TLS_OPEN)
		e = refill_step(p);
	seal_due(p); /* what a close leaves behind goes before it */
	control_step(p);
	seal_due(p);
	if (p->mode == PEER_RAW && p->raw_n != p->raw_told)
		printf("data n=%u crc=%08x\n", p->raw_n, p->raw_crc);
	p->raw_told = p->raw_n;
	if (e || p->tls.state == TLS_CLOSED) {
		over(p, e ? e : p->tls.why);
		mock_tcp_finish(&p->tcp);
	}
}

void peer_rx(struct peer *p, const u8 *data, u32 n)
{
	if (!n) {
		over(p, ERR_RESET);
		mock_tcp_close(&p->tcp);
		return;
	}
	if (p->awaits_answer && !p->opened)
		p->round_trips++;
	p->awaits_answer = false;
	(void)tls_rx(&p->tls, data, n, 0);
	peer_settle(p);
}
