/*
 * secret_verb.c - `hostctl secret set NAME`: a secret into the configuration's folder, encrypted. Neither it nor the
 * passphrase is ever a word of the command line.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "appliance/secret_store.h"
#include "hostctl/verb.h"

static_assert(SECRET_WHY >= CONFIG_ERROR, "one text for either's reasons");

/* By --fd, or typed twice alike. */
static err_t take(const struct request *q, const char *name, struct secret *value, char *why)
{
	char prompt[SECRET_NAME_MAX + 16];
	struct secret again;
	if (q->fd)
		return secret_read_fd((int)q->fd, value, why);
	snprintf(prompt, sizeof prompt, "%s", name);
	err_t e = secret_ask(prompt, value, why);
	if (e != ERR_OK)
		return e;
	snprintf(prompt, sizeof prompt, "%s again", name);
	e = secret_ask(prompt, &again, why);
	if (e == ERR_OK && (again.n != value->n || memcmp(again.text, value->text, value->n))) {
		snprintf(why, SECRET_WHY, "the two are not the same; nothing was set");
		e = ERR_ARGUMENT;
	}
	secret_free(&again);
	if (e != ERR_OK)
		secret_free(value);
	return e;
}

static err_t set(const struct request *q, const char *dir, const char *name, char *why)
{
	struct secret_store s = { .dir = dir, .passphrase_fd = -1 };
	struct secret value;
	err_t e = take(q, name, &value, why);
	if (e == ERR_OK) {
		e = secret_put(&s, name, &value, why);
		secret_free(&value);
	}
	secret_store_close(&s);
	return e;
}

enum exit_code verb_secret(const struct request *q, const struct view *none, struct report *r)
{
	char why[SECRET_WHY]; /* as large as CONFIG_ERROR */
	const char *name = q->n_args == 2 ? q->arg[1] : "";
	(void)none, (void)r;
	if (q->n_args != 2 || strcmp(q->arg[0], "set"))
		return complain(q, EXIT_USAGE, "expected hostctl --config FILE secret set NAME [--fd N]");
	if (!q->config)
		return complain(q, EXIT_USAGE, "secret needs --config FILE, which names the folder: files.secrets_dir");
	if (!secret_name_ok(name))
		return complain(q, EXIT_USAGE, "%s is no name of a secret: letters, digits, '-', '_', '.', at most 31",
				name);
	struct config *c = malloc(sizeof *c);
	err_t e = c ? config_load(c, q->config, why) : ERR_NO_MEMORY;
	if (e == ERR_OK)
		e = set(q, c->secrets_dir, name, why);
	if (e == ERR_OK) {
		char done[CONFIG_TEXT + 64];
		snprintf(done, sizeof done, "%s/%s is set: name it as secret:%s", c->secrets_dir, name, name);
		print_line(q->out, done);
	}
	free(c);
	return e == ERR_OK ? EXIT_DONE : complain(q, EXIT_REFUSED, "%s", why);
}
