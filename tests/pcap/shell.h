/*
 * shell.h - files and programs of the tests that compare with Wireshark's. Names of files are ours
 * or those of the recordings, and are quoted.
 */
#ifndef SAKER_TESTS_PCAP_SHELL_H
#define SAKER_TESTS_PCAP_SHELL_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/types.h"
#include "tests/cmocka_all.h"

static inline bool sh_has(const char *program)
{
	char command[128];
	snprintf(command, sizeof command, "command -v %s >/dev/null 2>&1", program);
	return system(command) == 0;
}

/* What `command` prints, with a NUL behind it; the caller frees. Fails the test where it fails. */
static inline char *sh_output(const char *command, size_t *n)
{
	size_t cap = 1 << 16;
	char *text = malloc(cap);
	FILE *f = popen(command, "r");
	assert_non_null(f);
	for (*n = 0;; *n += fread(text + *n, 1, cap - *n - 1, f)) {
		if (feof(f) || ferror(f))
			break;
		if (cap - *n < cap / 2)
			text = realloc(text, cap *= 2);
	}
	text[*n] = 0;
	int status = pclose(f);
	if (status)
		fail_msg("exit status %d: %s", status, command);
	return text;
}

static inline char *sh_file(const char *path, size_t *n)
{
	char command[1200];
	size_t len = strlen(path);
	bool packed = len > 3 && !strcmp(path + len - 3, ".gz");
	snprintf(command, sizeof command, "%s '%s'", packed ? "gzip -dc" : "cat", path);
	return sh_output(command, n);
}

/* A temporary file with these bytes; `path` receives its name. The caller unlinks it. */
static inline void sh_temp(char path[64], struct span bytes)
{
	strcpy(path, "/tmp/saker-pcap-XXXXXX");
	int fd = mkstemp(path);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes.p, bytes.n), (ssize_t)bytes.n);
	close(fd);
}

static inline const char *sh_data(void)
{
	const char *dir = getenv("SAKER_DATA");
	return dir ? dir : "(SAKER_DATA is not set)";
}

#endif
