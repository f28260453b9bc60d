/*
 * secret_box.h - a secret encrypted under a passphrase: Argon2id makes the key, XChaCha20-Poly1305
 * seals. Its name and the form's number are bound in, so that one box is never taken for another.
 *
 *   "SAKERS1\n", salt, nonce, ciphertext with its tag
 *
 * Deriving a key takes 256 MiB and about a second; ERR_NO_MEMORY where that is not there.
 */
#ifndef SAKER_SECRET_BOX_H
#define SAKER_SECRET_BOX_H

#include "common/err.h"
#include "common/types.h"

#define SECRET_TEXT_MAX 4096 /* bytes of a secret */
#define SECRET_BOX_HEAD (8 + 16 + 24)
#define SECRET_BOX_MAX  (SECRET_BOX_HEAD + SECRET_TEXT_MAX + 16)

/* `n` of 1 to SECRET_TEXT_MAX bytes to `box` (SECRET_BOX_MAX bytes), whose length `box_n` gets. */
err_t secret_box_seal(struct span passphrase, const char *name, struct span text, u8 *box, size_t *box_n);

/*
 * To `text` (SECRET_TEXT_MAX bytes). ERR_SYNTAX: it is no box, or was cut off within its head; ERR_AUTH:
 * another passphrase or name, or it was changed or cut: nothing tells which, and nothing of it comes out.
 */
err_t secret_box_open(struct span passphrase, const char *name, struct span box, u8 *text, size_t *text_n);

#endif
