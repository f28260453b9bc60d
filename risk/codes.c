#include "risk/risk.h"

const struct counter_def risk_counter_defs[RISK_COUNTERS] = {
	[RISK_PASS] = { "deny_none",
			"always 0: keeps a deny's code and its counter the same number" },
#define CHECK(code, name, reason) [RISK_##code] = { "deny_" name, reason },
#include "risk/checks.def"
#undef CHECK
#define CNT(name, help) [RISK_CNT_##name] = { #name, help },
#include "risk/counters.def"
#undef CNT
};

const char *risk_code_name(enum risk_code c)
{
	static const char *const names[RISK_CODES] = {
		"pass",
#define CHECK(code, name, reason) name,
#include "risk/checks.def"
#undef CHECK
	};
	return (u32)c < RISK_CODES ? names[c] : "?";
}

const char *risk_code_reason(enum risk_code c)
{
	if (c == RISK_PASS)
		return "passed";
	return (u32)c < RISK_CODES ? risk_counter_defs[c].help : "?";
}
