/*
 * Any bytes as the file of an encrypted secret, opened under a passphrase and a name: none of
 * them opens, nothing comes out, and what has no head is told from what has one before a key is
 * derived. Deriving takes a second, so that bytes with the right head are changed into ones
 * without it nine times of ten.
 */
#include <stdlib.h>
#include <string.h>

#include "appliance/secret_box.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t n);

int LLVMFuzzerTestOneInput(const u8 *data, size_t n)
{
	static const u8 passphrase[] = "correct horse";
	static u32 derived;
	u8 text[SECRET_TEXT_MAX], box[SECRET_BOX_MAX + 64];
	size_t text_n = 0;
	if (n > sizeof box)
		n = sizeof box;
	memcpy(box, data, n);
	bool headed = n >= SECRET_BOX_HEAD && !memcmp(box, "SAKERS1\n", 8);
	if (headed && ++derived % 10)
		box[0] ^= 1, headed = false;
	memset(text, 0, sizeof text);
	err_t e = secret_box_open((struct span){ passphrase, sizeof passphrase - 1 }, "api", (struct span){ box, n }, text,
				  &text_n);
	if (e == ERR_OK || (!headed && e != ERR_SYNTAX))
		abort();
	for (size_t i = 0; i < sizeof text; i++)
		if (text[i])
			abort();
	return 0;
}
