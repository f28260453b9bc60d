#include "pcap/stream.h"

void stream_begin(struct stream *s, u32 seq)
{
	s->next = seq;
	s->n = 0;
}

bool stream_put(struct stream *s, const struct stream_piece *p)
{
	if (s->n == STREAM_WAITING)
		return false;
	if (p->data.n)
		s->waiting[s->n++] = *p;
	return true;
}

/* How many bytes of `p` were given before; negative: it begins behind a hole. */
static i64 given(const struct stream *s, const struct stream_piece *p) { return (int32_t)(s->next - p->seq); }

bool stream_next(struct stream *s, struct stream_piece *out)
{
	for (u32 i = 0; i < s->n;) {
		struct stream_piece p = s->waiting[i];
		i64 before = given(s, &p);
		if (before < 0) {
			i++;
			continue;
		}
		s->waiting[i] = s->waiting[--s->n];
		if ((u64)before >= p.data.n)
			continue; /* all of it came before */
		p.data.p += before, p.data.n -= (size_t)before;
		p.seq = s->next;
		s->next += (u32)p.data.n;
		*out = p;
		return true;
	}
	return false;
}

const struct stream_piece *stream_behind(const struct stream *s)
{
	const struct stream_piece *lowest = NULL;
	for (u32 i = 0; i < s->n; i++)
		if (given(s, &s->waiting[i]) < 0 && (!lowest || (int32_t)(s->waiting[i].seq - lowest->seq) < 0))
			lowest = &s->waiting[i];
	return lowest;
}
