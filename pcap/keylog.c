#include "pcap/keylog.h"

#include <string.h>

static int digit(u8 c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Bytes of a text that is all hex and fits; 0: it is not. */
static size_t unhex(struct span hex, u8 *out, size_t max)
{
	if (hex.n % 2 || hex.n / 2 > max)
		return 0;
	for (size_t i = 0; i < hex.n / 2; i++) {
		int high = digit(hex.p[2 * i]), low = digit(hex.p[2 * i + 1]);
		if (high < 0 || low < 0)
			return 0;
		out[i] = (u8)(high << 4 | low);
	}
	return hex.n / 2;
}

/* The next word of a line, without its blanks. */
static struct span word(struct span *line)
{
	while (line->n && (*line->p == ' ' || *line->p == '\t'))
		line->p++, line->n--;
	struct span w = { .p = line->p };
	while (line->n && *line->p != ' ' && *line->p != '\t')
		line->p++, line->n--, w.n++;
	return w;
}

static struct span next_line(struct span *log)
{
	const u8 *end = memchr(log->p, '\n', log->n);
	struct span line = { .p = log->p, .n = end ? (size_t)(end - log->p) : log->n };
	size_t used = line.n + (end ? 1 : 0);
	log->p += used, log->n -= used;
	if (line.n && line.p[line.n - 1] == '\r')
		line.n--;
	return line;
}

static bool is(struct span w, const char *text)
{
	return w.n == strlen(text) && memcmp(w.p, text, w.n) == 0;
}

err_t keylog_find(struct span log, const char *label, const u8 random[KEYLOG_RANDOM],
		  struct keylog_secret *out)
{
	while (log.n) {
		u8 theirs[KEYLOG_RANDOM];
		struct span line = next_line(&log);
		if (!is(word(&line), label) || unhex(word(&line), theirs, sizeof theirs) != sizeof theirs ||
		    memcmp(theirs, random, sizeof theirs) != 0)
			continue;
		out->n = (u8)unhex(word(&line), out->bytes, sizeof out->bytes);
		return (out->n == 32 || out->n == 48) && !word(&line).n ? ERR_OK : ERR_SYNTAX;
	}
	return ERR_NOT_FOUND;
}
