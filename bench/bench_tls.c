/*
 * bench_tls - what a TLS 1.3 record costs (AES-128-GCM): sealed and opened at the sizes of orders and feeds, and one of
 * 16 KB that arrives in 12 segments, gathered and opened at its end or opened as they arrive.
 *
 * A sample of the small ones is the mean of BATCH records, since the time-stamp counter steps by 10 ns.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/sample.h"
#include "common/clock.h"
#include "dataplane/tls/tls.h"
#include "dataplane/tls/tls_kdf.h"

enum { BATCH = 16, ROUNDS = 20000, LONG_ROUNDS = 5000, SHORT_MAX = 2048 };

struct bench {
	struct clock clock;
	struct arena arena;
	struct tls_crypto crypto;
	struct tls_dir tx, rx;
	struct tls tls;
	u64 cnt[TLS_CNT_COUNT];
	u32 got;
	u8 records[BATCH][SHORT_MAX];
	u8 record[TLS_REC_MAX], plain[TLS_REC_MAX];
};

static void fatal(const char *what)
{
	fprintf(stderr, "bench_tls: %s\n", what);
	exit(1);
}

static u8 *room(void *user, u32 n)
{
	struct bench *b = user;
	return n <= sizeof b->plain ? b->plain : NULL;
}

static void app(void *user, u32 n, ns_t now)
{
	struct bench *b = user;
	(void)now;
	b->got += n;
}

static void refill(void *user, enum tls_way way, const struct tls_dir_keys *newest)
{
	(void)user, (void)way, (void)newest;
}

static struct tls_keys keys(void)
{
	static const u8 secret[TLS_SECRET_MAX] = { 1, 2, 3 };
	struct tls_keys k = { .now[TLS_RX].seq = 0 };
	if (tls_keys_13(&k.now[TLS_RX], TLS_AES_128_GCM_SHA256, secret) != ERR_OK)
		fatal("no keys");
	k.now[TLS_TX] = k.now[TLS_RX];
	return k;
}

static void bench_small(struct bench *b, u32 n)
{
	struct samples seal, open;
	char name[32];
	samples_open(&seal, ROUNDS);
	samples_open(&open, ROUNDS);
	for (u32 round = 0; round < ROUNDS + 100; round++) {
		u32 rec_n = 0, out_n;
		u8 type;
		u64 t0 = tsc_now();
		for (u32 i = 0; i < BATCH; i++)
			rec_n = tls_seal(&b->tx, b->records[i], n, TLS_APPLICATION_DATA);
		u64 t1 = tsc_now();
		for (u32 i = 0; i < BATCH; i++)
			if (tls_open(&b->rx, b->records[i], rec_n, b->plain, &out_n, &type) != ERR_OK)
				fatal("a record did not open");
		u64 t2 = tsc_now();
		if (round < 100)
			continue;
		samples_add(&seal, (tsc_to_ns(&b->clock, t1 - t0) + BATCH / 2) / BATCH);
		samples_add(&open, (tsc_to_ns(&b->clock, t2 - t1) + BATCH / 2) / BATCH);
	}
	snprintf(name, sizeof name, "tls.seal.%u", n);
	samples_print(&seal, name, ",\"mean_of\":16");
	snprintf(name, sizeof name, "tls.open.%u", n);
	samples_print(&open, name, ",\"mean_of\":16");
	samples_close(&seal);
	samples_close(&open);
}

/* One record of `n` bytes in equal segments: the time of the last tls_rx, and of all of them. */
static void rx_long(struct bench *b, u32 n, u32 segments, u64 *last_tsc, u64 *all_tsc)
{
	u32 rec_n = tls_seal(&b->tx, b->record, n, TLS_APPLICATION_DATA), at = 0, before = b->got;
	*all_tsc = 0;
	for (u32 i = 0; i < segments; i++) {
		u32 to = rec_n * (i + 1) / segments;
		u64 t0 = tsc_now();
		if (tls_rx(&b->tls, b->record + at, to - at, 0) != ERR_OK)
			fatal("a record was refused");
		*last_tsc = tsc_now() - t0;
		*all_tsc += *last_tsc;
		at = to;
	}
	if (b->got - before != n)
		fatal("a record did not arrive");
}

static void bench_long(struct bench *b, u32 n, u32 segments, bool room_stays)
{
	const char *how = room_stays ? "in_parts" : "gathered";
	struct samples last, all;
	struct tls_keys k = keys();
	u64 last_tsc, all_tsc;
	char name[48], note[32];
	samples_open(&last, LONG_ROUNDS);
	samples_open(&all, LONG_ROUNDS);
	tls_reset(&b->tls);
	tls_dir_wipe(&b->tx);
	b->tls.cb.room_stays = room_stays;
	if (tls_set_keys(&b->tls, &k, 0) != ERR_OK || tls_dir_set(&b->tx, &k.now[TLS_TX]) != ERR_OK)
		fatal("keys refused");
	for (u32 round = 0; round < LONG_ROUNDS + 100; round++) {
		rx_long(b, n, segments, &last_tsc, &all_tsc);
		if (round < 100)
			continue;
		samples_add(&last, tsc_to_ns(&b->clock, last_tsc));
		samples_add(&all, tsc_to_ns(&b->clock, all_tsc));
	}
	snprintf(note, sizeof note, ",\"segments\":%u", segments);
	snprintf(name, sizeof name, "tls.rx.%u.%s.last", n, how);
	samples_print(&last, name, note);
	snprintf(name, sizeof name, "tls.rx.%u.%s.all", n, how);
	samples_print(&all, name, note);
	samples_close(&last);
	samples_close(&all);
}

int main(void)
{
	struct bench *b = aligned_alloc(_Alignof(struct bench), sizeof *b);
	const struct tls_cb cb = { .room = room, .app = app, .refill = refill, .user = b };
	const struct tls_keys k = keys();
	if (!b)
		fatal("no memory");
	memset(b, 0, sizeof *b);
	if (arena_open(&b->arena, 1 << 20) != ERR_OK || clock_calibrate(&b->clock) != ERR_OK ||
	    tls_crypto_init(&b->crypto, true) != ERR_OK ||
	    tls_init(&b->tls, &b->arena, &b->crypto, &cb, b->cnt) != ERR_OK ||
	    tls_tx_open(&b->tx, &b->crypto) != ERR_OK || tls_rx_open(&b->rx, &b->crypto) != ERR_OK ||
	    tls_dir_set(&b->tx, &k.now[TLS_TX]) != ERR_OK || tls_dir_set(&b->rx, &k.now[TLS_RX]) != ERR_OK)
		fatal("cannot start");
	bench_small(b, 128);
	bench_small(b, 512);
	bench_small(b, 1400);
	for (u32 i = 0; i < 2; i++) {
		bench_long(b, 400, 2, i);
		bench_long(b, 1400, 2, i);
		bench_long(b, 4096, 4, i);
		bench_long(b, TLS_PLAIN_MAX, 12, i);
	}
	tls_dir_close(&b->tx);
	tls_dir_close(&b->rx);
	tls_fini(&b->tls);
	arena_close(&b->arena);
	free(b);
	return 0;
}
