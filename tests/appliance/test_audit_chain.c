/* The chain of the audit log: written, checked; each way of tampering with it is found and its first line named. */
#include "appliance/audit_chain.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/cmocka_all.h"

#define LINES 6

struct log {
	char text[LINES + 2][AUDIT_LINE]; /* by line; one place more for what is put in */
	u32 n;
	char head[AUDIT_HEAD];
	struct audit_chain chain;
};

static struct audit_entry entry(u32 i)
{
	struct audit_entry e = { .at_wall_ns = 1786000000ull * NS_PER_S + i * 1001000ull,
				 .by_somebody = i % 2,
				 .uid = 1000 + i,
				 .pid = 77,
				 .role = "risk",
				 .what = "command",
				 .result = "OK" };
	snprintf(e.text, sizeof e.text, "pause strategy-%u", i);
	snprintf(e.via, sizeof e.via, "tls:\"alice\"@10.0.0.%u:4711", i);
	snprintf(e.why, sizeof e.why, "paused");
	return e;
}

static void fill(struct log *l)
{
	memset(l, 0, sizeof *l);
	audit_chain_init(&l->chain);
	for (l->n = 0; l->n < LINES; l->n++) {
		struct audit_entry e = entry(l->n + 1);
		u32 n = audit_chain_add(&l->chain, &e, l->text[l->n]);
		assert_int_equal(n, strlen(l->text[l->n]));
	}
	audit_head_make(&l->chain, l->head);
}

/* 0: it verifies; else the line that is named, and `why`. */
static u64 verify(const struct log *l, char *why)
{
	static char all[(LINES + 2) * AUDIT_LINE];
	struct audit_chain c;
	u64 line;
	*all = 0;
	for (u32 i = 0; i < l->n; i++)
		strcat(all, l->text[i]);
	char *exact = malloc(strlen(all) + 1); /* so that a read beyond it is seen */
	memcpy(exact, all, strlen(all) + 1);
	err_t e = audit_chain_verify(&c, (struct span){ (u8 *)exact, strlen(all) },
				     (struct span){ (const u8 *)l->head, strlen(l->head) }, &line, why);
	free(exact);
	return e == ERR_OK ? 0 : line;
}

static void a_line_as_agreed(void **state)
{
	struct audit_chain c;
	struct audit_entry e = { .at_wall_ns = 1786000000123456789ull,
				 .by_somebody = true,
				 .uid = 1001,
				 .pid = 42,
				 .role = "admin",
				 .what = "command",
				 .text = "pause \"a\\b\"\n\xff",
				 .result = "OK",
				 .why = "paused" };
	char line[AUDIT_LINE], expected[AUDIT_LINE];
	(void)state;
	audit_chain_init(&c);
	audit_chain_add(&c, &e, line);
	snprintf(expected, sizeof expected,
		 "{\"seq\":1,\"at\":\"2026-08-06T07:06:40.123456Z\",\"what\":\"command\",\"uid\":1001,\"pid\":42,"
		 "\"role\":\"admin\",\"text\":\"pause \\\"a\\\\b\\\"??\",\"result\":\"OK\",\"why\":\"paused\",\"prev\":\"%064d\","
		 "\"hash\":\"%s\"}\n",
		 0, c.hash);
	assert_string_equal(line, expected);
	assert_int_equal(c.seq, 1);
}

/* The longest texts, each character of which is escaped, fit. */
static void the_longest_line(void **state)
{
	struct audit_chain c, check;
	struct audit_entry e = { .at_wall_ns = UINT64_MAX, .by_somebody = true, .uid = UINT32_MAX, .pid = UINT32_MAX };
	char line[AUDIT_LINE], why[AUDIT_WHY];
	(void)state;
	memset(e.role, '"', sizeof e.role - 1);
	memset(e.what, '"', sizeof e.what - 1);
	memset(e.text, '"', sizeof e.text - 1);
	memset(e.result, '"', sizeof e.result - 1);
	memset(e.why, '"', sizeof e.why - 1);
	audit_chain_init(&c);
	audit_chain_init(&check);
	u32 n = audit_chain_add(&c, &e, line);
	assert_int_equal(audit_chain_check(&check, line, n - 1, why), ERR_OK);
	assert_string_equal(check.hash, c.hash);
}

static void whole(void **state)
{
	struct log l;
	char why[AUDIT_WHY];
	struct audit_chain c;
	u64 line;
	(void)state;
	fill(&l);
	assert_int_equal(verify(&l, why), 0);
	/* nothing at all: a log not begun */
	assert_int_equal(audit_chain_verify(&c, (struct span){ 0 }, (struct span){ 0 }, &line, why), ERR_OK);
	/* the process died before the head record followed: one line, no more */
	struct audit_chain h;
	audit_chain_init(&h);
	for (u32 i = 0; i < LINES - 1; i++)
		assert_int_equal(audit_chain_check(&h, l.text[i], strlen(l.text[i]) - 1, why), ERR_OK);
	audit_head_make(&h, l.head);
	assert_int_equal(verify(&l, why), 0);
	audit_chain_init(&h);
	for (u32 i = 0; i < LINES - 2; i++)
		assert_int_equal(audit_chain_check(&h, l.text[i], strlen(l.text[i]) - 1, why), ERR_OK);
	audit_head_make(&h, l.head);
	assert_int_equal(verify(&l, why), LINES);
	assert_non_null(strstr(why, "ahead of the head record"));
}

/* Every single byte of every line, changed: that line is named. */
static void a_changed_byte(void **state)
{
	struct log l;
	char why[AUDIT_WHY];
	(void)state;
	for (u32 i = 0; i < LINES; i++) {
		fill(&l);
		size_t n = strlen(l.text[i]) - 1;
		for (size_t k = 0; k < n; k++) {
			l.text[i][k] ^= 1;
			if (verify(&l, why) != i + 1)
				fail_msg("line %u byte %zu: %s", i + 1, k, why);
			l.text[i][k] ^= 1;
		}
		assert_int_equal(verify(&l, why), 0);
	}
}

static void a_removed_line(void **state)
{
	struct log l;
	char why[AUDIT_WHY];
	(void)state;
	for (u32 i = 0; i < LINES; i++) {
		fill(&l);
		memmove(l.text[i], l.text[i + 1], sizeof l.text[0] * (LINES - i));
		l.n--;
		assert_int_equal(verify(&l, why), i + 1);
		assert_non_null(strstr(why, i + 1 < LINES ? "removed" : "the head record knows 6 lines"));
	}
}

static void lines_in_another_order(void **state)
{
	struct log l;
	char why[AUDIT_WHY], keep[AUDIT_LINE];
	(void)state;
	for (u32 i = 0; i + 1 < LINES; i++) {
		fill(&l);
		strcpy(keep, l.text[i]);
		strcpy(l.text[i], l.text[i + 1]);
		strcpy(l.text[i + 1], keep);
		assert_int_equal(verify(&l, why), i + 1);
	}
	fill(&l);
	strcpy(l.text[3], l.text[1]);
	assert_int_equal(verify(&l, why), 4);
	assert_non_null(strstr(why, "it was moved, or stands here twice"));
}

/* Cut anywhere: in a line, between two, all of it. */
static void a_cut_tail(void **state)
{
	struct log l;
	char why[AUDIT_WHY];
	(void)state;
	for (u32 i = 0; i < LINES; i++) {
		fill(&l);
		l.n = i;
		assert_int_equal(verify(&l, why), i + 1);
		assert_non_null(strstr(why, "is missing"));
		fill(&l);
		l.n = i + 1;
		for (size_t n = strlen(l.text[i]) - 1; n > 0; n--) {
			l.text[i][n] = 0;
			assert_int_equal(verify(&l, why), i + 1);
			assert_non_null(strstr(why, "cut off"));
		}
	}
}

/* Who writes the log anew, every hash right, is given away by the head record. */
static void a_forged_chain(void **state)
{
	struct log l, forged;
	char why[AUDIT_WHY];
	(void)state;
	fill(&l);
	fill(&forged);
	audit_chain_init(&forged.chain);
	for (u32 i = 0; i < LINES; i++) {
		struct audit_entry e = entry(i + 1);
		if (i == 2)
			strcpy(e.text, "arm");
		audit_chain_add(&forged.chain, &e, forged.text[i]);
	}
	strcpy(forged.head, l.head);
	assert_int_equal(verify(&forged, why), LINES);
	assert_non_null(strstr(why, "written anew"));
	/* a line of the one in the other */
	strcpy(l.text[4], forged.text[4]);
	assert_int_equal(verify(&l, why), 5);
	assert_non_null(strstr(why, "does not follow"));
}

static void head_records_that_are_none(void **state)
{
	static const char *const heads[] = { "", "6", "6 ", "x y\n", "6 abc\n", "99999999999999999999 a\n" };
	struct log l;
	char why[AUDIT_WHY];
	(void)state;
	fill(&l);
	for (u32 i = 0; i < ARRAY_LEN(heads); i++) {
		strcpy(l.head, heads[i]);
		assert_int_equal(verify(&l, why), 1);
		assert_non_null(strstr(why, "head record"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_as_agreed),
		cmocka_unit_test(the_longest_line),
		cmocka_unit_test(whole),
		cmocka_unit_test(a_changed_byte),
		cmocka_unit_test(a_removed_line),
		cmocka_unit_test(lines_in_another_order),
		cmocka_unit_test(a_cut_tail),
		cmocka_unit_test(a_forged_chain),
		cmocka_unit_test(head_records_that_are_none),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
