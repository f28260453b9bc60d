#include "common/state.h"

#include <string.h>

struct block {
	u64 at;
	u32 n;
	u32 plain;
	/* the bytes, filled up to whole words */
};

static size_t whole(size_t n) { return (n + 7) & ~(size_t)7; }

/* ---- copying ---- */

static void put(struct state *s, const void *p, size_t n, bool plain)
{
	struct block b = { .at = (u64)(uintptr_t)p, .n = (u32)n, .plain = plain };
	if (!n)
		return;
	if (!s->to || n > UINT32_MAX || s->full || s->cap - s->n < sizeof b + whole(n)) {
		s->full = true;
		return;
	}
	memcpy(s->to + s->n, &b, sizeof b);
	memcpy(s->to + s->n + sizeof b, p, n);
	memset(s->to + s->n + sizeof b + n, 0, whole(n) - n);
	s->n += sizeof b + whole(n);
}

void state_put(struct state *s, const void *p, size_t n) { put(s, p, n, false); }
void state_put_plain(struct state *s, const void *p, size_t n) { put(s, p, n, true); }

void state_put_ring(struct state *s, const u8 *ring, u32 size, u32 lo, u32 n)
{
	u32 at = lo & (size - 1), first = u32_min(n, size - at);
	assert(n <= size);
	state_put_plain(s, ring + at, first);
	state_put_plain(s, ring, n - first);
}

/* ---- putting back ---- */

struct move {
	u64 from, n, to;
	bool holds;
};

#define MOVES_MAX 128

struct state_place state_place(const char *name, const void *p, size_t n, bool holds)
{
	struct state_place s = { .at = (u64)(uintptr_t)p, .n = n, .holds = holds };
	memcpy(s.name, name, u64_min(strlen(name), STATE_NAME - 1));
	return s;
}

static const struct state_place *find(const struct state_place *p, u32 n, const struct state_place *like)
{
	for (u32 i = 0; i < n; i++)
		if (!strncmp(p[i].name, like->name, STATE_NAME) && p[i].n == like->n &&
		    !memcmp(p[i].id, like->id, sizeof like->id))
			return &p[i];
	return NULL;
}

static const struct move *move_of(const struct move *m, u32 n, u64 at)
{
	for (u32 i = 0; i < n; i++)
		if (at - m[i].from < m[i].n)
			return &m[i];
	return NULL;
}

static void move_words(u8 *p, size_t n, const struct move *m, u32 n_moves)
{
	for (size_t i = 0; i + 8 <= n; i += 8) {
		u64 w;
		memcpy(&w, p + i, sizeof w);
		const struct move *at = move_of(m, n_moves, w);
		if (!at)
			continue;
		w = w - at->from + at->to;
		memcpy(p + i, &w, sizeof w);
	}
}

static err_t load(struct span bytes, const struct move *m, u32 n)
{
	for (size_t i = 0; i < bytes.n;) {
		struct block b;
		if (bytes.n - i < sizeof b)
			return ERR_SYNTAX;
		memcpy(&b, bytes.p + i, sizeof b);
		i += sizeof b;
		const struct move *at = move_of(m, n, b.at);
		if (whole(b.n) > bytes.n - i || !at || !at->holds || b.n > at->n - (b.at - at->from) ||
		    (!b.plain && b.at % 8))
			return ERR_SYNTAX;
		/* NOLINTNEXTLINE(performance-no-int-to-ptr): an address of another process, moved to this one's */
		u8 *to = (u8 *)(uintptr_t)(b.at - at->from + at->to);
		memcpy(to, bytes.p + i, b.n);
		if (!b.plain)
			move_words(to, b.n, m, n);
		i += whole(b.n);
	}
	return ERR_OK;
}

err_t state_load(struct span bytes, const struct state_place *were, u32 n_were, const struct state_place *are,
		 u32 n_are, char *lacks)
{
	struct move m[MOVES_MAX];
	if (n_were > MOVES_MAX)
		return ERR_SYNTAX;
	for (u32 i = 0; i < n_were; i++) {
		const struct state_place *is = find(are, n_are, &were[i]);
		if (!is) {
			memcpy(lacks, were[i].name, STATE_NAME);
			lacks[STATE_NAME - 1] = 0;
			return ERR_UNSUPPORTED;
		}
		m[i] = (struct move){ .from = were[i].at, .n = were[i].n, .to = is->at, .holds = is->holds };
	}
	return load(bytes, m, n_were);
}
