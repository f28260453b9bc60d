/*
 * Any bytes as an audit log and its head record: never a crash; refused with a reason and a line; and a
 * file that passes is one whose every line, checked by itself, ends where the whole did.
 */
#include <stdlib.h>
#include <string.h>

#include "appliance/audit_chain.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t n);

static void one_by_one(const struct audit_chain *end, const char *at, size_t n)
{
	struct audit_chain c;
	char why[AUDIT_WHY];
	audit_chain_init(&c);
	for (const char *stop; n && (stop = memchr(at, '\n', n)); at = stop + 1) {
		size_t line = (size_t)(stop - at);
		if (audit_chain_check(&c, at, line, why) != ERR_OK)
			abort();
		n -= line + 1;
	}
	if (n || c.seq != end->seq || strcmp(c.hash, end->hash))
		abort();
}

/* A log of our own, one byte of which the input changes: it never passes, and the line is the one. */
static void spoil(const u8 *data, size_t n)
{
	char text[3 * AUDIT_LINE], head[AUDIT_HEAD], why[AUDIT_WHY];
	struct audit_chain c;
	struct audit_entry e = { .what = "command", .text = "arm" };
	u32 at = 0, starts[4] = { 0 };
	u64 line;
	if (n < 4)
		return;
	memcpy(e.why, data, n < sizeof e.why ? n : sizeof e.why - 1);
	audit_chain_init(&c);
	for (u32 i = 0; i < 3; i++)
		starts[i + 1] = at += audit_chain_add(&c, &e, text + at);
	u32 head_n = audit_head_make(&c, head), where = (u32)(data[0] << 8 | data[1]) % at;
	text[where] = (char)(text[where] ^ (data[2] ? data[2] : 1));
	if (audit_chain_verify(&c, (struct span){ (u8 *)text, at }, (struct span){ (u8 *)head, head_n }, &line,
			       why) != ERR_SYNTAX)
		abort();
	if (where < starts[line - 1] || where >= starts[line])
		abort();
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t n)
{
	struct audit_chain c;
	char why[AUDIT_WHY] = "";
	u64 line;
	size_t head_n = n ? data[0] % AUDIT_HEAD : 0;
	if (n < 1 + head_n)
		return 0;
	struct span head = { data + 1, head_n }, file = { data + 1 + head_n, n - 1 - head_n };
	err_t e = audit_chain_verify(&c, file, head, &line, why);
	if (e == ERR_OK && file.n)
		one_by_one(&c, (const char *)file.p, file.n);
	if (e != ERR_OK && (!line || !*why || memchr(why, '\n', strlen(why))))
		abort();
	spoil(data, n);
	return 0;
}
