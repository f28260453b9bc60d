#include "dataplane/book/diff_buffer.h"

#include <string.h>

err_t diff_buffer_init(struct diff_buffer *b, struct arena *a, u32 diffs, u32 levels)
{
	*b = (struct diff_buffer){ .cap = diffs, .level_cap = levels };
	b->diff = arena_alloc_bulk(a, sizeof(struct waiting_diff) * diffs, CACHE_LINE);
	b->level = arena_alloc_bulk(a, sizeof(struct book_level) * levels, CACHE_LINE);
	return b->diff && b->level ? ERR_OK : ERR_NO_MEMORY;
}

void diff_buffer_save(const struct diff_buffer *b, struct state *s)
{
	state_put_plain(s, b->diff, sizeof *b->diff * b->n);
	state_put_plain(s, b->level, sizeof *b->level * b->n_levels);
}

bool diff_buffer_push(struct diff_buffer *b, struct waiting_diff d, const struct book_level *bids,
		      const struct book_level *asks)
{
	assert(b->n == 0 || (d.first_id <= diff_buffer_last_id(b) + 1 && d.update_id > diff_buffer_last_id(b)));
	u32 left = b->level_cap - b->n_levels;
	if (b->n == b->cap || d.n_bids > left || d.n_asks > left - d.n_bids)
		return false;
	d.at = b->n_levels;
	if (d.n_bids)
		memcpy(&b->level[d.at], bids, d.n_bids * sizeof *bids);
	if (d.n_asks)
		memcpy(&b->level[d.at + d.n_bids], asks, d.n_asks * sizeof *asks);
	b->n_levels += d.n_bids + d.n_asks;
	b->diff[b->n++] = d;
	return true;
}
