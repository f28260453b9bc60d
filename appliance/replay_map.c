#include "appliance/replay_map.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static bool map_file(const char *path, struct span *bytes)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	void *p = MAP_FAILED;
	if (fstat(fd, &st) == 0 && st.st_size > 0)
		p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	else if (!errno)
		errno = ENODATA;
	int why = errno;
	close(fd);
	errno = why;
	if (p == MAP_FAILED)
		return false;
	*bytes = (struct span){ .p = p, .n = (size_t)st.st_size };
	return true;
}

bool replay_map(const char *path, struct span *bytes)
{
	errno = 0;
	if (map_file(path, bytes))
		return true;
	fprintf(stderr, "saker replay: %s: %s\n", path, strerror(errno));
	return false;
}
