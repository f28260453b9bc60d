#include "tuning/host.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/cpus.h"

#define PATH_BYTES 512

/* false: too long. */
static bool make_path(const struct host *h, char *out, const char *format, va_list ap)
{
	size_t root = (size_t)snprintf(out, PATH_BYTES, "%s", h->root);
	if (root >= PATH_BYTES)
		return false;
	int n = vsnprintf(out + root, PATH_BYTES - root, format, ap);
	return n >= 0 && (size_t)n < PATH_BYTES - root;
}

static void cut_end(char *s)
{
	size_t n = strlen(s);
	while (n && (s[n - 1] == '\n' || s[n - 1] == ' ' || s[n - 1] == '\t'))
		s[--n] = 0;
}

static bool read_file(const char *path, char *out, size_t n)
{
	size_t have = 0;
	ssize_t got = -1;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	out[0] = 0;
	if (fd < 0)
		return false;
	while (have + 1 < n && (got = read(fd, out + have, n - 1 - have)) > 0)
		have += (size_t)got;
	close(fd);
	out[have] = 0;
	cut_end(out);
	return got >= 0 || have;
}

static bool vread(const struct host *h, char *out, size_t n, const char *format, va_list ap)
{
	char path[PATH_BYTES];
	out[0] = 0;
	return make_path(h, path, format, ap) && read_file(path, out, n);
}

bool host_read(const struct host *h, char *out, size_t n, const char *path, ...)
{
	va_list ap;
	va_start(ap, path);
	bool ok = vread(h, out, n, path, ap);
	va_end(ap);
	return ok;
}

bool host_number(const struct host *h, i64 *out, const char *path, ...)
{
	char text[64], *end;
	va_list ap;
	va_start(ap, path);
	bool ok = vread(h, text, sizeof text, path, ap);
	va_end(ap);
	*out = strtoll(text, &end, 0);
	return ok && end != text && !*end;
}

bool host_cpus(const struct host *h, cpu_set_t *out, const char *path, ...)
{
	char text[HOST_TEXT];
	va_list ap;
	va_start(ap, path);
	bool ok = vread(h, text, sizeof text, path, ap);
	va_end(ap);
	CPU_ZERO(out);
	if (!ok || !text[0] || !strcmp(text, "(null)")) /* nohz_full of kernels that isolate nothing */
		return ok;
	return cpus_parse(text, out) == ERR_OK;
}

/* Groups of eight digits, the highest first. */
static bool parse_mask(const char *text, cpu_set_t *out)
{
	u32 bit = 0;
	CPU_ZERO(out);
	for (size_t i = strlen(text); i > 0; i--) {
		char c = text[i - 1];
		const char *digits = "0123456789abcdef", *at = strchr(digits, c | 0x20);
		if (c == ',')
			continue;
		if (!at || bit + 4 > CPU_SETSIZE)
			return false;
		for (u32 k = 0; k < 4; k++, bit++)
			if ((u32)(at - digits) >> k & 1)
				CPU_SET(bit, out);
	}
	return bit > 0;
}

bool host_mask(const struct host *h, cpu_set_t *out, const char *path, ...)
{
	char text[HOST_TEXT];
	va_list ap;
	va_start(ap, path);
	bool ok = vread(h, text, sizeof text, path, ap);
	va_end(ap);
	return parse_mask(text, out) && ok;
}

bool host_exists(const struct host *h, const char *path, ...)
{
	char full[PATH_BYTES];
	va_list ap;
	va_start(ap, path);
	bool ok = make_path(h, full, path, ap);
	va_end(ap);
	return ok && access(full, F_OK) == 0;
}

bool host_link(const struct host *h, char *out, size_t n, const char *path, ...)
{
	char full[PATH_BYTES], to[PATH_BYTES];
	va_list ap;
	va_start(ap, path);
	bool ok = make_path(h, full, path, ap);
	va_end(ap);
	ssize_t len = ok ? readlink(full, to, sizeof to - 1) : -1;
	to[len > 0 ? len : 0] = 0;
	const char *slash = strrchr(to, '/');
	snprintf(out, n, "%s", slash ? slash + 1 : to);
	return len > 0;
}

void host_list(const struct host *h, const char *path, bool (*each)(void *user, const char *name), void *user)
{
	char full[PATH_BYTES];
	struct dirent *e;
	if (snprintf(full, sizeof full, "%s%s", h->root, path) >= (int)sizeof full)
		return;
	DIR *d = opendir(full);
	while (d && (e = readdir(d)))
		if (strcmp(e->d_name, ".") && strcmp(e->d_name, "..") && !each(user, e->d_name))
			break;
	if (d)
		closedir(d);
}

bool host_command(const struct host *h, char *out, size_t n, const char *line)
{
	char quiet[PATH_BYTES];
	if (h->root[0])
		return host_read(h, out, n, "/commands/%s", line);
	out[0] = 0;
	if (snprintf(quiet, sizeof quiet, "%s 2>/dev/null </dev/null", line) >= (int)sizeof quiet)
		return false;
	FILE *f = popen(quiet, "re");
	size_t have = f ? fread(out, 1, n - 1, f) : 0;
	out[have] = 0;
	cut_end(out);
	return f && pclose(f) == 0 && have;
}

bool host_boot_option(const struct host *h, const char *key, char *out, size_t n)
{
	char line[HOST_TEXT], *rest = NULL;
	size_t k = strlen(key);
	bool found = false;
	out[0] = 0;
	if (!host_read(h, line, sizeof line, "/proc/cmdline"))
		return false;
	for (char *w = strtok_r(line, " ", &rest); w; w = strtok_r(NULL, " ", &rest)) {
		if (!strcmp(w, "--")) /* what follows is the first process's */
			break;
		if (strncmp(w, key, k) || (w[k] != '=' && w[k]))
			continue;
		snprintf(out, n, "%s", w[k] ? w + k + 1 : "");
		found = true;
	}
	return found;
}

struct looked_for {
	const struct host *h;
	const char *name;
	bool found;
};

static bool look_at(void *user, const char *pid)
{
	struct looked_for *l = user;
	char comm[64];
	if (pid[0] >= '0' && pid[0] <= '9' && host_read(l->h, comm, sizeof comm, "/proc/%s/comm", pid))
		l->found = !strcmp(comm, l->name);
	return !l->found;
}

bool host_runs(const struct host *h, const char *name)
{
	struct looked_for l = { h, name, false };
	host_list(h, "/proc", look_at, &l);
	return l.found;
}
