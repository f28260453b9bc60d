/*
 * afar_msg.h - what is said over the network: one line of JSON there, one back.
 *
 *   {"version":1,"token":"NAME.SECRET","words":["status","--json"]}     token: only where there is one
 *   {"version":1,"code":0,"out":"...","err":"..."}                      code: as hostctl ends by
 *
 * Bytes in, bytes out; any thread. Nothing of what a line holds is believed.
 */
#ifndef HOSTCTL_AFAR_MSG_H
#define HOSTCTL_AFAR_MSG_H

#include "appliance/token.h"
#include "hostctl/verb.h"

#define AFAR_VERSION  1
#define AFAR_ASK_MAX  8192              /* of a request's line, its newline included */
#define AFAR_TELL_MAX (16u << 20)       /* of an answer's */
#define AFAR_WORDS    (ARGS_MAX + 16)   /* verb, arguments, options */

struct afar_ask {
	char token[TOKEN_TEXT_MAX]; /* "": none */
	u32 n;
	char *word[AFAR_WORDS];
	char text[AFAR_ASK_MAX]; /* the words' own */
};

/* To `line` (AFAR_ASK_MAX bytes), with its newline; 0: too long, or not UTF-8. */
size_t afar_ask_make(const char *token, const char *const *word, u32 n, char *line);

/* `line` without its newline. ERR_SYNTAX: not of that form; ERR_UNSUPPORTED: another version. */
err_t afar_ask_read(struct afar_ask *a, const char *line, size_t n);

/* malloc'ed, with its newline; NULL: no memory. What is not UTF-8 in the texts is shown as '?'. */
char *afar_tell_make(int code, const char *out, const char *err);

/*
 * Prints the answer's texts, without what a terminal would obey, and returns its code; -1: not
 * of that form.
 */
int afar_tell_print(const char *line, size_t n, FILE *out, FILE *err);

#endif
