#include "hostctl/epoch_verbs.h"

#include <stdlib.h>
#include <string.h>

#include "appliance/config_diff.h"
#include "appliance/config_print.h"
#include "appliance/config_value.h"
#include "hostctl/epoch_source.h"

#define HISTORY_SHOWN 20

static const struct column epoch_columns[] = {
	{ "epoch", "EPOCH", SHOW_COUNT }, { "at", "AT", SHOW_TEXT },   { "uid", "UID", SHOW_COUNT },
	{ "role", "ROLE", SHOW_TEXT },    { "how", "HOW", SHOW_TEXT }, { "sha256", "SHA-256", SHOW_TEXT },
};

static void add_epoch(struct table *t, const struct epoch *e)
{
	char at[EPOCH_TIME_MAX];
	table_number(t, e->number);
	table_text(t, epoch_time(e->at_wall_ns, at));
	table_number(t, e->uid);
	table_text(t, e->role);
	table_text(t, e->how);
	table_text(t, e->hash);
}

/* ---- show ---- */

static const struct column option_columns[] = {
	{ "option", "OPTION", SHOW_TEXT },
	{ "value", "VALUE", SHOW_TEXT },
	{ "default", "DEFAULT", SHOW_FLAG },
	{ "changed", "CHANGED", SHOW_TEXT },
};

static void add_option(struct table *t, const char *path, const char *value, bool is_default, enum option_change how)
{
	table_text(t, path);
	table_text(t, value);
	table_flag(t, is_default);
	table_text(t, option_change_word(how));
}

static void add_strategy(struct table *t, const struct config_strategy *s)
{
	char path[CHANGE_PATH_MAX], value[CONFIG_TEXT];
	for (const struct option *o = config_options; o < config_options + config_options_n; o++) {
		const char *key = option_in_group(o->path, "strategies[]");
		if (!key || option_is_list(o))
			continue;
		value_print(o, (const u8 *)s + o->offset - offsetof(struct config, strategy), value);
		snprintf(path, sizeof path, "strategies[%s].%s", s->name, key);
		add_option(t, path, value, o->def && !strcmp(o->def, value), o->change);
	}
	for (u32 i = 0; i < s->n_params; i++) {
		size_t n = strcspn(s->param[i].text, "=");
		snprintf(path, sizeof path, "strategies[%s].params.%.*s", s->name, (int)n, s->param[i].text);
		add_option(t, path, s->param[i].text + n + 1, false, OPTION_LIVE);
	}
}

static void add_options(struct report *r, const struct config *c)
{
	struct table *t = report_table(r, "options", option_columns, ARRAY_LEN(option_columns));
	char value[CONFIG_TEXT];
	for (const struct option *o = config_options; o < config_options + config_options_n; o++) {
		if (option_is_element(o) || option_is_list(o))
			continue;
		value_print(o, (const u8 *)c + o->offset, value);
		add_option(t, o->path, value, !c->line[o - config_options], o->change);
	}
	for (u32 i = 0; i < c->n_instruments; i++)
		add_option(t, "instruments[]", c->instrument[i], false, OPTION_START);
	for (u32 i = 0; i < c->n_strategies; i++)
		add_strategy(t, &c->strategy[i]);
}

static void print(const struct request *q, const struct epoch_source *s, const struct config *c)
{
	char at[EPOCH_TIME_MAX];
	fprintf(q->out, "# epoch %u, %s since %s; %s, by user %u, role %s\n# SHA-256 of its text: %s\n", s->epoch.number,
		s->running ? "in force" : "in force when it last ran,", epoch_time(s->epoch.at_wall_ns, at), s->epoch.how,
		s->epoch.uid, s->epoch.role, s->epoch.hash);
	config_print(q->out, c, true);
}

enum exit_code config_show(const struct request *q, struct report *r)
{
	struct epoch_source s = { 0 };
	char number[16];
	enum exit_code code = q->n_args == 1 ? epoch_source_find(q, &s) : complain(q, EXIT_USAGE, "config show takes no more words");
	struct config *c = code == EXIT_DONE ? malloc(sizeof *c) : NULL;
	if (!c)
		return code == EXIT_DONE ? complain(q, EXIT_REFUSED, "%s", err_text(ERR_NO_MEMORY)) : code;
	snprintf(number, sizeof number, "%u", s.epoch.number);
	code = epoch_config(q, &s, number, c);
	if (code == EXIT_DONE && q->json) {
		add_epoch(report_record(r, "epoch", epoch_columns, ARRAY_LEN(epoch_columns)), &s.epoch);
		add_options(r, c);
	} else if (code == EXIT_DONE) {
		print(q, &s, c);
	}
	free(c);
	return code;
}

/* ---- diff ---- */

static const struct column change_columns[] = {
	{ "option", "OPTION", SHOW_TEXT },
	{ "from", "FROM", SHOW_TEXT },
	{ "to", "TO", SHOW_TEXT },
	{ "changed", "CHANGED", SHOW_TEXT },
};

static void add_change(void *user, const struct config_change *c)
{
	struct table *t = user;
	table_text(t, c->path);
	table_text(t, *c->from ? c->from : NULL);
	table_text(t, *c->to ? c->to : NULL);
	table_text(t, config_change_word(c));
}

static enum exit_code compare(const struct request *q, const struct epoch_source *s, const char *from, const char *to,
			      struct report *r)
{
	struct config *c = malloc(2 * sizeof *c);
	if (!c)
		return complain(q, EXIT_REFUSED, "%s", err_text(ERR_NO_MEMORY));
	enum exit_code code = epoch_config(q, s, from, &c[0]);
	if (code == EXIT_DONE)
		code = epoch_config(q, s, to, &c[1]);
	if (code == EXIT_DONE) {
		struct table *t = report_table(r, "changes", change_columns, ARRAY_LEN(change_columns));
		if (!config_diff(&c[0], &c[1], add_change, t) && !q->json)
			fprintf(q->out, "nothing differs\n");
	}
	free(c);
	return code;
}

enum exit_code config_changes(const struct request *q, struct report *r)
{
	struct epoch_source s;
	char number[16];
	enum exit_code code = epoch_source_find(q, &s);
	if (code != EXIT_DONE)
		return code;
	snprintf(number, sizeof number, "%u", s.epoch.number);
	const char *to = q->n_args > 1 ? q->arg[1] : s.file;
	if (!*to)
		return complain(q, EXIT_USAGE, "expected hostctl config diff FILE|EPOCH [EPOCH]");
	return q->n_args == 3 ? compare(q, &s, to, q->arg[2], r) : compare(q, &s, number, to, r);
}

/* ---- apply ---- */

/* What is wrong with the file itself is said here; the rest is the instance's to say. */
static enum exit_code hash_of(const struct request *q, const char *path, char hash[EPOCH_HASH_MAX])
{
	char error[CONFIG_ERROR], *text;
	size_t n;
	struct config *c = malloc(sizeof *c);
	if (!c)
		return complain(q, EXIT_REFUSED, "%s", err_text(ERR_NO_MEMORY));
	err_t e = config_read(path, &text, &n, error);
	if (e == ERR_OK) {
		e = config_parse(c, path, text, n, error);
		epoch_hash(text, n, hash);
		free(text);
	}
	free(c);
	return e == ERR_OK ? EXIT_DONE : complain(q, EXIT_CONFIG, "%s", error);
}

enum exit_code config_apply(const struct request *q, struct report *r)
{
	struct epoch_source s;
	struct view v;
	char path[EPOCH_PATH_MAX], hash[EPOCH_HASH_MAX], line[EPOCH_PATH_MAX + EPOCH_HASH_MAX + 16], why[VIEW_WHY_MAX];
	if (q->n_args != 2)
		return complain(q, EXIT_USAGE, "expected hostctl config apply FILE|EPOCH");
	enum exit_code code = epoch_source_find(q, &s);
	if (code == EXIT_DONE && !s.running)
		code = complain(q, EXIT_NOT_RUNNING, "%s does not run: hostctl --config FILE start", q->instance);
	if (code == EXIT_DONE)
		code = epoch_path(q, &s, q->arg[1], path);
	if (code == EXIT_DONE)
		code = hash_of(q, path, hash);
	if (code != EXIT_DONE)
		return code;
	if (view_open(&v, q->instance, why) != ERR_OK)
		return complain(q, EXIT_NOT_RUNNING, "%s", why);
	snprintf(line, sizeof line, "apply %s %s", hash, path);
	code = send_command(q, &v, line, r);
	view_close(&v);
	return code;
}

/* ---- history ---- */

enum exit_code config_history(const struct request *q, struct report *r)
{
	struct epoch_source s;
	struct epoch e;
	u32 number[EPOCHS_KEPT];
	char why[EPOCH_WHY_MAX];
	if (q->n_args != 1)
		return complain(q, EXIT_USAGE, "expected hostctl config history [-n N]");
	enum exit_code code = epoch_source_find(q, &s);
	if (code != EXIT_DONE)
		return code;
	struct table *t = report_table(r, "epochs", epoch_columns, ARRAY_LEN(epoch_columns));
	u32 n = epochs_list(s.dir, number, u32_min(q->n ? q->n : HISTORY_SHOWN, EPOCHS_KEPT));
	if (!n)
		return complain(q, EXIT_REFUSED, "%s holds no epoch that this user may read", s.dir);
	for (u32 i = 0; i < n; i++) {
		if (epochs_read(s.dir, number[i], &e, NULL, NULL, why) == ERR_OK)
			add_epoch(t, &e);
		else
			code = complain(q, EXIT_REFUSED, "%s", why);
	}
	return code;
}
