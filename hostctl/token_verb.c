/*
 * token_verb.c - `hostctl token`: who may come by the network with a token; made, listed, taken
 * away.
 */
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "appliance/token.h"
#include "hostctl/verb.h"

static_assert(TOKEN_WHY >= CONFIG_ERROR, "one text for either's reasons");

static const struct column columns[] = {
	{ "name", "NAME", SHOW_TEXT },
	{ "role", "ROLE", SHOW_TEXT },
};

static enum exit_code list(const struct request *q, const char *path, struct report *r)
{
	char why[TOKEN_WHY];
	struct token_file *f = malloc(sizeof *f);
	struct table *t = report_table(r, "tokens", columns, ARRAY_LEN(columns));
	err_t e = f ? token_read(f, path, why) : ERR_NO_MEMORY;
	for (u32 i = 0; e == ERR_OK && i < f->n; i++) {
		table_text(t, f->row[i].name);
		table_text(t, role_name(f->row[i].role));
	}
	free(f);
	return e == ERR_OK ? EXIT_DONE : complain(q, EXIT_REFUSED, "%s", e == ERR_NO_MEMORY ? err_text(e) : why);
}

/* The token, alone on standard output, once: it is kept nowhere. */
static enum exit_code make(const struct request *q, const char *path)
{
	char token[TOKEN_TEXT_MAX], why[TOKEN_WHY];
	enum role role = role_named(q->arg[2]);
	if (role == ACCESS_NONE || role == ACCESS_ROLES)
		return complain(q, EXIT_USAGE, "%s is no role: viewer, operator, risk, admin", q->arg[2]);
	if (token_new(path, q->arg[1], role, token, why) != ERR_OK)
		return complain(q, EXIT_REFUSED, "%s", why);
	fprintf(q->out, "%s\n", token);
	sodium_memzero(token, sizeof token);
	return EXIT_DONE;
}

static enum exit_code revoke(const struct request *q, const char *path)
{
	char why[TOKEN_WHY];
	if (token_revoke(path, q->arg[1], why) != ERR_OK)
		return complain(q, EXIT_REFUSED, "%s", why);
	print_line(q->out, "revoked");
	return EXIT_DONE;
}

static enum exit_code act(const struct request *q, const char *path, struct report *r)
{
	bool makes = !strcmp(q->arg[0], "new");
	if (!strcmp(q->arg[0], "list") && q->n_args == 1)
		return list(q, path, r);
	if (q->n_args != (makes ? 3u : 2u) || !strcmp(q->arg[0], "list"))
		return complain(q, EXIT_USAGE, "expected hostctl --config FILE token new NAME ROLE | list | revoke NAME");
	if (!token_name_ok(q->arg[1]))
		return complain(q, EXIT_USAGE, "%s is no name of a token: letters, digits, '-', '_', at most 32",
				q->arg[1]);
	return makes ? make(q, path) : revoke(q, path);
}

enum exit_code verb_token(const struct request *q, const struct view *none, struct report *r)
{
	char why[TOKEN_WHY];
	(void)none;
	if (!q->config)
		return complain(q, EXIT_USAGE, "token needs --config FILE, which names the file: access.tokens");
	struct config *c = malloc(sizeof *c);
	err_t e = c ? config_load(c, q->config, why) : ERR_NO_MEMORY;
	enum exit_code code = e == ERR_OK ? act(q, c->access.tokens, r)
					  : complain(q, EXIT_CONFIG, "%s", c ? why : err_text(e));
	free(c);
	return code;
}
