/*
 * Each cell of the table of rights from afar, by certificate and by token: done or refused, and
 * written into the audit log with whose it was.
 */
#include "tests/cmocka_all.h"

#include <stdio.h>
#include <string.h>

#include "tests/hostctl/gate_world.h"

/* ---- who may do what ---- */

/* The words, what the table calls them, and whose they are: v o r a. */
static const struct {
	const char *words, *right, *may;
	bool reads; /* no command: has an entry in the audit log only where it was refused */
} cells[] = {
	{ "whoami", "whoami", "vora", false },
	{ "status", "look", "vora", true },
	{ "orders --all", "look", "vora", true },
	{ "position", "look", "vora", true },
	{ "capture status", "look", "vora", true },
	{ "strategy list", "look", "vora", true },
	{ "audit", "audit", "ra", true },
	{ "pause", "pause", "ora", false },
	{ "strategy pause quotes", "pause", "ora", false },
	{ "resume", "resume", "oa", false },
	{ "strategy set quotes half_spread=5", "set", "oa", false },
	{ "strategy start quotes", "enable", "oa", false },
	{ "strategy stop quotes", "disable", "ora", false },
	{ "strategy add more maker", "add", "oa", false },
	{ "cancel-all", "cancel-all", "ora", false },
	{ "flatten", "flatten", "ora", false },
	{ "arm", "arm", "ora", false },
	{ "kill --cancel-only", "kill", "ora", false },
	{ "arm", "arm after kill", "ra", false },
	{ "arm --override because", "arm override", "ra", false },
	{ "capture start", "capture", "oa", false },
	{ "stop", "stop", "ra", false },
};

static void check_cell(u32 i, enum role r, bool token_way)
{
	static const char letters[] = "-vora";
	bool may = r != ACCESS_NONE && strchr(cells[i].may, letters[r]);
	set_kill(strcmp(cells[i].right, "arm after kill") ? KILL_NONE : KILL_HALT);
	u32 before = real_ctl_audited(&ctl);
	struct ran ran = token_way ? by_token(token[r], cells[i].words) : by_cert(roles[r], cells[i].words);
	bool refused = strstr(ran.err, "is not for role") || strstr(ran.err, "you have no role here");
	if (refused == may || (!may && ran.code == EXIT_DONE))
		fail_msg("%s of %s by %s: exit %d: %s", cells[i].words, roles[r], token_way ? "token" : "certificate", ran.code,
			 ran.err);
	ran_free(&ran);
	u32 entries = real_ctl_audited(&ctl) - before;
	u32 wanted = (cells[i].reads && may) ? 0 : 1;
	if (entries != wanted)
		fail_msg("%s of %s: %u entries in the audit log, not %u", cells[i].words, roles[r], entries, wanted);
	if (!wanted)
		return;
	const struct audit_entry e = real_ctl_newest(&ctl);
	char who[64];
	snprintf(who, sizeof who, token_way ? "tls:token%s%s@127.0.0.1:" : "tls:cert:%s%s.desk@127.0.0.1:",
		 r || !token_way ? (token_way ? ":" : "") : "", r || !token_way ? roles[r] : "");
	assert_string_equal(e.what, "command");
	assert_string_equal(e.role, roles[r]);
	assert_int_equal(!strcmp(e.result, "AUTH"), !may);
	if (strncmp(e.via, who, strlen(who)))
		fail_msg("the audit log says %s, expected %s...", e.via, who);
}

static void check_table(bool token_way)
{
	for (u32 r = 0; r < ACCESS_ROLES; r++)
		for (u32 i = 0; i < ARRAY_LEN(cells); i++) {
			if (r == ACCESS_NONE && i % (LOGIN_FAILURES - 1) == 0)
				gate_anew(); /* whoever fails too often is not heard */
			check_cell(i, (enum role)r, token_way);
		}
	set_kill(KILL_NONE);
}

static void each_cell_by_certificate(void **state)
{
	(void)state;
	check_table(false);
}

static void each_cell_by_token(void **state)
{
	(void)state;
	check_table(true);
}

/* No right of the table is left out above, but those to bring a file of the machine itself into force. */
static void no_right_is_forgotten(void **state)
{
	(void)state;
	for (u32 i = 0; i < role_rights_n; i++) {
		bool found = !strcmp(role_rights[i].verb, "apply") || !strcmp(role_rights[i].verb, ROLE_LOOSEN);
		for (u32 k = 0; k < ARRAY_LEN(cells); k++)
			found |= !strcmp(cells[k].right, role_rights[i].verb);
		if (!found)
			fail_msg("%s is not tested from afar", role_rights[i].verb);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(each_cell_by_certificate, gate_world_test),
		cmocka_unit_test_setup(each_cell_by_token, gate_world_test),
		cmocka_unit_test(no_right_is_forgotten),
	};
	return cmocka_run_group_tests(tests, gate_world_open, gate_world_close);
}
