#include "sim/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#define CRC_DIGITS 8

void journal_none(struct journal *j) { *j = (struct journal){ .fd = -1 }; }

static err_t fail(struct journal *j, err_t e, const char *what)
{
	snprintf(j->error, sizeof j->error, "%s line %llu: %s", j->path,
		 (unsigned long long)j->line, what);
	return e;
}

static u32 crc_of(const char *s) { return (u32)crc32(0, (const Bytef *)s, (uInt)strlen(s)); }

/* Whether `line` is a whole record; its text then goes to j->record. */
static bool parse(struct journal *j, const char *line, size_t n)
{
	char *end;
	if (n < CRC_DIGITS + 2 || line[n - 1] != '\n' || line[CRC_DIGITS] != ' ' ||
	    n - CRC_DIGITS - 2 >= JOURNAL_RECORD_MAX)
		return false;
	memcpy(j->record, line + CRC_DIGITS + 1, n - CRC_DIGITS - 2);
	j->record[n - CRC_DIGITS - 2] = 0;
	return strtoul(line, &end, 16) == crc_of(j->record) && end == line + CRC_DIGITS;
}

/* The end of what is readable: the file goes on behind the last whole record. */
static err_t end_reading(struct journal *j)
{
	fclose(j->in);
	j->in = NULL;
	if (ftruncate(j->fd, j->good) || lseek(j->fd, 0, SEEK_END) < 0)
		return fail(j, ERR_IO, strerror(errno));
	return ERR_CLOSED;
}

err_t sim_journal_next(struct journal *j)
{
	char line[JOURNAL_RECORD_MAX + CRC_DIGITS + 4];
	if (!j->in || !fgets(line, sizeof line, j->in))
		return j->in ? end_reading(j) : ERR_CLOSED;
	size_t n = strlen(line);
	j->line++;
	if (parse(j, line, n)) {
		j->good += (long)n;
		return ERR_OK;
	}
	bool last = line[n ? n - 1 : 0] != '\n' && fgetc(j->in) == EOF;
	return last ? end_reading(j)
		    : fail(j, ERR_CHECKSUM,
			   "the record is damaged; start with an empty --state folder");
}

static err_t check_header(struct journal *j, const char *header)
{
	err_t e = sim_journal_next(j);
	if (e == ERR_CLOSED)
		return journal_add(j, "%s", header);
	if (e != ERR_OK || !strcmp(j->record, header))
		return e;
	snprintf(j->error, sizeof j->error,
		 "%s was made with other options:\n  then: %s\n  now:  %s\nuse the same, or "
		 "another --state folder",
		 j->path, j->record, header);
	return ERR_STATE;
}

err_t sim_journal_open(struct journal *j, const char *path, const char *header)
{
	journal_none(j);
	snprintf(j->path, sizeof j->path, "%s", path);
	j->fd = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	j->in = j->fd < 0 ? NULL : fopen(path, "re");
	if (!j->in)
		return fail(j, ERR_IO, strerror(errno));
	return check_header(j, header);
}

err_t journal_add(struct journal *j, const char *fmt, ...)
{
	char line[JOURNAL_RECORD_MAX + CRC_DIGITS + 4];
	va_list ap;
	if (j->fd < 0)
		return ERR_OK;
	va_start(ap, fmt);
	int n = vsnprintf(line + CRC_DIGITS + 1, JOURNAL_RECORD_MAX, fmt, ap);
	va_end(ap);
	if (n < 0 || n >= JOURNAL_RECORD_MAX)
		return fail(j, ERR_TOO_LONG, "a record is too long");
	char crc[CRC_DIGITS + 1];
	snprintf(crc, sizeof crc, "%08x", crc_of(line + CRC_DIGITS + 1));
	memcpy(line, crc, CRC_DIGITS);
	line[CRC_DIGITS] = ' ';
	size_t len = CRC_DIGITS + 1 + (size_t)n;
	line[len++] = '\n';
	ssize_t done = write(j->fd, line, len);
	return done == (ssize_t)len
		       ? ERR_OK
		       : fail(j, ERR_IO, done < 0 ? strerror(errno) : "short write (disk full?)");
}

void journal_close(struct journal *j)
{
	if (j->in)
		fclose(j->in);
	if (j->fd >= 0)
		close(j->fd);
	journal_none(j);
}
