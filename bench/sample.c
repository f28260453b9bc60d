#include "bench/sample.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

void samples_open(struct samples *s, u32 cap)
{
	*s = (struct samples){ .ns = malloc(cap * sizeof *s->ns), .cap = cap };
	if (!s->ns) {
		fprintf(stderr, "bench: no memory for %u samples\n", cap);
		exit(1);
	}
	memset(s->ns, 0xff, cap * sizeof *s->ns);
}

void samples_close(struct samples *s) { free(s->ns); }

static int by_value(const void *a, const void *b)
{
	u64 x = *(const u64 *)a, y = *(const u64 *)b;
	return (x > y) - (x < y);
}

static u64 at(const struct samples *s, double q) { return s->ns[(u32)(q * (s->n - 1))]; }

static void cpu_model(char *out, size_t n)
{
	char line[256];
	FILE *f = fopen("/proc/cpuinfo", "re");
	snprintf(out, n, "unknown");
	while (f && fgets(line, sizeof line, f))
		if (!strncmp(line, "model name", 10)) {
			char *v = strchr(line, ':');
			snprintf(out, n, "%s", v ? v + 2 : "unknown");
			out[strcspn(out, "\n")] = 0;
			break;
		}
	if (f)
		fclose(f);
}

void samples_print(struct samples *s, const char *name, const char *note)
{
	char cpu[128];
	struct utsname u;
	if (!s->n) {
		fprintf(stderr, "bench: %s: no sample was taken\n", name);
		exit(1);
	}
	uname(&u);
	cpu_model(cpu, sizeof cpu);
	qsort(s->ns, s->n, sizeof *s->ns, by_value);
	printf("{\"name\":\"%s\",\"unit\":\"ns\",\"n\":%u,\"min\":%llu,\"p50\":%llu,\"p90\":%llu,\"p99\":%"
	       "llu,\"p999\":%llu,\"max\":%llu,",
	       name, s->n, (unsigned long long)s->ns[0], (unsigned long long)at(s, 0.5),
	       (unsigned long long)at(s, 0.9), (unsigned long long)at(s, 0.99),
	       (unsigned long long)at(s, 0.999), (unsigned long long)s->ns[s->n - 1]);
	printf("\"host\":{\"cpu\":\"%s\",\"cpus\":%ld,\"kernel\":\"%s\"}%s}\n", cpu,
	       sysconf(_SC_NPROCESSORS_ONLN), u.release, note);
	fflush(stdout);
}

void samples_print_ratio(const struct samples *a, const struct samples *b, const char *name)
{
	static const struct {
		const char *name;
		double q;
	} cols[] = { { "min", 0 }, { "p50", 0.5 }, { "p90", 0.9 }, { "p99", 0.99 }, { "p999", 0.999 } };
	printf("{\"name\":\"%s\",\"unit\":\"ratio\",\"n\":%u", name, a->n < b->n ? a->n : b->n);
	for (size_t i = 0; i < sizeof cols / sizeof *cols; i++)
		printf(",\"%s\":%.2f", cols[i].name, (double)at(a, cols[i].q) / (double)at(b, cols[i].q));
	printf("}\n");
	fflush(stdout);
}
