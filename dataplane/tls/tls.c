#include <string.h>

#include "dataplane/tls/tls_int.h"
#include "dataplane/tls/tls_ossl.h"

#define ALERT_WARNING 1
#define ALERT_FATAL   2
#define MSG_KEY_UPDATE 24

static_assert(TLS_CTL_MAX >= 5 + 2 * TLS_OVERHEAD_MAX + 2, "a KeyUpdate and an alert");

err_t tls_init(struct tls *t, struct arena *a, const struct tls_crypto *c, const struct tls_cb *cb,
	       u64 *cnt)
{
	err_t e = ERR_OK;

	memset(t, 0, sizeof *t);
	t->cb = *cb;
	t->cnt = cnt;
	t->in = arena_alloc(a, TLS_IN_CAP, CACHE_LINE);
	if (!t->in)
		return ERR_NO_MEMORY;
	for (int i = 0; i < 2 && !e; i++) {
		e = tls_rx_open(&t->dir[TLS_RX][i], c);
		if (!e)
			e = tls_tx_open(&t->dir[TLS_TX][i], c);
	}
	if (e)
		tls_fini(t);
	else
		tls_reset(t);
	return e;
}

void tls_fini(struct tls *t)
{
	for (int i = 0; i < 2; i++) {
		tls_dir_close(&t->dir[TLS_RX][i]);
		tls_dir_close(&t->dir[TLS_TX][i]);
	}
	OPENSSL_cleanse(t->newest, sizeof t->newest);
	tls_part_wipe(&t->part);
}

err_t tls_reopen(struct tls *t, const struct tls_crypto *c)
{
	err_t e = ERR_OK;

	for (int i = 0; i < 4 && !e; i++)
		e = tls_aead_reopen(&t->dir[i / 2][i % 2].aead, c);
	return e;
}

static void wipe(struct tls *t, enum tls_way way)
{
	tls_dir_wipe(&t->dir[way][0]);
	tls_dir_wipe(&t->dir[way][1]);
	OPENSSL_cleanse(&t->newest[way], sizeof t->newest[way]);
	t->next_ready[way] = t->refill_asked[way] = false;
	if (way == TLS_RX)
		tls_part_wipe(&t->part);
}

void tls_reset(struct tls *t)
{
	wipe(t, TLS_RX);
	wipe(t, TLS_TX);
	t->state = TLS_HANDSHAKING;
	t->gen[TLS_RX] = t->gen[TLS_TX] = 0;
	t->rx_hold = t->parked = false;
	t->due = 0;
	t->credit = 1;
	t->alert_rx = t->alert_tx = TLS_ALERT_NONE;
	t->empty_run = t->tickets = 0;
	t->hs_head_n = 0;
	t->hs_left = 0;
	t->why = ERR_OK;
	t->in_at = t->in_n = 0;
}

static u8 alert_of(err_t why)
{
	switch (why) {
	case ERR_CLOSED: return TLS_CLOSE_NOTIFY;
	case ERR_CHECKSUM: return TLS_BAD_RECORD_MAC;
	case ERR_TOO_LONG: return TLS_RECORD_OVERFLOW;
	case ERR_PROTOCOL: return TLS_UNEXPECTED_MESSAGE;
	case ERR_REFUSED: return TLS_ALERT_NONE; /* a fatal alert is not answered */
	default: return TLS_INTERNAL_ERROR;
	}
}

/* Nothing is received any more. Without tx keys there is no telling the peer: TCP closes. */
static void end(struct tls *t, err_t why, u8 alert)
{
	assert(t->state != TLS_CLOSED && why != ERR_OK && why != ERR_AGAIN);
	t->state = TLS_CLOSED;
	t->why = why;
	t->in_n = 0;
	t->due = 0;
	wipe(t, TLS_RX);
	if (tls_tx(t)->version && alert != TLS_ALERT_NONE) {
		t->alert_tx = alert;
		t->due = TLS_DUE_ALERT;
	} else {
		wipe(t, TLS_TX);
	}
}

err_t tls_fail(struct tls *t, err_t why)
{
	end(t, why, alert_of(why));
	return why;
}

err_t tls_fail_alert(struct tls *t, u8 alert)
{
	end(t, ERR_PROTOCOL, alert);
	return ERR_PROTOCOL;
}

void tls_close(struct tls *t)
{
	if (t->state != TLS_CLOSED)
		end(t, ERR_CLOSED, TLS_CLOSE_NOTIFY);
}

/* ---- keys ---- */

static void ask_refill(struct tls *t, enum tls_way way)
{
	assert(!t->refill_asked[way] && !t->next_ready[way]);
	t->refill_asked[way] = true;
	t->cb.refill(t->cb.user, way, &t->newest[way]);
}

void tls_roll(struct tls *t, enum tls_way way)
{
	assert(t->next_ready[way] && t->newest[way].version == TLS_1_3);
	tls_dir_wipe(tls_dir_now(t, way));
	t->gen[way] ^= 1;
	assert(tls_dir_now(t, way)->version == TLS_1_3 && tls_dir_now(t, way)->seq == 0);
	t->next_ready[way] = false;
	ask_refill(t, way);
}

/* Both generations of one direction. */
static err_t set_way(struct tls *t, enum tls_way way, const struct tls_keys *k)
{
	const struct tls_dir_keys *next = &k->next[way];
	bool has_next = k->now[way].version == TLS_1_3 && next->secret_n;
	err_t e = tls_dir_set(&t->dir[way][0], &k->now[way]);

	if (!e && has_next)
		e = tls_dir_set(&t->dir[way][1], next);
	t->next_ready[way] = !e && has_next;
	t->newest[way] = has_next ? *next : k->now[way];
	return e;
}

err_t tls_set_keys(struct tls *t, const struct tls_keys *k, ns_t now)
{
	if (t->state != TLS_HANDSHAKING)
		return ERR_STATE;
	err_t e = k->now[TLS_RX].version == k->now[TLS_TX].version ? ERR_OK : ERR_UNSUPPORTED;
	for (enum tls_way way = TLS_RX; way <= TLS_TX && !e; way++)
		e = set_way(t, way, k);
	if (e) {
		wipe(t, TLS_RX);
		wipe(t, TLS_TX);
		return e;
	}
	t->state = TLS_OPEN;
	t->parked = true;
	for (enum tls_way way = TLS_RX; way <= TLS_TX; way++)
		if (t->newest[way].secret_n && !t->next_ready[way])
			ask_refill(t, way);
	return tls_resume(t, now);
}

err_t tls_refill(struct tls *t, enum tls_way way, const struct tls_dir_keys *next, ns_t now)
{
	if (t->state != TLS_OPEN || !t->refill_asked[way])
		return ERR_STATE;
	if (next->version != TLS_1_3 || next->suite != t->newest[way].suite)
		return ERR_UNSUPPORTED;
	err_t e = tls_dir_set(&t->dir[way][t->gen[way] ^ 1], next);
	if (e)
		return e;
	t->newest[way] = *next;
	t->next_ready[way] = true;
	t->refill_asked[way] = false;
	if (way == TLS_RX && t->rx_hold) {
		t->rx_hold = false;
		tls_roll(t, TLS_RX);
	}
	return tls_resume(t, now);
}

/* ---- sending control records ---- */

static bool update_ready(struct tls *t)
{
	bool wanted = t->due & TLS_DUE_UPDATE || tls_tx_limit_near(tls_tx(t));

	return t->state == TLS_OPEN && wanted && t->next_ready[TLS_TX];
}

bool tls_ctl_due(struct tls *t) { return t->due & TLS_DUE_ALERT || update_ready(t); }

static u32 seal_copy(struct tls_dir *tx, u8 *at, u8 type, struct span plain)
{
	memcpy(at + tls_head(tx), plain.p, plain.n);
	return tls_seal(tx, at, (u32)plain.n, type);
}

/* The last record under the old key says so (RFC 8446 section 4.6.3); no answer is asked for. */
static u32 write_update(struct tls *t, u8 *at)
{
	static const u8 key_update[] = { MSG_KEY_UPDATE, 0, 0, 1, 0 };
	assert(t->state == TLS_OPEN && tls_tx(t)->version == TLS_1_3);
	u32 n = seal_copy(tls_tx(t), at, TLS_HANDSHAKE,
			  (struct span){ key_update, sizeof key_update });

	tls_roll(t, TLS_TX);
	t->due &= ~TLS_DUE_UPDATE;
	counter_inc(&t->cnt[TLS_CNT_tx_key_updates]);
	return n;
}

static u32 write_alert(struct tls *t, u8 *at)
{
	bool warning = t->alert_tx == TLS_CLOSE_NOTIFY || t->alert_tx == TLS_NO_RENEGOTIATION;
	const u8 alert[] = { warning ? ALERT_WARNING : ALERT_FATAL, t->alert_tx };
	assert(t->alert_tx != TLS_ALERT_NONE && tls_tx(t)->version);
	u32 n = seal_copy(tls_tx(t), at, TLS_ALERT, (struct span){ alert, sizeof alert });

	t->due &= ~TLS_DUE_ALERT;
	counter_inc(&t->cnt[TLS_CNT_tx_alerts]);
	if (t->state == TLS_CLOSED)
		wipe(t, TLS_TX);
	return n;
}

u32 tls_ctl(struct tls *t, u8 *at)
{
	u32 n = 0;

	if (update_ready(t))
		n += write_update(t, at);
	if (t->due & TLS_DUE_ALERT)
		n += write_alert(t, at + n);
	assert(n <= TLS_CTL_MAX);
	return n;
}

err_t tls_update_keys(struct tls *t)
{
	if (t->state != TLS_OPEN)
		return ERR_STATE;
	if (tls_tx(t)->version != TLS_1_3)
		return ERR_UNSUPPORTED;
	t->due |= TLS_DUE_UPDATE;
	return ERR_OK;
}
