/*
 * link.h - for the tests of this folder: the whole client side (struct tls of the hot core, struct
 * tls_client of the slow thread) against a venue, byte for byte through memory.
 */
#ifndef TESTS_TLS_LINK_H
#define TESTS_TLS_LINK_H

#include "common/rng.h"
#include "dataplane/tls/tls.h"
#include "dataplane/tls/tls_client.h"
#include "dataplane/tls/tls_kdf.h"
#include "tests/dataplane/tls/venue.h"

#define PLAIN_MAX (1 << 20)

/* Whether the links made next promise that their room stays: records are opened in parts then. */
static bool room_stays;

static inline int set_gathered(void **state)
{
	(void)state;
	room_stays = false;
	return 0;
}

static inline int set_in_parts(void **state)
{
	(void)state;
	room_stays = true;
	return 0;
}

/* A test's two rows in main. */
#define BOTH_WAYS(f) { #f, f, set_gathered, NULL, NULL }, \
		     { #f "_in_parts", f, set_in_parts, NULL, NULL }

struct link {
	struct arena arena;
	struct tls t;
	u64 cnt[TLS_CNT_COUNT];
	struct tls_client *hs;
	SSL *srv;
	BIO *to_srv, *from_srv; /* owned by srv */

	/* slow thread's side: at most one record is out, by credit */
	u8 rec[TLS_REC_MAX];
	u32 rec_n;
	bool slow_sleeps;    /* gives no credit */
	u8 ticket[TLS_TICKETS_MAX][4096];
	u32 ticket_n[TLS_TICKETS_MAX], n_tickets;
	bool asked[2];       /* refills */
	struct tls_dir_keys newest[2];
	bool no_refill;
	err_t hs_err;
	bool finished;

	/* what arrived */
	u8 *plain;
	u32 plain_n;
	bool no_room;
	bool close_on_app;   /* the reader has had enough */
	ns_t last_now;
	err_t err;
	u8 *srv_plain;
	u32 srv_plain_n;
	int srv_err;         /* SSL_get_error of the server's first failure, 0: none */
	u32 chunk;           /* bytes of one segment */
	ns_t now;
};

static inline void on_hs_record(void *user, const u8 *rec, u32 n)
{
	struct link *l = user;
	assert_int_equal(l->rec_n, 0);
	assert_true(n <= sizeof l->rec);
	memcpy(l->rec, rec, n);
	l->rec_n = n;
}

static inline u8 *on_room(void *user, u32 n)
{
	struct link *l = user;
	assert_true(l->plain_n + n <= PLAIN_MAX);
	return l->no_room ? NULL : l->plain + l->plain_n;
}

static inline void on_app(void *user, u32 n, ns_t now)
{
	struct link *l = user;
	assert_true(n > 0);
	l->plain_n += n;
	l->last_now = now;
	if (l->close_on_app)
		tls_close(&l->t);
}

static inline void on_ticket(void *user, const u8 *rec, u32 n)
{
	struct link *l = user;
	assert_true(l->n_tickets < TLS_TICKETS_MAX && n <= sizeof l->ticket[0]);
	memcpy(l->ticket[l->n_tickets], rec, n);
	l->ticket_n[l->n_tickets++] = n;
}

static inline void on_refill(void *user, enum tls_way way, const struct tls_dir_keys *newest)
{
	struct link *l = user;
	assert_false(l->asked[way]);
	l->asked[way] = true;
	l->newest[way] = *newest;
}

static inline struct tls_cb link_cb(struct link *l)
{
	return (struct tls_cb){ on_hs_record, on_room, on_app, on_ticket, on_refill, l,
				room_stays };
}

static inline struct link *link_new(bool fast)
{
	struct link *l = aligned_alloc(_Alignof(struct link), sizeof *l);
	struct tls_crypto crypto;
	struct tls_cb cb = link_cb(l);

	memset(l, 0, sizeof *l);
	l->plain = malloc(PLAIN_MAX);
	l->srv_plain = malloc(PLAIN_MAX);
	l->chunk = 1 << 20;
	assert_int_equal(tls_crypto_init(&crypto, fast), ERR_OK);
	assert_int_equal(arena_open(&l->arena, 1 << 20), ERR_OK);
	assert_int_equal(tls_init(&l->t, &l->arena, &crypto, &cb, l->cnt), ERR_OK);
	return l;
}

static inline void link_free(struct link *l)
{
	tls_fini(&l->t);
	tls_client_free(l->hs);
	SSL_free(l->srv);
	arena_close(&l->arena);
	free(l->plain);
	free(l->srv_plain);
	free(l);
}

static inline void to_server(struct link *l, const u8 *p, u32 n)
{
	if (n)
		assert_int_equal(BIO_write(l->to_srv, p, (int)n), n);
}

/* A new connection of the same core and, maybe, of other contexts. */
static inline void link_connect(struct link *l, struct venue *v, struct tls_client_ctx *ctx,
				const char *host)
{
	struct span out;

	tls_reset(&l->t);
	tls_client_free(l->hs);
	SSL_free(l->srv);
	l->srv = SSL_new(v->ctx);
	l->to_srv = BIO_new(BIO_s_mem());
	l->from_srv = BIO_new(BIO_s_mem());
	SSL_set_bio(l->srv, l->to_srv, l->from_srv);
	SSL_set_accept_state(l->srv);
	l->rec_n = l->n_tickets = l->plain_n = l->srv_plain_n = 0;
	l->finished = l->asked[TLS_RX] = l->asked[TLS_TX] = false;
	l->err = l->hs_err = ERR_OK;
	l->srv_err = 0;
	assert_int_equal(tls_client_start(&l->hs, ctx, host, &out), ERR_OK);
	to_server(l, out.p, (u32)out.n);
}

/* One record of the handshake on the slow thread; its answer goes back in the agreed order. */
static inline void slow_step(struct link *l)
{
	struct tls_keys keys;
	struct span out;
	u32 n = l->rec_n;

	if (!n || l->slow_sleeps || l->hs_err)
		return;
	l->rec_n = 0;
	l->hs_err = tls_client_record(l->hs, l->rec, n, &out, &l->finished);
	to_server(l, out.p, (u32)out.n);
	if (l->hs_err)
		return;
	if (!l->finished) {
		l->err = tls_hs_credit(&l->t, l->now);
		return;
	}
	assert_int_equal(tls_client_keys(l->hs, &keys), ERR_OK);
	l->err = tls_set_keys(&l->t, &keys, l->now);
	tls_keys_wipe(&keys);
}

static inline void refill_step(struct link *l)
{
	for (enum tls_way way = TLS_RX; way <= TLS_TX; way++) {
		struct tls_dir_keys next;
		if (!l->asked[way] || l->no_refill)
			continue;
		l->asked[way] = false;
		assert_int_equal(tls_keys_next(&l->newest[way], &next), ERR_OK);
		err_t e = tls_refill(&l->t, way, &next, l->now);
		if (e != ERR_STATE) /* the connection may be over */
			l->err = e;
	}
}

static inline void server_step(struct link *l)
{
	ERR_clear_error();
	while (!l->srv_err) {
		int r = SSL_read(l->srv, l->srv_plain + l->srv_plain_n,
				 (int)(PLAIN_MAX - l->srv_plain_n));
		if (r <= 0) {
			int e = SSL_get_error(l->srv, r);
			l->srv_err = e == SSL_ERROR_WANT_READ ? 0 : e;
			return;
		}
		l->srv_plain_n += (u32)r;
	}
}

/* Everything the server has written so far, in segments. False: there was nothing. */
static inline bool deliver(struct link *l)
{
	static u8 seg[1 << 20];
	int n = BIO_read(l->from_srv, seg, (int)u32_min(l->chunk, sizeof seg));

	if (n <= 0)
		return false;
	u8 *tight = malloc((size_t)n); /* so that a sanitizer sees what reads past it */
	memcpy(tight, seg, (size_t)n);
	l->err = tls_rx(&l->t, tight, (u32)n, ++l->now);
	free(tight);
	return true;
}

static inline void control_step(struct link *l)
{
	u8 ctl[TLS_CTL_MAX];
	bool due = tls_ctl_due(&l->t);
	u32 n = tls_ctl(&l->t, ctl);

	assert_int_equal(due, n > 0);
	to_server(l, ctl, n);
}

/* Until nothing moves any more. */
static inline void settle(struct link *l)
{
	bool moved;

	do {
		server_step(l);
		moved = deliver(l);
		bool slow = l->rec_n && !l->slow_sleeps && !l->hs_err;
		slow_step(l);
		refill_step(l);
		control_step(l);
		moved = moved || slow || BIO_ctrl_pending(l->to_srv) || BIO_ctrl_pending(l->from_srv);
	} while (moved && !l->srv_err);
	server_step(l);
}

/* Sealed straight away, as into a frame. */
static inline void client_send(struct link *l, const void *p, u32 n)
{
	u8 rec[TLS_PLAIN_MAX + TLS_OVERHEAD_MAX];
	struct tls_dir *tx = tls_tx(&l->t);

	assert_true(tls_can_send(&l->t));
	memcpy(rec + tls_head(tx), p, n);
	to_server(l, rec, tls_seal(tx, rec, n, TLS_APPLICATION_DATA));
}

static inline void server_send(struct link *l, const void *p, u32 n)
{
	assert_int_equal(SSL_write(l->srv, p, (int)n), n);
}

static inline struct tls_client_ctx *client_ctx(const struct venue *v, const char *suites_12,
						const char *suites_13)
{
	struct tls_client_cfg cfg = { .ca_file = v->ca_file, .suites_12 = suites_12,
				      .suites_13 = suites_13 };
	struct tls_client_ctx *ctx;
	char why[TLS_WHY_MAX];

	if (tls_client_ctx_new(&ctx, &cfg, why))
		fail_msg("%s", why);
	return ctx;
}

#endif
