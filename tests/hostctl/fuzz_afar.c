/*
 * Any line that comes out of TLS, at either end: a request has words that are some, none of
 * them a control character, and says the same when it is made anew; an answer prints nothing a
 * terminal would obey.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hostctl/afar_msg.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t n);

static void ask(const char *line, size_t n)
{
	struct afar_ask a, again;
	char made[AFAR_ASK_MAX];
	if (afar_ask_read(&a, line, n) != ERR_OK)
		return;
	if (!a.n || a.n > AFAR_WORDS)
		abort();
	for (u32 i = 0; i < a.n; i++)
		for (const char *p = a.word[i]; *p; p++)
			if ((u8)*p < 0x20 || *p == 0x7f)
				abort();
	size_t made_n = afar_ask_make(*a.token ? a.token : NULL, (const char *const *)a.word, a.n, made);
	if (!made_n)
		return; /* escaped otherwise it is longer */
	if (afar_ask_read(&again, made, made_n - 1) != ERR_OK || again.n != a.n || strcmp(again.token, a.token))
		abort();
	for (u32 i = 0; i < a.n; i++)
		if (strcmp(a.word[i], again.word[i]))
			abort();
}

static void tell(const char *line, size_t n)
{
	char *text[2] = { NULL };
	size_t text_n[2];
	FILE *out = open_memstream(&text[0], &text_n[0]), *err = open_memstream(&text[1], &text_n[1]);
	int code = afar_tell_print(line, n, out, err);
	fclose(out);
	fclose(err);
	if (code > EXIT_TIMEOUT)
		abort();
	for (u32 i = 0; i < 2; i++) {
		for (const char *p = text[i]; *p; p++)
			if ((u8)*p < 0x20 && *p != '\n' && *p != '\t')
				abort();
		free(text[i]);
	}
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t n)
{
	ask((const char *)data, n);
	tell((const char *)data, n);
	return 0;
}
