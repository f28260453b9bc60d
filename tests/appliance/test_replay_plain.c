#include "tests/cmocka_all.h"

#include <stdlib.h>
#include <string.h>

#include "appliance/replay_plain.h"

static char heard[64];
static struct app *a;

static void up(void *ctx, struct session *s, ns_t now) { (void)ctx, (void)s, (void)now; }
static void down(void *ctx, struct session *s, err_t why, ns_t now)
{
	(void)s, (void)now;
	sprintf(ctx, "down %d", (int)why);
}

static void text(void *ctx, struct session *s, const u8 *p, u32 n, ns_t now)
{
	(void)s, (void)now;
	sprintf(ctx, "%.*s", (int)n, (const char *)p);
}

static const struct session_user user = { .up = up, .text = text, .down = down };

/* The core hears what it would have heard, and the file holds it. */
static void every_session_is_written_and_heard(void **state)
{
	char *out;
	size_t n;
	FILE *f = open_memstream(&out, &n);
	struct replay_plain plain;
	(void)state;
	a = calloc(1, sizeof *a);
	struct session *s[] = { &a->md.session, &a->trade.session[0], &a->trade.session[1] };
	for (u32 i = 0; i < ARRAY_LEN(s); i++)
		session_set_user(s[i], &user, heard);
	replay_plain_listen(&plain, a, f);
	s[0]->user->text(s[0]->ctx, s[0], (const u8 *)"a\\b\r\n", 5, 7 * NS_PER_S + 5);
	assert_string_equal(heard, "a\\b\r\n");
	s[2]->user->text(s[2]->ctx, s[2], (const u8 *)"{}", 2, NS_PER_MS);
	assert_string_equal(heard, "{}");
	s[1]->user->down(s[1]->ctx, s[1], ERR_CLOSED, 1);
	assert_int_equal(strncmp(heard, "down ", 5), 0);
	s[1]->user->up(s[1]->ctx, s[1], 1);
	replay_plain_sent(&plain, (const u8 *)"order", 5, 0);
	fclose(f);
	assert_string_equal(out, "7.000000005 md < a\\\\b\\r\\n\n0.001000000 standby < {}\n0.000000000 order > order\n");
	free(out);
	free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_session_is_written_and_heard),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
