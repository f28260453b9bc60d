#include "pcap/tap_tls.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "common/cursor.h"
#include "dataplane/tls/tls_kdf.h"

enum { SERVER_HELLO = 2, FINISHED = 20, EXT_VERSIONS = 43, PIECE = 16384 };

__attribute__((format(printf, 2, 3))) static void fail(struct tap_tls *t, const char *form, ...)
{
	va_list args;
	if (t->why[0])
		return; /* the first reason is the one that explains */
	va_start(args, form);
	vsnprintf(t->why, sizeof t->why, form, args);
	va_end(args);
}

/* ---- secrets ---- */

static bool secret(struct tap_tls *t, const char *label, struct keylog_secret *out)
{
	err_t e = ERR_NOT_FOUND;
	for (u32 i = 0; i < t->cfg.n_logs && e == ERR_NOT_FOUND; i++)
		e = keylog_find(t->cfg.logs[i], label, t->cfg.client_random, out);
	if (e == ERR_OK)
		return true;
	const u8 *r = t->cfg.client_random;
	fail(t, "the key log has no %s%s for client random %02x%02x%02x%02x...: run the recording program with SSLKEYLOGFILE set and give that file by --keys",
	     e == ERR_SYNTAX ? "readable " : "", label, r[0], r[1], r[2], r[3]);
	return false;
}

/* TLS 1.2 suites by their wire numbers (RFC 5288, 5289, 7905). */
static u16 suite_12(u16 wire, const char **digest)
{
	*digest = "SHA256";
	switch (wire) {
	case 0x009c: case 0xc02b: case 0xc02f: return TLS_AES_128_GCM_SHA256;
	case 0xcca8: case 0xcca9: return TLS_CHACHA20_POLY1305_SHA256;
	case 0x009d: case 0xc02c: case 0xc030: *digest = "SHA384"; return TLS_AES_256_GCM_SHA384;
	default: return 0;
	}
}

static bool secret_13(struct tap_tls *t, const char *label, struct tls_dir_keys *k)
{
	struct keylog_secret s;
	if (!secret(t, label, &s))
		return false;
	if (s.n != (t->suite == TLS_AES_256_GCM_SHA384 ? 48 : 32)) {
		fail(t, "the key log's %s has %u bytes, which does not fit suite %04x", label, s.n, t->suite);
		return false;
	}
	return tls_keys_13(k, t->suite, s.bytes) == ERR_OK;
}

/* What we would send is thrown away, so that any keys do for it. */
static bool keys_13(struct tap_tls *t, struct tls_keys *k)
{
	*k = (struct tls_keys){ 0 };
	if (!secret_13(t, "SERVER_TRAFFIC_SECRET_0", &k->now[TLS_RX]) ||
	    tls_keys_next(&k->now[TLS_RX], &k->next[TLS_RX]) != ERR_OK)
		return false;
	k->now[TLS_TX] = k->now[TLS_RX];
	k->next[TLS_TX] = k->next[TLS_RX];
	return true;
}

static bool keys_12(struct tap_tls *t, struct tls_keys *k)
{
	struct tls_12_master m;
	struct keylog_secret s;
	*k = (struct tls_keys){ 0 };
	m.suite = suite_12(t->suite, &m.digest);
	if (!secret(t, "CLIENT_RANDOM", &s))
		return false;
	if (s.n != sizeof m.master) {
		fail(t, "the key log's CLIENT_RANDOM line has a secret of %u bytes instead of 48", s.n);
		return false;
	}
	memcpy(m.master, s.bytes, sizeof m.master);
	memcpy(m.client_random, t->cfg.client_random, sizeof m.client_random);
	memcpy(m.server_random, t->server_random, sizeof m.server_random);
	return tls_keys_12(k, &m) == ERR_OK;
}

/* ---- the handshake ---- */

/* The version TLS 1.3 puts into an extension (RFC 8446 section 4.2.1). */
static u16 chosen_version(struct rd *r, u16 legacy)
{
	struct rd ext = rd_sub(r, rd_u16(r));
	while (!ext.bad && rd_left(&ext)) {
		u16 type = rd_u16(&ext);
		struct rd body = rd_sub(&ext, rd_u16(&ext));
		if (type == EXT_VERSIONS)
			return rd_u16(&body);
	}
	return legacy;
}

static bool suite_known(const struct tap_tls *t)
{
	const char *digest;
	return t->version == TLS_1_3 ? tls_key_len(t->suite) != 0
				     : t->version == TLS_1_2 && suite_12(t->suite, &digest);
}

/* Also a HelloRetryRequest: the ServerHello behind it says it all again. */
static void on_server_hello(struct tap_tls *t, struct rd r)
{
	struct tls_dir_keys k;
	u16 legacy = rd_u16(&r);
	const u8 *random = rd_bytes(&r, TLS_RANDOM_LEN);
	rd_skip(&r, rd_u8(&r)); /* session id */
	u16 suite = rd_u16(&r);
	rd_skip(&r, 1); /* compression */
	if (r.bad) {
		fail(t, "the ServerHello is malformed");
		return;
	}
	memcpy(t->server_random, random, sizeof t->server_random);
	t->suite = suite;
	t->version = chosen_version(&r, legacy);
	if (!suite_known(t))
		fail(t, "TLS version %04x with suite %04x cannot be read: TLS 1.3, or TLS 1.2 with AES-GCM or ChaCha20-Poly1305",
		     t->version, t->suite);
	else if (t->version == TLS_1_3 && secret_13(t, "SERVER_HANDSHAKE_TRAFFIC_SECRET", &k))
		tls_dir_set(&t->handshake, &k);
}

/* Walks the messages by their heads: a ServerHello stands whole in its record, others may not. */
static void messages(struct tap_tls *t, const u8 *p, u32 n)
{
	struct rd r = rd_of(p, n);
	while (rd_left(&r) && !t->why[0]) {
		u32 skip = u32_min(t->left, (u32)rd_left(&r));
		rd_skip(&r, skip);
		t->left -= skip;
		if (t->left || !rd_left(&r))
			return;
		t->head[t->head_n++] = rd_u8(&r);
		if (t->head_n < sizeof t->head)
			continue;
		t->head_n = 0;
		t->left = (u32)t->head[1] << 16 | (u32)t->head[2] << 8 | t->head[3];
		if (t->head[0] == SERVER_HELLO)
			on_server_hello(t, rd_of(r.p, u32_min(t->left, (u32)rd_left(&r))));
		t->keys_due |= t->head[0] == FINISHED && t->version == TLS_1_3;
	}
}

static void sealed(struct tap_tls *t, const u8 *rec, u32 n)
{
	u32 out_n = 0;
	u8 type = 0;
	if (t->version != TLS_1_3 || tls_inner_len(&t->handshake, n) > sizeof t->opened) {
		fail(t, "application data comes within the handshake");
		return;
	}
	err_t e = tls_open(&t->handshake, rec, n, t->opened, &out_n, &type);
	if (e != ERR_OK)
		fail(t, "a handshake record does not open with the key log's secret: %s", err_text(e));
	else if (type == TLS_HANDSHAKE)
		messages(t, t->opened, out_n);
	else
		fail(t, "the handshake was broken off by an alert");
}

static void on_record(void *user, const u8 *rec, u32 n)
{
	struct tap_tls *t = user;
	t->credit_due = true;
	if (n < TLS_HEADER_LEN)
		return;
	switch (rec[0]) {
	case TLS_CHANGE_CIPHER_SPEC: t->changed = true; break;
	case TLS_APPLICATION_DATA: sealed(t, rec, n); break;
	case TLS_HANDSHAKE:
		if (t->changed && t->version == TLS_1_2)
			t->keys_due = true; /* its Finished: number 0 under the keys to come */
		else
			messages(t, rec + TLS_HEADER_LEN, n - TLS_HEADER_LEN);
		break;
	case TLS_ALERT: fail(t, "the server broke the handshake off: alert %u", n > 6 ? rec[6] : 0); break;
	default: fail(t, "a record of type %u comes within the handshake", rec[0]); break;
	}
}

static void on_ticket(void *user, const u8 *rec, u32 n) { (void)user, (void)rec, (void)n; }

static void on_refill(void *user, enum tls_way way, const struct tls_dir_keys *newest)
{
	struct tap_tls *t = user;
	(void)newest; /* the connection keeps it */
	t->refill_due[way] = true;
}

/* ---- what the slow thread does for a live session ---- */

static err_t set_keys(struct tap_tls *t, ns_t now)
{
	struct tls_keys k;
	bool ok = t->version == TLS_1_3 ? keys_13(t, &k) : keys_12(t, &k);
	if (!ok) {
		fail(t, "the keys cannot be derived");
		return ERR_NOT_FOUND;
	}
	return tls_set_keys(&t->tls, &k, now);
}

static err_t refill(struct tap_tls *t, enum tls_way way, ns_t now)
{
	struct tls_dir_keys next;
	t->refill_due[way] = false;
	err_t e = tls_keys_next(&t->tls.newest[way], &next);
	return e == ERR_OK ? tls_refill(&t->tls, way, &next, now) : e;
}

static bool work_due(const struct tap_tls *t)
{
	return t->keys_due || t->credit_due || t->refill_due[TLS_RX] || t->refill_due[TLS_TX];
}

static err_t work(struct tap_tls *t, ns_t now)
{
	if (t->keys_due) {
		t->keys_due = t->credit_due = false;
		return set_keys(t, now);
	}
	if (t->credit_due) {
		t->credit_due = false;
		return tls_hs_credit(&t->tls, now);
	}
	return refill(t, t->refill_due[TLS_RX] ? TLS_RX : TLS_TX, now);
}

/* ---- the stream ---- */

static u8 *room(void *user, u32 n)
{
	const struct tap_tls *t = user;
	return t->cfg.room(t->cfg.user, n);
}

static void app(void *user, u32 n, ns_t now)
{
	const struct tap_tls *t = user;
	t->cfg.app(t->cfg.user, n, now);
}

err_t tap_tls_init(struct tap_tls *t, struct arena *a, const struct tap_tls_cfg *cfg)
{
	struct tls_cb cb = { .hs_record = on_record,
			     .room = room,
			     .app = app,
			     .ticket = on_ticket,
			     .refill = on_refill,
			     .user = t,
			     .room_stays = true };
	memset(t, 0, sizeof *t);
	t->cfg = *cfg;
	err_t e = tls_rx_open(&t->handshake, cfg->crypto);
	return e == ERR_OK ? tls_init(&t->tls, a, cfg->crypto, &cb, t->cnt) : e;
}

void tap_tls_fini(struct tap_tls *t)
{
	tls_fini(&t->tls);
	tls_dir_close(&t->handshake);
}

static err_t take(struct tap_tls *t, const u8 *p, u32 n, ns_t now)
{
	u8 sent[TLS_CTL_MAX]; /* goes nowhere */
	err_t e = tls_rx(&t->tls, p, n, now);
	while (e == ERR_OK && !t->why[0] && work_due(t))
		e = work(t, now);
	while (tls_ctl_due(&t->tls) && tls_ctl(&t->tls, sent))
		;
	if (e == ERR_CHECKSUM)
		fail(t, "a record does not open with the key log's secret");
	else if (e != ERR_OK)
		fail(t, "TLS: %s", e == ERR_CLOSED ? "the server closed the connection" : err_text(e));
	return t->why[0] && e == ERR_OK ? ERR_PROTOCOL : e;
}

err_t tap_tls_rx(struct tap_tls *t, struct span data, ns_t now)
{
	err_t e = ERR_OK;
	while (data.n && e == ERR_OK) {
		u32 n = (u32)(data.n < PIECE ? data.n : PIECE);
		e = take(t, data.p, n, now);
		data.p += n, data.n -= n;
	}
	return e;
}

bool tap_tls_client_random(struct span data, u8 random[KEYLOG_RANDOM])
{
	struct rd r = rd_of(data.p, data.n);
	bool hello = rd_u8(&r) == TLS_HANDSHAKE;
	rd_skip(&r, 4);
	hello &= rd_u8(&r) == 1; /* ClientHello */
	rd_skip(&r, 5);
	const u8 *at = rd_bytes(&r, KEYLOG_RANDOM);
	if (at && hello)
		memcpy(random, at, KEYLOG_RANDOM);
	return at && hello;
}
