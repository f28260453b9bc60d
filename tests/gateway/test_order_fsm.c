#include "tests/cmocka_all.h"

#include "gateway/order_fsm.h"

#define EV_NONE ORDER_EV_NONE
#define EV(e)   ORDER_EV_##e

/* Each state, each input. */
static const struct {
	u8 state, input, next, event;
	const char *remark;
} rows[] = {
	{ ORDER_FREE, ORDER_IN_SENT, ORDER_SENT, EV_NONE, "the only way in" },
	{ ORDER_FREE, ORDER_IN_ACK, ORDER_FREE, EV_NONE, "nothing is known of an order that was never sent" },
	{ ORDER_FREE, ORDER_IN_FILL_PART, ORDER_FREE, EV_NONE, "nothing is known of an order that was never sent" },
	{ ORDER_FREE, ORDER_IN_FILL_LAST, ORDER_FREE, EV_NONE, "nothing is known of an order that was never sent" },
	{ ORDER_FREE, ORDER_IN_CANCELED, ORDER_FREE, EV_NONE, "nothing is known of an order that was never sent" },
	{ ORDER_FREE, ORDER_IN_REJECTED, ORDER_FREE, EV_NONE, "nothing is known of an order that was never sent" },
	{ ORDER_FREE, ORDER_IN_EXPIRED, ORDER_FREE, EV_NONE, "nothing is known of an order that was never sent" },
	{ ORDER_FREE, ORDER_IN_CANCEL_SENT, ORDER_FREE, EV_NONE, "nothing is known of an order that was never sent" },
	{ ORDER_FREE, ORDER_IN_CANCEL_REFUSED, ORDER_FREE, EV_NONE,
	  "nothing is known of an order that was never sent" },
	{ ORDER_FREE, ORDER_IN_CANCEL_REJECTED, ORDER_FREE, EV_NONE,
	  "nothing is known of an order that was never sent" },
	{ ORDER_FREE, ORDER_IN_NO_ANSWER, ORDER_FREE, EV_NONE, "nothing is known of an order that was never sent" },
	{ ORDER_FREE, ORDER_IN_SESSION_LOST, ORDER_FREE, EV_NONE, "nothing is known of an order that was never sent" },
	{ ORDER_FREE, ORDER_IN_PROOF_OPEN, ORDER_FREE, EV_NONE, "nothing is known of an order that was never sent" },
	{ ORDER_FREE, ORDER_IN_NOT_FOUND, ORDER_FREE, EV_NONE, "nothing is known of an order that was never sent" },
	{ ORDER_FREE, ORDER_IN_CONTRADICTED, ORDER_FREE, EV_NONE, "nothing is known of an order that was never sent" },

	{ ORDER_SENT, ORDER_IN_SENT, ORDER_SENT, EV_NONE, "sent once" },
	{ ORDER_SENT, ORDER_IN_ACK, ORDER_LIVE, EV(ACK), "the venue has it" },
	{ ORDER_SENT, ORDER_IN_FILL_PART, ORDER_LIVE, EV(FILL), "the report overtook the answer" },
	{ ORDER_SENT, ORDER_IN_FILL_LAST, ORDER_FILLED, EV(FILL), "filled before the answer came" },
	{ ORDER_SENT, ORDER_IN_CANCELED, ORDER_CANCELED, EV(CANCELED), "by the venue, at once" },
	{ ORDER_SENT, ORDER_IN_REJECTED, ORDER_REJECTED, EV(REJECTED), "refused" },
	{ ORDER_SENT, ORDER_IN_EXPIRED, ORDER_EXPIRED, EV(CANCELED), "IOC or FOK without a match" },
	{ ORDER_SENT, ORDER_IN_CANCEL_SENT, ORDER_CANCELLING, EV_NONE, "cancel before the answer" },
	{ ORDER_SENT, ORDER_IN_CANCEL_REFUSED, ORDER_SENT, EV_NONE, "the order's own answer is still to come" },
	{ ORDER_SENT, ORDER_IN_CANCEL_REJECTED, ORDER_SENT, EV_NONE, "the cancel overtook the order" },
	{ ORDER_SENT, ORDER_IN_NO_ANSWER, ORDER_UNKNOWN, EV(UNKNOWN), "-1007: may or may not be there" },
	{ ORDER_SENT, ORDER_IN_SESSION_LOST, ORDER_UNKNOWN, EV(UNKNOWN), "the answer will not come" },
	{ ORDER_SENT, ORDER_IN_PROOF_OPEN, ORDER_LIVE, EV(ACK), "a list is as good as an answer" },
	{ ORDER_SENT, ORDER_IN_NOT_FOUND, ORDER_SENT, EV_NONE, "it may still be on its way" },
	{ ORDER_SENT, ORDER_IN_CONTRADICTED, ORDER_UNKNOWN, EV(UNKNOWN), "ask" },

	{ ORDER_LIVE, ORDER_IN_SENT, ORDER_LIVE, EV_NONE, "sent once" },
	{ ORDER_LIVE, ORDER_IN_ACK, ORDER_LIVE, EV_NONE, "answer and report both confirm" },
	{ ORDER_LIVE, ORDER_IN_FILL_PART, ORDER_LIVE, EV(FILL), "partial fill" },
	{ ORDER_LIVE, ORDER_IN_FILL_LAST, ORDER_FILLED, EV(FILL), "the last fill" },
	{ ORDER_LIVE, ORDER_IN_CANCELED, ORDER_CANCELED, EV(CANCELED), "by somebody else or by the venue" },
	{ ORDER_LIVE, ORDER_IN_REJECTED, ORDER_UNKNOWN, EV(UNKNOWN), "it was confirmed: this cannot be, ask" },
	{ ORDER_LIVE, ORDER_IN_EXPIRED, ORDER_EXPIRED, EV(CANCELED), "self-trade prevention" },
	{ ORDER_LIVE, ORDER_IN_CANCEL_SENT, ORDER_CANCELLING, EV_NONE, "our cancel" },
	{ ORDER_LIVE, ORDER_IN_CANCEL_REFUSED, ORDER_LIVE, EV_NONE, "of a cancel that is settled already" },
	{ ORDER_LIVE, ORDER_IN_CANCEL_REJECTED, ORDER_UNKNOWN, EV(UNKNOWN),
	  "a cancel found nothing where we see an order" },
	{ ORDER_LIVE, ORDER_IN_NO_ANSWER, ORDER_LIVE, EV_NONE, "the report came, the answer did not" },
	{ ORDER_LIVE, ORDER_IN_SESSION_LOST, ORDER_LIVE, EV_NONE, "it stays in the book; unconfirmed" },
	{ ORDER_LIVE, ORDER_IN_PROOF_OPEN, ORDER_LIVE, EV_NONE, "as known" },
	{ ORDER_LIVE, ORDER_IN_NOT_FOUND, ORDER_LIVE, EV_NONE, "never given for a confirmed order (CONTRADICTED is)" },
	{ ORDER_LIVE, ORDER_IN_CONTRADICTED, ORDER_UNKNOWN, EV(UNKNOWN), "ask" },

	{ ORDER_CANCELLING, ORDER_IN_SENT, ORDER_CANCELLING, EV_NONE, "sent once" },
	{ ORDER_CANCELLING, ORDER_IN_ACK, ORDER_CANCELLING, EV(ACK), "the order's answer after the cancel went" },
	{ ORDER_CANCELLING, ORDER_IN_FILL_PART, ORDER_CANCELLING, EV(FILL), "filled while the cancel is under way" },
	{ ORDER_CANCELLING, ORDER_IN_FILL_LAST, ORDER_FILLED, EV(FILL), "the fill won the race" },
	{ ORDER_CANCELLING, ORDER_IN_CANCELED, ORDER_CANCELED, EV(CANCELED), "the cancel won the race" },
	{ ORDER_CANCELLING, ORDER_IN_REJECTED, ORDER_REJECTED, EV(REJECTED), "the order itself was refused" },
	{ ORDER_CANCELLING, ORDER_IN_EXPIRED, ORDER_EXPIRED, EV(CANCELED), "it expired first" },
	{ ORDER_CANCELLING, ORDER_IN_CANCEL_SENT, ORDER_CANCELLING, EV_NONE, "once more, or by the other session" },
	{ ORDER_CANCELLING, ORDER_IN_CANCEL_REFUSED, ORDER_LIVE, EV(CANCEL_REJECTED),
	  "rate limit, clock: the engine never saw it" },
	{ ORDER_CANCELLING, ORDER_IN_CANCEL_REJECTED, ORDER_UNKNOWN, EV(CANCEL_REJECTED),
	  "filled, canceled or never there: ask" },
	{ ORDER_CANCELLING, ORDER_IN_NO_ANSWER, ORDER_UNKNOWN, EV(UNKNOWN), "-1007 on the cancel" },
	{ ORDER_CANCELLING, ORDER_IN_SESSION_LOST, ORDER_UNKNOWN, EV(UNKNOWN), "the cancel may have worked" },
	{ ORDER_CANCELLING, ORDER_IN_PROOF_OPEN, ORDER_CANCELLING, EV_NONE, "stated before the cancel worked" },
	{ ORDER_CANCELLING, ORDER_IN_NOT_FOUND, ORDER_CANCELLING, EV_NONE, "the cancel's answer will say" },
	{ ORDER_CANCELLING, ORDER_IN_CONTRADICTED, ORDER_UNKNOWN, EV(UNKNOWN), "ask" },

	{ ORDER_UNKNOWN, ORDER_IN_SENT, ORDER_UNKNOWN, EV_NONE, "sent once" },
	{ ORDER_UNKNOWN, ORDER_IN_ACK, ORDER_LIVE, EV(ACK), "a late first confirmation" },
	{ ORDER_UNKNOWN, ORDER_IN_FILL_PART, ORDER_UNKNOWN, EV(FILL), "it existed; the rest is still unknown" },
	{ ORDER_UNKNOWN, ORDER_IN_FILL_LAST, ORDER_FILLED, EV(FILL), "proof" },
	{ ORDER_UNKNOWN, ORDER_IN_CANCELED, ORDER_CANCELED, EV(CANCELED), "proof" },
	{ ORDER_UNKNOWN, ORDER_IN_REJECTED, ORDER_REJECTED, EV(REJECTED), "proof" },
	{ ORDER_UNKNOWN, ORDER_IN_EXPIRED, ORDER_EXPIRED, EV(CANCELED), "proof" },
	{ ORDER_UNKNOWN, ORDER_IN_CANCEL_SENT, ORDER_UNKNOWN, EV_NONE, "a cancel proves nothing until answered" },
	{ ORDER_UNKNOWN, ORDER_IN_CANCEL_REFUSED, ORDER_UNKNOWN, EV(CANCEL_REJECTED), "proves nothing" },
	{ ORDER_UNKNOWN, ORDER_IN_CANCEL_REJECTED, ORDER_UNKNOWN, EV(CANCEL_REJECTED),
	  "filled, canceled or never there" },
	{ ORDER_UNKNOWN, ORDER_IN_NO_ANSWER, ORDER_UNKNOWN, EV_NONE, "known to be unknown" },
	{ ORDER_UNKNOWN, ORDER_IN_SESSION_LOST, ORDER_UNKNOWN, EV_NONE, "known to be unknown" },
	{ ORDER_UNKNOWN, ORDER_IN_PROOF_OPEN, ORDER_LIVE, EV(ACK), "proof" },
	{ ORDER_UNKNOWN, ORDER_IN_NOT_FOUND, ORDER_REJECTED, EV(REJECTED),
	  "proof: never acknowledged, and too late to arrive" },
	{ ORDER_UNKNOWN, ORDER_IN_CONTRADICTED, ORDER_UNKNOWN, EV_NONE, "known to be unknown" },

	{ ORDER_FILLED, ORDER_IN_SENT, ORDER_FILLED, EV_NONE, "an end is final" },
	{ ORDER_FILLED, ORDER_IN_ACK, ORDER_FILLED, EV_NONE, "an end is final" },
	{ ORDER_FILLED, ORDER_IN_FILL_PART, ORDER_FILLED, EV(FILL), "booked, though it ended" },
	{ ORDER_FILLED, ORDER_IN_FILL_LAST, ORDER_FILLED, EV(FILL), "booked, though it ended" },
	{ ORDER_FILLED, ORDER_IN_CANCELED, ORDER_FILLED, EV_NONE, "an end is final" },
	{ ORDER_FILLED, ORDER_IN_REJECTED, ORDER_FILLED, EV_NONE, "an end is final" },
	{ ORDER_FILLED, ORDER_IN_EXPIRED, ORDER_FILLED, EV_NONE, "an end is final" },
	{ ORDER_FILLED, ORDER_IN_CANCEL_SENT, ORDER_FILLED, EV_NONE, "an end is final" },
	{ ORDER_FILLED, ORDER_IN_CANCEL_REFUSED, ORDER_FILLED, EV_NONE, "an end is final" },
	{ ORDER_FILLED, ORDER_IN_CANCEL_REJECTED, ORDER_FILLED, EV_NONE, "an end is final" },
	{ ORDER_FILLED, ORDER_IN_NO_ANSWER, ORDER_FILLED, EV_NONE, "an end is final" },
	{ ORDER_FILLED, ORDER_IN_SESSION_LOST, ORDER_FILLED, EV_NONE, "an end is final" },
	{ ORDER_FILLED, ORDER_IN_PROOF_OPEN, ORDER_FILLED, EV_NONE, "an end is final" },
	{ ORDER_FILLED, ORDER_IN_NOT_FOUND, ORDER_FILLED, EV_NONE, "an end is final" },
	{ ORDER_FILLED, ORDER_IN_CONTRADICTED, ORDER_FILLED, EV_NONE, "an end is final" },

	{ ORDER_CANCELED, ORDER_IN_SENT, ORDER_CANCELED, EV_NONE, "an end is final" },
	{ ORDER_CANCELED, ORDER_IN_ACK, ORDER_CANCELED, EV_NONE, "an end is final" },
	{ ORDER_CANCELED, ORDER_IN_FILL_PART, ORDER_CANCELED, EV(FILL), "booked, though it ended" },
	{ ORDER_CANCELED, ORDER_IN_FILL_LAST, ORDER_CANCELED, EV(FILL), "booked, though it ended" },
	{ ORDER_CANCELED, ORDER_IN_CANCELED, ORDER_CANCELED, EV_NONE, "an end is final" },
	{ ORDER_CANCELED, ORDER_IN_REJECTED, ORDER_CANCELED, EV_NONE, "an end is final" },
	{ ORDER_CANCELED, ORDER_IN_EXPIRED, ORDER_CANCELED, EV_NONE, "an end is final" },
	{ ORDER_CANCELED, ORDER_IN_CANCEL_SENT, ORDER_CANCELED, EV_NONE, "an end is final" },
	{ ORDER_CANCELED, ORDER_IN_CANCEL_REFUSED, ORDER_CANCELED, EV_NONE, "an end is final" },
	{ ORDER_CANCELED, ORDER_IN_CANCEL_REJECTED, ORDER_CANCELED, EV_NONE, "an end is final" },
	{ ORDER_CANCELED, ORDER_IN_NO_ANSWER, ORDER_CANCELED, EV_NONE, "an end is final" },
	{ ORDER_CANCELED, ORDER_IN_SESSION_LOST, ORDER_CANCELED, EV_NONE, "an end is final" },
	{ ORDER_CANCELED, ORDER_IN_PROOF_OPEN, ORDER_CANCELED, EV_NONE, "an end is final" },
	{ ORDER_CANCELED, ORDER_IN_NOT_FOUND, ORDER_CANCELED, EV_NONE, "an end is final" },
	{ ORDER_CANCELED, ORDER_IN_CONTRADICTED, ORDER_CANCELED, EV_NONE, "an end is final" },

	{ ORDER_REJECTED, ORDER_IN_SENT, ORDER_REJECTED, EV_NONE, "an end is final" },
	{ ORDER_REJECTED, ORDER_IN_ACK, ORDER_REJECTED, EV_NONE, "an end is final" },
	{ ORDER_REJECTED, ORDER_IN_FILL_PART, ORDER_REJECTED, EV(FILL), "booked, though it ended" },
	{ ORDER_REJECTED, ORDER_IN_FILL_LAST, ORDER_REJECTED, EV(FILL), "booked, though it ended" },
	{ ORDER_REJECTED, ORDER_IN_CANCELED, ORDER_REJECTED, EV_NONE, "an end is final" },
	{ ORDER_REJECTED, ORDER_IN_REJECTED, ORDER_REJECTED, EV_NONE, "an end is final" },
	{ ORDER_REJECTED, ORDER_IN_EXPIRED, ORDER_REJECTED, EV_NONE, "an end is final" },
	{ ORDER_REJECTED, ORDER_IN_CANCEL_SENT, ORDER_REJECTED, EV_NONE, "an end is final" },
	{ ORDER_REJECTED, ORDER_IN_CANCEL_REFUSED, ORDER_REJECTED, EV_NONE, "an end is final" },
	{ ORDER_REJECTED, ORDER_IN_CANCEL_REJECTED, ORDER_REJECTED, EV_NONE, "an end is final" },
	{ ORDER_REJECTED, ORDER_IN_NO_ANSWER, ORDER_REJECTED, EV_NONE, "an end is final" },
	{ ORDER_REJECTED, ORDER_IN_SESSION_LOST, ORDER_REJECTED, EV_NONE, "an end is final" },
	{ ORDER_REJECTED, ORDER_IN_PROOF_OPEN, ORDER_REJECTED, EV_NONE, "an end is final" },
	{ ORDER_REJECTED, ORDER_IN_NOT_FOUND, ORDER_REJECTED, EV_NONE, "an end is final" },
	{ ORDER_REJECTED, ORDER_IN_CONTRADICTED, ORDER_REJECTED, EV_NONE, "an end is final" },

	{ ORDER_EXPIRED, ORDER_IN_SENT, ORDER_EXPIRED, EV_NONE, "an end is final" },
	{ ORDER_EXPIRED, ORDER_IN_ACK, ORDER_EXPIRED, EV_NONE, "an end is final" },
	{ ORDER_EXPIRED, ORDER_IN_FILL_PART, ORDER_EXPIRED, EV(FILL), "booked, though it ended" },
	{ ORDER_EXPIRED, ORDER_IN_FILL_LAST, ORDER_EXPIRED, EV(FILL), "booked, though it ended" },
	{ ORDER_EXPIRED, ORDER_IN_CANCELED, ORDER_EXPIRED, EV_NONE, "an end is final" },
	{ ORDER_EXPIRED, ORDER_IN_REJECTED, ORDER_EXPIRED, EV_NONE, "an end is final" },
	{ ORDER_EXPIRED, ORDER_IN_EXPIRED, ORDER_EXPIRED, EV_NONE, "an end is final" },
	{ ORDER_EXPIRED, ORDER_IN_CANCEL_SENT, ORDER_EXPIRED, EV_NONE, "an end is final" },
	{ ORDER_EXPIRED, ORDER_IN_CANCEL_REFUSED, ORDER_EXPIRED, EV_NONE, "an end is final" },
	{ ORDER_EXPIRED, ORDER_IN_CANCEL_REJECTED, ORDER_EXPIRED, EV_NONE, "an end is final" },
	{ ORDER_EXPIRED, ORDER_IN_NO_ANSWER, ORDER_EXPIRED, EV_NONE, "an end is final" },
	{ ORDER_EXPIRED, ORDER_IN_SESSION_LOST, ORDER_EXPIRED, EV_NONE, "an end is final" },
	{ ORDER_EXPIRED, ORDER_IN_PROOF_OPEN, ORDER_EXPIRED, EV_NONE, "an end is final" },
	{ ORDER_EXPIRED, ORDER_IN_NOT_FOUND, ORDER_EXPIRED, EV_NONE, "an end is final" },
	{ ORDER_EXPIRED, ORDER_IN_CONTRADICTED, ORDER_EXPIRED, EV_NONE, "an end is final" },
};

static void test_every_row(void **state)
{
	(void)state;
	bool seen[ORDER_STATES][ORDER_INPUTS] = { 0 };
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct order_step s = order_fsm_step(rows[i].state, rows[i].input);
		if (s.next != rows[i].next || s.event != rows[i].event)
			fail_msg("%s + %s (%s): %s, event %u", order_state_name(rows[i].state),
				 order_input_name(rows[i].input), rows[i].remark, order_state_name(s.next), s.event);
		assert_false(seen[rows[i].state][rows[i].input]);
		seen[rows[i].state][rows[i].input] = true;
	}
	assert_int_equal(ARRAY_LEN(rows), ORDER_STATES * ORDER_INPUTS);
}

/* What must hold whatever the rows say. */
static void test_laws(void **state)
{
	(void)state;
	for (u8 s = 0; s < ORDER_STATES; s++)
		for (u8 in = 0; in < ORDER_INPUTS; in++) {
			struct order_step x = order_fsm_step(s, in);
			bool ends = order_state_is_open(s) && order_state_ended(x.next);
			bool about_us = in == ORDER_IN_SENT || in == ORDER_IN_CANCEL_SENT || in == ORDER_IN_NO_ANSWER ||
					in == ORDER_IN_SESSION_LOST || in == ORDER_IN_CANCEL_REFUSED ||
					in == ORDER_IN_CANCEL_REJECTED || in == ORDER_IN_CONTRADICTED;
			if (order_state_ended(s))
				assert_int_equal(x.next, s);
			if (s != ORDER_FREE)
				assert_int_not_equal(x.next, ORDER_FREE);
			if (about_us)
				assert_false(ends);
			if (ends)
				assert_int_not_equal(x.event, ORDER_EV_NONE);
			if (s == ORDER_UNKNOWN && about_us)
				assert_int_equal(x.next, ORDER_UNKNOWN);
		}
}

static void test_names(void **state)
{
	(void)state;
	assert_string_equal(order_input_name(ORDER_IN_CONTRADICTED), "CONTRADICTED");
	assert_string_equal(order_input_name(ORDER_IN_CANCEL_REJECTED), "CANCEL_REJECTED");
	assert_string_equal(order_input_name(ORDER_INPUTS), "?");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_row),
		cmocka_unit_test(test_laws),
		cmocka_unit_test(test_names),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
