/* Commands by Redis: what an answer of XREADGROUP says, and who may ask what. */
#include "tests/cmocka_all.h"

#include <hiredis/hiredis.h>
#include <stdio.h>
#include <string.h>

#include "hostctl/redis_command.h"

/* One entry; `fields` in RESP. */
#define ENTRY(id, n, fields) \
	"*1\r\n*2\r\n$1\r\nk\r\n*1\r\n*2\r\n" id "*" #n "\r\n" fields
#define ID "$15\r\n1700000000000-3\r\n"
#define VERB "$4\r\nverb\r\n"
#define ARG "$3\r\narg\r\n"

static const struct {
	const char *resp;
	err_t e;
	const char *id, *verb, *arg, *remark;
} rows[] = {
	{ ENTRY(ID, 2, VERB "$6\r\nstatus\r\n"), ERR_OK, "1700000000000-3", "status", "", "" },
	{ ENTRY(ID, 4, ARG "$6\r\nquotes\r\n" VERB "$5\r\npause\r\n"), ERR_OK, "1700000000000-3",
	  "pause", "quotes", "any order" },
	{ "*-1\r\n", ERR_NOT_FOUND, "", "", "", "nothing within the time" },
	{ "*1\r\n*2\r\n$1\r\nk\r\n*0\r\n", ERR_NOT_FOUND, "", "", "", "no entry" },
	{ "-NOGROUP no such group\r\n", ERR_NOT_FOUND, "", "", "", "an error" },
	{ "*1\r\n*1\r\n$1\r\nk\r\n", ERR_NOT_FOUND, "", "", "", "a stream without entries" },
	{ ":7\r\n", ERR_NOT_FOUND, "", "", "", "a number" },
	{ ENTRY(ID, 3, VERB "$6\r\nstatus\r\n" ARG), ERR_SYNTAX, "1700000000000-3", NULL, NULL,
	  "a field without a value" },
	{ ENTRY(ID, 2, ARG "$6\r\nstatus\r\n"), ERR_SYNTAX, "1700000000000-3", NULL, NULL, "no verb" },
	{ ENTRY(ID, 4, VERB "$3\r\narm\r\n" VERB "$4\r\nstop\r\n"), ERR_SYNTAX, "1700000000000-3",
	  NULL, NULL, "two verbs" },
	{ ENTRY(ID, 2, "$4\r\nuser\r\n$3\r\nann\r\n"), ERR_SYNTAX, "1700000000000-3", NULL, NULL,
	  "an unknown field" },
	{ ENTRY(ID, 2, VERB "$8\r\narm\nkill\r\n"), ERR_SYNTAX, "1700000000000-3", NULL, NULL,
	  "a second line" },
	{ ENTRY(ID, 2, VERB "$8\r\narm kill\r\n"), ERR_SYNTAX, "1700000000000-3", NULL, NULL,
	  "a second word" },
	{ ENTRY(ID, 2, VERB "$20\r\naaaaaaaaaaaaaaaaaaaa\r\n"), ERR_SYNTAX, "1700000000000-3", NULL,
	  NULL, "too long" },
	{ ENTRY(ID, 2, VERB ":5\r\n"), ERR_SYNTAX, "1700000000000-3", NULL, NULL, "no text" },
	{ ENTRY("$3\r\nabc\r\n", 2, VERB "$3\r\narm\r\n"), ERR_SYNTAX, "", NULL, NULL, "no id" },
	{ ENTRY("$2\r\n12\r\n", 2, VERB "$3\r\narm\r\n"), ERR_SYNTAX, "", NULL, NULL, "half an id" },
};

static redisReply *reply_of(const char *resp)
{
	redisReader *reader = redisReaderCreate();
	redisReply *r = NULL;
	redisReaderFeed(reader, resp, strlen(resp));
	if (redisReaderGetReply(reader, (void **)&r) != REDIS_OK || !r)
		fail_msg("no RESP: %s", resp);
	redisReaderFree(reader);
	return r;
}

static void test_entries(void **state)
{
	(void)state;
	for (u32 i = 0; i < ARRAY_LEN(rows); i++) {
		struct redis_command c;
		redisReply *r = reply_of(rows[i].resp);
		if (redis_command_read(r, &c) != rows[i].e)
			fail_msg("%s", rows[i].remark);
		assert_string_equal(c.id, rows[i].id);
		if (rows[i].verb)
			assert_string_equal(c.verb, rows[i].verb);
		if (rows[i].arg)
			assert_string_equal(c.arg, rows[i].arg);
		if (*c.id)
			assert_int_equal(c.at_ms, 1700000000000);
		freeReplyObject(r);
	}
}

static const struct {
	const char *verb;
	enum config_role role;
	u64 age_ms;
	const char *refused; /* NULL: done */
} asks[] = {
	{ "status", ROLE_VIEWER, 0, NULL },
	{ "status", ROLE_VIEWER, 3600000, NULL },
	{ "arm", ROLE_VIEWER, 0, "viewer" },
	{ "cancel-all", ROLE_VIEWER, 0, "viewer" },
	{ "arm", ROLE_OPERATOR, 0, NULL },
	{ "flatten", ROLE_OPERATOR, COMMAND_OLD_MS, NULL },
	{ "arm", ROLE_OPERATOR, COMMAND_OLD_MS + 1, "older" },
	{ "stop", ROLE_OPERATOR, 0, "no such command" },
	{ "kill", ROLE_OPERATOR, 0, "no such command" },
};

static void test_roles(void **state)
{
	(void)state;
	for (u32 i = 0; i < ARRAY_LEN(asks); i++) {
		struct redis_command c = { .id = "5000-0", .at_ms = 5000 };
		snprintf(c.verb, sizeof c.verb, "%s", asks[i].verb);
		const char *why = redis_command_refused(&c, asks[i].role, 5000 + asks[i].age_ms);
		if (!why != !asks[i].refused || (why && !strstr(why, asks[i].refused)))
			fail_msg("%s: %s", asks[i].verb, why ? why : "done");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_entries),
		cmocka_unit_test(test_roles),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
