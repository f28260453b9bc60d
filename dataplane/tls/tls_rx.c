#include <string.h>

#include "common/cursor.h"
#include "dataplane/tls/tls_int.h"

#define TYPE_FIRST TLS_CHANGE_CIPHER_SPEC
#define TYPE_LAST  TLS_APPLICATION_DATA

/*
 * The record at `p`, of which `n` bytes are here. ERR_OK: *rec_n bytes of it are; ERR_AGAIN: they
 * are not, *rec_n is how many it has as far as known. Bad headers are recognised before the body.
 */
static err_t frame(struct tls *t, const u8 *p, u32 n, u32 *rec_n)
{
	struct rd r = rd_of(p, n);
	u8 type = rd_u8(&r), major = rd_u8(&r);

	rd_skip(&r, 1);
	u32 body_n = rd_u16(&r);
	*rec_n = TLS_HEADER_LEN;
	if (r.bad)
		return ERR_AGAIN;
	*rec_n += body_n;
	if (type < TYPE_FIRST || type > TYPE_LAST || major != 3 || !body_n) {
		counter_inc(&t->cnt[TLS_CNT_rx_bad_record]);
		return ERR_PROTOCOL;
	}
	if (*rec_n > TLS_REC_MAX) {
		counter_inc(&t->cnt[TLS_CNT_rx_too_long]);
		return ERR_TOO_LONG;
	}
	return n < *rec_n ? ERR_AGAIN : ERR_OK;
}

static err_t wait(struct tls *t)
{
	counter_inc(&t->cnt[TLS_CNT_rx_waited]);
	return ERR_AGAIN;
}

static err_t take_handshake(struct tls *t, const u8 *rec, u32 rec_n)
{
	if (!t->credit)
		return wait(t);
	t->credit--;
	t->cb.hs_record(t->cb.user, rec, rec_n);
	return ERR_OK;
}

static err_t take_app(struct tls *t, u32 n, ns_t now)
{
	t->parked = false;
	if (!n)
		return tls_count_empty(t);
	t->empty_run = 0;
	t->cb.app(t->cb.user, n, now);
	return ERR_OK;
}

static err_t open_failed(struct tls *t, err_t e)
{
	enum tls_cnt which = e == ERR_CHECKSUM ? TLS_CNT_rx_bad_tag :
			     e == ERR_TOO_LONG ? TLS_CNT_rx_too_long : TLS_CNT_rx_bad_record;

	counter_inc(&t->cnt[which]);
	return e;
}

/* A record that was opened; `raw` is looked at only while the slow thread's handshake is parked. */
static err_t take_opened(struct tls *t, struct span plain, u8 type, struct span raw, ns_t now)
{
	counter_inc(&t->cnt[TLS_CNT_rx_records]);
	if (type == TLS_HANDSHAKE)
		return tls_post_handshake(t, plain, raw);
	bool splits_message = t->hs_head_n != 0;
	if (type == TLS_APPLICATION_DATA && !splits_message)
		return take_app(t, (u32)plain.n, now);
	if (type == TLS_ALERT)
		return tls_post_alert(t, plain);
	counter_inc(&t->cnt[TLS_CNT_rx_bad_record]);
	return ERR_PROTOCOL;
}

static err_t take_protected(struct tls *t, const u8 *rec, u32 rec_n, ns_t now)
{
	struct tls_dir *rx = tls_dir_now(t, TLS_RX);
	u32 n;
	u8 type;

	assert(rx->version && rec_n <= TLS_REC_MAX);
	u32 inner_n = u32_max(tls_inner_len(rx, rec_n), 1); /* tls_open refuses what is too short */
	u8 *out = t->rx_hold ? NULL : t->cb.room(t->cb.user, inner_n);
	if (!out)
		return wait(t);
	err_t e = tls_open(rx, rec, rec_n, out, &n, &type);
	if (e)
		return open_failed(t, e);
	assert(n <= inner_n);
	return take_opened(t, (struct span){ out, n }, type, (struct span){ rec, rec_n }, now);
}

/* One whole record. ERR_AGAIN: it has to wait, nothing happened. A callback may have closed. */
static err_t take(struct tls *t, const u8 *rec, u32 rec_n, ns_t now)
{
	assert(t->state != TLS_CLOSED);
	err_t e = t->state == TLS_OPEN ? take_protected(t, rec, rec_n, now) :
					 take_handshake(t, rec, rec_n);
	return t->state == TLS_CLOSED ? t->why : e;
}

/* ---- a record as its segments arrive ---- */

/*
 * The first `n` bytes of a record of `rec_n`: true where it is opened piece by piece from here on.
 * Not while the slow thread may want the raw record of a ticket.
 */
static bool part_begin(struct tls *t, const u8 *p, u32 n, u32 rec_n)
{
	struct tls_dir *rx = tls_dir_now(t, TLS_RX);

	if (!t->cb.room_stays || t->state != TLS_OPEN || t->parked || t->rx_hold || n < rx->head)
		return false;
	u32 inner_n = tls_inner_len(rx, rec_n);
	u8 *out = inner_n ? t->cb.room(t->cb.user, inner_n) : NULL;
	if (!out || !tls_part_begin(rx, &t->part, p, rec_n, out))
		return false;
	tls_part_more(rx, &t->part, p + rx->head, n - rx->head);
	return true;
}

/* What is here of it. ERR_AGAIN: that was not all. */
static err_t rx_part(struct tls *t, struct rd *in, ns_t now)
{
	struct tls_dir *rx = tls_dir_now(t, TLS_RX);
	u32 n = u32_min(tls_part_left(&t->part), (u32)rd_left(in));
	u8 type;

	assert(t->state == TLS_OPEN && !t->in_n && !t->parked);
	const u8 *p = rd_bytes(in, n);
	if (n)
		tls_part_more(rx, &t->part, p, n);
	if (tls_part_left(&t->part))
		return ERR_AGAIN;
	u8 *out = t->part.out;
	err_t e = tls_part_end(rx, &t->part, &n, &type);
	if (e)
		return open_failed(t, e);
	counter_inc(&t->cnt[TLS_CNT_rx_in_parts]);
	e = take_opened(t, (struct span){ out, n }, type, (struct span){ NULL, 0 }, now);
	return t->state == TLS_CLOSED ? t->why : e;
}

/* ---- what waits, then what came ---- */

/* Keeps `n` bytes behind what already waits. */
static err_t keep(struct tls *t, struct rd *in, u32 n)
{
	assert(n <= rd_left(in));
	if (t->in_n + n > TLS_IN_CAP) {
		counter_inc(&t->cnt[TLS_CNT_rx_backlog_full]);
		return ERR_FULL;
	}
	if (t->in_at + t->in_n + n > TLS_IN_CAP) {
		memmove(t->in, t->in + t->in_at, t->in_n);
		t->in_at = 0;
	}
	const u8 *src = rd_bytes(in, n);
	if (n)
		memcpy(t->in + t->in_at + t->in_n, src, n);
	t->in_n += n;
	return ERR_OK;
}

/* Records that wait come first; the last of them is topped up from `in`. */
static err_t rx_kept(struct tls *t, struct rd *in, ns_t now)
{
	while (t->in_n) {
		u32 rec_n;
		assert(t->in_at + t->in_n <= TLS_IN_CAP);
		err_t e = frame(t, t->in + t->in_at, t->in_n, &rec_n);
		if (e == ERR_AGAIN && part_begin(t, t->in + t->in_at, t->in_n, rec_n)) {
			t->in_n = 0;
			e = rx_part(t, in, now);
			if (e)
				return e;
			break;
		}
		if (e == ERR_AGAIN) {
			assert(rec_n > t->in_n && "frame wants more than is here");
			u32 more = u32_min(rec_n - t->in_n, (u32)rd_left(in));
			if (!more)
				return ERR_AGAIN;
			e = keep(t, in, more);
			if (e)
				return e;
			continue;
		}
		if (!e)
			e = take(t, t->in + t->in_at, rec_n, now);
		if (e)
			return e;
		counter_inc(&t->cnt[TLS_CNT_rx_gathered]);
		t->in_at += rec_n;
		t->in_n -= rec_n;
	}
	t->in_at = 0;
	return ERR_OK;
}

static err_t rx_in_place(struct tls *t, struct rd *in, ns_t now)
{
	while (rd_left(in)) {
		u32 rec_n;
		err_t e = frame(t, in->p, (u32)rd_left(in), &rec_n);
		if (e == ERR_AGAIN && part_begin(t, in->p, (u32)rd_left(in), rec_n))
			rd_skip(in, rd_left(in));
		if (!e)
			e = take(t, in->p, rec_n, now);
		if (e)
			return e;
		counter_inc(&t->cnt[TLS_CNT_rx_in_place]);
		rd_skip(in, rec_n);
	}
	return ERR_OK;
}

u32 tls_rx_usual(struct tls *t, const u8 *p, u32 n, u8 *out)
{
	u32 waits = t->part.rec_n | t->in_n | t->hs_head_n | t->rx_hold | t->parked;

	if (t->state != TLS_OPEN || waits)
		return 0;
	u32 got = tls_open_usual(tls_dir_now(t, TLS_RX), p, n, out);
	if (!got)
		return 0;
	counter_inc(&t->cnt[TLS_CNT_rx_records]);
	counter_inc(&t->cnt[TLS_CNT_rx_in_place]);
	t->empty_run = 0;
	return got;
}

err_t tls_rx(struct tls *t, const u8 *p, u32 n, ns_t now)
{
	if (t->state == TLS_CLOSED)
		return t->why;
	struct rd in = rd_of(p, n);
	err_t e = t->part.rec_n ? rx_part(t, &in, now) : ERR_OK;
	if (!e && t->in_n)
		e = rx_kept(t, &in, now);
	if (!e)
		e = rx_in_place(t, &in, now);
	if (e == ERR_AGAIN)
		e = keep(t, &in, (u32)rd_left(&in));
	/* A message may have ended it already, with an alert of its own. */
	return e && t->state != TLS_CLOSED ? tls_fail(t, e) : e;
}

err_t tls_resume(struct tls *t, ns_t now) { return tls_rx(t, t->in, 0, now); }

err_t tls_hs_credit(struct tls *t, ns_t now)
{
	if (t->state == TLS_HANDSHAKING) {
		assert(t->credit < UINT8_MAX);
		t->credit++;
	}
	return tls_resume(t, now);
}
