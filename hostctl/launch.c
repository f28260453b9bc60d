#include "hostctl/launch.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static err_t failed(char *why, const char *what)
{
	snprintf(why, LAUNCH_WHY_MAX, "%s: %s", what, strerror(errno));
	return ERR_IO;
}

/* ---- by the unit ---- */

static bool is_units_own(const struct config *c, const char *path)
{
	char own[CONFIG_TEXT], a[PATH_MAX], b[PATH_MAX];
	snprintf(own, sizeof own, "/etc/saker/%s.yaml", c->instance);
	return !access("/run/systemd/system", F_OK) && realpath(path, a) && realpath(own, b) && !strcmp(a, b);
}

/* Its exit code; -1: it could not be run. */
static int systemctl(const char *verb, char *unit)
{
	char program[] = "systemctl", what[16];
	char *argv[] = { program, what, unit, NULL };
	posix_spawn_file_actions_t files;
	pid_t pid;
	int status;
	snprintf(what, sizeof what, "%s", verb);
	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_addopen(&files, 1, "/dev/null", O_WRONLY, 0); /* what it is, says the code */
	int e = posix_spawnp(&pid, program, &files, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&files);
	if (e || waitpid(pid, &status, 0) != pid)
		return -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static err_t begin_unit(struct launch *l, char *why)
{
	if (!systemctl("start", l->unit))
		return ERR_OK;
	snprintf(why, LAUNCH_WHY_MAX, "systemctl start %s failed; see journalctl -u %s", l->unit, l->unit);
	return ERR_IO;
}

/* ---- by itself ---- */

static void find_program(char out[PATH_MAX])
{
	ssize_t n = readlink("/proc/self/exe", out, PATH_MAX - 8);
	char *slash = NULL;
	if (n > 0) {
		out[n] = 0;
		slash = strrchr(out, '/');
	}
	if (slash)
		memcpy(slash + 1, "saker", 6);
	if (!slash || access(out, X_OK))
		memcpy(out, "saker", 6); /* PATH */
}

static int open_out(struct launch *l, const struct config *c)
{
	mkdir(c->state_dir, 0700); /* as saker would */
	snprintf(l->out, sizeof l->out, "%s/saker.out", c->state_dir);
	int fd = open(l->out, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (fd >= 0)
		l->out_at = (long)lseek(fd, 0, SEEK_END);
	return fd;
}

static err_t begin_process(struct launch *l, const struct config *c, const char *path, char *why)
{
	char program[PATH_MAX], absolute[PATH_MAX], name[] = "saker", option[] = "--config";
	char *argv[] = { name, option, absolute, NULL };
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;
	if (!realpath(path, absolute))
		return failed(why, path);
	find_program(program);
	int fd = open_out(l, c);
	if (fd < 0)
		return failed(why, l->out);
	posix_spawn_file_actions_init(&files);
	posix_spawnattr_init(&attr);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSID);
	posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&files, fd, 1);
	posix_spawn_file_actions_adddup2(&files, fd, 2);
	errno = posix_spawnp(&l->pid, program, &files, &attr, argv, environ);
	err_t e = errno ? failed(why, program) : ERR_OK;
	posix_spawnattr_destroy(&attr);
	posix_spawn_file_actions_destroy(&files);
	close(fd);
	return e;
}

err_t launch_begin(struct launch *l, const struct config *c, const char *path, char *why)
{
	*l = (struct launch){ .by_unit = is_units_own(c, path) };
	snprintf(l->unit, sizeof l->unit, "saker@%s", c->instance);
	return l->by_unit ? begin_unit(l, why) : begin_process(l, c, path, why);
}

/* ---- its end ---- */

static void last_line(const struct launch *l, char *why)
{
	char line[LAUNCH_WHY_MAX];
	FILE *f = fopen(l->out, "re");
	snprintf(why, LAUNCH_WHY_MAX, "it ended without a word");
	if (!f)
		return;
	fseek(f, l->out_at, SEEK_SET);
	while (fgets(line, sizeof line, f)) {
		line[strcspn(line, "\n")] = 0;
		if (*line)
			snprintf(why, LAUNCH_WHY_MAX, "%s", line);
	}
	fclose(f);
}

bool launch_ended(struct launch *l, char *why)
{
	int status;
	if (l->by_unit) {
		if (systemctl("is-active", l->unit) == 0)
			return false;
		l->code = 1;
		snprintf(why, LAUNCH_WHY_MAX, "the unit ended; see journalctl -u %s", l->unit);
		return true;
	}
	if (waitpid(l->pid, &status, WNOHANG) != l->pid)
		return false;
	l->code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	last_line(l, why);
	return true;
}
