/*
 * recording.h - lines of the recordings under SAKER_DATA, for tests. A test that finds none says so by name and skips.
 */
#ifndef TEST_RECORDING_H
#define TEST_RECORDING_H

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

struct recording {
	gzFile file;
	char *line;      /* of RECORDING_LINE bytes */
	const char *json;
	size_t n;        /* bytes of json, without the line end */
	u64 local_time;  /* as written before it: nanoseconds or microseconds */
};

#define RECORDING_LINE (1u << 20)

static inline const char *recording_path(char *path, size_t size, const char *name)
{
	const char *dir = getenv("SAKER_DATA");
	snprintf(path, size, "%s/%s", dir ? dir : "(SAKER_DATA is not set)", name);
	return path;
}

static inline bool recording_open(struct recording *r, const char *name)
{
	char path[512];
	*r = (struct recording){ .file = gzopen(recording_path(path, sizeof path, name), "rb") };
	if (!r->file)
		printf("SKIP: no %s (set SAKER_DATA)\n", path);
	else
		r->line = malloc(RECORDING_LINE);
	return r->file && r->line;
}

/* The next `<local time> <json>`. False at the end. */
static inline bool recording_next(struct recording *r)
{
	while (gzgets(r->file, r->line, RECORDING_LINE)) {
		char *blank = strchr(r->line, ' ');
		if (!blank)
			continue;
		r->local_time = strtoull(r->line, NULL, 10);
		r->json = blank + 1;
		r->n = strcspn(r->json, "\r\n");
		return true;
	}
	return false;
}

static inline void recording_close(struct recording *r)
{
	gzclose(r->file);
	free(r->line);
}

#endif
