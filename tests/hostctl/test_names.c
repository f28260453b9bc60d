/* The names hostctl has of its own are those their owners use. */
#include "tests/cmocka_all.h"

#include "appliance/capture_row.h"
#include "gateway/trade_core.h"
#include "hostctl/names.h"

static void test_names_of_others(void **state)
{
	(void)state;
	for (u32 i = 0; i <= SESSION_STATES; i++)
		assert_string_equal(name_of_session(i), session_state_name(i));
	for (u32 i = 0; i <= LINK_READY + 1; i++)
		assert_string_equal(name_of_link(i), link_state_name(i));
}

static void test_every_value_has_a_name(void **state)
{
	(void)state;
	static const struct {
		const char *(*name)(u64 v);
		u64 first, last;
	} rows[] = {
		{ name_of_kill, KILL_NONE, KILL_HALT },
		{ name_of_session, SESSION_IDLE, SESSION_WAITING },
		{ name_of_link, LINK_DOWN, LINK_READY },
		{ name_of_risk_state, RISK_STATE_NOT_ARMED, RISK_STATE_CANCEL_ONLY },
		{ name_of_recon, RECON_IDLE, RECON_FAILED },
		{ name_of_book, BOOK_EMPTY, BOOK_RESYNC },
		{ name_of_tape_kind, TAPE_BBO, TAPE_STATUS },
		{ name_of_capture, CAPTURE_ABSENT, CAPTURE_FAILED },
		{ name_of_capture_secrets, CAPTURE_SECRETS_NONE, CAPTURE_SECRETS_ALL },
		{ name_of_pause, HOST_RUNNING, HOST_STOPPED },
		{ name_of_instrument, INSTRUMENT_TRADING, INSTRUMENT_CANCEL_ONLY },
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		for (u64 v = rows[i].first; v <= rows[i].last; v++)
			assert_string_not_equal(rows[i].name(v), "?");
		assert_string_equal(rows[i].name(rows[i].last + 1), "?");
		assert_string_equal(rows[i].name(UINT64_MAX), "?");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names_of_others),
		cmocka_unit_test(test_every_value_has_a_name),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
