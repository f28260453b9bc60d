#include "dataplane/tcp/siphash.h"

#include <string.h>

struct sip {
	u64 v0, v1, v2, v3;
};

static u64 rotl(u64 x, int k) { return x << k | x >> (64 - k); }

static void sip_rounds(struct sip *s, int n)
{
	while (n--) {
		s->v0 += s->v1;
		s->v2 += s->v3;
		s->v1 = rotl(s->v1, 13) ^ s->v0;
		s->v3 = rotl(s->v3, 16) ^ s->v2;
		s->v0 = rotl(s->v0, 32);
		s->v2 += s->v1;
		s->v0 += s->v3;
		s->v1 = rotl(s->v1, 17) ^ s->v2;
		s->v3 = rotl(s->v3, 21) ^ s->v0;
		s->v2 = rotl(s->v2, 32);
	}
}

static void sip_word(struct sip *s, u64 m)
{
	s->v3 ^= m;
	sip_rounds(s, 2);
	s->v0 ^= m;
}

u64 siphash(const u8 key[16], const void *p, size_t n)
{
	u64 k[2], m;
	memcpy(k, key, sizeof k);
	struct sip s = { k[0] ^ 0x736f6d6570736575ULL, k[1] ^ 0x646f72616e646f6dULL,
			 k[0] ^ 0x6c7967656e657261ULL, k[1] ^ 0x7465646279746573ULL };
	const u8 *b = p;
	size_t left = n;
	for (; left >= 8; b += 8, left -= 8) {
		memcpy(&m, b, 8);
		sip_word(&s, m);
	}
	m = (u64)n << 56;
	for (size_t i = 0; i < left; i++)
		m |= (u64)b[i] << (8 * i);
	sip_word(&s, m);
	s.v2 ^= 0xff;
	sip_rounds(&s, 4);
	return s.v0 ^ s.v1 ^ s.v2 ^ s.v3;
}
