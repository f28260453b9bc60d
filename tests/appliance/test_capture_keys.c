/* Key log lines by client random: found, replaced, the oldest dropped, and nothing left behind. */
#include "appliance/capture_keys.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/cmocka_all.h"

static struct span lines_of(char *out, u8 random, const char *secret)
{
	int n = sprintf(out, "CLIENT_RANDOM ");
	for (u32 i = 0; i < CLIENT_RANDOM; i++)
		n += sprintf(out + n, "%02x", random);
	n += sprintf(out + n, " %s\n", secret);
	return (struct span){ (const u8 *)out, (size_t)n };
}

static struct span find(const struct capture_keys *k, u8 random)
{
	u8 r[CLIENT_RANDOM];
	memset(r, random, sizeof r);
	return capture_keys_find(k, r);
}

static void found_by_their_random(void **state)
{
	struct capture_keys *k = calloc(1, sizeof *k);
	char text[300];
	u8 r[CLIENT_RANDOM];
	(void)state;
	for (u8 i = 1; i <= CAPTURE_KEYS; i++)
		assert_true(capture_keys_put(k, lines_of(text, i, "aa")));
	assert_true(capture_keys_put(k, lines_of(text, 1, "bbcc"))); /* more lines of the same */
	struct span got = find(k, 1);
	assert_int_equal(got.n, strlen(text));
	assert_memory_equal(got.p, text, got.n);
	assert_true(capture_keys_put(k, lines_of(text, 99, "dd")));
	assert_int_equal(find(k, 2).n, 0); /* the oldest by now */
	assert_true(find(k, 3).n);
	memset(r, 3, sizeof r);
	capture_keys_drop(k, r);
	assert_int_equal(find(k, 3).n, 0);
	capture_keys_wipe(k);
	for (size_t i = 0; i < sizeof *k; i++)
		assert_int_equal(((u8 *)k)[i], 0);
	free(k);
}

static void what_is_no_key_log_line(void **state)
{
	struct capture_keys *k = calloc(1, sizeof *k);
	static char large[CAPTURE_KEYS_LINES + 1];
	char text[300];
	struct span good = lines_of(text, 0xab, "aa");
	(void)state;
	for (size_t n = 0; n < strlen("CLIENT_RANDOM ") + 2 * CLIENT_RANDOM + 1; n++)
		assert_false(capture_keys_put(k, (struct span){ good.p, n }));
	text[20] = 'x';
	assert_false(capture_keys_put(k, good));
	memset(large, 'a', sizeof large);
	memcpy(large, lines_of(text, 1, "aa").p, 90);
	assert_false(capture_keys_put(k, (struct span){ (u8 *)large, sizeof large }));
	assert_true(capture_keys_put(k, (struct span){ (u8 *)large, sizeof large - 1 }));
	free(k);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(found_by_their_random),
		cmocka_unit_test(what_is_no_key_log_line),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
