/*
 * Fuzz target: a hostile server. Byte 0 chooses version, state and segment size; then either raw
 * bytes, or records sealed here under the right keys so that what is behind the tag is reached.
 */
#include <stdlib.h>
#include <string.h>

#include "common/cursor.h"
#include "dataplane/tls/tls.h"
#include "dataplane/tls/tls_kdf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct peer {
	struct arena arena;
	struct tls t;
	struct tls_dir srv;
	struct tls_dir_keys srv_keys;
	u64 cnt[TLS_CNT_COUNT];
	u8 plain[TLS_INNER_MAX + 256];
	u64 app_n;
	bool asked[2], credit, short_way;
	struct tls_dir_keys newest[2];
};

static void on_hs_record(void *user, const u8 *rec, u32 n)
{
	struct peer *p = user;

	assert(n >= TLS_HEADER_LEN && n <= TLS_REC_MAX && rec[1] == 3);
	p->credit = true;
}

static u8 *on_room(void *user, u32 n)
{
	struct peer *p = user;

	assert(n <= sizeof p->plain);
	return p->cnt[TLS_CNT_rx_records] % 5 == 3 && !p->cnt[TLS_CNT_rx_waited] ? NULL : p->plain;
}

static void on_app(void *user, u32 n, ns_t now)
{
	struct peer *p = user;

	assert(n && n <= TLS_PLAIN_MAX && now);
	p->app_n += n;
}

static void on_ticket(void *user, const u8 *rec, u32 n)
{
	struct peer *p = user;

	assert(rec[0] == 23 && n <= TLS_REC_MAX);
	assert(p->cnt[TLS_CNT_rx_tickets] <= TLS_TICKETS_MAX);
}

static void on_refill(void *user, enum tls_way way, const struct tls_dir_keys *newest)
{
	struct peer *p = user;

	assert(!p->asked[way]);
	p->asked[way] = true;
	p->newest[way] = *newest;
}

static void set_keys(struct peer *p, u16 version)
{
	struct tls_keys k;
	u8 secret[TLS_SECRET_MAX] = { 5 };

	memset(&k, 0, sizeof k);
	for (int w = 0; w < 2; w++) {
		secret[1] = (u8)w;
		if (tls_keys_13(&k.now[w], TLS_AES_128_GCM_SHA256, secret) ||
		    tls_keys_next(&k.now[w], &k.next[w]))
			abort();
		k.now[w].version = version;
		k.now[w].secret_n = version == TLS_1_3 ? 32 : 0;
	}
	p->srv_keys = k.now[TLS_RX];
	if (tls_dir_set(&p->srv, &k.now[TLS_RX]) || tls_set_keys(&p->t, &k, 1))
		abort();
}

/* The slow thread and the session, in between. */
static void others(struct peer *p)
{
	u8 ctl[TLS_CTL_MAX];

	if (p->credit) {
		p->credit = false;
		(void)tls_hs_credit(&p->t, 1);
	}
	for (enum tls_way w = TLS_RX; w <= TLS_TX; w++) {
		struct tls_dir_keys next;
		if (!p->asked[w] || tls_keys_next(&p->newest[w], &next))
			continue;
		p->asked[w] = false;
		(void)tls_refill(&p->t, w, &next, 1);
	}
	assert(tls_ctl_due(&p->t) == (tls_ctl(&p->t, ctl) > 0));
}

static void send_bytes(struct peer *p, const u8 *data, size_t n, u32 step)
{
	for (size_t at = 0; at < n; at += step) {
		u32 k = u32_min(step, (u32)(n - at));
		u8 *seg = malloc(k);
		memcpy(seg, data + at, k);
		u32 usual = p->short_way ? tls_rx_usual(&p->t, seg, k, p->plain) : 0;
		err_t e = usual ? ERR_OK : tls_rx(&p->t, seg, k, 1);
		assert(usual < k && (!usual || p->t.state == TLS_OPEN));
		assert((e != ERR_OK) == (p->t.state == TLS_CLOSED));
		assert(e != ERR_AGAIN && e != ERR_INTERNAL);
		free(seg);
		others(p);
	}
}

/* Records "length, type, plaintext"; type 0 makes the server's keys go one generation on. */
static void send_sealed(struct peer *p, struct rd r, u32 step)
{
	while (rd_left(&r) && !r.bad) {
		u32 n = u32_min(rd_u8(&r), (u32)rd_left(&r));
		u8 type = rd_u8(&r), rec[TLS_OVERHEAD_MAX + 256];
		struct tls_dir_keys next;
		const u8 *plain = rd_bytes(&r, n);

		if (r.bad)
			return;
		if (type == 0 && !tls_keys_next(&p->srv_keys, &next)) {
			p->srv_keys = next;
			(void)tls_dir_set(&p->srv, &next);
			continue;
		}
		memcpy(rec + tls_head(&p->srv), plain, n);
		u32 rec_n = tls_seal(&p->srv, rec, n, type);
		send_bytes(p, rec, rec_n, step);
	}
}

/* Made once, so that a run costs what the input costs. */
static struct peer *peer_new(void)
{
	static struct peer p;
	static bool made;
	struct tls_cb cb = { on_hs_record, on_room, on_app, on_ticket, on_refill, &p, false };
	struct tls_crypto crypto;

	if (!made && (tls_crypto_init(&crypto, true) || arena_open(&p.arena, 1 << 20) ||
		      tls_init(&p.t, &p.arena, &crypto, &cb, p.cnt) || tls_tx_open(&p.srv, &crypto)))
		abort();
	made = true;
	tls_reset(&p.t);
	tls_dir_wipe(&p.srv);
	memset(p.cnt, 0, sizeof p.cnt);
	p.app_n = 0;
	p.asked[TLS_RX] = p.asked[TLS_TX] = p.credit = false;
	return &p;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct peer *p = peer_new();
	u8 mode = size ? data[0] : 0;
	u32 step = mode >> 3 ? mode >> 3 : 1000;

	p->t.cb.room_stays = mode & 8; /* odd steps: records are opened in parts */
	p->short_way = mode & 16;
	if (mode & 1)
		set_keys(p, mode & 2 ? TLS_1_2 : TLS_1_3);
	if (size && mode & 1 && mode & 4)
		send_sealed(p, rd_of(data + 1, size - 1), step);
	else if (size)
		send_bytes(p, data + 1, size - 1, step);
	return 0;
}
