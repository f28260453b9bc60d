#include "tuning/interrupts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILE_MAX (1u << 20) /* a line a vector, 11 bytes a CPU and line */

/* Which column of numbers is this CPU's: offline ones have none. -1: it is not there. */
static int column_of(const char *heading, u32 cpu)
{
	char name[16];
	int column = 0;
	snprintf(name, sizeof name, "CPU%u", cpu);
	size_t n = strlen(name);
	for (const char *p = heading + strspn(heading, " "); *p && *p != '\n'; column++) {
		size_t word = strcspn(p, " \n");
		if (word == n && !memcmp(p, name, n))
			return column;
		p += word;
		p += strspn(p, " ");
	}
	return -1;
}

/* "  36:   0   1111609   PCI-MSIX ...": lines with fewer numbers (ERR, MIS) count for the whole machine. */
static void add_line(struct interrupts *to, const char *line, size_t n, int column)
{
	const char *end = line + n, *colon = memchr(line, ':', n);
	char *next;
	if (!colon || to->n == INTERRUPTS_MAX)
		return;
	line += strspn(line, " ");
	if (colon <= line || colon - line >= INTERRUPT_NAME)
		return;
	const char *p = colon + 1;
	u64 v = 0;
	for (int i = 0; i <= column; i++) {
		v = strtoull(p, &next, 10);
		if (next == p || next > end)
			return;
		p = next;
	}
	snprintf(to->line[to->n].name, INTERRUPT_NAME, "%.*s", (int)(colon - line), line);
	to->line[to->n++].count = v;
}

bool interrupts_read(const struct host *h, u32 cpu, struct interrupts *out)
{
	char *text = malloc(FILE_MAX);
	out->n = 0;
	bool ok = text && host_read(h, text, FILE_MAX, "/proc/interrupts");
	int column = ok ? column_of(text, cpu) : -1;
	for (const char *line = column >= 0 ? strchr(text, '\n') : NULL; line && line[1];) {
		line++;
		size_t n = strcspn(line, "\n");
		add_line(out, line, n, column);
		line = line[n] ? line + n : NULL;
	}
	free(text);
	return column >= 0;
}

static u64 count_of(const struct interrupts *s, const char *name, u32 likely)
{
	if (likely < s->n && !strcmp(s->line[likely].name, name))
		return s->line[likely].count;
	for (u32 i = 0; i < s->n; i++)
		if (!strcmp(s->line[i].name, name))
			return s->line[i].count;
	return 0;
}

const char *interrupts_changes(const struct interrupts *before, const struct interrupts *after, char *out, size_t n)
{
	size_t used = 0;
	snprintf(out, n, "none");
	for (u32 i = 0; i < after->n && used < n; i++) {
		u64 was = count_of(before, after->line[i].name, i);
		if (after->line[i].count > was)
			used += (size_t)snprintf(out + used, n - used, "%s%s +%llu", used ? ", " : "",
						 after->line[i].name, (unsigned long long)(after->line[i].count - was));
	}
	return out;
}
