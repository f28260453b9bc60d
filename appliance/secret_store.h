/*
 * secret_store.h - secrets: in plain files that their owner alone may read, or encrypted in the folder
 * files.secrets_dir; in memory that is locked, left out of core dumps, and wiped.
 *
 * "secret:NAME" means the encrypted one of that name, anything else a file. The passphrase comes from
 * the credential `saker.passphrase` (CREDENTIALS_DIRECTORY, as systemd makes it), from the file descriptor
 * whose number SAKER_PASSPHRASE_FD holds, or from the terminal. Blocks; slow paths alone.
 */
#ifndef SAKER_SECRET_STORE_H
#define SAKER_SECRET_STORE_H

#include "appliance/secret_box.h"

#define SECRET_NAME_MAX 32 /* its end included: letters, digits, '-', '_', '.', no '.' first */
#define SECRET_WHY      512

struct secret {
	char *text; /* a 0 behind it; NULL: none */
	size_t n;
};

struct secret_store {
	const char *dir;
	int passphrase_fd;        /* -1: as said above */
	struct secret passphrase; /* once it was asked for */
};

/* The name in "secret:NAME"; NULL: it means a file. */
const char *secret_named(const char *spec);
bool secret_name_ok(const char *name);

/* Room for SECRET_TEXT_MAX bytes; ERR_NO_MEMORY. */
err_t secret_new(struct secret *s);
void secret_free(struct secret *s); /* wiped */

/*
 * The secret that `spec` means. ERR_IO: not readable, or others may read it; ERR_SYNTAX, ERR_AUTH: as
 * secret_box_open; `why` (SECRET_WHY bytes) names the file and the remedy. Free it.
 */
err_t secret_get(struct secret_store *s, const char *spec, struct secret *out, char *why);

/* Encrypts and writes, mode 0600, whole or not at all; the folder is made (0700) where it is missing. */
err_t secret_put(struct secret_store *s, const char *name, const struct secret *value, char *why);

/* All of a descriptor, without the newline it ends with; or a line of the terminal, typed unseen behind `prompt`. */
err_t secret_read_fd(int fd, struct secret *out, char *why);
err_t secret_ask(const char *prompt, struct secret *out, char *why);

/* Asks for the passphrase unless it is known. */
err_t secret_passphrase(struct secret_store *s, char *why);
void secret_store_close(struct secret_store *s);

#endif
