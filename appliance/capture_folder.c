#include "appliance/capture_folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SUFFIX ".pcapng"
#define BEHIND_INSTANCE 25 /* .0000002a.00000001.pcapng */

void capture_name(char out[CAPTURE_NAME_MAX], const char *instance, u32 boot, u32 n)
{
	snprintf(out, CAPTURE_NAME_MAX, "%s.%08x.%08x" SUFFIX, instance, boot, n);
}

int capture_folder_open(const char *path)
{
	if (mkdir(path, 0700) && errno != EEXIST)
		return -1;
	return open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

static bool is_ours(const char *name, const char *instance)
{
	static const char hex[] = "0123456789abcdef";
	size_t n = strlen(instance);
	const char *p = name + n;
	return !strncmp(name, instance, n) && strlen(p) == BEHIND_INSTANCE && p[0] == '.' &&
	       strspn(p + 1, hex) == 8 && p[9] == '.' && strspn(p + 10, hex) == 8 &&
	       !strcmp(p + 18, SUFFIX);
}

/* How many files are ours; `oldest` receives the first by name. */
static u32 look(DIR *d, const char *instance, char oldest[CAPTURE_NAME_MAX])
{
	u32 n = 0;
	rewinddir(d);
	for (const struct dirent *e; (e = readdir(d));) {
		if (!is_ours(e->d_name, instance))
			continue;
		if (!n++ || strcmp(e->d_name, oldest) < 0)
			snprintf(oldest, CAPTURE_NAME_MAX, "%.*s", CAPTURE_NAME_MAX - 1, e->d_name);
	}
	return n;
}

u32 capture_folder_trim(int dir_fd, const char *instance, u32 keep)
{
	char oldest[CAPTURE_NAME_MAX] = "";
	u32 gone = 0;
	int fd = keep ? openat(dir_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
	DIR *d = fd >= 0 ? fdopendir(fd) : NULL;
	if (fd >= 0 && !d)
		close(fd);
	while (d && look(d, instance, oldest) > keep && !unlinkat(dir_fd, oldest, 0))
		gone++;
	if (d)
		closedir(d);
	return gone;
}
