/*
 * What a hostile or broken server can send once keys are set, by records sealed here: a table for
 * TLS 1.3 and one for 1.2. And the handshake's framing, credits and backlog.
 */
#include "tests/dataplane/tls/hex.h"
#include "tests/dataplane/tls/link.h"

/* The server's end of a connection whose keys were simply set. */
struct duo {
	struct link *l;
	struct tls_dir srv;
	u8 out[1 << 18]; /* what it wrote */
	u32 out_n;
};

static struct tls_dir_keys keys_of(u16 version, u8 way)
{
	struct tls_dir_keys k = { .version = version, .suite = TLS_AES_128_GCM_SHA256 };

	memset(k.secret, 7 + way, 32);
	if (version == TLS_1_3)
		assert_int_equal(tls_keys_13(&k, TLS_AES_128_GCM_SHA256, k.secret), ERR_OK);
	else
		memset(k.key, 9 + way, 16);
	return k;
}

static struct duo *duo_new(u16 version)
{
	struct duo *d = aligned_alloc(_Alignof(struct duo), sizeof *d);
	struct tls_keys k;
	struct tls_crypto c;

	memset(d, 0, sizeof *d);
	memset(&k, 0, sizeof k);
	d->l = link_new(true);
	for (u8 way = TLS_RX; way <= TLS_TX; way++) {
		k.now[way] = keys_of(version, way);
		if (version == TLS_1_3)
			assert_int_equal(tls_keys_next(&k.now[way], &k.next[way]), ERR_OK);
	}
	assert_int_equal(tls_crypto_init(&c, true), ERR_OK);
	assert_int_equal(tls_tx_open(&d->srv, &c), ERR_OK);
	assert_int_equal(tls_dir_set(&d->srv, &k.now[TLS_RX]), ERR_OK);
	assert_int_equal(tls_set_keys(&d->l->t, &k, 1), ERR_OK);
	return d;
}

static void duo_free(struct duo *d)
{
	tls_dir_close(&d->srv);
	link_free(d->l);
	free(d);
}

static void write_rec(struct duo *d, u8 type, const u8 *plain, u32 n)
{
	u8 *at = d->out + d->out_n;

	assert_true(d->out_n + n + TLS_OVERHEAD_MAX <= sizeof d->out);
	memcpy(at + tls_head(&d->srv), plain, n);
	d->out_n += tls_seal(&d->srv, at, n, type);
}

/* Everything written, in segments of `step` bytes; the last answer. */
static err_t send_all(struct duo *d, u32 step)
{
	err_t e = ERR_OK;

	for (u32 at = 0; at < d->out_n; at += step)
		e = tls_rx(&d->l->t, d->out + at, u32_min(step, d->out_n - at), ++d->l->now);
	d->out_n = 0;
	return e;
}

/*
 * A script of records: "h 04000001aa" is a handshake record with these bytes, a: application data,
 * l: alert, c: change_cipher_spec, x: a type nobody knows; '|' between records; 'u' keys go one on.
 */
static void write_script(struct duo *d, const char *s)
{
	struct tls_dir_keys now = keys_of(TLS_1_3, TLS_RX), next;

	while (*s) {
		u8 plain[256];
		char c = *s++;
		if (c == ' ' || c == '|')
			continue;
		if (c == 'u') {
			assert_int_equal(tls_keys_next(&now, &next), ERR_OK);
			assert_int_equal(tls_dir_set(&d->srv, &next), ERR_OK);
			now = next;
			continue;
		}
		u8 type = c == 'h' ? TLS_HANDSHAKE : c == 'a' ? TLS_APPLICATION_DATA :
			  c == 'l' ? TLS_ALERT : c == 'c' ? TLS_CHANGE_CIPHER_SPEC : 99;
		write_rec(d, type, plain, from_hex(s, plain, sizeof plain));
		s += strcspn(s, "|");
	}
}

struct row {
	const char *script;
	err_t want;
	u8 alert_tx; /* TLS_ALERT_NONE: none */
	const char *text; /* application data that came through */
	u32 tickets;
	const char *remark;
};

#define NONE TLS_ALERT_NONE
#define NST "04 000003 aabbcc"

static const struct row rows_13[] = {
	{ "a 6869", ERR_OK, NONE, "hi", 0, "application data" },
	{ "a | a 68 | a | a 69", ERR_OK, NONE, "hi", 0, "empty records between" },
	{ "h " NST, ERR_OK, NONE, "", 1, "a ticket" },
	{ "h " NST " " NST, ERR_OK, NONE, "", 1, "two in one record" },
	{ "h 04 | h 00 | h 0003aa | h bbcc | a 68", ERR_OK, NONE, "h", 4, "one in four records" },
	{ "a 68 | h " NST " | a 69", ERR_OK, NONE, "hi", 0, "too late for the parked handshake" },
	{ "h 18 000001 00 | u | a 68", ERR_OK, NONE, "h", 0, "KeyUpdate" },
	{ "h 18 | h 0000 | h 01 | h 00 | u | a 68", ERR_OK, NONE, "h", 0, "in four records" },
	{ "h " NST "18 000001 00 | u | a 68", ERR_OK, NONE, "h", 0, "ticket and KeyUpdate" },
	{ "h 18 000001 00 | u | h " NST "| a 68", ERR_OK, NONE, "h", 0, "ticket under new keys" },
	{ "h 18 000001 00 | u | h 18 000001 00 | u | a 68", ERR_OK, NONE, "h", 0, "two updates" },
	{ "h 18 000001 00 | a 68", ERR_CHECKSUM, TLS_BAD_RECORD_MAC, "", 0, "old keys after it" },
	{ "h 18 000001 02", ERR_PROTOCOL, TLS_ILLEGAL_PARAMETER, "", 0, "request neither 0 nor 1" },
	{ "h 18 000000", ERR_PROTOCOL, TLS_DECODE_ERROR, "", 0, "KeyUpdate without a body" },
	{ "h 18 000002 0000", ERR_PROTOCOL, TLS_DECODE_ERROR, "", 0, "KeyUpdate too long" },
	{ "h 18 000001 00 04", ERR_PROTOCOL, TLS_UNEXPECTED_MESSAGE, "", 0, "more behind it" },
	{ "h 18 000001 00" NST, ERR_PROTOCOL, TLS_UNEXPECTED_MESSAGE, "", 0, "ticket behind it" },
	{ "h 04 000000", ERR_PROTOCOL, TLS_DECODE_ERROR, "", 0, "empty ticket" },
	{ "h 04 100000", ERR_PROTOCOL, TLS_DECODE_ERROR, "", 0, "enormous ticket" },
	{ "h 0d 000001 00", ERR_PROTOCOL, TLS_UNEXPECTED_MESSAGE, "", 0, "CertificateRequest" },
	{ "h 00 000000", ERR_PROTOCOL, TLS_UNEXPECTED_MESSAGE, "", 0, "HelloRequest in 1.3" },
	{ "h 02 000001 00", ERR_PROTOCOL, TLS_UNEXPECTED_MESSAGE, "", 0, "ServerHello" },
	{ "h", ERR_PROTOCOL, TLS_UNEXPECTED_MESSAGE, "", 0, "empty handshake record" },
	{ "h 0400 | a 68", ERR_PROTOCOL, TLS_UNEXPECTED_MESSAGE, "", 1, "data inside a header" },
	{ "h 040000 03aa | a 68", ERR_PROTOCOL, TLS_UNEXPECTED_MESSAGE, "", 1, "inside a body" },
	{ "c 01", ERR_PROTOCOL, TLS_UNEXPECTED_MESSAGE, "", 0, "protected change_cipher_spec" },
	{ "x 01", ERR_PROTOCOL, TLS_UNEXPECTED_MESSAGE, "", 0, "unknown inner type" },
	{ "a 68 | l 0100 | a 69", ERR_CLOSED, TLS_CLOSE_NOTIFY, "h", 0, "close_notify" },
	{ "l 015a | a 68 | l 0100", ERR_CLOSED, TLS_CLOSE_NOTIFY, "h", 0, "user_canceled" },
	{ "l 0228", ERR_REFUSED, NONE, "", 0, "fatal alert" },
	{ "l 0128", ERR_REFUSED, NONE, "", 0, "called a warning: fatal all the same" },
	{ "l 01", ERR_PROTOCOL, TLS_DECODE_ERROR, "", 0, "half an alert" },
	{ "l", ERR_PROTOCOL, TLS_DECODE_ERROR, "", 0, "empty alert" },
	{ "l 01000100", ERR_PROTOCOL, TLS_DECODE_ERROR, "", 0, "two alerts in one record" },
};

static const struct row rows_12[] = {
	{ "a 6869", ERR_OK, NONE, "hi", 0, "application data" },
	{ "h 00000000 | a 68", ERR_OK, TLS_NO_RENEGOTIATION, "h", 0, "HelloRequest" },
	{ "h 000000", ERR_PROTOCOL, TLS_UNEXPECTED_MESSAGE, "", 0, "half a HelloRequest" },
	{ "h 00000001 00", ERR_PROTOCOL, TLS_UNEXPECTED_MESSAGE, "", 0, "one with a body" },
	{ "h " NST, ERR_PROTOCOL, TLS_UNEXPECTED_MESSAGE, "", 0, "ticket after the handshake" },
	{ "h 18000001 00", ERR_PROTOCOL, TLS_UNEXPECTED_MESSAGE, "", 0, "KeyUpdate in 1.2" },
	{ "c 01", ERR_PROTOCOL, TLS_UNEXPECTED_MESSAGE, "", 0, "change_cipher_spec" },
	{ "l 015a | a 68", ERR_OK, NONE, "h", 0, "warning" },
	{ "l 0128 | a 68", ERR_OK, NONE, "h", 0, "another warning" },
	{ "l 0228", ERR_REFUSED, NONE, "", 0, "fatal alert" },
	{ "l 0100", ERR_CLOSED, TLS_CLOSE_NOTIFY, "", 0, "close_notify" },
};

static void run_row(const struct row *r, u16 version, u32 step)
{
	struct duo *d = duo_new(version);
	struct link *l = d->l;
	u8 ctl[TLS_CTL_MAX];

	write_script(d, r->script);
	l->no_refill = false;
	err_t e = ERR_OK;
	for (u32 at = 0; at < d->out_n; at += step) {
		e = tls_rx(&l->t, d->out + at, u32_min(step, d->out_n - at), 1);
		refill_step(l);
	}
	e = l->t.state == TLS_CLOSED ? l->t.why : e;
	if (e != r->want || l->t.alert_tx != r->alert_tx || l->n_tickets != r->tickets ||
	    l->plain_n != strlen(r->text) || memcmp(l->plain, r->text, l->plain_n) != 0)
		fail_msg("%s, step %u: %s, alert %u, %u tickets, %u bytes", r->remark, step,
			 err_name(e), l->t.alert_tx, l->n_tickets, l->plain_n);
	assert_int_equal(tls_ctl(&l->t, ctl) > 0, r->alert_tx != NONE);
	assert_int_equal(l->t.state == TLS_CLOSED, r->want != ERR_OK);
	duo_free(d);
}

static void test_records_13(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows_13); i++)
		for (u32 step = 1; step < 200; step += 1 + step / 4)
			run_row(&rows_13[i], TLS_1_3, step);
}

static void test_records_12(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows_12); i++)
		for (u32 step = 1; step < 200; step += 1 + step / 4)
			run_row(&rows_12[i], TLS_1_2, step);
}

/* Every alert we may write goes out once, readable by the peer. */
static void test_alert_goes_out(void **state)
{
	struct duo *d = duo_new(TLS_1_3);
	struct tls_crypto c;
	struct tls_dir peer;
	struct tls_dir_keys k = keys_of(TLS_1_3, TLS_TX);
	u8 ctl[TLS_CTL_MAX], plain[64], type;
	u32 n;
	(void)state;

	assert_int_equal(tls_crypto_init(&c, true), ERR_OK);
	assert_int_equal(tls_rx_open(&peer, &c), ERR_OK);
	assert_int_equal(tls_dir_set(&peer, &k), ERR_OK);
	write_script(d, "h 18 000001 02");
	assert_int_equal(send_all(d, 1000), ERR_PROTOCOL);
	u32 rec_n = tls_ctl(&d->l->t, ctl);
	assert_int_equal(tls_open(&peer, ctl, rec_n, plain, &n, &type), ERR_OK);
	assert_int_equal(type, TLS_ALERT);
	assert_int_equal(n, 2);
	assert_int_equal(plain[0], 2);
	assert_int_equal(plain[1], TLS_ILLEGAL_PARAMETER);
	assert_int_equal(tls_ctl(&d->l->t, ctl), 0);
	assert_int_equal(d->l->cnt[TLS_CNT_tx_alerts], 1);
	tls_dir_close(&peer);
	duo_free(d);
}

/* 32 records without data in a row are borne, one more is not; data starts the count again. */
static void test_flood(void **state)
{
	static const char *const floods[] = { "a", "l 015a", "h " NST };
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(floods); i++) {
		struct duo *d = duo_new(TLS_1_3);
		for (int k = 0; k < TLS_EMPTY_MAX; k++)
			write_script(d, floods[i]);
		write_script(d, "a 68");
		for (int k = 0; k < TLS_EMPTY_MAX; k++)
			write_script(d, floods[i]);
		assert_int_equal(send_all(d, 1 << 20), ERR_OK);
		write_script(d, floods[i]);
		assert_int_equal(send_all(d, 1 << 20), ERR_PROTOCOL);
		assert_int_equal(d->l->cnt[TLS_CNT_rx_flood], 1);
		assert_true(d->l->n_tickets <= TLS_TICKETS_MAX);
		duo_free(d);
	}
}

/* A header that cannot be one is refused before its body is there. */
static void test_headers(void **state)
{
	static const struct { const char *head; err_t in_handshake, open; const char *remark; } rows[] = {
		{ "1603030100", ERR_OK, ERR_OK, "handshake" },
		{ "1603010100", ERR_OK, ERR_OK, "version 0x0301" },
		{ "1703034100", ERR_OK, ERR_OK, "the longest" },
		{ "1703034101", ERR_TOO_LONG, ERR_TOO_LONG, "one more" },
		{ "170303ffff", ERR_TOO_LONG, ERR_TOO_LONG, "64 KB" },
		{ "1603030000", ERR_PROTOCOL, ERR_PROTOCOL, "empty" },
		{ "1303030001", ERR_PROTOCOL, ERR_PROTOCOL, "type 19" },
		{ "1803030001", ERR_PROTOCOL, ERR_PROTOCOL, "type 24" },
		{ "1602000001", ERR_PROTOCOL, ERR_PROTOCOL, "SSL 2" },
		{ "485454502f", ERR_PROTOCOL, ERR_PROTOCOL, "HTTP/" },
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct duo *d = duo_new(TLS_1_3);
		struct tls *t = &d->l->t;
		u8 head[5];
		from_hex(rows[i].head, head, sizeof head);
		for (u32 at = 0; at < 4; at++)
			assert_int_equal(tls_rx(t, head + at, 1, 1), ERR_OK);
		assert_int_equal(tls_rx(t, head + 4, 1, 1), rows[i].open);
		tls_reset(t);
		assert_int_equal(tls_rx(t, head, 5, 1), rows[i].in_handshake);
		u8 ctl[TLS_CTL_MAX];
		assert_int_equal(tls_ctl(t, ctl), 0);
		duo_free(d);
	}
}

/* One record per credit, the rest stays, in order, and what does not fit ends the connection. */
static void test_credits(void **state)
{
	struct link *l = link_new(true);
	u8 rec[105] = { 22, 3, 3, 0, 100 };
	(void)state;

	for (u8 i = 0; i < 10; i++) {
		rec[5] = i;
		assert_int_equal(tls_rx(&l->t, rec, sizeof rec, 1), ERR_OK);
	}
	for (u8 i = 0; i < 10; i++) {
		assert_int_equal(l->rec_n, sizeof rec);
		assert_int_equal(l->rec[5], i);
		l->rec_n = 0;
		assert_int_equal(tls_hs_credit(&l->t, 1), ERR_OK);
	}
	assert_int_equal(l->rec_n, 0);
	err_t e = ERR_OK;
	u32 n = 0;
	for (; !e && n < 10000; n++)
		e = tls_rx(&l->t, rec, sizeof rec, 1);
	assert_int_equal(e, ERR_FULL);
	assert_true(n * sizeof rec > TLS_BACKLOG);
	assert_int_equal(l->t.state, TLS_CLOSED);
	tls_reset(&l->t);
	l->rec_n = 0;
	assert_int_equal(tls_rx(&l->t, rec, sizeof rec, 1), ERR_OK);
	assert_int_equal(l->rec_n, sizeof rec);
	link_free(l);
}

/* A backlog that never empties goes round its buffer many times and stays in order. */
static void test_long_backlog(void **state)
{
	struct link *l = link_new(true);
	u8 rec[105] = { 22, 3, 3, 0, 100 };
	u32 in = 0, out = 0;
	(void)state;

	for (u32 round = 0; round < 20000; round++) {
		memcpy(rec + 5, &in, 4);
		in++;
		assert_int_equal(tls_rx(&l->t, rec, sizeof rec, 1), ERR_OK);
		if (in < 500)
			continue;
		assert_int_equal(l->rec_n, sizeof rec);
		assert_memory_equal(l->rec + 5, &out, 4);
		out++;
		l->rec_n = 0;
		assert_int_equal(tls_hs_credit(&l->t, 1), ERR_OK);
	}
	assert_true(out > 19000);
	link_free(l);
}

/* Without room records wait; nothing is lost or opened twice. */
static void test_no_room(void **state)
{
	struct duo *d = duo_new(TLS_1_3);
	(void)state;

	d->l->no_room = true;
	write_script(d, "a 6162 | a 6364 | a 6566");
	assert_int_equal(send_all(d, 7), ERR_OK);
	assert_int_equal(d->l->plain_n, 0);
	d->l->no_room = false;
	assert_int_equal(tls_resume(&d->l->t, 77), ERR_OK);
	assert_int_equal(d->l->plain_n, 6);
	assert_memory_equal(d->l->plain, "abcdef", 6);
	assert_int_equal(d->l->last_now, 77);
	write_script(d, "a 6768");
	assert_int_equal(send_all(d, 1000), ERR_OK);
	assert_memory_equal(d->l->plain, "abcdefgh", 8);
	assert_int_equal(d->l->cnt[TLS_CNT_rx_in_place], 1);
	duo_free(d);
}

/* The reader closes in the middle of a segment: nothing after that record is looked at. */
static void test_close_inside(void **state)
{
	(void)state;
	for (u32 step = 1; step < 100; step++) {
		struct duo *d = duo_new(TLS_1_3);
		u8 ctl[TLS_CTL_MAX];
		d->l->close_on_app = true;
		write_script(d, "a 61 | a 62 | a 63");
		assert_int_equal(send_all(d, step), ERR_CLOSED);
		assert_int_equal(d->l->plain_n, 1);
		assert_int_equal(d->l->rec_n, 0);
		assert_true(tls_ctl(&d->l->t, ctl) > 0);
		assert_int_equal(tls_ctl(&d->l->t, ctl), 0);
		duo_free(d);
	}
}

/* Names and words go together. */
static void test_counters(void **state)
{
	struct duo *d = duo_new(TLS_1_3);
	(void)state;

	write_script(d, "a 61 | a | h " NST " | l 015a");
	assert_int_equal(send_all(d, 1 << 20), ERR_OK);
	static const struct { const char *name; u64 n; } want[] = {
		{ "rx_records", 4 }, { "rx_in_place", 4 }, { "rx_empty", 3 },
		{ "rx_tickets_dropped", 1 }, { "rx_alerts", 1 },
	};
	u64 sum = 0, named = 0;
	for (size_t i = 0; i < TLS_CNT_COUNT; i++) {
		sum += d->l->cnt[i];
		for (size_t k = 0; k < ARRAY_LEN(want); k++)
			if (strcmp(tls_counter_defs[i].name, want[k].name) == 0) {
				assert_int_equal(d->l->cnt[i], want[k].n);
				named += want[k].n;
			}
	}
	assert_int_equal(named, 13);
	assert_int_equal(sum, named);
	duo_free(d);
}

/* Any one bit of the stream changed: an error, and the text before it is untouched. */
static void test_flipped(void **state)
{
	(void)state;
	for (u32 bit = 0; bit < 3 * 27 * 8; bit++) {
		struct duo *d = duo_new(TLS_1_3);
		write_script(d, "a 6162636465 | a 6162636465 | a 6162636465");
		u32 rec_n = d->out_n / 3, whole = bit / 8 / rec_n;
		d->out[bit / 8] ^= (u8)(1u << bit % 8);
		(void)send_all(d, 11);
		assert_int_equal(d->l->plain_n, 5 * whole);
		if (bit / 8 % rec_n != 3 && bit / 8 % rec_n != 4) /* a longer record may never end */
			assert_int_equal(d->l->t.state, TLS_CLOSED);
		duo_free(d);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BOTH_WAYS(test_records_13), BOTH_WAYS(test_records_12),
		BOTH_WAYS(test_alert_goes_out), BOTH_WAYS(test_flood),
		BOTH_WAYS(test_headers),    BOTH_WAYS(test_credits),
		BOTH_WAYS(test_no_room),    BOTH_WAYS(test_flipped),
		BOTH_WAYS(test_long_backlog), BOTH_WAYS(test_close_inside),
		BOTH_WAYS(test_counters),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
