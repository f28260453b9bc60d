#include "gateway/order_fsm.h"

#define TO(s)     { ORDER_##s, ORDER_EV_NONE }
#define EV(s, e)  { ORDER_##s, ORDER_EV_##e }

/* An end is final; a fill that turns up afterwards is booked all the same. */
#define ENDED(s)                                                                                   \
	{                                                                                          \
		TO(s), TO(s), EV(s, FILL), EV(s, FILL), TO(s), TO(s), TO(s), TO(s), TO(s), TO(s),  \
		TO(s), TO(s), TO(s), TO(s), TO(s)                                                  \
	}

const struct order_step order_fsm[ORDER_STATES][ORDER_INPUTS] = {
	[ORDER_FREE] = {
		[ORDER_IN_SENT]            = TO(SENT), /* everything else: stays FREE */
		[ORDER_IN_ACK]             = TO(FREE),
		[ORDER_IN_FILL_PART]       = TO(FREE),
		[ORDER_IN_FILL_LAST]       = TO(FREE),
		[ORDER_IN_CANCELED]        = TO(FREE),
		[ORDER_IN_REJECTED]        = TO(FREE),
		[ORDER_IN_EXPIRED]         = TO(FREE),
		[ORDER_IN_CANCEL_SENT]     = TO(FREE),
		[ORDER_IN_CANCEL_REFUSED]  = TO(FREE),
		[ORDER_IN_CANCEL_REJECTED] = TO(FREE),
		[ORDER_IN_NO_ANSWER]       = TO(FREE),
		[ORDER_IN_SESSION_LOST]    = TO(FREE),
		[ORDER_IN_PROOF_OPEN]      = TO(FREE),
		[ORDER_IN_NOT_FOUND]       = TO(FREE),
		[ORDER_IN_CONTRADICTED]    = TO(FREE),
	},
	[ORDER_SENT] = {
		[ORDER_IN_SENT]            = TO(SENT),
		[ORDER_IN_ACK]             = EV(LIVE, ACK),
		[ORDER_IN_FILL_PART]       = EV(LIVE, FILL),
		[ORDER_IN_FILL_LAST]       = EV(FILLED, FILL),
		[ORDER_IN_CANCELED]        = EV(CANCELED, CANCELED),
		[ORDER_IN_REJECTED]        = EV(REJECTED, REJECTED),
		[ORDER_IN_EXPIRED]         = EV(EXPIRED, CANCELED),
		[ORDER_IN_CANCEL_SENT]     = TO(CANCELLING),
		[ORDER_IN_CANCEL_REFUSED]  = TO(SENT),
		[ORDER_IN_CANCEL_REJECTED] = TO(SENT), /* the cancel overtook the order; its answer will come */
		[ORDER_IN_NO_ANSWER]       = EV(UNKNOWN, UNKNOWN),
		[ORDER_IN_SESSION_LOST]    = EV(UNKNOWN, UNKNOWN),
		[ORDER_IN_PROOF_OPEN]      = EV(LIVE, ACK),
		[ORDER_IN_NOT_FOUND]       = TO(SENT), /* still on its way: no proof */
		[ORDER_IN_CONTRADICTED]    = EV(UNKNOWN, UNKNOWN),
	},
	[ORDER_LIVE] = {
		[ORDER_IN_SENT]            = TO(LIVE),
		[ORDER_IN_ACK]             = TO(LIVE),
		[ORDER_IN_FILL_PART]       = EV(LIVE, FILL),
		[ORDER_IN_FILL_LAST]       = EV(FILLED, FILL),
		[ORDER_IN_CANCELED]        = EV(CANCELED, CANCELED),
		[ORDER_IN_REJECTED]        = EV(UNKNOWN, UNKNOWN),
		[ORDER_IN_EXPIRED]         = EV(EXPIRED, CANCELED),
		[ORDER_IN_CANCEL_SENT]     = TO(CANCELLING),
		[ORDER_IN_CANCEL_REFUSED]  = TO(LIVE),
		[ORDER_IN_CANCEL_REJECTED] = EV(UNKNOWN, UNKNOWN), /* a stand-by session's cancel found nothing */
		[ORDER_IN_NO_ANSWER]       = TO(LIVE), /* of order.place, and its report came first */
		[ORDER_IN_SESSION_LOST]    = TO(LIVE), /* unconfirmed until asked about */
		[ORDER_IN_PROOF_OPEN]      = TO(LIVE),
		[ORDER_IN_NOT_FOUND]       = TO(LIVE),
		[ORDER_IN_CONTRADICTED]    = EV(UNKNOWN, UNKNOWN),
	},
	[ORDER_CANCELLING] = {
		[ORDER_IN_SENT]            = TO(CANCELLING),
		[ORDER_IN_ACK]             = EV(CANCELLING, ACK),
		[ORDER_IN_FILL_PART]       = EV(CANCELLING, FILL),
		[ORDER_IN_FILL_LAST]       = EV(FILLED, FILL),
		[ORDER_IN_CANCELED]        = EV(CANCELED, CANCELED),
		[ORDER_IN_REJECTED]        = EV(REJECTED, REJECTED),
		[ORDER_IN_EXPIRED]         = EV(EXPIRED, CANCELED),
		[ORDER_IN_CANCEL_SENT]     = TO(CANCELLING),
		[ORDER_IN_CANCEL_REFUSED]  = EV(LIVE, CANCEL_REJECTED), /* SENT where it was never confirmed */
		[ORDER_IN_CANCEL_REJECTED] = EV(UNKNOWN, CANCEL_REJECTED),
		[ORDER_IN_NO_ANSWER]       = EV(UNKNOWN, UNKNOWN),
		[ORDER_IN_SESSION_LOST]    = EV(UNKNOWN, UNKNOWN),
		[ORDER_IN_PROOF_OPEN]      = TO(CANCELLING), /* the cancel may still be under way */
		[ORDER_IN_NOT_FOUND]       = TO(CANCELLING),
		[ORDER_IN_CONTRADICTED]    = EV(UNKNOWN, UNKNOWN),
	},
	[ORDER_UNKNOWN] = {
		[ORDER_IN_SENT]            = TO(UNKNOWN),
		[ORDER_IN_ACK]             = EV(LIVE, ACK),
		[ORDER_IN_FILL_PART]       = EV(UNKNOWN, FILL), /* it existed; whether the rest does is not said */
		[ORDER_IN_FILL_LAST]       = EV(FILLED, FILL),
		[ORDER_IN_CANCELED]        = EV(CANCELED, CANCELED),
		[ORDER_IN_REJECTED]        = EV(REJECTED, REJECTED),
		[ORDER_IN_EXPIRED]         = EV(EXPIRED, CANCELED),
		[ORDER_IN_CANCEL_SENT]     = TO(UNKNOWN),
		[ORDER_IN_CANCEL_REFUSED]  = EV(UNKNOWN, CANCEL_REJECTED),
		[ORDER_IN_CANCEL_REJECTED] = EV(UNKNOWN, CANCEL_REJECTED),
		[ORDER_IN_NO_ANSWER]       = TO(UNKNOWN),
		[ORDER_IN_SESSION_LOST]    = TO(UNKNOWN),
		[ORDER_IN_PROOF_OPEN]      = EV(LIVE, ACK),
		[ORDER_IN_NOT_FOUND]       = EV(REJECTED, REJECTED),
		[ORDER_IN_CONTRADICTED]    = TO(UNKNOWN),
	},
	[ORDER_FILLED] = ENDED(FILLED),
	[ORDER_CANCELED] = ENDED(CANCELED),
	[ORDER_REJECTED] = ENDED(REJECTED),
	[ORDER_EXPIRED] = ENDED(EXPIRED),
};

const char *order_input_name(u8 input)
{
	static const char *const name[ORDER_INPUTS] = {
		"SENT", "ACK", "FILL_PART", "FILL_LAST", "CANCELED", "REJECTED", "EXPIRED", "CANCEL_SENT",
		"CANCEL_REFUSED", "CANCEL_REJECTED", "NO_ANSWER", "SESSION_LOST", "PROOF_OPEN", "NOT_FOUND",
		"CONTRADICTED",
	};
	return input < ORDER_INPUTS ? name[input] : "?";
}
