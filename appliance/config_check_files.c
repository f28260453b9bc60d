/*
 * config_check_files.c - the files a configuration names: there, readable, of the right kind, and
 * secrets nobody else's.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "appliance/config_check.h"
#include "appliance/secret_store.h"

#define HEAD_MAX 65536 /* a certificate or key begins within it; comments may stand before */

/* Opens a plain file for reading; -1, and `error` says why not. */
static int open_plain(const struct config *c, const char *option, const char *file, struct stat *st,
		      char *error)
{
	int fd = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0 || fstat(fd, st)) {
		check_failed(c, option, error, "%s cannot be read: %s", file, strerror(errno));
	} else if (!S_ISREG(st->st_mode)) {
		check_failed(c, option, error, "%s is no plain file", file);
	} else {
		return fd;
	}
	if (fd >= 0)
		close(fd);
	return -1;
}

/* The file's beginning as text, to `head` of HEAD_MAX + 1 bytes. */
static err_t read_head(const struct config *c, const char *option, const char *file, bool secret,
		       char *head, char *error)
{
	struct stat st;
	int fd = open_plain(c, option, file, &st, error);
	if (fd < 0)
		return ERR_IO;
	ssize_t n = read(fd, head, HEAD_MAX);
	close(fd);
	head[n > 0 ? n : 0] = 0;
	if (secret && st.st_mode & 077)
		return check_failed(c, option, error,
				    "%s has mode %03o, so others can read it; chmod 600 it", file,
				    st.st_mode & 0777);
	return ERR_OK;
}

static err_t check_certificate(const struct config *c, const char *option, const char *file, char *head, char *error)
{
	if (!*file)
		return ERR_OK;
	err_t e = read_head(c, option, file, false, head, error);
	if (e == ERR_OK && !strstr(head, "-----BEGIN CERTIFICATE-----") &&
	    !strstr(head, "-----BEGIN TRUSTED CERTIFICATE-----"))
		e = check_failed(c, option, error,
				 "%s holds no certificate, expected PEM (-----BEGIN CERTIFICATE-----)", file);
	return e;
}

/* An encrypted secret: there, and nobody else's. What is in it shows when it is opened, at start. */
static err_t check_sealed(const struct config *c, const char *option, const char *name, char *head, char *error)
{
	char file[2 * CONFIG_TEXT];
	if (!secret_name_ok(name))
		return check_failed(c, option, error,
				    "found secret:%s, expected a name of at most 31 letters, digits, '-', '_', '.'",
				    name);
	snprintf(file, sizeof file, "%s/%s", c->secrets_dir, name);
	return read_head(c, option, file, true, head, error);
}

/* A secret of one line; `what` it is, for the sentence. */
static err_t check_line(const struct config *c, const char *option, const char *file, const char *what, char *head,
			char *error)
{
	err_t e = read_head(c, option, file, true, head, error);
	if (e != ERR_OK)
		return e;
	size_t n = strcspn(head, "\r\n");
	if (!n || head[n + strspn(head + n, "\r\n")] || strcspn(head, " \t") < n)
		return check_failed(c, option, error, "%s does not hold one line, expected the %s and nothing else", file,
				    what);
	return ERR_OK;
}

static err_t check_api_key(const struct config *c, char *head, char *error)
{
	const char *file = c->api_key_file, *option = "venue.api_key_file";
	if (!*file)
		return ERR_OK;
	return secret_named(file) ? check_sealed(c, option, secret_named(file), head, error)
				  : check_line(c, option, file, "API key", head, error);
}

static err_t check_private_key(const struct config *c, const char *option, const char *file, char *head, char *error)
{
	err_t e;
	if (!*file)
		return ERR_OK;
	if (secret_named(file))
		return check_sealed(c, option, secret_named(file), head, error);
	e = read_head(c, option, file, true, head, error);
	if (e == ERR_OK && !strstr(head, "-----BEGIN PRIVATE KEY-----"))
		e = check_failed(c, option, error,
				 "%s holds no unencrypted private key in PEM form (openssl genpkey "
				 "-algorithm ed25519 makes one)",
				 file);
	return e;
}

static err_t check_tcp(const struct config *c, char *head, char *error)
{
	const struct config_access *a = &c->access;
	err_t e;
	if (a->tcp_port && (!*a->tcp_certificate || !*a->tcp_key))
		return check_failed(c, "access.tcp.port", error,
				    "found %u without access.tcp.certificate and access.tcp.key; name both, or set 0",
				    a->tcp_port);
	if ((e = check_certificate(c, "access.tcp.certificate", a->tcp_certificate, head, error)) != ERR_OK ||
	    (e = check_certificate(c, "access.tcp.client_ca", a->tcp_client_ca, head, error)) != ERR_OK)
		return e;
	return check_private_key(c, "access.tcp.key", a->tcp_key, head, error);
}

/* A folder that is there and ours, or one that can be made where it should be. */
static err_t check_folder(const struct config *c, const char *option, const char *folder,
			  bool may_be_made, char *error)
{
	struct stat st;
	char parent[CONFIG_TEXT];
	if (!stat(folder, &st)) {
		if (!S_ISDIR(st.st_mode))
			return check_failed(c, option, error, "%s is no folder", folder);
		if (access(folder, W_OK | X_OK))
			return check_failed(
				c, option, error,
				"%s cannot be written to by this user; chown it, or name another",
				folder);
		return ERR_OK;
	}
	snprintf(parent, sizeof parent, "%s", folder);
	char *slash = strrchr(parent, '/');
	if (slash && slash != parent)
		*slash = 0;
	if (may_be_made && slash && !access(slash == parent ? "/" : parent, W_OK | X_OK))
		return ERR_OK;
	return check_failed(c, option, error, "the folder %s is not there%s; mkdir -p it", folder,
			    may_be_made ? " and cannot be made" : "");
}

/* The folder that `file` is in. */
static err_t check_folder_of(const struct config *c, const char *option, const char *file,
			     char *error)
{
	char folder[CONFIG_TEXT];
	snprintf(folder, sizeof folder, "%s", file);
	char *slash = strrchr(folder, '/');
	if (!slash)
		return ERR_OK; /* the working folder, wherever that will be */
	slash[slash == folder] = 0;
	if (!strcmp(folder, c->state_dir))
		return ERR_OK;
	return check_folder(c, option, folder, false, error);
}

err_t check_files(const struct config *c, char *error)
{
	char head[HEAD_MAX + 1];
	err_t e;
	if ((e = check_certificate(c, "venue.ca_file", c->ca_file, head, error)) != ERR_OK ||
	    (e = check_api_key(c, head, error)) != ERR_OK ||
	    (e = check_private_key(c, "venue.private_key_file", c->private_key_file, head, error)) != ERR_OK ||
	    (e = check_tcp(c, head, error)) != ERR_OK)
		return e;
	if ((e = check_folder(c, "files.state_dir", c->state_dir, true, error)) != ERR_OK)
		return e;
	e = check_folder_of(c, "files.socket", c->socket, error);
	return e == ERR_OK && *c->log_file ? check_folder_of(c, "files.log", c->log_file, error)
					   : e;
}

err_t check_telemetry(const struct config *c, char *error)
{
	const struct config_telemetry *t = &c->telemetry;
	char head[HEAD_MAX + 1];
	err_t e = ERR_OK;
	if (*t->influx_secret_file)
		e = check_line(c, "telemetry.influxdb.secret_file", t->influx_secret_file, "password or token", head, error);
	if (e == ERR_OK && *t->redis_secret_file)
		e = check_line(c, "telemetry.redis.secret_file", t->redis_secret_file, "password", head, error);
	if (e == ERR_OK && *t->influx_url && check_given(c, "telemetry.influxdb.spool_dir"))
		e = check_folder(c, "telemetry.influxdb.spool_dir", t->influx_spool_dir, true, error);
	return e;
}

err_t check_capture(const struct config *c, char *error)
{
	if (*c->capture_dir)
		return check_folder(c, "capture.dir", c->capture_dir, true, error);
	if (c->capture_at_start)
		return check_failed(c, "capture.at_start", error,
				    "found true without capture.dir; name the folder of the files, or remove it");
	return ERR_OK;
}

err_t check_strategies(const struct config *c, char *error)
{
	for (u32 i = 0; i < c->n_strategies; i++) {
		const struct config_strategy *s = &c->strategy[i];
		struct stat st;
		for (u32 k = 0; k < i; k++)
			if (!strcmp(c->strategy[k].name, s->name))
				return check_failed(c, "strategies", error,
						    "%s is the name of two (lines %u and %u); each "
						    "needs its own",
						    s->name, c->strategy[k].line, s->line);
		int fd = *s->plugin ? open_plain(c, "strategies", s->plugin, &st, error) : -1;
		if (*s->plugin && fd < 0)
			return ERR_IO;
		if (fd >= 0)
			close(fd);
	}
	return ERR_OK;
}
