#include "dataplane/tcp/range.h"

#include <string.h>

/* Index of the first range that ends at or above `seq`. */
static u32 first_from(const struct ranges *s, u32 seq)
{
	u32 i = 0;
	while (i < s->n && seq_lt(s->r[i].hi, seq))
		i++;
	return i;
}

bool ranges_add(struct ranges *s, u32 lo, u32 hi)
{
	assert(seq_lt(lo, hi));
	u32 i = first_from(s, lo), j = i;
	for (; j < s->n && seq_leq(s->r[j].lo, hi); j++) {
		lo = seq_min(lo, s->r[j].lo);
		hi = seq_max(hi, s->r[j].hi);
	}
	/* r[i..j) merge into one. */
	if (i == j && s->n == RANGE_MAX)
		return false;
	memmove(&s->r[i + 1], &s->r[j], (s->n - j) * sizeof s->r[0]);
	s->r[i] = (struct range){ lo, hi };
	s->n = s->n + 1 - (j - i);
	assert(s->n <= RANGE_MAX);
	assert(i == 0 || seq_lt(s->r[i - 1].hi, lo));
	assert(i + 1 == s->n || seq_lt(hi, s->r[i + 1].lo));
	return true;
}

void ranges_trim(struct ranges *s, u32 lo)
{
	u32 i = 0;
	while (i < s->n && seq_leq(s->r[i].hi, lo))
		i++;
	s->n -= i;
	memmove(&s->r[0], &s->r[i], s->n * sizeof s->r[0]);
	if (s->n && seq_lt(s->r[0].lo, lo))
		s->r[0].lo = lo;
}

u32 ranges_bytes(const struct ranges *s, u32 lo, u32 hi)
{
	u32 sum = 0;
	for (u32 i = 0; i < s->n; i++) {
		u32 a = seq_max(lo, s->r[i].lo), b = seq_min(hi, s->r[i].hi);
		if (seq_lt(a, b))
			sum += b - a;
	}
	return sum;
}

struct range ranges_gap(const struct ranges *s, u32 lo, u32 hi)
{
	for (u32 i = 0; i < s->n && seq_lt(lo, hi); i++) {
		if (seq_leq(hi, s->r[i].lo))
			break;
		if (seq_lt(lo, s->r[i].lo))
			return (struct range){ lo, s->r[i].lo };
		lo = seq_max(lo, s->r[i].hi);
	}
	return seq_lt(lo, hi) ? (struct range){ lo, hi } : (struct range){ hi, hi };
}

struct range ranges_common(const struct ranges *s, u32 lo, u32 hi)
{
	for (u32 i = 0; i < s->n; i++) {
		struct range c = { seq_max(lo, s->r[i].lo), seq_min(hi, s->r[i].hi) };
		if (seq_lt(c.lo, c.hi))
			return c;
	}
	return (struct range){ hi, hi };
}

const struct range *ranges_find(const struct ranges *s, u32 seq)
{
	for (u32 i = 0; i < s->n; i++)
		if (seq_leq(s->r[i].lo, seq) && seq_lt(seq, s->r[i].hi))
			return &s->r[i];
	return NULL;
}
