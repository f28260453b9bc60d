/*
 * token.h - tokens by which programs and people far away are known: the file access.tokens, a
 * line each.
 *
 *   NAME ROLE HASH
 *
 * A token is NAME.SECRET, SECRET 32 random bytes as 64 hexadecimal digits; kept is its keyed
 * BLAKE2b hash alone, so that the file gives nobody a token. 256 random bits need no slow hash.
 * The file is its owner's alone (0600) and read anew for each look: a token that was revoked is
 * refused at once. Slow paths; any thread.
 */
#ifndef SAKER_TOKEN_H
#define SAKER_TOKEN_H

#include "appliance/role.h"

#define TOKEN_NAME_MAX 33 /* its end included: letters, digits, '-', '_' */
#define TOKEN_TEXT_MAX (TOKEN_NAME_MAX + 64 + 1)
#define TOKENS_MAX     256
#define TOKEN_WHY      512

struct token_row {
	char name[TOKEN_NAME_MAX];
	enum role role;
	u8 hash[32];
};

struct token_file {
	u32 n;
	struct token_row row[TOKENS_MAX];
};

bool token_name_ok(const char *name);

/*
 * All of the file; one that is not there has no tokens. ERR_IO: cannot be read, or others may
 * read it; ERR_SYNTAX: `why` (TOKEN_WHY bytes) names the line.
 */
err_t token_read(struct token_file *f, const char *path, char *why);

/*
 * Whose token `text` is; NULL: nobody's. How long it takes says nothing about how much of it
 * was right.
 */
const struct token_row *token_find(const struct token_file *f, const char *text);

/*
 * Draws a token, writes its row, and then `out` (TOKEN_TEXT_MAX bytes) is the token, which
 * nobody can tell again. Wipe it. ERR_EXISTS: the name is taken; ERR_FULL; ERR_IO, ERR_SYNTAX:
 * as above.
 */
err_t token_new(const char *path, const char *name, enum role role, char *out, char *why);

/* ERR_NOT_FOUND: no token is called so. */
err_t token_revoke(const char *path, const char *name, char *why);

#endif
