#include "hostctl/histogram.h"

static const struct column columns[] = {
	{ "from_ns", "FROM", SHOW_NS },
	{ "to_ns", "TO", SHOW_NS },
	{ "n", "N", SHOW_COUNT },
	{ "share_ppm", "PPM", SHOW_COUNT },
	{ "of_peak_ppm", "", SHOW_BAR },
};

/* Buckets first to last that hold something; false: none does. */
static bool span_of(const struct hist *h, u32 *first, u32 *last)
{
	bool any = false;
	for (u32 i = 0; i < HIST_BUCKETS; i++)
		if (h->bucket[i]) {
			*first = any ? *first : i;
			*last = i;
			any = true;
		}
	return any;
}

static u64 sum_of(const struct hist *h, u32 first, u32 n)
{
	u64 sum = 0;
	for (u32 i = first; i < u32_min(first + n, HIST_BUCKETS); i++)
		sum += h->bucket[i];
	return sum;
}

static i64 ppm(u64 part, u64 whole) { return whole ? (i64)((i128)part * 1000000 / whole) : 0; }

void add_histogram(struct report *r, const struct hist *h, u32 rows)
{
	struct table *t = report_table(r, "histogram", columns, ARRAY_LEN(columns));
	u32 first = 0, last = 0, width = 1;
	u64 peak = 0;
	if (!h->n || !span_of(h, &first, &last))
		return;
	while (rows && (last - first) / width >= rows)
		width *= 2;
	for (u32 i = first; i <= last; i += width)
		peak = u64_max(peak, sum_of(h, i, width));
	for (u32 i = first; i <= last; i += width) {
		u64 n = sum_of(h, i, width);
		if (!n && !rows)
			continue;
		table_number(t, i ? (i64)hist_upper(i - 1) + 1 : 0);
		table_number(t, (i64)hist_upper(u32_min(i + width, HIST_BUCKETS) - 1));
		table_number(t, (i64)n);
		table_number(t, ppm(n, h->n));
		table_number(t, ppm(n, peak));
	}
}
