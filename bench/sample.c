#include "bench/sample.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

typedef unsigned long long ull;

void samples_open(struct samples *s, u32 cap)
{
	*s = (struct samples){ .ns = malloc(cap * sizeof *s->ns), .unit = "ns", .cap = cap };
	if (!s->ns) {
		fprintf(stderr, "bench: no memory for %u samples\n", cap);
		exit(1);
	}
	memset(s->ns, 0xff, cap * sizeof *s->ns);
}

void samples_close(struct samples *s) { free(s->ns); }

void samples_block(struct samples *s)
{
	u32 from = s->n_blocks ? s->end[s->n_blocks - 1] : 0;
	if (s->n > from && s->n_blocks < SAMPLES_BLOCKS_MAX)
		s->end[s->n_blocks++] = s->n;
}

u32 samples_blocks_wanted(void)
{
	const char *text = getenv("BENCH_BLOCKS");
	int n = text ? atoi(text) : 0;
	return n > 0 ? u32_min((u32)n, SAMPLES_BLOCKS_MAX) : SAMPLES_BLOCKS;
}

static int by_value(const void *a, const void *b)
{
	u64 x = *(const u64 *)a, y = *(const u64 *)b;
	return (x > y) - (x < y);
}

/* Of `n` sorted values. */
static u64 at(const u64 *v, u32 n, double q) { return v[(u32)(q * (n - 1))]; }

/* ---- raw ---- */

static void keep_raw(const struct samples *s, const char *name)
{
	const char *dir = getenv("BENCH_RAW");
	char path[512];
	if (!dir || !dir[0])
		return;
	snprintf(path, sizeof path, "%s/%s.bin", dir, name);
	FILE *f = fopen(path, "we");
	for (u32 i = 0; f && i < s->n; i++) {
		u32 ns = (u32)u64_min(s->ns[i], SAMPLES_LOST);
		if (fwrite(&ns, sizeof ns, 1, f) != 1)
			break;
	}
	if (!f || fflush(f) || ferror(f)) {
		perror(path);
		exit(1);
	}
	fclose(f);
}

/* ---- blocks ---- */

static void cut(struct samples *s)
{
	u32 blocks = u32_min(SAMPLES_BLOCKS, s->n);
	for (u32 b = 0; b < blocks; b++)
		s->end[b] = (u32)((u64)s->n * (b + 1) / blocks);
	s->n_blocks = blocks;
}

static void sort(struct samples *s)
{
	if (!s->n_blocks)
		cut(s);
	s->n = s->end[s->n_blocks - 1];
	for (u32 b = 0, from = 0; b < s->n_blocks; from = s->end[b++]) {
		u32 n = s->end[b] - from;
		qsort(s->ns + from, n, sizeof *s->ns, by_value);
		s->p50[b] = at(s->ns + from, n, 0.5);
		s->p99[b] = at(s->ns + from, n, 0.99);
	}
	qsort(s->ns, s->n, sizeof *s->ns, by_value);
}

/* ---- lines ---- */

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

static void print_host(void)
{
	char cpu[128];
	struct utsname u;
	uname(&u);
	cpu_model(cpu, sizeof cpu);
	printf(",\"host\":{\"cpu\":\"%s\",\"cpus\":%ld,\"kernel\":\"%s\"}", cpu, sysconf(_SC_NPROCESSORS_ONLN),
	       u.release);
}

static const struct {
	const char *name;
	double q;
} cols[] = { { "min", 0 },     { "p50", 0.5 },     { "p90", 0.9 }, { "p99", 0.99 },
	     { "p999", 0.999 }, { "p9999", 0.9999 }, { "max", 1 } };

void samples_print(struct samples *s, const char *name, const char *note)
{
	if (!s->n) {
		fprintf(stderr, "bench: %s: no sample was taken\n", name);
		exit(1);
	}
	if (!s->n_blocks)
		cut(s);
	keep_raw(s, name);
	sort(s);
	printf("{\"name\":\"%s\",\"unit\":\"%s\",\"n\":%u", name, s->unit, s->n);
	for (size_t i = 0; i < ARRAY_LEN(cols); i++)
		printf(",\"%s\":%llu", cols[i].name, (ull)at(s->ns, s->n, cols[i].q));
	printf(",\"blocks\":[");
	for (u32 b = 0; b < s->n_blocks; b++)
		printf("%s%llu", b ? "," : "", (ull)s->p50[b]);
	printf("]");
	print_host();
	printf("%s}\n", note);
	fflush(stdout);
}

static int by_ratio(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

static void print_blocks(const double *v, u32 n, const u64 *rtt_ns)
{
	printf(",\"blocks\":[");
	for (u32 i = 0; i < n; i++)
		printf("%s%.3f", i ? "," : "", v[i]);
	printf("]");
	for (u32 i = 0; rtt_ns && i < n; i++)
		printf("%s%llu%s", i ? "," : ",\"core_rtt_ns\":[", (ull)rtt_ns[i], i + 1 == n ? "]" : "");
}

void samples_print_ratio(const struct samples *a, const struct samples *b, const char *name, const u64 *rtt_ns)
{
	double all[SAMPLES_BLOCKS_MAX], p50[SAMPLES_BLOCKS_MAX] = { 0 }, p99[SAMPLES_BLOCKS_MAX] = { 0 };
	u32 n = u32_min(a->n_blocks, b->n_blocks), judged = 0;
	for (u32 i = 0; i < n; i++) {
		all[i] = (double)a->p50[i] / (double)u64_max(b->p50[i], 1);
		if (rtt_ns && rtt_ns[i] > SAMPLES_RTT_MAX_NS)
			continue;
		p50[judged] = all[i];
		p99[judged++] = (double)a->p99[i] / (double)u64_max(b->p99[i], 1);
	}
	printf("{\"name\":\"%s\",\"unit\":\"ratio\",\"n\":%u,\"judged\":%u", name, n, judged);
	qsort(p50, judged, sizeof *p50, by_ratio);
	qsort(p99, judged, sizeof *p99, by_ratio);
	if (judged)
		printf(",\"p50\":%.3f,\"p99\":%.3f,\"p50_quartiles\":[%.3f,%.3f]", p50[judged / 2],
		       p99[judged / 2], p50[judged / 4], p50[judged * 3 / 4]);
	print_blocks(all, n, rtt_ns);
	printf("}\n");
	fflush(stdout);
}

void sample_print_figure(const char *name, const char *unit, u64 value, const char *note)
{
	printf("{\"name\":\"%s\",\"unit\":\"%s\",\"value\":%llu%s}\n", name, unit, (ull)value, note);
	fflush(stdout);
}
