/*
 * command.c - a command by the instance's socket: one line there, one line of JSON back.
 */
#include <string.h>

#include "hostctl/door_client.h"
#include "hostctl/verb.h"

#define REASON_MAX 120 /* what the appliance and its audit log keep of one */

static const struct column columns[] = {
	{ "ok", "done", SHOW_FLAG },
	{ "error", "error", SHOW_TEXT },
	{ "text", "answer", SHOW_TEXT },
};

static enum exit_code code_of(err_t e)
{
	switch (e) {
	case ERR_OK:
		return EXIT_DONE;
	case ERR_TIMEOUT:
		return EXIT_TIMEOUT;
	case ERR_UNREACHABLE:
		return EXIT_NOT_RUNNING;
	default:
		return EXIT_REFUSED;
	}
}

/* People read the sentence alone: on standard output where it is done, as a complaint where not. */
static enum exit_code show_answer(const struct request *q, bool ok, const char *error,
				  const char *text, struct report *r)
{
	if (q->json) {
		struct table *t = report_record(r, "command", columns, ARRAY_LEN(columns));
		table_flag(t, ok);
		table_text(t, error);
		table_text(t, text);
	} else if (ok) {
		print_line(q->out, text);
	}
	if (ok)
		return EXIT_DONE;
	return complain(q, strcmp(error, err_name(ERR_TIMEOUT)) ? EXIT_REFUSED : EXIT_TIMEOUT,
			"%s refused: %s", q->verb, text);
}

/* An answer that is not as agreed is refused. */
static enum exit_code take_answer(const struct request *q, const char *line, struct report *r)
{
	json_error_t why;
	json_t *answer = json_loads(line, JSON_REJECT_DUPLICATES, &why);
	const char *error, *text;
	int ok;
	enum exit_code code;
	if (!answer ||
	    json_unpack(answer, "{s:b,s:s,s:s}", "ok", &ok, "error", &error, "text", &text))
		code = complain(q, EXIT_REFUSED, "the answer is not as agreed: %s",
				answer ? line : why.text);
	else
		code = show_answer(q, ok, error, text, r);
	json_decref(answer);
	return code;
}

enum exit_code send_command(const struct request *q, const struct view *v, const char *words, struct report *r)
{
	const char *path = *q->socket ? q->socket : view_text(v, "ctl.socket");
	char line[DOOR_LINE_MAX], why[DOOR_WHY_MAX];
	if (!v->alive)
		return EXIT_NOT_RUNNING;
	if (!path)
		return complain(q, EXIT_REFUSED,
				"%s names no socket; give its configuration with --config",
				q->instance);
	snprintf(line, sizeof line, "%s%s", q->origin ? q->origin : "", words);
	err_t e = door_ask(path, line, DOOR_TIMEOUT_MS, why);
	if (e != ERR_OK)
		return complain(q, code_of(e), "%s", why);
	return take_answer(q, line, r);
}

static enum exit_code override(const struct request *q, const struct view *v, struct report *r)
{
	char line[DOOR_LINE_MAX];
	if (!*q->override || strpbrk(q->override, "\r\n") || strlen(q->override) > REASON_MAX)
		return complain(q, EXIT_USAGE, "--override: expected a reason of one line, of at most %d characters",
				REASON_MAX);
	snprintf(line, sizeof line, "arm override=%s", q->override);
	return send_command(q, v, line, r);
}

enum exit_code verb_command(const struct request *q, const struct view *v, struct report *r)
{
	char line[DOOR_LINE_MAX];
	if (q->override)
		return override(q, v, r);
	snprintf(line, sizeof line, "%s%s%s", q->verb, q->n_args ? " " : "", q->n_args ? q->arg[0] : "");
	return send_command(q, v, line, r);
}
