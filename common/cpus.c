#include "common/cpus.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static bool parse_number(const char **p, u32 *out)
{
	u32 v = 0;
	const char *s = *p;
	for (; *s >= '0' && *s <= '9'; s++)
		if ((v = v * 10 + (u32)(*s - '0')) >= CPU_SETSIZE)
			return false;
	if (s == *p)
		return false;
	*p = s;
	*out = v;
	return true;
}

/* "3" or "2-3". */
static bool parse_range(const char **p, cpu_set_t *set)
{
	u32 first, last;
	if (!parse_number(p, &first))
		return false;
	last = first;
	if (**p == '-') {
		++*p;
		if (!parse_number(p, &last) || last < first)
			return false;
	}
	for (u32 i = first; i <= last; i++)
		CPU_SET(i, set);
	return true;
}

err_t cpus_parse(const char *text, cpu_set_t *set)
{
	CPU_ZERO(set);
	for (const char *p = text; parse_range(&p, set); p++) {
		if (!*p)
			return ERR_OK;
		if (*p != ',')
			break;
	}
	return ERR_SYNTAX;
}

static bool read_online(char *text, size_t n)
{
	FILE *f = fopen("/sys/devices/system/cpu/online", "re");
	bool ok = f && fgets(text, (int)n, f);
	if (f)
		fclose(f);
	if (ok)
		text[strcspn(text, "\n")] = 0;
	return ok;
}

u32 cpus_online(cpu_set_t *set)
{
	char text[512];
	if (!read_online(text, sizeof text) ||
	    cpus_parse(text, set) != ERR_OK) { /* no /sys: they are numbered from 0 */
		CPU_ZERO(set);
		for (long i = 0; i < sysconf(_SC_NPROCESSORS_ONLN) && i < CPU_SETSIZE; i++)
			CPU_SET((u32)i, set);
	}
	return (u32)CPU_COUNT(set);
}

const char *cpus_print(char out[CPUS_TEXT], const cpu_set_t *set)
{
	size_t n = 0;
	snprintf(out, CPUS_TEXT, "none");
	for (int i = 0; i < CPU_SETSIZE; i++) {
		int last = i;
		if (!CPU_ISSET(i, set))
			continue;
		while (last + 1 < CPU_SETSIZE && CPU_ISSET(last + 1, set))
			last++;
		n += (size_t)snprintf(out + n, CPUS_TEXT - n, last > i ? "%s%d-%d" : "%s%d", n ? "," : "", i, last);
		if (n >= CPUS_TEXT - 12) /* the rest does not fit */
			break;
		i = last;
	}
	return out;
}
