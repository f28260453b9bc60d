/*
 * symbols.h - the instruments a feed knows, found by the symbol in the text in a few instructions.
 *
 * A symbol is compared as three 8-byte words. The functions that say so read SYMBOL_ROOM bytes from the symbol's
 * start: the caller sees to it that they are there. Replacing an instrument rebuilds the small hash table.
 */
#ifndef FEED_SYMBOLS_H
#define FEED_SYMBOLS_H

#include "common/instrument.h"
#include "dataplane/feed/digits.h"

#define SYMBOL_WORDS 3
#define SYMBOL_ROOM (SYMBOL_WORDS * 8)
#define SYMBOL_SLOTS (4 * INSTRUMENTS_MAX) /* four a symbol: probes stay short */
static_assert(SYMBOL_MAX <= SYMBOL_ROOM, "a symbol fits its words");
static_assert(!(SYMBOL_SLOTS & (SYMBOL_SLOTS - 1)) && SYMBOL_SLOTS <= 1 << 16, "two bytes choose a slot");

struct symbol_text {
	u64 w[SYMBOL_WORDS]; /* the bytes of the symbol, then zeros */
};

struct symbol {
	struct symbol_text upper, lower, mask;
	struct digits_cut px_cut, qty_cut;
	bool in_use;
	bool has_cuts; /* both scales are within the venue's eight decimals */
	struct instrument inst;
};

struct symbols {
	struct symbol at[INSTRUMENTS_MAX]; /* by instrument id */
	u16 slot[SYMBOL_SLOTS];            /* id + 1, 0: free */
};

/* See feed_add_instrument. */
err_t symbols_add(struct symbols *s, const struct instrument *i);

/* `n` bytes in either case of letters (streams are lower, fields upper); NULL where unknown. */
const struct symbol *symbols_find(const struct symbols *s, const char *p, size_t n);

/*
 * The symbol in lower case that ends before the first `stop` at `p` (SYMBOL_ROOM bytes), and its length; NULL
 * where unknown.
 */
static inline const struct symbol *symbols_find_lower(const struct symbols *s, const char *p, char stop, u32 *n);

/* The bytes at `p` (SYMBOL_ROOM) begin with `want`, of which `mask` says how long it is. */
static inline bool symbol_at(const char *p, const struct symbol_text *want, const struct symbol_text *mask);

/* ---- inline bodies ---- */

static inline bool symbol_at(const char *p, const struct symbol_text *want, const struct symbol_text *mask)
{
	u64 differ = 0;
#pragma GCC unroll 3
	for (u32 i = 0; i < SYMBOL_WORDS; i++)
		differ |= (digits_load(p + 8 * i) & mask->w[i]) ^ want->w[i];
	return !differ;
}

static inline u32 symbol_slot(const struct symbol_text *lower)
{
	u64 h = (lower->w[0] ^ lower->w[1] * 0x9e3779b97f4a7c15ULL ^ lower->w[2] * 0xc2b2ae3d27d4eb4fULL) *
		0xff51afd7ed558ccdULL;
	return (u32)(h >> 48) % SYMBOL_SLOTS;
}

static inline bool symbol_text_equal(const struct symbol_text *a, const struct symbol_text *b)
{
	return !((a->w[0] ^ b->w[0]) | (a->w[1] ^ b->w[1]) | (a->w[2] ^ b->w[2]));
}

/* The lower-case symbol of `n` bytes, zeros behind them; the length, too: zeros in a text look like those. */
static inline const struct symbol *symbols_probe(const struct symbols *s, const struct symbol_text *t, u32 n)
{
	for (u32 at = symbol_slot(t); s->slot[at]; at = (at + 1) % SYMBOL_SLOTS) {
		const struct symbol *sym = &s->at[s->slot[at] - 1];
		if (LIKELY(symbol_text_equal(&sym->lower, t) && sym->inst.symbol_n == n))
			return sym;
	}
	return NULL;
}

/* High bit of the lowest byte that is `stop`, and maybe of bytes above it. */
static inline u64 symbol_stop(u64 w, char stop)
{
	u64 x = w ^ (u8)stop * DIGITS_ONES;
	return (x - DIGITS_ONES) & ~x & DIGITS_HIGHS;
}

/* The bytes below the lowest mark. */
static inline u64 symbol_before(u64 w, u64 marks) { return w & ((marks & -marks) - 1) >> 7; }

static NOINLINE const struct symbol *symbols_find_long(const struct symbols *s, const char *p, char stop, u32 *n)
{
	struct symbol_text t = { { digits_load(p) } };
	for (u32 i = 1; i < SYMBOL_WORDS; i++) {
		u64 w = digits_load(p + 8 * i), found = symbol_stop(w, stop);
		t.w[i] = found ? symbol_before(w, found) : w;
		if (!found)
			continue;
		*n = 8 * i + (u32)__builtin_ctzll(found) / 8;
		return symbols_probe(s, &t, *n);
	}
	return NULL;
}

static inline const struct symbol *symbols_find_lower(const struct symbols *s, const char *p, char stop, u32 *n)
{
	u64 w = digits_load(p), found = symbol_stop(w, stop);
	if (!found)
		return symbols_find_long(s, p, stop, n);
	struct symbol_text t = { { symbol_before(w, found), 0, 0 } };
	*n = (u32)__builtin_ctzll(found) / 8;
	return symbols_probe(s, &t, *n);
}

#endif
