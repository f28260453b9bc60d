#include "appliance/secret_store.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#define CREDENTIAL "saker.passphrase"
#define PATH_ROOM  512

static err_t fail(char *why, err_t e, const char *place, const char *what)
{
	snprintf(why, SECRET_WHY, "%.370s: %.130s", place, what);
	return e;
}

/* ---- names ---- */

const char *secret_named(const char *spec) { return strncmp(spec, "secret:", 7) ? NULL : spec + 7; }

bool secret_name_ok(const char *name)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";
	size_t n = strlen(name);
	return n && n < SECRET_NAME_MAX && *name != '.' && strspn(name, allowed) == n;
}

/* ---- memory ---- */

err_t secret_new(struct secret *s)
{
	*s = (struct secret){ 0 };
	if (sodium_init() < 0 || !(s->text = sodium_malloc(SECRET_TEXT_MAX + 1)))
		return ERR_NO_MEMORY;
	s->text[0] = 0;
	return ERR_OK;
}

void secret_free(struct secret *s)
{
	sodium_free(s->text);
	*s = (struct secret){ 0 };
}

/* ---- from outside ---- */

err_t secret_read_fd(int fd, struct secret *out, char *why)
{
	ssize_t got = 1;
	if (secret_new(out) != ERR_OK)
		return fail(why, ERR_NO_MEMORY, "secret", err_text(ERR_NO_MEMORY));
	while (out->n < SECRET_TEXT_MAX && got > 0) {
		got = read(fd, out->text + out->n, SECRET_TEXT_MAX - out->n);
		if (got < 0 && errno == EINTR)
			got = 1;
		else if (got > 0)
			out->n += (size_t)got;
	}
	if (got >= 0 && out->n == SECRET_TEXT_MAX) {
		secret_free(out);
		return fail(why, ERR_TOO_LONG, "secret", "is longer than 4095 bytes");
	}
	while (out->n && strchr("\r\n", out->text[out->n - 1]))
		out->n--;
	out->text[out->n] = 0;
	if (got >= 0 && out->n)
		return ERR_OK;
	secret_free(out);
	return got < 0 ? fail(why, ERR_IO, "secret", strerror(errno)) : fail(why, ERR_IO, "secret", "is empty");
}

/* A line as it is typed, until its end, to the room that is left. */
static void read_line(int tty, struct secret *s)
{
	char c;
	while (s->n < SECRET_TEXT_MAX && read(tty, &c, 1) == 1 && c != '\n')
		s->text[s->n++] = c;
	s->text[s->n] = 0;
}

err_t secret_ask(const char *prompt, struct secret *out, char *why)
{
	struct termios was, quiet;
	int tty = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
	if (tty < 0 || tcgetattr(tty, &was)) {
		if (tty >= 0)
			close(tty);
		return fail(why, ERR_IO, "no terminal to ask at",
			    "give it by a file descriptor or a credential (docs/security.md)");
	}
	err_t e = secret_new(out);
	if (e == ERR_OK) {
		quiet = was;
		quiet.c_lflag &= ~(tcflag_t)ECHO;
		tcsetattr(tty, TCSAFLUSH, &quiet);
		dprintf(tty, "%s: ", prompt);
		read_line(tty, out);
		tcsetattr(tty, TCSAFLUSH, &was);
		dprintf(tty, "\n");
	}
	close(tty);
	if (e == ERR_OK && out->n)
		return ERR_OK;
	secret_free(out);
	return fail(why, e == ERR_OK ? ERR_ARGUMENT : e, prompt, e == ERR_OK ? "nothing was typed" : err_text(e));
}

/* A plain file of ours that nobody else may read. */
static int open_private(const char *path, char *why)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0) {
		fail(why, ERR_IO, path, errno == ENOENT ? "is not there" : strerror(errno));
		return -1;
	}
	if (!fstat(fd, &st) && S_ISREG(st.st_mode) && !(st.st_mode & 077))
		return fd;
	fail(why, ERR_IO, path, S_ISREG(st.st_mode) ? "others can read it; chmod 600 it" : "is no plain file");
	close(fd);
	return -1;
}

static err_t read_private(const char *path, struct secret *out, char *why)
{
	char reason[SECRET_WHY];
	int fd = open_private(path, why);
	if (fd < 0)
		return ERR_IO;
	err_t e = secret_read_fd(fd, out, reason);
	close(fd);
	return e == ERR_OK ? e : fail(why, e, path, reason);
}

/* ---- the passphrase ---- */

/* systemd makes credentials readable for the service's user alone, by mode or by access list. */
static err_t from_credential(const char *dir, struct secret *out, char *why)
{
	char path[PATH_ROOM], reason[SECRET_WHY];
	snprintf(path, sizeof path, "%s/%s", dir, CREDENTIAL);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return fail(why, ERR_IO, path, strerror(errno));
	err_t e = secret_read_fd(fd, out, reason);
	close(fd);
	return e == ERR_OK ? e : fail(why, e, path, reason);
}

err_t secret_passphrase(struct secret_store *s, char *why)
{
	const char *dir = getenv("CREDENTIALS_DIRECTORY"), *fd = getenv("SAKER_PASSPHRASE_FD");
	char reason[SECRET_WHY];
	int n = s->passphrase_fd >= 0 ? s->passphrase_fd : fd ? atoi(fd) : -1;
	if (s->passphrase.text)
		return ERR_OK;
	if (n >= 0) {
		err_t e = secret_read_fd(n, &s->passphrase, reason);
		return e == ERR_OK ? e : fail(why, e, "the passphrase", reason);
	}
	return dir ? from_credential(dir, &s->passphrase, why) : secret_ask("Passphrase", &s->passphrase, why);
}

void secret_store_close(struct secret_store *s) { secret_free(&s->passphrase); }

/* ---- the encrypted ones ---- */

static struct span passphrase_of(const struct secret_store *s)
{
	return (struct span){ (const u8 *)s->passphrase.text, s->passphrase.n };
}

static const char *explain(err_t e)
{
	switch (e) {
	case ERR_SYNTAX: return "is no encrypted secret, or was cut off; hostctl secret set makes one";
	case ERR_AUTH: return "does not open: another passphrase, or the file was changed, cut or renamed";
	case ERR_NO_MEMORY: return "256 MiB of memory to derive its key from the passphrase are not there";
	default: return err_text(e);
	}
}

static err_t open_box(struct secret_store *s, const char *name, struct secret *out, char *why)
{
	char path[PATH_ROOM];
	u8 box[SECRET_BOX_MAX + 1];
	snprintf(path, sizeof path, "%s/%s", s->dir, name);
	if (!secret_name_ok(name))
		return fail(why, ERR_ARGUMENT, name, "is no name of a secret: letters, digits, '-', '_', '.', at most 31");
	int fd = open_private(path, why);
	if (fd < 0)
		return ERR_IO;
	ssize_t n = read(fd, box, sizeof box);
	close(fd);
	if (n < 0)
		return fail(why, ERR_IO, path, strerror(errno));
	err_t e = secret_passphrase(s, why);
	if (e != ERR_OK)
		return e;
	if ((e = secret_new(out)) == ERR_OK)
		e = secret_box_open(passphrase_of(s), name, (struct span){ box, (size_t)n }, (u8 *)out->text, &out->n);
	if (e != ERR_OK) {
		secret_free(out);
		return fail(why, e, path, explain(e));
	}
	out->text[out->n] = 0;
	return ERR_OK;
}

err_t secret_get(struct secret_store *s, const char *spec, struct secret *out, char *why)
{
	const char *name = secret_named(spec);
	*out = (struct secret){ 0 };
	return name ? open_box(s, name, out, why) : read_private(spec, out, why);
}

static bool write_whole(const char *path, const u8 *p, size_t n)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	bool ok = fd >= 0 && !fchmod(fd, 0600) && write(fd, p, n) == (ssize_t)n && !fsync(fd);
	if (fd >= 0)
		close(fd);
	return ok;
}

err_t secret_put(struct secret_store *s, const char *name, const struct secret *value, char *why)
{
	char path[PATH_ROOM], beside[PATH_ROOM + 8];
	u8 box[SECRET_BOX_MAX];
	size_t n;
	if (!secret_name_ok(name))
		return fail(why, ERR_ARGUMENT, name, "is no name of a secret: letters, digits, '-', '_', '.', at most 31");
	err_t e = secret_passphrase(s, why);
	if (e != ERR_OK)
		return e;
	e = secret_box_seal(passphrase_of(s), name, (struct span){ (const u8 *)value->text, value->n }, box, &n);
	snprintf(path, sizeof path, "%s/%s", s->dir, name);
	snprintf(beside, sizeof beside, "%s/.%s.new", s->dir, name);
	if (e != ERR_OK)
		return fail(why, e, path, explain(e));
	if (mkdir(s->dir, 0700) && errno != EEXIST)
		return fail(why, ERR_IO, s->dir, strerror(errno));
	if (!write_whole(beside, box, n) || rename(beside, path))
		return fail(why, ERR_IO, path, strerror(errno));
	return ERR_OK;
}
