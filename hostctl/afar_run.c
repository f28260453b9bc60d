#include "hostctl/afar_run.h"

#include <stdlib.h>
#include <string.h>

#include "hostctl/door_client.h"
#include "hostctl/run.h"
#include "hostctl/verb_table.h"

#define NOTE_MS 2000 /* for an entry of the audit log; what was done is done without it */

/*
 * What the table (role.h) calls it. Of a command this is only that the asker has a role at all:
 * what may be asked with it the control socket knows.
 */
static const char *right_of(const struct verb *v)
{
	if (v->run == verb_kill)
		return "kill";
	return v->run == verb_audit ? "audit" : ROLE_LOOK;
}

/* A line for the audit log, by way of the control socket. */
static void note(const struct request *q, const char *words)
{
	char line[DOOR_LINE_MAX], why[DOOR_WHY_MAX];
	snprintf(line, sizeof line, "%s%s", q->origin, words);
	if (door_ask(q->socket, line, NOTE_MS, why) != ERR_OK)
		fprintf(stderr, "hostctl: afar: not in the audit log: %s: %s\n", words, why);
}

static enum exit_code refuse(const struct request *q, const char *right, const struct login *who)
{
	char text[160], words[DOOR_LINE - 2];
	role_refusal(who->role, right, text, sizeof text);
	snprintf(words, sizeof words, "refused %s: %s", q->verb, text);
	note(q, words);
	return complain(q, EXIT_REFUSED, "%s refused: %s", q->verb, text);
}

/* Not what is run elsewhere: files, terminals, other instances. */
static bool is_for_here(const struct request *q, const struct verb *v)
{
	u32 files_from = v->run == verb_audit ? (q->n_args && !strcmp(q->arg[0], "verify") ? 1 : 0) : ARGS_MAX;
	if (v->takes & FROM_AFAR && !q->follow && !q->watch && !q->config && !q->instance_given && !q->connect &&
	    q->n_args <= files_from)
		return true;
	complain(q, EXIT_USAGE, "%s: with these words on its own machine alone", q->verb);
	return false;
}

static enum exit_code run(struct request *q, const struct verb *v, const struct login *who)
{
	const char *right = right_of(v);
	if (!is_for_here(q, v))
		return EXIT_USAGE;
	if (!role_may(who->role, right))
		return refuse(q, right, who);
	enum exit_code code = run_once(q, v);
	if (v->run == verb_kill)
		note(q, q->cancel_only ? "kill cancel-only" : "kill");
	return code;
}

char *afar_run(const struct config *c, const char *instance, const struct login *who, struct afar_ask *ask)
{
	char *out = NULL, *err = NULL, *line = NULL;
	char origin[DOOR_ORIGIN];
	size_t out_n, err_n;
	const struct verb *verb = NULL;
	enum exit_code code = EXIT_USAGE;
	struct request q = { .out = open_memstream(&out, &out_n),
			     .err = open_memstream(&err, &err_n),
			     .origin = origin };
	snprintf(origin, sizeof origin, "via=%s as=%s ", who->who, role_name(who->role));
	snprintf(q.instance, sizeof q.instance, "%s", instance);
	snprintf(q.socket, sizeof q.socket, "%s", c->socket);
	if (q.out && q.err && read_words(ask->word, ask->word + ask->n, &q, &verb)) {
		if (q.help || !verb)
			complain(&q, EXIT_USAGE, "expected a verb; hostctl --help");
		else
			code = run(&q, verb, who);
	}
	bool whole = q.out && !fclose(q.out);
	whole = q.err && !fclose(q.err) && whole;
	if (whole)
		line = afar_tell_make((int)code, out, err);
	free(out);
	free(err);
	return line;
}
