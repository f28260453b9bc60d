#include "common/cursor.h"
#include "dataplane/tls/tls_int.h"

#define MSG_HELLO_REQUEST 0
#define MSG_NEW_TICKET    4
#define MSG_KEY_UPDATE    24
#define MSG_HEAD_LEN      4
#define TICKET_MAX        (1u << 17) /* two 16-bit vectors, a nonce and two words at most */

#define LEVEL_WARNING 1

err_t tls_count_empty(struct tls *t)
{
	counter_inc(&t->cnt[TLS_CNT_rx_empty]);
	if (++t->empty_run <= TLS_EMPTY_MAX)
		return ERR_OK;
	counter_inc(&t->cnt[TLS_CNT_rx_flood]);
	return ERR_PROTOCOL;
}

static err_t bad_message(struct tls *t, u8 alert)
{
	counter_inc(&t->cnt[TLS_CNT_rx_bad_handshake]);
	return tls_fail_alert(t, alert);
}

/* The keys of the record after this one: at once where they are ready, else the records wait. */
static err_t key_update(struct tls *t, u8 request)
{
	if (request > 1)
		return bad_message(t, TLS_ILLEGAL_PARAMETER);
	counter_inc(&t->cnt[TLS_CNT_rx_key_updates]);
	if (request)
		t->due |= TLS_DUE_UPDATE;
	assert(!t->rx_hold && "no record is opened while its keys are missing");
	if (t->next_ready[TLS_RX])
		tls_roll(t, TLS_RX);
	else
		t->rx_hold = true;
	return ERR_OK;
}

/* Reads a message's header as far as it is here. True: it is complete and hs_left set. */
static bool message_head(struct tls *t, struct rd *r)
{
	while (t->hs_head_n < MSG_HEAD_LEN && rd_left(r))
		t->hs_head[t->hs_head_n++] = rd_u8(r);
	if (t->hs_head_n < MSG_HEAD_LEN)
		return false;
	struct rd head = rd_of(t->hs_head, MSG_HEAD_LEN);
	rd_skip(&head, 1);
	t->hs_left = rd_u24(&head);
	assert(!head.bad);
	return true;
}

/* Takes what is here of the current message's body. */
static err_t message_body(struct tls *t, struct rd *r)
{
	u8 msg = t->hs_head[0];

	assert(t->hs_head_n == MSG_HEAD_LEN && t->hs_left > 0);
	if (msg == MSG_NEW_TICKET) {
		u32 n = u32_min(t->hs_left, (u32)rd_left(r));
		rd_skip(r, n);
		t->hs_left -= n;
	} else if (rd_left(r)) {
		assert(msg == MSG_KEY_UPDATE && t->hs_left == 1);
		u8 request = rd_u8(r);
		t->hs_left = 0;
		t->hs_head_n = 0;
		/* Nothing may stand behind it under the old key (RFC 8446 section 5.1). */
		return rd_left(r) ? bad_message(t, TLS_UNEXPECTED_MESSAGE) : key_update(t, request);
	}
	if (!t->hs_left)
		t->hs_head_n = 0;
	return ERR_OK;
}

static err_t message_allowed(struct tls *t)
{
	switch (t->hs_head[0]) {
	case MSG_NEW_TICKET:
		return t->hs_left && t->hs_left <= TICKET_MAX ? ERR_OK :
								bad_message(t, TLS_DECODE_ERROR);
	case MSG_KEY_UPDATE:
		return t->hs_left == 1 ? ERR_OK : bad_message(t, TLS_DECODE_ERROR);
	default:
		return bad_message(t, TLS_UNEXPECTED_MESSAGE);
	}
}

static err_t messages_13(struct tls *t, struct rd *r, bool *only_tickets)
{
	err_t e = ERR_OK;

	while (!e && rd_left(r)) {
		bool begins = t->hs_head_n < MSG_HEAD_LEN, whole = !begins || message_head(t, r);
		if (t->hs_head[0] != MSG_NEW_TICKET)
			*only_tickets = false;
		if (!whole)
			break;
		if (begins)
			e = message_allowed(t);
		if (!e)
			e = message_body(t, r);
	}
	return e;
}

/*
 * The slow thread's parked handshake still counts records from 0: it can take tickets as long as it
 * has been given every record.
 */
static void pass_ticket(struct tls *t, bool only_tickets, struct span raw)
{
	if (t->parked && only_tickets && t->tickets < TLS_TICKETS_MAX) {
		t->tickets++;
		counter_inc(&t->cnt[TLS_CNT_rx_tickets]);
		t->cb.ticket(t->cb.user, raw.p, (u32)raw.n);
		return;
	}
	t->parked = false;
	if (only_tickets)
		counter_inc(&t->cnt[TLS_CNT_rx_tickets_dropped]);
}

/* A renegotiation is refused by a warning (RFC 5246 section 7.4.1.1). */
static err_t messages_12(struct tls *t, struct rd *r)
{
	u8 msg = rd_u8(r);
	u32 n = rd_u24(r);

	if (r->bad || msg != MSG_HELLO_REQUEST || n || rd_left(r))
		return bad_message(t, TLS_UNEXPECTED_MESSAGE);
	counter_inc(&t->cnt[TLS_CNT_rx_hello_requests]);
	t->alert_tx = TLS_NO_RENEGOTIATION;
	t->due |= TLS_DUE_ALERT;
	return ERR_OK;
}

err_t tls_post_handshake(struct tls *t, struct span plain, struct span raw)
{
	struct rd r = rd_of(plain.p, plain.n);
	bool only_tickets = true;

	if (!plain.n)
		return bad_message(t, TLS_UNEXPECTED_MESSAGE);
	err_t e = tls_count_empty(t);
	if (e)
		return e;
	if (tls_tx(t)->version == TLS_1_2)
		return messages_12(t, &r);
	e = messages_13(t, &r, &only_tickets);
	if (!e)
		pass_ticket(t, only_tickets, raw);
	return e;
}

/* In TLS 1.3 every alert but these two is fatal, whatever its level says (RFC 8446 section 6). */
err_t tls_post_alert(struct tls *t, struct span plain)
{
	struct rd r = rd_of(plain.p, plain.n);
	u8 level = rd_u8(&r), alert = rd_u8(&r);
	bool is_13 = tls_tx(t)->version == TLS_1_3;

	if (r.bad || rd_left(&r)) {
		counter_inc(&t->cnt[TLS_CNT_rx_bad_record]);
		return tls_fail_alert(t, TLS_DECODE_ERROR);
	}
	counter_inc(&t->cnt[TLS_CNT_rx_alerts]);
	t->alert_rx = alert;
	t->parked = false;
	if (alert == TLS_CLOSE_NOTIFY)
		return ERR_CLOSED;
	if (alert == TLS_USER_CANCELED || (!is_13 && level == LEVEL_WARNING))
		return tls_count_empty(t);
	return ERR_REFUSED;
}
