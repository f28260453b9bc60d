#include "appliance/config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "appliance/config_tree.h"
#include "appliance/config_value.h"

static bool needs_others(const struct option *o) { return o->def && strchr(o->def, '<'); }

static void set_defaults(struct config *c)
{
	for (const struct option *o = config_options; o < config_options + config_options_n; o++) {
		if (!o->def || option_is_list(o) || option_is_element(o) || needs_others(o))
			continue;
		err_t e = value_set(o, (u8 *)c + o->offset, o->def, strlen(o->def));
		assert(e == ERR_OK && "a default is of its own type");
		(void)e;
	}
}

/* "<files.state_dir>/ctl.sock": the option named is a text that stands earlier in the table. */
static err_t expand_default(struct config *c, const struct option *o, char *error)
{
	char path[64], text[2 * CONFIG_TEXT];
	const char *open = strchr(o->def, '<'), *close = strchr(open, '>');
	snprintf(path, sizeof path, "%.*s", (int)(close - open - 1), open + 1);
	const struct option *from = option_find(path);
	assert(from && from < o && !option_is_list(from));
	size_t n = (size_t)snprintf(text, sizeof text, "%.*s%s%s", (int)(open - o->def), o->def,
				    (const char *)c + from->offset, close + 1);
	if (value_set(o, (u8 *)c + o->offset, text, n) == ERR_OK)
		return ERR_OK;
	snprintf(error, CONFIG_ERROR,
		 "%s:%u: %s: its default, made of %s, is too long; give it by name", c->file,
		 c->line[from - config_options], o->path, path);
	return ERR_TOO_LONG;
}

static err_t set_dependent_defaults(struct config *c, char *error)
{
	err_t e = ERR_OK;
	for (const struct option *o = config_options;
	     e == ERR_OK && o < config_options + config_options_n; o++)
		if (needs_others(o) && !c->line[o - config_options])
			e = expand_default(c, o, error);
	return e;
}

static err_t too_long(const char *name, size_t n, char *error)
{
	snprintf(error, CONFIG_ERROR, "%.255s: found %zu bytes, expected at most %u", name, n, CONFIG_BYTES_MAX);
	return ERR_TOO_LONG;
}

err_t config_parse(struct config *c, const char *name, const char *text, size_t n, char *error)
{
	memset(c, 0, sizeof *c);
	*error = 0;
	snprintf(c->file, sizeof c->file, "%s", name);
	if (n > CONFIG_BYTES_MAX)
		return too_long(c->file, n, error);
	set_defaults(c);
	err_t e = config_tree_read(c, text, n, error);
	return e == ERR_OK ? set_dependent_defaults(c, error) : e;
}

/* All of an open file, to `text`; the length, or -1 with errno. */
static ssize_t read_all(int fd, char *text, size_t cap)
{
	size_t n = 0;
	while (n < cap) {
		ssize_t got = read(fd, text + n, cap - n);
		if (got < 0 && errno != EINTR)
			return -1;
		if (got == 0)
			break;
		n += got > 0 ? (size_t)got : 0;
	}
	return (ssize_t)n;
}

static err_t cannot_read(const char *path, char *error)
{
	snprintf(error, CONFIG_ERROR, "%.255s: cannot be read: %s", path, strerror(errno));
	return errno == ENOENT ? ERR_NOT_FOUND : ERR_IO;
}

err_t config_read(const char *path, char **text, size_t *n, char *error)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* a FIFO must not hold us up */
	char *p = malloc(CONFIG_BYTES_MAX + 1);
	ssize_t got = -1;
	if (fd >= 0 && !fstat(fd, &st) && !S_ISREG(st.st_mode))
		errno = S_ISDIR(st.st_mode) ? EISDIR : EINVAL;
	else if (fd >= 0 && p)
		got = read_all(fd, p, CONFIG_BYTES_MAX + 1);
	err_t e = got < 0 ? cannot_read(path, error) : ERR_OK;
	if (fd >= 0)
		close(fd);
	if (got > (ssize_t)CONFIG_BYTES_MAX)
		e = too_long(path, (size_t)got, error);
	*n = got > 0 ? (size_t)got : 0;
	*text = e == ERR_OK ? p : NULL;
	if (e != ERR_OK)
		free(p);
	return e;
}

err_t config_load(struct config *c, const char *path, char *error)
{
	char *text;
	size_t n;
	err_t e = config_read(path, &text, &n, error);
	if (e != ERR_OK)
		return e;
	e = config_parse(c, path, text, n, error);
	free(text);
	return e;
}
