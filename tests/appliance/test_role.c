/* Who has which role, and each cell of the table of rights. */
#include "appliance/role.h"

#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/cmocka_all.h"

/* The same table as people read it; docs/security.md holds these lines. */
static const struct {
	const char *verb, *may; /* letters: v o r a */
} rights[] = {
	{ "whoami", "vora" }, { "look", "vora" }, { "audit", "ra" }, { "kill", "ora" },
	{ "pause", "ora" }, { "resume", "oa" }, { "set", "oa" },
	{ "enable", "oa" }, { "disable", "ora" }, { "add", "oa" }, { "apply", "ora" }, { "loosen limits", "ra" },
	{ "cancel-all", "ora" }, { "flatten", "ora" }, { "arm", "ora" },
	{ "arm after kill", "ra" }, { "arm override", "ra" }, { "capture", "oa" }, { "stop", "ra" },
};

static void each_cell(void **state)
{
	static const char letters[] = "-vora";
	(void)state;
	assert_int_equal(role_rights_n, ARRAY_LEN(rights));
	for (u32 i = 0; i < ARRAY_LEN(rights); i++)
		for (u32 r = 0; r < ACCESS_ROLES; r++) {
			bool may = r != ACCESS_NONE && strchr(rights[i].may, letters[r]);
			if (role_may((enum role)r, rights[i].verb) != may)
				fail_msg("%s: %s", rights[i].verb, role_name((enum role)r));
		}
}

/* What is in no row is an admin's alone, even what is no command. */
static void the_rest_is_the_admins(void **state)
{
	(void)state;
	for (u32 r = 0; r < ACCESS_ROLES; r++) {
		assert_int_equal(role_may((enum role)r, "reformat"), r == ACCESS_ADMIN);
		assert_int_equal(role_may((enum role)r, ""), r == ACCESS_ADMIN);
	}
}

static struct door_peer peer(u32 uid, u32 gid, u32 second)
{
	return (struct door_peer){ .known = true, .uid = uid, .pid = 1, .n_gids = 2, .gid = { gid, second } };
}

static void who_has_which(void **state)
{
	static const struct {
		u32 uid, gid, second;
		enum role role;
		const char *remark;
	} rows[] = {
		{ 500, 1, 1, ACCESS_ADMIN, "whom it runs as" },
		{ 1001, 1, 1, ACCESS_VIEWER, "by user" },
		{ 1002, 2001, 1, ACCESS_OPERATOR, "by first group" },
		{ 1002, 1, 2001, ACCESS_OPERATOR, "by another group" },
		{ 1001, 2002, 2001, ACCESS_RISK, "the highest of three" },
		{ 2001, 1, 1, ACCESS_NONE, "a user is no group" },
		{ 1003, 1001, 1, ACCESS_NONE, "a group is no user" },
		{ 0, 0, 0, ACCESS_NONE, "root, where nobody says so" },
		{ 1009, 1, 1, ACCESS_ADMIN, "the last of a list" },
	};
	struct access a = { .own_uid = 500 };
	char bad[ACCESS_NAME];
	(void)state;
	assert_int_equal(access_add(&a, ACCESS_VIEWER, "1001", bad), ERR_OK);
	assert_int_equal(access_add(&a, ACCESS_RISK, " @2002 , ", bad), ERR_OK);
	assert_int_equal(access_add(&a, ACCESS_OPERATOR, "@2001", bad), ERR_OK);
	assert_int_equal(access_add(&a, ACCESS_ADMIN, "1008, 1009", bad), ERR_OK);
	for (u32 i = 0; i < ARRAY_LEN(rows); i++) {
		struct door_peer p = peer(rows[i].uid, rows[i].gid, rows[i].second);
		if (access_role(&a, &p) != rows[i].role)
			fail_msg("%s: %s", rows[i].remark, role_name(access_role(&a, &p)));
		p.known = false;
		assert_int_equal(access_role(&a, &p), ACCESS_NONE);
	}
}

/* `as=` takes rights away from an admin; nobody else is believed. */
static void whose_word_about_others_counts(void **state)
{
	static const struct {
		u32 uid;
		const char *as;
		enum role role;
	} rows[] = {
		{ 500, "operator", ACCESS_OPERATOR }, { 500, "viewer", ACCESS_VIEWER }, { 500, "nobody", ACCESS_NONE },
		{ 500, "admin", ACCESS_ADMIN },	      { 500, "emperor", ACCESS_NONE },	{ 1008, "risk", ACCESS_RISK },
		{ 1001, "viewer", ACCESS_NONE },      { 1001, "admin", ACCESS_NONE },	{ 1009, "viewer", ACCESS_NONE },
	};
	struct access a = { .own_uid = 500 };
	char bad[ACCESS_NAME];
	(void)state;
	assert_int_equal(access_add(&a, ACCESS_ADMIN, "1008", bad), ERR_OK);
	assert_int_equal(access_add(&a, ACCESS_RISK, "1001", bad), ERR_OK);
	for (u32 i = 0; i < ARRAY_LEN(rows); i++) {
		struct door_peer p = peer(rows[i].uid, 1, 1);
		strcpy(p.as, rows[i].as);
		if (access_role(&a, &p) != rows[i].role)
			fail_msg("row %u: %s", i, role_name(access_role(&a, &p)));
	}
}

static void names_in_certificates(void **state)
{
	struct access a = { .own_uid = 500 };
	struct door_peer zero = peer(0, 0, 0);
	char bad[ACCESS_NAME];
	(void)state;
	assert_int_equal(access_add(&a, ACCESS_VIEWER, "cert:alice@desk, 1001", bad), ERR_OK);
	assert_int_equal(access_add(&a, ACCESS_RISK, "cert:bob cert:alice@desk", bad), ERR_OK);
	assert_int_equal(a.n, 4);
	assert_int_equal(a.n_local, 1);
	assert_int_equal(access_cert_role(&a, "alice@desk"), ACCESS_RISK);
	assert_int_equal(access_cert_role(&a, "bob"), ACCESS_RISK);
	assert_int_equal(access_cert_role(&a, "Bob"), ACCESS_NONE);
	assert_int_equal(access_cert_role(&a, "1001"), ACCESS_NONE);
	assert_int_equal(access_cert_role(&a, ""), ACCESS_NONE);
	/* a certificate is no user, of whatever number */
	assert_int_equal(access_role(&a, &zero), ACCESS_NONE);
	assert_int_equal(access_add(&a, ACCESS_RISK, "cert:", bad), ERR_NOT_FOUND);
}

static void names_of_this_machine(void **state)
{
	struct access a = { 0 };
	char bad[ACCESS_NAME], list[128];
	const struct passwd *root = getpwuid(0);
	const struct group *group = getgrgid(0);
	(void)state;
	assert_non_null(root);
	assert_non_null(group);
	snprintf(list, sizeof list, "%s,@%s", root->pw_name, group->gr_name);
	assert_int_equal(access_add(&a, ACCESS_RISK, list, bad), ERR_OK);
	assert_int_equal(a.n, 2);
	assert_false(a.entry[0].is_group);
	assert_true(a.entry[1].is_group);
	assert_int_equal(a.entry[0].id | a.entry[1].id, 0);
}

static void lists_that_are_wrong(void **state)
{
	static const struct {
		const char *list, *bad;
	} rows[] = {
		{ "no-such-user-here", "no-such-user-here" },
		{ "0,@no-such-group-here", "@no-such-group-here" },
		{ "@", "@" },
		{ "4294967295", "4294967295" },
		{ "12x", "12x" },
		{ "-1", "-1" },
	};
	(void)state;
	for (u32 i = 0; i < ARRAY_LEN(rows); i++) {
		struct access a = { 0 };
		char bad[ACCESS_NAME] = "";
		assert_int_equal(access_add(&a, ACCESS_ADMIN, rows[i].list, bad), ERR_NOT_FOUND);
		assert_string_equal(bad, rows[i].bad);
	}
	struct access a = { 0 };
	char bad[ACCESS_NAME], many[ACCESS_ENTRIES * 2 + 3] = "", longest[200];
	for (u32 i = 0; i < ACCESS_ENTRIES; i++)
		strcat(many, "1,");
	assert_int_equal(access_add(&a, ACCESS_ADMIN, many, bad), ERR_OK);
	assert_int_equal(access_add(&a, ACCESS_ADMIN, "2", bad), ERR_FULL);
	memset(longest, '1', sizeof longest - 1);
	longest[sizeof longest - 1] = 0;
	assert_int_equal(access_add(&a, ACCESS_ADMIN, longest, bad), ERR_NOT_FOUND);
}

static void a_refusal_says_who_may(void **state)
{
	char text[160];
	(void)state;
	assert_string_equal(role_refusal(ACCESS_VIEWER, "stop", text, sizeof text),
			    "stop is not for role viewer, but for risk admin");
	assert_string_equal(role_refusal(ACCESS_RISK, "unheard-of", text, sizeof text),
			    "unheard-of is not for role risk, but for admin");
	assert_non_null(strstr(role_refusal(ACCESS_NONE, "stop", text, sizeof text), "you have no role here"));
	assert_int_equal(strlen(role_refusal(ACCESS_VIEWER, "stop", text, 10)), 9);
}

/* The page shows the table as it is. */
static void the_page_holds_the_table(void **state)
{
	char *page = calloc(1, 1 << 20);
	FILE *f = fopen("docs/security.md", "re");
	(void)state;
	assert_non_null(f);
	assert_true(fread(page, 1, (1 << 20) - 1, f) > 0);
	fclose(f);
	for (u32 i = 0; i < role_rights_n; i++) {
		const struct role_right *r = &role_rights[i];
		char line[256];
		int n = snprintf(line, sizeof line, "| `%s` |", r->verb);
		for (u32 k = ACCESS_VIEWER; k < ACCESS_ROLES; k++)
			n += snprintf(line + n, sizeof line - (size_t)n, " %s |", r->may[k] ? "yes" : "");
		snprintf(line + n, sizeof line - (size_t)n, " %s |\n", r->remark);
		if (!strstr(page, line))
			fail_msg("docs/security.md lacks this line:\n%s", line);
	}
	free(page);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_cell),
		cmocka_unit_test(the_rest_is_the_admins),
		cmocka_unit_test(who_has_which),
		cmocka_unit_test(whose_word_about_others_counts),
		cmocka_unit_test(names_in_certificates),
		cmocka_unit_test(names_of_this_machine),
		cmocka_unit_test(lists_that_are_wrong),
		cmocka_unit_test(a_refusal_says_who_may),
		cmocka_unit_test(the_page_holds_the_table),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
