#include "appliance/secret_box.h"

#include <sodium.h>
#include <string.h>

static const u8 magic[8] = { 'S', 'A', 'K', 'E', 'R', 'S', '1', '\n' };

#define SALT  crypto_pwhash_argon2id_SALTBYTES
#define NONCE crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
#define TAG   crypto_aead_xchacha20poly1305_ietf_ABYTES
#define KEY   crypto_aead_xchacha20poly1305_ietf_KEYBYTES
#define NAME_MAX_HERE 64
static_assert(SECRET_BOX_HEAD == sizeof magic + SALT + NONCE, "the head is all that is not sealed");
static_assert(SECRET_BOX_MAX == SECRET_BOX_HEAD + SECRET_TEXT_MAX + TAG, "room for the tag");

static err_t derive(struct span passphrase, const u8 *salt, u8 key[KEY])
{
	if (sodium_init() < 0)
		return ERR_INTERNAL;
	return crypto_pwhash_argon2id(key, KEY, (const char *)passphrase.p, passphrase.n, salt,
				      crypto_pwhash_argon2id_OPSLIMIT_MODERATE,
				      crypto_pwhash_argon2id_MEMLIMIT_MODERATE, crypto_pwhash_argon2id_ALG_ARGON2ID13)
		       ? ERR_NO_MEMORY
		       : ERR_OK;
}

/* What is bound in: form and name. Returns its length. */
static size_t bound(const char *name, u8 out[sizeof magic + NAME_MAX_HERE])
{
	size_t n = strlen(name);
	assert(n <= NAME_MAX_HERE);
	memcpy(out, magic, sizeof magic);
	memcpy(out + sizeof magic, name, n);
	return sizeof magic + n;
}

err_t secret_box_seal(struct span passphrase, const char *name, struct span text, u8 *box, size_t *box_n)
{
	u8 key[KEY], with[sizeof magic + NAME_MAX_HERE], *salt = box + sizeof magic, *nonce = salt + SALT;
	unsigned long long sealed;
	assert(text.n && text.n <= SECRET_TEXT_MAX);
	memcpy(box, magic, sizeof magic);
	if (sodium_init() < 0)
		return ERR_INTERNAL;
	randombytes_buf(salt, SALT + NONCE);
	err_t e = derive(passphrase, salt, key);
	if (e != ERR_OK)
		return e;
	crypto_aead_xchacha20poly1305_ietf_encrypt(box + SECRET_BOX_HEAD, &sealed, text.p, text.n, with,
						   bound(name, with), NULL, nonce, key);
	sodium_memzero(key, sizeof key);
	*box_n = SECRET_BOX_HEAD + (size_t)sealed;
	return ERR_OK;
}

err_t secret_box_open(struct span passphrase, const char *name, struct span box, u8 *text, size_t *text_n)
{
	u8 key[KEY], with[sizeof magic + NAME_MAX_HERE];
	unsigned long long opened = 0;
	if (box.n <= SECRET_BOX_HEAD + TAG || box.n > SECRET_BOX_MAX || memcmp(box.p, magic, sizeof magic))
		return ERR_SYNTAX;
	const u8 *salt = box.p + sizeof magic, *nonce = salt + SALT;
	err_t e = derive(passphrase, salt, key);
	if (e != ERR_OK)
		return e;
	int bad = crypto_aead_xchacha20poly1305_ietf_decrypt(text, &opened, NULL, box.p + SECRET_BOX_HEAD,
							     box.n - SECRET_BOX_HEAD, with, bound(name, with),
							     nonce, key);
	sodium_memzero(key, sizeof key);
	*text_n = (size_t)opened;
	return bad ? ERR_AUTH : ERR_OK;
}
