/* A secret under a passphrase: opens with it, and with nothing else; nothing changed or cut opens. */
#include "appliance/secret_box.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/cmocka_all.h"

static struct span span_of(const char *s) { return (struct span){ (const u8 *)s, strlen(s) }; }

struct sealed {
	u8 box[SECRET_BOX_MAX];
	size_t n;
};

static void seal(struct sealed *s, const char *name, const char *text)
{
	assert_int_equal(secret_box_seal(span_of("correct horse"), name, span_of(text), s->box, &s->n), ERR_OK);
}

/* From memory of exactly the box's size, so that a read beyond it is seen. */
static err_t open_as(const struct sealed *s, const char *passphrase, const char *name, char *text)
{
	u8 *exact = malloc(s->n + !s->n);
	size_t n = 0;
	memcpy(exact, s->box, s->n);
	err_t e = secret_box_open(span_of(passphrase), name, (struct span){ exact, s->n }, (u8 *)text, &n);
	text[n] = 0;
	free(exact);
	return e;
}

static void opens_with_its_passphrase_and_name(void **state)
{
	static char text[SECRET_TEXT_MAX + 1];
	struct sealed a, b;
	(void)state;
	seal(&a, "api", "the key");
	assert_int_equal(a.n, SECRET_BOX_HEAD + 7 + 16);
	assert_int_equal(open_as(&a, "correct horse", "api", text), ERR_OK);
	assert_string_equal(text, "the key");
	assert_int_equal(open_as(&a, "correct hors", "api", text), ERR_AUTH);
	assert_string_equal(text, "");
	assert_int_equal(open_as(&a, "", "api", text), ERR_AUTH);
	assert_int_equal(open_as(&a, "correct horse", "private", text), ERR_AUTH);
	assert_null(memmem(a.box, a.n, "the key", 7));
	seal(&b, "api", "the key"); /* never twice the same bytes */
	assert_int_not_equal(memcmp(a.box + 8, b.box + 8, 16), 0);
	assert_int_not_equal(memcmp(a.box + 24, b.box + 24, 24), 0);
}

/* A byte of each part: form, salt, nonce, text, tag. */
static void a_changed_byte_does_not_open(void **state)
{
	static char text[SECRET_TEXT_MAX + 1];
	static const struct {
		u32 at;
		err_t e;
	} rows[] = { { 0, ERR_SYNTAX }, { 6, ERR_SYNTAX }, { 8, ERR_AUTH },  { 23, ERR_AUTH }, { 24, ERR_AUTH },
		     { 47, ERR_AUTH },  { 48, ERR_AUTH },  { 54, ERR_AUTH }, { 55, ERR_AUTH }, { 70, ERR_AUTH } };
	struct sealed s;
	(void)state;
	seal(&s, "api", "the key");
	for (u32 i = 0; i < ARRAY_LEN(rows); i++) {
		s.box[rows[i].at] ^= 1;
		assert_int_equal(open_as(&s, "correct horse", "api", text), rows[i].e);
		assert_string_equal(text, "");
		s.box[rows[i].at] ^= 1;
	}
	assert_int_equal(open_as(&s, "correct horse", "api", text), ERR_OK);
}

static void a_cut_one_does_not_open(void **state)
{
	static char text[SECRET_TEXT_MAX + 1];
	struct sealed s;
	(void)state;
	seal(&s, "api", "the key");
	size_t whole = s.n;
	for (s.n = 0; s.n <= SECRET_BOX_HEAD + 16; s.n++)
		assert_int_equal(open_as(&s, "correct horse", "api", text), ERR_SYNTAX);
	s.n = whole - 1;
	assert_int_equal(open_as(&s, "correct horse", "api", text), ERR_AUTH);
	s.n = whole + 1;
	assert_int_equal(open_as(&s, "correct horse", "api", text), ERR_AUTH);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(opens_with_its_passphrase_and_name),
		cmocka_unit_test(a_changed_byte_does_not_open),
		cmocka_unit_test(a_cut_one_does_not_open),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
