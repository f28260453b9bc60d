#include "appliance/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <time.h>

static FILE *file;

bool log_open(const char *path)
{
	file = path[0] ? fopen(path, "ae") : NULL;
	if (file)
		setvbuf(file, NULL, _IOLBF, 0);
	return file || !path[0];
}

void log_line(const char *area, const char *format, ...)
{
	char text[640], at[32];
	struct timespec now;
	struct tm utc;
	va_list args;
	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &utc);
	strftime(at, sizeof at, "%Y-%m-%dT%H:%M:%S", &utc);
	fprintf(file ? file : stderr, "%s.%06ldZ %-6s %s\n", at, now.tv_nsec / 1000, area, text);
}
