#include "appliance/capture_keys.h"

#include <string.h>

static int hex_digit(u8 c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The client random: the second word of the first line. */
static bool random_of(struct span lines, u8 random[CLIENT_RANDOM])
{
	const u8 *blank = memchr(lines.p, ' ', lines.n);
	const u8 *end = lines.p + lines.n;
	if (!blank || end - blank <= 2 * CLIENT_RANDOM + 1 || blank[1 + 2 * CLIENT_RANDOM] != ' ')
		return false;
	for (u32 i = 0; i < CLIENT_RANDOM; i++) {
		int hi = hex_digit(blank[1 + 2 * i]), lo = hex_digit(blank[2 + 2 * i]);
		if (hi < 0 || lo < 0)
			return false;
		random[i] = (u8)(hi << 4 | lo);
	}
	return true;
}

static struct capture_key *find(struct capture_keys *k, const u8 *random)
{
	for (u32 i = 0; i < CAPTURE_KEYS; i++)
		if (k->key[i].nth && !memcmp(k->key[i].random, random, CLIENT_RANDOM))
			return &k->key[i];
	return NULL;
}

static struct capture_key *oldest(struct capture_keys *k)
{
	struct capture_key *o = &k->key[0];
	for (u32 i = 1; i < CAPTURE_KEYS; i++)
		if (k->key[i].nth < o->nth)
			o = &k->key[i];
	return o;
}

bool capture_keys_put(struct capture_keys *k, struct span lines)
{
	u8 random[CLIENT_RANDOM];
	if (!lines.n || lines.n > CAPTURE_KEYS_LINES || !random_of(lines, random))
		return false;
	struct capture_key *at = find(k, random);
	if (!at)
		at = oldest(k);
	explicit_bzero(at, sizeof *at);
	memcpy(at->random, random, sizeof random);
	memcpy(at->lines, lines.p, lines.n);
	at->n = (u32)lines.n;
	at->nth = ++k->arrivals;
	return true;
}

struct span capture_keys_find(const struct capture_keys *k, const u8 random[CLIENT_RANDOM])
{
	for (u32 i = 0; i < CAPTURE_KEYS; i++)
		if (k->key[i].nth && !memcmp(k->key[i].random, random, CLIENT_RANDOM))
			return (struct span){ (const u8 *)k->key[i].lines, k->key[i].n };
	return (struct span){ 0 };
}

void capture_keys_drop(struct capture_keys *k, const u8 random[CLIENT_RANDOM])
{
	struct capture_key *at = find(k, random);
	if (at)
		explicit_bzero(at, sizeof *at);
}

void capture_keys_wipe(struct capture_keys *k) { explicit_bzero(k, sizeof *k); }
