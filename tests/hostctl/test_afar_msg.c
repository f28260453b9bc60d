/* What is said over the network: made and read back, and what is no such line. */
#include "hostctl/afar_msg.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/cmocka_all.h"

static void there_and_read(void **state)
{
	const char *const words[] = { "set", "quotes", "name=\"a\\b\"", "\xc3\xa4" };
	char line[AFAR_ASK_MAX];
	struct afar_ask a;
	(void)state;
	size_t n = afar_ask_make("bob.00", words, ARRAY_LEN(words), line);
	assert_int_equal(n, strlen(line));
	assert_int_equal(line[n - 1], '\n');
	assert_int_equal(afar_ask_read(&a, line, n - 1), ERR_OK);
	assert_string_equal(a.token, "bob.00");
	assert_int_equal(a.n, ARRAY_LEN(words));
	for (u32 i = 0; i < a.n; i++)
		assert_string_equal(a.word[i], words[i]);
	n = afar_ask_make(NULL, words, 1, line);
	assert_int_equal(afar_ask_read(&a, line, n - 1), ERR_OK);
	assert_string_equal(a.token, "");
}

static void what_cannot_be_asked(void **state)
{
	const char *broken[] = { "\xff" }, *many[AFAR_WORDS];
	char line[AFAR_ASK_MAX], *longest = malloc(AFAR_ASK_MAX);
	struct afar_ask a;
	(void)state;
	assert_int_equal(afar_ask_make(NULL, broken, 1, line), 0);
	memset(longest, 'x', AFAR_ASK_MAX - 1);
	longest[AFAR_ASK_MAX - 1] = 0;
	assert_int_equal(afar_ask_make(NULL, (const char *const *)&longest, 1, line), 0);
	for (u32 i = 0; i < AFAR_WORDS; i++)
		many[i] = "x";
	size_t n = afar_ask_make(NULL, many, AFAR_WORDS, line);
	assert_int_equal(afar_ask_read(&a, line, n - 1), ERR_OK);
	assert_int_equal(a.n, AFAR_WORDS);
	free(longest);
}

static void lines_that_are_none(void **state)
{
	static const struct {
		const char *line;
		err_t e;
	} rows[] = {
		{ "", ERR_SYNTAX },
		{ "[]", ERR_SYNTAX },
		{ "{\"words\":[\"a\"]}", ERR_SYNTAX },
		{ "{\"version\":\"1\",\"words\":[\"a\"]}", ERR_SYNTAX },
		{ "{\"version\":2,\"words\":1}", ERR_UNSUPPORTED },
		{ "{\"version\":1,\"words\":\"a\"}", ERR_SYNTAX },
		{ "{\"version\":1,\"words\":[]}", ERR_SYNTAX },
		{ "{\"version\":1,\"words\":[1]}", ERR_SYNTAX },
		{ "{\"version\":1,\"words\":[\"\"]}", ERR_SYNTAX },
		{ "{\"version\":1,\"words\":[\"a\\tb\"]}", ERR_SYNTAX },
		{ "{\"version\":1,\"words\":[\"a\\u007f\"]}", ERR_SYNTAX },
		{ "{\"version\":1,\"words\":[\"a\\u0000\"]}", ERR_SYNTAX },
		{ "{\"version\":1,\"token\":7,\"words\":[\"a\"]}", ERR_SYNTAX },
		{ "{\"version\":1,\"token\":\"a\\nb\",\"words\":[\"a\"]}", ERR_SYNTAX },
		{ "{\"version\":1,\"version\":1,\"words\":[\"a\"]}", ERR_SYNTAX },
		{ "{\"version\":1,\"words\":[\"a\"]} x", ERR_SYNTAX },
		{ "{\"version\":1,\"words\":[\"a\"],\"more\":1}", ERR_OK },
	};
	struct afar_ask a;
	(void)state;
	for (u32 i = 0; i < ARRAY_LEN(rows); i++)
		if (afar_ask_read(&a, rows[i].line, strlen(rows[i].line)) != rows[i].e)
			fail_msg("%s", rows[i].line);
	char line[256] = "{\"version\":1,\"words\":[\"a\"],\"token\":\"";
	memset(line + strlen(line), 'x', TOKEN_TEXT_MAX);
	strcat(line, "\"}");
	assert_int_equal(afar_ask_read(&a, line, strlen(line)), ERR_SYNTAX);
}

static int print(const char *line, size_t n, char **out, char **err)
{
	size_t out_n, err_n;
	FILE *o = open_memstream(out, &out_n), *e = open_memstream(err, &err_n);
	int code = afar_tell_print(line, n, o, e);
	fclose(o);
	fclose(e);
	return code;
}

static void back_and_printed(void **state)
{
	static const struct {
		const char *out, *err, *shown_out, *shown_err;
	} rows[] = {
		{ "a\tb\n", "hostctl: x\n", "a\tb\n", "hostctl: x\n" },
		{ "\"\\", "", "\"\\", "" },
		{ "\x1b[2J\x7f", "\r", "?[2J?", "?" },
		{ "\xc3\xa4", "\xff\xc3", "\xc3\xa4", "??" },
		{ "\xc2\x9b" "2J\xc2\xa0", "", "?2J\xc2\xa0", "" },
	};
	(void)state;
	for (u32 i = 0; i < ARRAY_LEN(rows); i++) {
		char *line = afar_tell_make(3, rows[i].out, rows[i].err), *out, *err;
		assert_ptr_equal(strchr(line, '\n'), line + strlen(line) - 1);
		assert_int_equal(print(line, strlen(line) - 1, &out, &err), 3);
		assert_string_equal(out, rows[i].shown_out);
		assert_string_equal(err, rows[i].shown_err);
		free(line), free(out), free(err);
	}
}

static void answers_that_are_none(void **state)
{
	static const char *const rows[] = {
		"", "{}", "[]", "{\"version\":1,\"code\":6,\"out\":\"\",\"err\":\"\"}",
		"{\"version\":1,\"code\":-1,\"out\":\"\",\"err\":\"\"}", "{\"version\":2,\"code\":0,\"out\":\"\",\"err\":\"\"}",
		"{\"version\":1,\"code\":0,\"out\":null,\"err\":\"\"}", "{\"version\":1,\"code\":0,\"out\":\"x\"",
	};
	(void)state;
	for (u32 i = 0; i < ARRAY_LEN(rows); i++) {
		char *out, *err;
		assert_int_equal(print(rows[i], strlen(rows[i]), &out, &err), -1);
		assert_string_equal(out, "");
		free(out), free(err);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(there_and_read),
		cmocka_unit_test(what_cannot_be_asked),
		cmocka_unit_test(lines_that_are_none),
		cmocka_unit_test(back_and_printed),
		cmocka_unit_test(answers_that_are_none),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
