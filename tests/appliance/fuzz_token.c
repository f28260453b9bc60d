/*
 * Any file of tokens and any token: what is read has names and roles that are some, and no
 * token is taken for a row whose hash it does not have. The token is the first line, the file
 * the rest.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "appliance/token.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t n);

int LLVMFuzzerTestOneInput(const u8 *data, size_t n)
{
	static struct token_file f;
	static char path[64];
	char token[256] = "", why[TOKEN_WHY];
	if (!*path)
		snprintf(path, sizeof path, "/tmp/saker-fuzz-token-%d", (int)getpid());
	const u8 *end = memchr(data, '\n', n);
	size_t first = end ? (size_t)(end - data) : n;
	memcpy(token, data, first < sizeof token ? first : sizeof token - 1);
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0 || (end && write(fd, end + 1, n - first - 1) < 0))
		abort();
	close(fd);
	err_t e = token_read(&f, path, why);
	if ((e != ERR_OK && (f.n || !*why)) || f.n > TOKENS_MAX)
		abort();
	for (u32 i = 0; i < f.n; i++)
		if (!token_name_ok(f.row[i].name) || f.row[i].role <= ACCESS_NONE || f.row[i].role >= ACCESS_ROLES)
			abort();
	const struct token_row *r = token_find(&f, token);
	if (r && strncmp(token, r->name, strlen(r->name)))
		abort();
	return 0;
}
