#include "hostctl/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static err_t refuse(const char *option, const char *file, const char *what, char *why, size_t n)
{
	snprintf(why, n, "%s: %s: %s", option, file, what);
	return ERR_IO;
}

err_t secret_read(const char *option, const char *file, char *out, char *why, size_t n)
{
	struct stat st;
	*out = 0;
	if (!*file)
		return ERR_OK;
	int fd = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return refuse(option, file, strerror(errno), why, n);
	ssize_t got = fstat(fd, &st) || !S_ISREG(st.st_mode) ? -1 : read(fd, out, SECRET_MAX - 1);
	close(fd);
	if (got < 0)
		return refuse(option, file, "is no plain file that can be read", why, n);
	out[got] = 0;
	if (st.st_mode & 077)
		return refuse(option, file, "others can read it; chmod 600 it", why, n);
	size_t line = strcspn(out, "\r\n");
	if (!line || (line == SECRET_MAX - 1))
		return refuse(option, file, "expected one line of at most 254 characters", why, n);
	out[line] = 0;
	return ERR_OK;
}
