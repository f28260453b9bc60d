#include "hostctl/epoch_source.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/order_row.h"

/* "file: /etc/saker/x.yaml" is the first line of the segment's summary. */
static void find_file(const struct view *v, struct epoch_source *s)
{
	const char *text = view_text(v, "config");
	if (text && !strncmp(text, "file: ", 6))
		snprintf(s->file, sizeof s->file, "%.*s", (int)strcspn(text + 6, "\n"), text + 6);
}

static bool from_segment(const struct view *v, struct epoch_source *s)
{
	struct epoch_row row;
	u32 n;
	const struct epoch_cell *cell = view_rows(v, "epoch", sizeof *cell, &n);
	if (!cell || !n || !cell->seq || !row_read(&cell->seq, cell->w, &row, sizeof row))
		return false;
	s->epoch = row.epoch;
	snprintf(s->dir, sizeof s->dir, "%.*s", (int)sizeof row.dir - 1, row.dir);
	find_file(v, s);
	s->running = v->alive;
	return true;
}

static enum exit_code from_config(const struct request *q, struct epoch_source *s)
{
	char error[CONFIG_ERROR], why[EPOCH_WHY_MAX];
	struct config *c = malloc(sizeof *c);
	err_t e = c ? config_load(c, q->config, error) : ERR_NO_MEMORY;
	if (e == ERR_OK) {
		snprintf(s->dir, sizeof s->dir, "%s/epochs", c->state_dir);
		snprintf(s->file, sizeof s->file, "%s", q->config);
	}
	free(c);
	if (e != ERR_OK)
		return complain(q, EXIT_CONFIG, "%s", e == ERR_NO_MEMORY ? err_text(e) : error);
	if (epochs_read(s->dir, 0, &s->epoch, NULL, NULL, why) != ERR_OK)
		return complain(q, EXIT_REFUSED, "%s", why);
	return EXIT_DONE;
}

enum exit_code epoch_source_find(const struct request *q, struct epoch_source *s)
{
	char why[VIEW_WHY_MAX];
	struct view v;
	*s = (struct epoch_source){ 0 };
	if (view_open(&v, q->instance, why) == ERR_OK) {
		bool found = from_segment(&v, s);
		view_close(&v);
		if (found && (s->running || !q->config))
			return EXIT_DONE;
	}
	if (q->config)
		return from_config(q, s);
	return complain(q, EXIT_NOT_RUNNING, "%s does not run; with --config FILE the epochs of its state folder are read",
			q->instance);
}

bool is_epoch_number(const char *word)
{
	return *word && strlen(word) <= 9 && !word[strspn(word, "0123456789")];
}

enum exit_code epoch_path(const struct request *q, const struct epoch_source *s, const char *word,
			  char out[EPOCH_PATH_MAX])
{
	char path[PATH_MAX], real[PATH_MAX];
	if (is_epoch_number(word))
		snprintf(path, sizeof path, "%s/%06lu.yaml", s->dir, strtoul(word, NULL, 10));
	else
		snprintf(path, sizeof path, "%s", word);
	if (!realpath(path, real))
		return complain(q, EXIT_REFUSED, "%s: %s", path, strerror(errno));
	if (strlen(real) >= EPOCH_PATH_MAX)
		return complain(q, EXIT_REFUSED, "%s: the path is too long", real);
	memcpy(out, real, strlen(real) + 1);
	return EXIT_DONE;
}

enum exit_code epoch_config(const struct request *q, const struct epoch_source *s, const char *word, struct config *c)
{
	char error[CONFIG_ERROR], why[EPOCH_WHY_MAX], *text;
	struct epoch epoch;
	size_t n;
	if (!is_epoch_number(word))
		return config_load(c, word, error) == ERR_OK ? EXIT_DONE : complain(q, EXIT_CONFIG, "%s", error);
	if (epochs_read(s->dir, (u32)strtoul(word, NULL, 10), &epoch, &text, &n, why) != ERR_OK)
		return complain(q, EXIT_REFUSED, "%s", why);
	err_t e = config_parse(c, word, text, n, error);
	free(text);
	return e == ERR_OK ? EXIT_DONE : complain(q, EXIT_CONFIG, "epoch %s", error);
}

const char *epoch_time(ns_t wall_ns, char out[EPOCH_TIME_MAX])
{
	time_t s = (time_t)(wall_ns / NS_PER_S);
	struct tm tm;
	if (!gmtime_r(&s, &tm) || !strftime(out, EPOCH_TIME_MAX, "%Y-%m-%dT%H:%M:%SZ", &tm))
		*out = 0;
	return out;
}
