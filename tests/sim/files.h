/* Files for tests: a folder of their own, gzip files of given text. */
#ifndef TESTS_SIM_FILES_H
#define TESTS_SIM_FILES_H

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

/* A fresh folder; its name. */
static inline const char *fresh_dir(char out[64])
{
	strcpy(out, "/tmp/saker-sim-XXXXXX");
	char *made = mkdtemp(out);
	assert(made);
	return made;
}

static inline void remove_dir(const char *dir)
{
	char command[128];
	snprintf(command, sizeof command, "rm -rf '%s'", dir);
	int status = system(command);
	assert(status == 0);
}

static inline void write_gz(const char *path, const char *text)
{
	gzFile f = gzopen(path, "wb");
	assert(f);
	int done = gzputs(f, text);
	assert(done == (int)strlen(text));
	gzclose(f);
}

#endif
