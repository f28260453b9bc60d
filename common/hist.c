#include "common/hist.h"

static u64 load(const u64 *w) { return __atomic_load_n(w, __ATOMIC_RELAXED); }

void hist_copy(struct hist *to, const struct hist *from)
{
	*to = (struct hist){ .sum = load(&from->sum), .min = load(&from->min), .max = load(&from->max) };
	for (u32 i = 0; i < HIST_BUCKETS; i++)
		to->n += to->bucket[i] = load(&from->bucket[i]);
}

void hist_diff(struct hist *now, const struct hist *before)
{
	now->n -= before->n;
	now->sum -= before->sum;
	for (u32 i = 0; i < HIST_BUCKETS; i++)
		now->bucket[i] -= before->bucket[i];
}

u64 hist_quantile(const struct hist *h, u32 per_10k)
{
	u64 want = (u64)(((unsigned __int128)h->n * per_10k + 9999) / 10000), seen = 0;
	if (!h->n)
		return 0;
	for (u32 i = 0; i < HIST_BUCKETS - 1; i++) /* the last bucket has no bound but the maximum */
		if ((seen += h->bucket[i]) >= want && seen)
			return u64_min(hist_upper(i), h->max);
	return h->max;
}
