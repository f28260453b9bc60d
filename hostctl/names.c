#include "hostctl/names.h"

#include "appliance/capture_row.h"
#include "common/msg.h"
#include "common/segment.h"
#include "common/tape.h"
#include "gateway/recon.h"
#include "gateway/trade_core.h"
#include "risk/risk.h"

#define NAME_OF(names, v) ((v) < ARRAY_LEN(names) && (names)[v] ? (names)[v] : "?")

const char *name_of_kill(u64 level)
{
	static const char *const names[] = {
		[KILL_NONE] = "none", [KILL_CANCEL_ONLY] = "cancel_only", [KILL_HALT] = "halt"
	};
	return NAME_OF(names, level);
}

const char *name_of_capture(u64 state)
{
	static const char *const names[CAPTURE_STATES] = {
		[CAPTURE_ABSENT] = "not configured", [CAPTURE_OFF] = "off",
		[CAPTURE_ON] = "on",		     [CAPTURE_STOPPING] = "stopping",
		[CAPTURE_FAILED] = "failed",
	};
	return NAME_OF(names, state);
}

const char *name_of_capture_secrets(u64 v)
{
	static const char *const names[] = { [CAPTURE_SECRETS_NONE] = "none",
					     [CAPTURE_SECRETS_MARKET] = "market",
					     [CAPTURE_SECRETS_ALL] = "all" };
	return NAME_OF(names, v);
}

const char *name_of_session(u64 state)
{
	static const char *const names[SESSION_STATES] = {
		[SESSION_IDLE] = "IDLE",
		[SESSION_PREPARING] = "PREPARING",
		[SESSION_CONNECTING] = "CONNECTING",
		[SESSION_HANDSHAKE] = "HANDSHAKE",
		[SESSION_UPGRADING] = "UPGRADING",
		[SESSION_OPEN] = "OPEN",
		[SESSION_CLOSING] = "CLOSING",
		[SESSION_WAITING] = "WAITING",
	};
	return NAME_OF(names, state);
}

const char *name_of_link(u64 state)
{
	static const char *const names[] = {
		[LINK_DOWN] = "DOWN",           [LINK_LOGON] = "LOGON",
		[LINK_SUBSCRIBE] = "SUBSCRIBE", [LINK_RECON] = "RECONCILING",
		[LINK_READY] = "READY",
	};
	return NAME_OF(names, state);
}

const char *name_of_risk_state(u64 state)
{
	static const char *const names[] = {
		[RISK_STATE_NOT_ARMED] = "NOT_ARMED",
		[RISK_STATE_ACTIVE] = "ACTIVE",
		[RISK_STATE_REDUCE_ONLY] = "REDUCE_ONLY",
		[RISK_STATE_CANCEL_ONLY] = "CANCEL_ONLY",
	};
	return NAME_OF(names, state);
}

const char *name_of_recon(u64 state)
{
	static const char *const names[] = { [RECON_IDLE] = "IDLE",
					     [RECON_RUNNING] = "RUNNING",
					     [RECON_DONE] = "DONE",
					     [RECON_FAILED] = "FAILED" };
	return NAME_OF(names, state);
}

const char *name_of_book(u64 state)
{
	static const char *const names[] = { [BOOK_EMPTY] = "EMPTY",
					     [BOOK_VALID] = "VALID",
					     [BOOK_STALE] = "STALE",
					     [BOOK_RESYNC] = "RESYNC" };
	return NAME_OF(names, state);
}

const char *name_of_tape_kind(u64 kind)
{
	static const char *const names[] = { [TAPE_BBO] = "BBO",
					     [TAPE_TRADE] = "TRADE",
					     [TAPE_LEVEL] = "LEVEL",
					     [TAPE_RESET] = "RESET",
					     [TAPE_STATUS] = "STATUS" };
	return NAME_OF(names, kind);
}

const char *name_of_instrument(u64 status)
{
	static const char *const names[] = { [INSTRUMENT_TRADING] = "TRADING",
					     [INSTRUMENT_HALT] = "HALT",
					     [INSTRUMENT_BREAK] = "BREAK",
					     [INSTRUMENT_CANCEL_ONLY] = "CANCEL_ONLY" };
	return NAME_OF(names, status);
}

const char *name_of_pause(u64 pause)
{
	static const char *const names[] = { [HOST_RUNNING] = "running",
					     [HOST_PAUSED_BY_OPERATOR] = "paused",
					     [HOST_PAUSED_BY_BUDGET] = "over_budget",
					     [HOST_STOPPED] = "stopped" };
	return NAME_OF(names, pause);
}
