#include "hostctl/afar_msg.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

/* ---- the request ---- */

size_t afar_ask_make(const char *token, const char *const *word, u32 n, char *line)
{
	json_t *o = json_object(), *words = json_array();
	int bad = json_object_set_new(o, "version", json_integer(AFAR_VERSION));
	if (token)
		bad |= json_object_set_new(o, "token", json_string(token));
	for (u32 i = 0; i < n; i++)
		bad |= json_array_append_new(words, json_string(word[i]));
	bad |= json_object_set_new(o, "words", words);
	size_t len = bad ? 0 : json_dumpb(o, line, AFAR_ASK_MAX - 2, JSON_COMPACT);
	json_decref(o);
	if (!len || len > AFAR_ASK_MAX - 2)
		return 0;
	line[len] = '\n';
	line[len + 1] = 0;
	return len + 1;
}

/* A word is printable and not empty: it may become part of a line at the control socket. */
static bool is_word(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if ((u8)s[i] < 0x20 || s[i] == 0x7f)
			return false;
	return n;
}

static bool take_words(struct afar_ask *a, const json_t *words)
{
	size_t at = 0, n = json_array_size(words);
	if (!json_is_array(words) || !n || n > AFAR_WORDS)
		return false;
	for (size_t i = 0; i < n; i++) {
		const json_t *w = json_array_get(words, i);
		size_t len = json_string_length(w);
		if (!json_is_string(w) || !is_word(json_string_value(w), len) || at + len >= sizeof a->text)
			return false;
		a->word[a->n++] = memcpy(a->text + at, json_string_value(w), len + 1);
		at += len + 1;
	}
	return true;
}

static bool take_token(struct afar_ask *a, const json_t *token)
{
	size_t n = json_string_length(token);
	if (!token)
		return true;
	if (!json_is_string(token) || n >= sizeof a->token || !is_word(json_string_value(token), n))
		return false;
	memcpy(a->token, json_string_value(token), n + 1);
	return true;
}

err_t afar_ask_read(struct afar_ask *a, const char *line, size_t n)
{
	json_t *o = n < AFAR_ASK_MAX ? json_loadb(line, n, JSON_REJECT_DUPLICATES, NULL) : NULL;
	a->n = 0;
	a->token[0] = 0;
	err_t e = ERR_SYNTAX;
	if (json_is_object(o) && json_is_integer(json_object_get(o, "version")))
		e = json_integer_value(json_object_get(o, "version")) == AFAR_VERSION ? ERR_OK : ERR_UNSUPPORTED;
	if (e == ERR_OK && (!take_token(a, json_object_get(o, "token")) || !take_words(a, json_object_get(o, "words"))))
		e = ERR_SYNTAX;
	json_decref(o);
	return e;
}

/* ---- the answer ---- */

/* As it is; or, where it is not UTF-8, its ASCII. */
static json_t *text_of(const char *s)
{
	json_t *t = json_string(s);
	char *ascii = t ? NULL : strdup(s);
	if (t || !ascii)
		return t;
	for (char *p = ascii; *p; p++)
		if ((u8)*p > 0x7f)
			*p = '?';
	t = json_string(ascii);
	free(ascii);
	return t;
}

char *afar_tell_make(int code, const char *out, const char *err)
{
	json_t *o = json_pack("{s:i,s:i,s:o,s:o}", "version", AFAR_VERSION, "code", code, "out", text_of(out), "err",
			      text_of(err));
	char *text = o ? json_dumps(o, JSON_COMPACT) : NULL;
	size_t n = text ? strlen(text) : 0;
	char *line = text ? realloc(text, n + 2) : NULL;
	json_decref(o);
	if (!line) {
		free(text);
		return NULL;
	}
	memcpy(line + n, "\n", 2);
	return line;
}

static void print_safe(const char *s, FILE *to)
{
	for (; *s; s++) {
		bool obeyed = ((u8)*s < 0x20 && *s != '\n' && *s != '\t') || *s == 0x7f;
		/* C1 controls are two bytes of UTF-8, C2 80 to C2 9F */
		if ((u8)*s == 0xc2 && (u8)s[1] < 0xa0)
			s++, obeyed = true;
		fputc(obeyed ? '?' : *s, to);
	}
}

int afar_tell_print(const char *line, size_t n, FILE *out, FILE *err)
{
	json_t *o = json_loadb(line, n, JSON_REJECT_DUPLICATES, NULL);
	const char *out_text, *err_text;
	int version, code = -1;
	if (o && !json_unpack(o, "{s:i,s:i,s:s,s:s}", "version", &version, "code", &code, "out", &out_text, "err",
			      &err_text) &&
	    version == AFAR_VERSION && code >= EXIT_DONE && code <= EXIT_TIMEOUT) {
		print_safe(out_text, out);
		print_safe(err_text, err);
	} else {
		code = -1;
	}
	json_decref(o);
	return code;
}
